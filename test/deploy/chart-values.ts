// For each value of the chart, another than its default, and where that is seen.
import type { Values } from './helm.ts'

export interface Effect {
  readonly value: unknown
  /** The kind of the manifest in which it is seen, and what is in its JSON then, and is not without it. */
  readonly kind: string
  readonly shows: string
  /** Without which it would have none. */
  readonly given?: Values
  /** Instead: what goes away, which is there without it. */
  readonly takesAway?: boolean
}

const pod = (value: unknown, shows: string, given?: Values): Effect => ({ value, kind: 'Deployment', shows, ...(given && { given }) })
const json = (value: unknown) => JSON.stringify(value).slice(1, -1)
const of = (part: string, value: Values): Values => ({ defaults: { [part]: value } })
const entry = { name: 'a', value: 'b' }
const peer = { podSelector: { matchLabels: { app: 'prometheus' } } }
const relabeling = { action: 'labeldrop', regex: 'pod' }

const monitorOf = (part: string, kind: string): Readonly<Record<string, Effect>> => {
  const given = of(part, { enabled: true })
  return {
    [`${part}.enabled`]: { value: true, kind, shows: '"port":"metrics"' },
    [`${part}.interval`]: { value: '7s', kind, shows: '"interval":"7s"', given },
    [`${part}.scrapeTimeout`]: { value: '6s', kind, shows: '"scrapeTimeout":"6s"', given },
    [`${part}.labels`]: { value: { release: 'prom' }, kind, shows: '"release":"prom"', given },
    [`${part}.relabelings`]: { value: [relabeling], kind, shows: '"relabelings":[{"action":"labeldrop","regex":"pod"}]', given },
    [`${part}.metricRelabelings`]: {
      value: [relabeling],
      kind,
      shows: '"metricRelabelings":[{"action":"labeldrop","regex":"pod"}]',
      given,
    },
  }
}
const probeOf = (part: string, path: string): Readonly<Record<string, Effect>> => ({
  [`${part}.periodSeconds`]: pod(77, `"httpGet":{"path":"${path}","port":"probes"},"failureThreshold":3,"periodSeconds":77`),
  [`${part}.timeoutSeconds`]: pod(78, '"timeoutSeconds":78'),
  [`${part}.failureThreshold`]: pod(79, `"httpGet":{"path":"${path}","port":"probes"},"failureThreshold":79`),
})

