{{- /* One operator with everything that it was told, the defaults filled in: (list CONTEXT NAME) → YAML. */ -}}
{{- define "kubewright.operator" -}}
{{- $context := index . 0 -}}
{{- $name := index . 1 -}}
{{- $facts := include "kubewright.facts" . | fromYaml -}}
{{- $operator := mustMergeOverwrite (deepCopy $context.Values.defaults) (deepCopy (index $context.Values.operators $name)) -}}
{{- $fullname := printf "kubewright-%s" $name -}}
{{- $_ := set $operator "name" $name -}}
{{- $_ := set $operator "fullname" $fullname -}}
{{- $_ := set $operator "called" $facts.called -}}
{{- $_ := set $operator "account" (default $fullname $operator.serviceAccount.name) -}}
{{- $_ := set $operator.webhooks "enabled" (and $operator.webhooks.enabled $facts.called) -}}
{{- $_ := set $operator.webhooks "by" (ternary $operator.webhooks.certificates.from "" $operator.webhooks.enabled) -}}
{{- if not $facts.sharded -}}{{- $_ := set $operator "shards" (dict "enabled" false "filter" "none") -}}{{- end -}}
{{- toYaml $operator -}}
{{- end -}}

{{- /* The names of those that are switched on: CONTEXT → {"names": […]}. */ -}}
{{- define "kubewright.enabled" -}}
{{- $names := list -}}
{{- range $name := keys .Values.operators | sortAlpha -}}
{{- if (index $.Values.operators $name).enabled -}}
{{- $_ := include "kubewright.check" (list $ $name) -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- end -}}
{{- dict "names" $names | toYaml -}}
{{- end -}}

{{- /* What its definitions ask for: (list CONTEXT NAME) → YAML. */ -}}
{{- define "kubewright.facts" -}}
{{- $context := index . 0 -}}
{{- $context.Files.Get (printf "files/operators/%s.yaml" (index . 1)) | replace "RELEASE-NAMESPACE" $context.Release.Namespace -}}
{{- end -}}

{{- /* Values that are each allowed and cannot be together: (list CONTEXT NAME). */ -}}
{{- define "kubewright.check" -}}
{{- $name := index . 1 -}}
{{- $operator := include "kubewright.operator" . | fromYaml -}}
{{- $facts := include "kubewright.facts" . | fromYaml -}}
{{- if and (not $facts.sharded) (dig "shards" "enabled" false (index (index . 0).Values.operators $name)) -}}
{{- fail (printf "%s: one replica does all of its work: take out its shards.enabled" $name) -}}
{{- end -}}
{{- with $operator -}}
{{- if and (not .serviceAccount.create) (not .serviceAccount.name) -}}
{{- fail (printf "%s: serviceAccount.create is false: name the one that is there in serviceAccount.name" $name) -}}
{{- end -}}
{{- if and (gt (int .replicas) 1) (not .leaderElection.enabled) (not .shards.enabled) -}}
{{- fail (printf "%s: replicas is %d and leaderElection.enabled false: all of them would do the same work; set replicas to 1, or shards.enabled" $name (int .replicas)) -}}
{{- end -}}
{{- if and (ne .shards.filter "none") (not .shards.enabled) -}}
{{- fail (printf "%s: shards.filter is for replicas that split the objects: set shards.enabled too" $name) -}}
{{- end -}}
{{- if and .metrics.certificateSecret (not .metrics.secure) -}}
{{- fail (printf "%s: metrics.certificateSecret is for HTTPS: set metrics.secure too" $name) -}}
{{- end -}}
{{- if and (or .podMonitor.enabled .serviceMonitor.enabled) (not .metrics.enabled) -}}
{{- fail (printf "%s: there is nothing to scrape: set metrics.enabled, or neither podMonitor.enabled nor serviceMonitor.enabled" $name) -}}
{{- end -}}
{{- if and (eq .webhooks.by "secret") (not .webhooks.certificates.secret) -}}
{{- fail (printf "%s: webhooks.certificates.from is secret: name it in webhooks.certificates.secret" $name) -}}
{{- end -}}
{{- if and (ne .webhooks.by "secret") .webhooks.enabled (or .webhooks.certificates.secret .webhooks.certificates.caBundle) -}}
{{- fail (printf "%s: webhooks.certificates.secret and caBundle are for a Secret that is there: set webhooks.certificates.from to secret" $name) -}}
{{- end -}}
{{- if and .webhooks.enabled .webhooks.certificates.issuer (ne .webhooks.by "cert-manager") -}}
{{- fail (printf "%s: webhooks.certificates.issuer is cert-manager’s: set webhooks.certificates.from to cert-manager" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kubewright.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}
