{{- /* (list CONTEXT OPERATOR) */ -}}
{{- define "kubewright.pod" -}}
{{- $context := index . 0 -}}
{{- with index . 1 -}}
serviceAccountName: {{ .account }}
{{- with $context.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationGracePeriodSeconds: {{ .terminationGracePeriodSeconds | int }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  {{- toYaml .podSecurityContext | nindent 2 }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .topologySpread.enabled }}
topologySpreadConstraints:
  {{- $usual := dict "maxSkew" 1 "topologyKey" "kubernetes.io/hostname" "whenUnsatisfiable" "ScheduleAnyway" }}
  {{- $selector := dict "labelSelector" (dict "matchLabels" (include "kubewright.selector" .name | fromYaml)) }}
  {{- range .topologySpread.constraints | default (list $usual) }}
  - {{ merge (deepCopy .) $selector | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- with .extraInitContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: operator
    image: {{ include "kubewright.image" $context }}
    imagePullPolicy: {{ $context.Values.image.pullPolicy }}
    {{- include "kubewright.arguments" . | nindent 4 }}
    {{- with include "kubewright.env" . | fromYaml }}
    {{- with .env }}
    env:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- end }}
    {{- with .extraEnvFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
      {{- if .metrics.enabled }}
      - name: metrics
        containerPort: 8080
      {{- end }}
      - name: probes
        containerPort: 8081
      {{- if .webhooks.enabled }}
      - name: webhooks
        containerPort: 9443
      {{- end }}
    livenessProbe:
      httpGet:
        path: /healthz
        port: probes
      {{- toYaml .livenessProbe | nindent 6 }}
    readinessProbe:
      httpGet:
        path: /readyz
        port: probes
      {{- toYaml .readinessProbe | nindent 6 }}
    resources:
      {{- toYaml .resources | nindent 6 }}
    securityContext:
      {{- toYaml .securityContext | nindent 6 }}
    {{- with concat (include "kubewright.mounts" . | fromYamlArray) .extraVolumeMounts }}
    volumeMounts:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  {{- with .extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with concat (include "kubewright.volumes" . | fromYamlArray) .extraVolumes }}
volumes:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
{{- end -}}

{{- define "kubewright.env" -}}
{{- $own := list -}}
{{- with .tracing.endpoint }}{{ $own = append $own (dict "name" "OTEL_EXPORTER_OTLP_ENDPOINT" "value" .) }}{{ end -}}
{{- dict "env" (concat $own .extraEnv) | toYaml -}}
{{- end -}}

{{- /* The Secret of the webhooks' certificate that somebody else fills; cert-manager's has the operator's name. */ -}}
{{- define "kubewright.webhookSecret" -}}
{{- if eq .webhooks.by "secret" }}{{ .webhooks.certificates.secret }}{{ else if eq .webhooks.by "cert-manager" }}{{ .fullname }}-webhooks{{ end -}}
{{- end -}}

{{- define "kubewright.volumes" -}}
{{- $volumes := list -}}
{{- with include "kubewright.webhookSecret" . }}{{ $volumes = append $volumes (dict "name" "webhook-certificates" "secret" (dict "secretName" .)) }}{{ end -}}
{{- with .metrics.certificateSecret }}{{ $volumes = append $volumes (dict "name" "metrics-certificates" "secret" (dict "secretName" .)) }}{{ end -}}
{{- toYaml $volumes -}}
{{- end -}}

{{- define "kubewright.mounts" -}}
{{- $mounts := list -}}
{{- with include "kubewright.webhookSecret" . }}{{ $mounts = append $mounts (dict "name" "webhook-certificates" "mountPath" "/etc/kubewright/webhooks" "readOnly" true) }}{{ end -}}
{{- with .metrics.certificateSecret }}{{ $mounts = append $mounts (dict "name" "metrics-certificates" "mountPath" "/etc/kubewright/metrics" "readOnly" true) }}{{ end -}}
{{- toYaml $mounts -}}
{{- end -}}