/** Of `defaults`, and so of each operator. */
export const PROGRAM_EFFECTS: Readonly<Record<string, Effect>> = {
  replicas: pod(5, '"replicas":5'),
  namespaces: { value: ['shop'], kind: 'Role', shows: '"namespace":"shop"' },
  'log.level': pod('debug', '--log-level=debug'),
  'log.format': pod('text', '--log-format=text'),
  'leaderElection.enabled': pod(false, '--leader-elect=false', { defaults: { replicas: 1 } }),
  'leaderElection.leaseDuration': pod('31s', '--leader-election-lease-duration=31s'),
  'leaderElection.renewDeadline': pod('9s', '--leader-election-renew-deadline=9s'),
  'leaderElection.retryPeriod': pod('3s', '--leader-election-retry-period=3s'),
  'leaderElection.warmStandby': pod(false, '--warm-standby=false'),
  'shards.enabled': pod(true, '--shards=true'),
  'shards.filter': { value: 'label', kind: 'ClusterRole', shows: '-shards-label"', given: of('shards', { enabled: true }) },
  'metrics.enabled': pod(false, '--metrics-bind-address=0'),
  'metrics.secure': { value: true, kind: 'ClusterRole', shows: 'tokenreviews' },
  'metrics.certificateSecret': pod('tls', '"secretName":"tls"', of('metrics', { secure: true })),
  'webhooks.enabled': { value: false, kind: 'ValidatingWebhookConfiguration', shows: 'kubewright-gc', takesAway: true },
  'webhooks.failurePolicy': { value: 'Ignore', kind: 'ValidatingWebhookConfiguration', shows: '"failurePolicy":"Ignore"' },
  'webhooks.certificates.from': { value: 'cert-manager', kind: 'Issuer', shows: 'selfSigned' },
  'webhooks.certificates.secret': pod('given', '"secretName":"given"', {
    defaults: { webhooks: { certificates: { from: 'secret', secret: 'x' } } },
  }),
  'webhooks.certificates.caBundle': {
    value: 'QUFB',
    kind: 'ValidatingWebhookConfiguration',
    shows: '"caBundle":"QUFB"',
    given: { defaults: { webhooks: { certificates: { from: 'secret', secret: 'x' } } } },
  },
  'webhooks.certificates.issuer': {
    value: { kind: 'ClusterIssuer', name: 'ca' },
    kind: 'Certificate',
    shows: '"issuerRef":{"kind":"ClusterIssuer","name":"ca"}',
    given: { defaults: { webhooks: { certificates: { from: 'cert-manager' } } } },
  },
  'tracing.endpoint': pod('http://collector:4318', '{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"http://collector:4318"}'),
  ...monitorOf('podMonitor', 'PodMonitor'),
  ...monitorOf('serviceMonitor', 'ServiceMonitor'),
  'podDisruptionBudget.enabled': { value: false, kind: 'PodDisruptionBudget', shows: 'kubewright-gc', takesAway: true },
  'podDisruptionBudget.maxUnavailable': { value: '40%', kind: 'PodDisruptionBudget', shows: '"maxUnavailable":"40%"' },
  'networkPolicy.enabled': { value: true, kind: 'NetworkPolicy', shows: '"policyTypes":["Ingress"]' },
  'networkPolicy.metricsFrom': {
    value: [peer],
    kind: 'NetworkPolicy',
    shows: json({ from: [peer] }),
    given: of('networkPolicy', { enabled: true }),
  },
  'networkPolicy.egress': {
    value: [{ to: [peer] }],
    kind: 'NetworkPolicy',
    shows: json({ to: [peer] }),
    given: of('networkPolicy', { enabled: true }),
  },
  'serviceAccount.create': {
    value: false,
    kind: 'ServiceAccount',
    shows: 'mine',
    takesAway: true,
    given: of('serviceAccount', { name: 'mine' }),
  },
  'serviceAccount.name': { value: 'mine', kind: 'ClusterRoleBinding', shows: '"name":"mine"' },
  'serviceAccount.annotations': { value: { role: 'r' }, kind: 'ServiceAccount', shows: '"annotations":{"role":"r"}' },
  'rbac.create': { value: false, kind: 'ClusterRole', shows: 'kubewright-gc', takesAway: true },
  'rbac.extraRules': { value: [{ apiGroups: ['x'], resources: ['y'], verbs: ['get'] }], kind: 'ClusterRole', shows: '"resources":["y"]' },
  gracefulShutdownTimeout: pod('12s', '--graceful-shutdown-timeout=12s'),
  terminationGracePeriodSeconds: pod(99, '"terminationGracePeriodSeconds":99'),
  resources: pod({ limits: { memory: '1Gi' } }, '"memory":"1Gi"'),
  ...probeOf('livenessProbe', '/healthz'),
  ...probeOf('readinessProbe', '/readyz'),
  strategy: pod({ type: 'Recreate' }, '"strategy":{"type":"Recreate"}'),
  revisionHistoryLimit: pod(3, '"revisionHistoryLimit":3'),
  podLabels: pod({ team: 'a' }, '"team":"a"'),
  podAnnotations: pod({ note: 'n' }, '"annotations":{"note":"n"}'),
  podSecurityContext: pod({ fsGroup: 7 }, '"fsGroup":7'),
  securityContext: pod({ privileged: false }, '"privileged":false'),
  priorityClassName: pod('high', '"priorityClassName":"high"'),
  nodeSelector: pod({ disk: 'ssd' }, '"nodeSelector":{"disk":"ssd"}'),
  tolerations: pod([{ key: 'k' }], '"tolerations":[{"key":"k"}]'),
  affinity: pod({ nodeAffinity: {} }, '"affinity":{"nodeAffinity":{}}'),
  'topologySpread.enabled': { value: false, kind: 'Deployment', shows: 'topologySpreadConstraints', takesAway: true },
  'topologySpread.constraints': pod([{ maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }], '"topologyKey":"zone"'),
  extraArgs: pod(['--profiling'], '"--profiling"]'),
  extraEnv: pod([entry], '"env":[{"name":"a","value":"b"}]'),
  extraEnvFrom: pod([{ secretRef: { name: 's' } }], '"envFrom":[{"secretRef":{"name":"s"}}]'),
  extraVolumes: pod([{ name: 'v', emptyDir: {} }], '"volumes":[{"emptyDir":{},"name":"v"}]'),
  extraVolumeMounts: pod([{ name: 'v', mountPath: '/v' }], '"volumeMounts":[{"mountPath":"/v","name":"v"}]'),
  extraContainers: pod([{ name: 'side', image: 'i' }], '{"image":"i","name":"side"}]'),
  extraInitContainers: pod([{ name: 'first', image: 'i' }], '"initContainers":[{"image":"i","name":"first"}]'),
}

