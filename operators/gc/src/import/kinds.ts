/** Kinds as other programs name them: by plural, by kind, with a group or without. */
export interface NamedKind {
  readonly apiVersion: string
  readonly kind: string
  readonly namespaced: boolean
}

const TABLE: readonly (readonly [plural: string, kind: string, apiVersion: string, cluster?: 'cluster'])[] = [
  ['configmaps', 'ConfigMap', 'v1'],
  ['cronjobs', 'CronJob', 'batch/v1'],
  ['daemonsets', 'DaemonSet', 'apps/v1'],
  ['deployments', 'Deployment', 'apps/v1'],
  ['horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'autoscaling/v2'],
  ['ingresses', 'Ingress', 'networking.k8s.io/v1'],
  ['jobs', 'Job', 'batch/v1'],
  ['namespaces', 'Namespace', 'v1', 'cluster'],
  ['networkpolicies', 'NetworkPolicy', 'networking.k8s.io/v1'],
  ['persistentvolumeclaims', 'PersistentVolumeClaim', 'v1'],
  ['persistentvolumes', 'PersistentVolume', 'v1', 'cluster'],
  ['poddisruptionbudgets', 'PodDisruptionBudget', 'policy/v1'],
  ['pods', 'Pod', 'v1'],
  ['replicasets', 'ReplicaSet', 'apps/v1'],
  ['replicationcontrollers', 'ReplicationController', 'v1'],
  ['resourcequotas', 'ResourceQuota', 'v1'],
  ['rolebindings', 'RoleBinding', 'rbac.authorization.k8s.io/v1'],
  ['roles', 'Role', 'rbac.authorization.k8s.io/v1'],
  ['secrets', 'Secret', 'v1'],
  ['serviceaccounts', 'ServiceAccount', 'v1'],
  ['services', 'Service', 'v1'],
  ['statefulsets', 'StatefulSet', 'apps/v1'],
]

/** What is meant by all kinds where nobody can ask a server: what people make by hand and forget. */
export const USUAL_KINDS: readonly NamedKind[] = [
  'configmaps',
  'cronjobs',
  'daemonsets',
  'deployments',
  'horizontalpodautoscalers',
  'ingresses',
  'jobs',
  'persistentvolumeclaims',
  'poddisruptionbudgets',
  'pods',
  'secrets',
  'serviceaccounts',
  'services',
  'statefulsets',
].map((plural) => kindNamed(plural)!)

/** `deployments`, `Deployment`, `apps/v1/Deployment`; `undefined`: not known here. */
export function kindNamed(text: string): NamedKind | undefined {
  const parts = text.split('/')
  const name = parts.at(-1)!
  const found = TABLE.find(([plural, kind]) => plural === name.toLowerCase() || kind === name)
  const group = parts.length > 2 ? parts[0] : undefined
  if (found !== undefined && (group === undefined || group === '*' || group === groupOf(found[2])))
    return { apiVersion: found[2], kind: found[1], namespaced: found[3] === undefined }
  // A kind that says its group and version needs no table.
  if (parts.length === 3 && !parts.includes('*') && /^[A-Z][A-Za-z0-9]*$/.test(name))
    return { apiVersion: `${parts[0]}/${parts[1]}`, kind: name, namespaced: true }
  return undefined
}

const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '')
