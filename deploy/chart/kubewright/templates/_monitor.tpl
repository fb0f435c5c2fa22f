{{- /* What a PodMonitor and a ServiceMonitor have in common: (list CONTEXT OPERATOR MONITOR FIELD) */ -}}
{{- define "kubewright.monitor" }}
{{- $context := index . 0 }}
{{- $operator := index . 1 }}
{{- $field := index . 3 }}
{{- with index . 2 }}
metadata:
  name: {{ $operator.fullname }}
  namespace: {{ $context.Release.Namespace }}
  labels:
    {{- merge (deepCopy .labels) (include "kubewright.labels" (list $context $operator.name) | fromYaml) | toYaml | nindent 4 }}
  {{- with $context.Values.commonAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "kubewright.selector" $operator.name | nindent 6 }}
  # Rules and dashboards tell operators by it.
  jobLabel: app.kubernetes.io/component
  {{ $field }}:
    - port: metrics
      interval: {{ .interval }}
      scrapeTimeout: {{ .scrapeTimeout }}
      {{- if $operator.metrics.secure }}
      scheme: https
      {{- if eq $field "endpoints" }}
      bearerTokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
      {{- end }}
      tlsConfig:
        insecureSkipVerify: {{ empty $operator.metrics.certificateSecret }}
        {{- with $operator.metrics.certificateSecret }}
        ca:
          secret:
            name: {{ . }}
            key: ca.crt
        {{- if eq $field "endpoints" }}
        serverName: {{ $operator.fullname }}-metrics.{{ $context.Release.Namespace }}.svc
        {{- else }}
        serverName: {{ $operator.fullname }}.{{ $context.Release.Namespace }}.svc
        {{- end }}
        {{- end }}
      {{- end }}
      {{- with .relabelings }}
      relabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .metricRelabelings }}
      metricRelabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end }}