const alerts = { prometheusRule: { enabled: true } }
const dashboards = { dashboards: { enabled: true } }

export const CHART_EFFECTS: Readonly<Record<string, Effect>> = {
  'image.repository': pod('registry.local/kw', '"image":"registry.local/kw:'),
  'image.tag': pod('v9', '"image":"kubewright:v9"'),
  'image.digest': pod(`sha256:${'a'.repeat(64)}`, `"image":"kubewright@sha256:${'a'.repeat(64)}"`),
  'image.pullPolicy': pod('Always', '"imagePullPolicy":"Always"'),
  imagePullSecrets: pod([{ name: 'p' }], '"imagePullSecrets":[{"name":"p"}]'),
  commonLabels: { value: { team: 'a' }, kind: 'ClusterRole', shows: '"team":"a"' },
  commonAnnotations: { value: { note: 'n' }, kind: 'ServiceAccount', shows: '"annotations":{"note":"n"}' },
  'crds.install': {
    value: false,
    kind: 'CustomResourceDefinition',
    shows: 'gc.kubewright.dev',
    takesAway: true,
    given: { crds: { install: true } },
  },
  'crds.keep': {
    value: false,
    kind: 'CustomResourceDefinition',
    shows: '"helm.sh/resource-policy":"keep"',
    takesAway: true,
    given: { crds: { install: true } },
  },
  'prometheusRule.enabled': { value: true, kind: 'PrometheusRule', shows: '"alert":' },
  'prometheusRule.labels': { value: { release: 'p' }, kind: 'PrometheusRule', shows: '"release":"p"', given: alerts },
  'prometheusRule.alertLabels': { value: { team: 'a' }, kind: 'PrometheusRule', shows: '"team":"a"', given: alerts },
  'prometheusRule.disabled': {
    value: ['KubewrightDown'],
    kind: 'PrometheusRule',
    shows: '"alert":"KubewrightDown"',
    takesAway: true,
    given: alerts,
  },
  'prometheusRule.runbooks': {
    value: 'https://x/alerts',
    kind: 'PrometheusRule',
    shows: '"runbook_url":"https://x/alerts#kubewrightdown"',
    given: alerts,
  },
  'dashboards.enabled': { value: true, kind: 'ConfigMap', shows: 'kubewright-dashboard-runtime' },
  'dashboards.namespace': { value: 'grafana', kind: 'ConfigMap', shows: '"namespace":"grafana"', given: dashboards },
  'dashboards.labels': { value: { dash: 'y' }, kind: 'ConfigMap', shows: '"dash":"y"', given: dashboards },
  'dashboards.annotations': { value: { folder: 'f' }, kind: 'ConfigMap', shows: '"folder":"f"', given: dashboards },
  extraObjects: {
    value: [{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: '{{ .Release.Name }}-x' } }],
    kind: 'LimitRange',
    shows: 'kubewright-x',
  },
}
