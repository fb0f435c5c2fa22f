// Every value of the chart: what it is, what it may be, and what it is when nobody says. values.yaml, values.schema.json and the README follow from it.
import { z } from 'zod'

/** A part of a manifest that Kubernetes knows better than a chart: it is taken as it is. */
const manifestPart = () => z.record(z.string(), z.unknown())
const manifestList = () => z.array(manifestPart())
const texts = () => z.record(z.string(), z.string())
const about = <T extends z.ZodType>(type: T, description: string): T => type.meta({ description }) as T

/** Go's syntax, as flags have it. */
const duration = () => z.string().regex(/^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$/)
const amount = () => z.union([z.int().min(0), z.string().regex(/^[0-9]+%$/)])

const probe = (periodSeconds: number, failureThreshold: number) =>
  z
    .strictObject({
      periodSeconds: about(z.int().min(1).default(periodSeconds), 'seconds between two questions'),
      timeoutSeconds: about(z.int().min(1).default(5), 'seconds for an answer'),
      failureThreshold: about(z.int().min(1).default(failureThreshold), 'so many failures in a row count'),
    })
    .prefault({})

const monitor = (what: string) =>
  z
    .strictObject({
      enabled: about(z.boolean().default(false), `${what}, for clusters that have the Prometheus operator`),
      interval: about(duration().default('30s'), 'between two scrapes'),
      scrapeTimeout: about(duration().default('10s'), 'for one scrape'),
      labels: about(texts().default({}), 'by which a Prometheus selects it'),
      relabelings: about(manifestList().default([]), 'before the scrape'),
      metricRelabelings: about(manifestList().default([]), 'after it'),
    })
    .prefault({})

