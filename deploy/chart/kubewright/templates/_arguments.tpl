{{- /* What the program is started with: one operator → {"args": […]}. Everything is said, so that a Pod tells by itself how it runs. */ -}}
{{- define "kubewright.arguments" -}}
{{- $flags := dict
  "log-level" .log.level
  "log-format" .log.format
  "leader-elect" .leaderElection.enabled
  "leader-election-lease-duration" .leaderElection.leaseDuration
  "leader-election-renew-deadline" .leaderElection.renewDeadline
  "leader-election-retry-period" .leaderElection.retryPeriod
  "warm-standby" .leaderElection.warmStandby
  "graceful-shutdown-timeout" .gracefulShutdownTimeout
  "metrics-bind-address" (ternary ":8080" "0" .metrics.enabled)
  "health-probe-bind-address" ":8081"
-}}
{{- with .namespaces }}{{ $_ := set $flags "namespace" (join "," .) }}{{ end -}}
{{- if .shards.enabled }}{{ $_ := set $flags "shards" true }}{{ $_ := set $flags "shard-filter" .shards.filter }}{{ end -}}
{{- if .metrics.secure }}{{ $_ := set $flags "metrics-secure" true }}{{ end -}}
{{- if .metrics.certificateSecret }}{{ $_ := set $flags "metrics-cert-dir" "/etc/kubewright/metrics" }}{{ end -}}
{{- if .called }}{{ $_ := set $flags "webhooks" .webhooks.enabled }}{{ end -}}
{{- if .webhooks.enabled -}}
{{- /* The configurations are the chart's, so that they go with it: left behind, they would refuse every write of the operator's kinds. */ -}}
{{- $_ := set $flags "webhook-install" false -}}
{{- $_ := set $flags "webhook-port" 9443 -}}
{{- if ne .webhooks.by "operator" }}{{ $_ := set $flags "webhook-cert-dir" "/etc/kubewright/webhooks" }}{{ end -}}
{{- end -}}
{{- $name := .name -}}
{{- range $key, $value := .settings -}}
{{- $flag := printf "%s-%s" $name (regexReplaceAll "[A-Z]" $key "-${0}" | lower) -}}
{{- if not (kindIs "invalid" $value) }}{{ $_ := set $flags $flag (kindIs "slice" $value | ternary (join "," $value) $value) }}{{ end -}}
{{- end -}}
{{- $args := list "run" .name -}}
{{- range $flag := keys $flags | sortAlpha -}}
{{- $value := index $flags $flag -}}
{{- /* As JSON, for a large number would be printed with an exponent. */ -}}
{{- $args = append $args (printf "--%s=%s" $flag (kindIs "string" $value | ternary $value (toJson $value))) -}}
{{- end -}}
{{- dict "args" (concat $args .extraArgs) | toYaml -}}
{{- end -}}
