import { type DeployedProgram, isCalled, labelsOf } from './deployed-program.ts'

export interface DeploymentOptions {
  readonly namespace: string
  readonly image: string
  /** Of the program in the image. @default none */
  readonly args?: readonly string[]
  /** What it may do. @default the ClusterRole of its name */
  readonly roles?: readonly BoundRole[]
}

interface BoundRole {
  readonly kind: 'ClusterRole' | 'Role'
  readonly name: string
  readonly namespace?: string
}

/** Two, so that a node may go while the other replica takes over, and webhooks are answered meanwhile. */
const REPLICAS = 2
/** Of the "nonroot" user of distroless images; any number but 0 does. */
const USER = 65_532
/** Longer than the program's own patience of 30 s, so that it ends by itself. */
const GRACE_SECONDS = 45

/** What runs a program in a cluster, beside its CRDs, its roles and its webhook configurations. */
export function deploymentOf(program: DeployedProgram, options: DeploymentOptions): readonly object[] {
  const { namespace } = options
  const name = `kubewright-${program.name}`
  const labels = labelsOf(program.name)
  const metadata = { name, namespace, labels }
  const selector = { matchLabels: labels }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    ...bindingsOf(program, options),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: REPLICAS, selector, template: { metadata: { labels }, spec: podOf(program, options) } },
    },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { maxUnavailable: 1, selector } },
  ]
}

function bindingsOf(program: DeployedProgram, { namespace, roles }: DeploymentOptions): readonly object[] {
  const name = `kubewright-${program.name}`
  const subjects = [{ kind: 'ServiceAccount', name, namespace }]
  const called: readonly BoundRole[] = [
    { kind: 'ClusterRole', name: `${name}-webhooks` },
    { kind: 'Role', name: `${name}-webhooks`, namespace },
  ]
  const bound = [...(roles ?? [{ kind: 'ClusterRole', name }]), ...(isCalled(program) ? called : [])]
  return bound.map(({ kind, name: role, namespace: at }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${kind}Binding`,
    metadata: { name: role, ...(at !== undefined && { namespace: at }), labels: labelsOf(program.name) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects,
  }))
}

function podOf(program: DeployedProgram, { image, args = [] }: DeploymentOptions) {
  const probe = (path: string) => ({ httpGet: { path, port: 'probes' }, periodSeconds: 10 })
  return {
    serviceAccountName: `kubewright-${program.name}`,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: { runAsNonRoot: true, runAsUser: USER, runAsGroup: USER, seccompProfile: { type: 'RuntimeDefault' } },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labelsOf(program.name) },
      },
    ],
    containers: [
      {
        name: 'operator',
        image,
        ...(args.length > 0 && { args }),
        ports: [
          { name: 'metrics', containerPort: 8080 },
          { name: 'probes', containerPort: 8081 },
          ...(isCalled(program) ? [{ name: 'webhooks', containerPort: 9443 }] : []),
        ],
        livenessProbe: probe('/healthz'),
        readinessProbe: probe('/readyz'),
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      },
    ],
  }
}