const PROGRAM_PARTS = {
  replicas: about(
    z.int().min(0).default(2),
    'two, so that a node may go while the other replica takes over, and webhooks are answered meanwhile; 0: an emergency stop',
  ),
  namespaces: about(
    z.array(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)).default([]),
    'the namespaces to work in, with rights in these alone; all when empty',
  ),
  log: z
    .strictObject({
      level: about(z.enum(['debug', 'info', 'warn', 'error']).default('info'), 'how much is logged'),
      format: about(z.enum(['json', 'text']).default('json'), 'one JSON object a line, or text for people'),
    })
    .prefault({}),
  leaderElection: z
    .strictObject({
      enabled: about(z.boolean().default(true), 'only one of several replicas works; off only with one replica'),
      leaseDuration: about(duration().default('15s'), 'how long others wait after the last renewal before one of them leads'),
      renewDeadline: about(duration().default('10s'), 'how long the leader tries to renew before it gives up'),
      retryPeriod: about(duration().default('2s'), 'between two tries'),
      warmStandby: about(z.boolean().default(true), 'replicas that do not lead fill their caches, so that a new leader works at once'),
    })
    .prefault({}),
  shards: z
    .strictObject({
      enabled: about(z.boolean().default(false), 'replicas split the objects among them, instead of one that has all'),
      filter: about(
        z.enum(['none', 'client', 'server', 'label']).default('none'),
        'what a replica’s caches hold: everything, or its share, chosen by itself, by the server (Kubernetes 1.36), or by a label on each object',
      ),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      enabled: about(z.boolean().default(true), 'serve /metrics on port 8080'),
      secure: about(z.boolean().default(false), 'HTTPS, for those alone whom the API server knows and lets get the path /metrics'),
      certificateSecret: about(
        z.string().default(''),
        'a Secret with tls.crt and tls.key for it; self-signed when empty; with `secure` only',
      ),
    })
    .prefault({}),
  webhooks: z
    .strictObject({
      enabled: about(z.boolean().default(true), 'the API server asks the operator before it takes its objects'),
      failurePolicy: about(
        z.enum(['', 'Fail', 'Ignore']).default(''),
        'whether writes are refused while no replica answers; empty: what each webhook says',
      ),
      certificates: z
        .strictObject({
          from: about(
            z.enum(['operator', 'cert-manager', 'secret']).default('operator'),
            'operator: made, rotated and injected by the program; cert-manager: by a Certificate; secret: one that is there',
          ),
          secret: about(z.string().default(''), 'the Secret with tls.crt and tls.key; with `from: secret`, which needs it'),
          caBundle: about(z.string().default(''), 'who vouches for it: PEM in base64; with `from: secret`'),
          issuer: about(
            manifestPart().default({}),
            'cert-manager’s issuerRef; empty: a self-signed Issuer of its own; with `from: cert-manager`',
          ),
        })
        .prefault({}),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      endpoint: about(
        z.string().default(''),
        'where spans go, by OTLP over HTTP, such as http://collector.observability:4318; empty: nowhere',
      ),
    })
    .prefault({}),
  podMonitor: monitor('a PodMonitor'),
  serviceMonitor: monitor('a ServiceMonitor, and the Service that it needs'),
  podDisruptionBudget: z
    .strictObject({
      enabled: about(z.boolean().default(true), 'a PodDisruptionBudget'),
      maxUnavailable: about(amount().default(1), 'a number or a percentage'),
    })
    .prefault({}),
  networkPolicy: z
    .strictObject({
      enabled: about(z.boolean().default(false), 'a NetworkPolicy: nothing comes in but scrapes and webhooks'),
      metricsFrom: about(manifestList().default([]), 'who may scrape: NetworkPolicyPeers; anybody when empty'),
      egress: about(manifestList().default([]), 'where it may go: rules, in which the API server and DNS must be; anywhere when empty'),
    })
    .prefault({}),
  serviceAccount: z
    .strictObject({
      create: about(z.boolean().default(true), 'a ServiceAccount of its own'),
      name: about(z.string().default(''), 'another name than kubewright-OPERATOR, or the one that is there'),
      annotations: about(texts().default({}), 'such as the cloud’s role for it'),
    })
    .prefault({}),
  rbac: z
    .strictObject({
      create: about(z.boolean().default(true), 'the roles with exactly the rights that the operator needs, and their bindings'),
      extraRules: about(manifestList().default([]), 'more rules in its ClusterRole'),
    })
    .prefault({}),
  gracefulShutdownTimeout: about(duration().default('30s'), 'how long what is under way has to finish in'),
  terminationGracePeriodSeconds: about(z.int().min(0).default(45), 'longer than the time-out before, so that the program ends by itself'),
  resources: about(
    manifestPart().default({ requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } }),
    'of the container; memory follows the objects that are held',
  ),
  livenessProbe: probe(10, 3),
  readinessProbe: probe(10, 3),
  strategy: about(manifestPart().default({}), 'of the Deployment'),
  revisionHistoryLimit: about(z.int().min(0).default(10), 'of the Deployment'),
  podLabels: about(texts().default({}), 'more labels of the Pods'),
  podAnnotations: about(texts().default({}), 'of the Pods'),
  podSecurityContext: about(
    manifestPart().default({ runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } }),
    'as the Pod Security Standard “restricted” wants it',
  ),
  securityContext: about(
    manifestPart().default({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }),
    'as the Pod Security Standard “restricted” wants it, and a read-only root besides',
  ),
  priorityClassName: about(z.string().default(''), 'of the Pods'),
  nodeSelector: about(texts().default({}), 'where the Pods may run'),
  tolerations: about(manifestList().default([]), 'of the Pods'),
  affinity: about(manifestPart().default({}), 'of the Pods'),
  topologySpread: z
    .strictObject({
      enabled: about(z.boolean().default(true), 'replicas go to different nodes where that can be'),
      constraints: about(
        manifestList().default([]),
        'topologySpreadConstraints in the place of that; labelSelector is filled in where it lacks',
      ),
    })
    .prefault({}),
  extraArgs: about(z.array(z.string()).default([]), 'more flags of `kubewright run`, last'),
  extraEnv: about(manifestList().default([]), 'more variables of the container'),
  extraEnvFrom: about(manifestList().default([]), 'ConfigMaps and Secrets whose entries become variables'),
  extraVolumes: about(manifestList().default([]), 'such as a Secret with a CA certificate'),
  extraVolumeMounts: about(manifestList().default([]), 'where the container has them'),
  extraContainers: about(manifestList().default([]), 'beside the operator'),
  extraInitContainers: about(manifestList().default([]), 'before the operator'),
}

