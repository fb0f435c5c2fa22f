{{- /* By which the Pods of an operator are found; never to be changed, for a Deployment's selector cannot be: NAME. */ -}}
{{- define "kubewright.selector" -}}
app.kubernetes.io/name: kubewright
app.kubernetes.io/component: {{ . }}
{{- end -}}

{{- /* (list CONTEXT NAME) */ -}}
{{- define "kubewright.labels" -}}
{{- $context := index . 0 -}}
{{ include "kubewright.selector" (index . 1) }}
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/version: {{ $context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $context.Release.Service }}
helm.sh/chart: {{ $context.Chart.Name }}-{{ $context.Chart.Version | replace "+" "_" }}
{{- with $context.Values.commonLabels }}
{{ toYaml . }}
{{- end -}}
{{- end -}}

{{- /* Labels and annotations: (list CONTEXT NAME ANNOTATIONS?) */ -}}
{{- define "kubewright.metadata" -}}
{{- $context := index . 0 -}}
{{- $own := gt (len .) 2 | ternary (last .) dict -}}
labels:
  {{- include "kubewright.labels" . | nindent 2 }}
{{- with merge (deepCopy $own) $context.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- /* (list CONTEXT NAME CONVERTED) */ -}}
{{- define "kubewright.crdAnnotations" -}}
{{- $context := index . 0 -}}
{{- $annotations := deepCopy $context.Values.commonAnnotations -}}
{{- if $context.Values.crds.keep -}}
{{- $_ := set $annotations "helm.sh/resource-policy" "keep" -}}
{{- end -}}
{{- if index . 2 -}}
{{- $annotations = merge $annotations (include "kubewright.trust" . | fromYaml) -}}
{{- end -}}
{{- with $annotations -}}{{ toYaml . }}{{- end -}}
{{- end -}}

{{- /* By which cert-manager fills in the authority of an operator's webhooks: (list CONTEXT NAME …) */ -}}
{{- define "kubewright.trust" -}}
{{- $context := index . 0 -}}
{{- $operator := include "kubewright.operator" (list $context (index . 1)) | fromYaml -}}
{{- if eq $operator.webhooks.by "cert-manager" -}}
cert-manager.io/inject-ca-from: {{ $context.Release.Namespace }}/{{ $operator.fullname }}
{{- end -}}
{{- end -}}

{{- /* The authority of a certificate that was given: (list CONTEXT NAME) */ -}}
{{- define "kubewright.caBundle" -}}
{{- $operator := include "kubewright.operator" . | fromYaml -}}
{{- if and (eq $operator.webhooks.by "secret") $operator.webhooks.certificates.caBundle -}}
caBundle: {{ $operator.webhooks.certificates.caBundle }}
{{- end -}}
{{- end -}}
