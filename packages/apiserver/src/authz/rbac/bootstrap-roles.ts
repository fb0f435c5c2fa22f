import type { PolicyRule } from './rule.ts'

/** A role that every cluster has from the start. */
export interface BootstrapRole {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly rules?: readonly PolicyRule[]
  /** Takes its rules from the roles that carry this label. */
  readonly aggregates?: string
  /** The groups it is bound to across the cluster. */
  readonly groups?: readonly string[]
}

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']
const READ_WRITE = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const HEALTH = ['/healthz', '/livez', '/readyz', '/version', '/version/']

const to = (role: 'admin' | 'edit' | 'view') => `rbac.authorization.k8s.io/aggregate-to-${role}`
const labelled = (role: 'admin' | 'edit' | 'view') => ({ [to(role)]: 'true' })

/** `pods,pods/log` of one or more groups, `''` being the core one. */
const rule = (apiGroups: string, resources: string, verbs: readonly string[]): PolicyRule => ({
  apiGroups: apiGroups.split(','),
  resources: resources.split(','),
  verbs,
})
const paths = (nonResourceURLs: readonly string[]): PolicyRule => ({ nonResourceURLs, verbs: ['get'] })

const EDIT: readonly PolicyRule[] = [
  rule('', 'pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy', READ),
  rule('', 'serviceaccounts', ['impersonate']),
  rule('', 'pods,pods/attach,pods/exec,pods/portforward,pods/proxy', WRITE),
  rule('', 'pods/eviction', ['create']),
  rule(
    '',
    'configmaps,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy',
    WRITE,
  ),
  rule('', 'serviceaccounts/token', ['create']),
  rule(',events.k8s.io', 'events', WRITE),
  rule(
    'apps',
    'daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale',
    WRITE,
  ),
  rule('autoscaling', 'horizontalpodautoscalers', WRITE),
  rule('batch', 'cronjobs,jobs', WRITE),
  rule(
    'extensions',
    'daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale',
    WRITE,
  ),
  rule('policy', 'poddisruptionbudgets', WRITE),
  rule('networking.k8s.io', 'ingresses,networkpolicies', WRITE),
  rule('coordination.k8s.io', 'leases', READ_WRITE),
  rule('resource.k8s.io', 'resourceclaims,resourceclaimtemplates', WRITE),
]

const VIEW: readonly PolicyRule[] = [
  rule(
    '',
    'configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status',
    READ,
  ),
  rule(
    '',
    'bindings,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status',
    READ,
  ),
  rule('', 'namespaces', READ),
  rule(',events.k8s.io', 'events', READ),
  rule('discovery.k8s.io', 'endpointslices', READ),
  rule(
    'apps',
    'controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status',
    READ,
  ),
  rule('autoscaling', 'horizontalpodautoscalers,horizontalpodautoscalers/status', READ),
  rule('batch', 'cronjobs,cronjobs/status,jobs,jobs/status', READ),
  rule(
    'extensions',
    'daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale',
    READ,
  ),
  rule('policy', 'poddisruptionbudgets,poddisruptionbudgets/status', READ),
  rule('networking.k8s.io', 'ingresses,ingresses/status,networkpolicies', READ),
  rule('resource.k8s.io', 'resourceclaims,resourceclaims/status,resourceclaimtemplates', READ),
]

/** Those of kube-apiserver v1.36 that people bind or meet; the roles of its own components, which are not here, are left out. */
export const BOOTSTRAP_ROLES: readonly BootstrapRole[] = [
  { name: 'cluster-admin', rules: [rule('*', '*', ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }], groups: ['system:masters'] },
  {
    name: 'system:discovery',
    rules: [
      paths(['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version', '/version/']),
    ],
    groups: ['system:authenticated'],
  },
  {
    name: 'system:basic-user',
    rules: [
      rule('authorization.k8s.io', 'selfsubjectaccessreviews,selfsubjectrulesreviews', ['create']),
      rule('authentication.k8s.io', 'selfsubjectreviews', ['create']),
    ],
    groups: ['system:authenticated'],
  },
  { name: 'system:public-info-viewer', rules: [paths(HEALTH)], groups: ['system:authenticated', 'system:unauthenticated'] },
  {
    name: 'system:monitoring',
    rules: [
      paths(['/flagz', '/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/metrics/slis', '/readyz', '/readyz/*', '/statusz']),
      rule('', 'nodes/metrics', ['get']),
    ],
    groups: ['system:monitoring'],
  },
  {
    name: 'system:auth-delegator',
    rules: [rule('authentication.k8s.io', 'tokenreviews', ['create']), rule('authorization.k8s.io', 'subjectaccessreviews', ['create'])],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [paths(['/.well-known/openid-configuration', '/.well-known/openid-configuration/', '/openid/v1/jwks', '/openid/v1/jwks/'])],
    groups: ['system:serviceaccounts'],
  },
  { name: 'admin', aggregates: to('admin') },
  { name: 'edit', labels: labelled('admin'), aggregates: to('edit') },
  { name: 'view', labels: labelled('edit'), aggregates: to('view') },
  {
    name: 'system:aggregate-to-admin',
    labels: labelled('admin'),
    rules: [
      rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
      rule('rbac.authorization.k8s.io', 'rolebindings,roles', READ_WRITE),
    ],
  },
  { name: 'system:aggregate-to-edit', labels: labelled('edit'), rules: EDIT },
  { name: 'system:aggregate-to-view', labels: labelled('view'), rules: VIEW },
]