/** What each operator can be told, and `defaults` tells all. Each part is defined once in the schema, under its name. */
const PROGRAM = Object.fromEntries(Object.entries(PROGRAM_PARTS).map(([id, part]) => [id, part.meta({ ...part.meta(), id })]))

export interface OperatorSettings {
  readonly name: string
  readonly description: string
  readonly settings: z.ZodObject
}

export function valuesOf(operators: readonly OperatorSettings[]) {
  const operatorOf = ({ description, settings }: OperatorSettings) => {
    const shape = { ...PROGRAM, ...OWN(settings) }
    return about(z.strictObject(shape).prefault({}), description)
  }
  return z.strictObject({
    global: about(manifestPart().optional(), 'of a chart above this one; not used'),
    image: z
      .strictObject({
        repository: about(z.string().min(1).default('kubewright'), 'where the image is: with the registry that you have put it into'),
        tag: about(z.string().default(''), 'the chart’s appVersion when empty'),
        digest: about(
          z
            .string()
            .regex(/^(sha256:[0-9a-f]{64})?$/)
            .default(''),
          'sha256:…; in the place of the tag',
        ),
        pullPolicy: about(z.enum(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'), 'when the node asks the registry'),
      })
      .prefault({}),
    imagePullSecrets: about(z.array(z.strictObject({ name: z.string() })).default([]), 'Secrets for the registry, as `- name: NAME`'),
    commonLabels: about(texts().default({}), 'on everything'),
    commonAnnotations: about(texts().default({}), 'on everything'),
    crds: z
      .strictObject({
        install: about(
          z.boolean().default(true),
          'the CustomResourceDefinitions of the operators that are enabled; an upgrade upgrades them',
        ),
        keep: about(z.boolean().default(true), 'an uninstallation leaves them, and with them all objects'),
      })
      .prefault({}),
    operators: z.strictObject(Object.fromEntries(operators.map((each) => [each.name, operatorOf(each)]))).prefault({}),
    defaults: z.strictObject(PROGRAM).prefault({}),
    prometheusRule: z
      .strictObject({
        enabled: about(z.boolean().default(false), 'alerts, for clusters that have the Prometheus operator'),
        labels: about(texts().default({}), 'by which a Prometheus selects it'),
        alertLabels: about(texts().default({}), 'on each alert, such as the team that it goes to'),
        disabled: about(z.array(z.string()).default([]), 'alerts to leave out, by name'),
        runbooks: about(z.string().default(''), 'the address at which you have docs/alerts.md: each alert then links to its section'),
      })
      .prefault({}),
    dashboards: z
      .strictObject({
        enabled: about(z.boolean().default(false), 'Grafana’s dashboards as ConfigMaps, for its sidecar'),
        namespace: about(z.string().default(''), 'where the sidecar looks; the release’s own when empty'),
        labels: about(texts().default({ grafana_dashboard: '1' }), 'by which the sidecar finds them'),
        annotations: about(texts().default({}), 'such as the folder'),
      })
      .prefault({}),
    extraObjects: about(manifestList().default([]), 'more manifests; strings in them are templates'),
  })
}

const OWN = (settings: z.ZodObject) => ({
  enabled: about(z.boolean().default(false), 'whether it is installed'),
  settings: about(settings.partial().strict().prefault({}), 'its own flags'),
})
