import { type PolicyRule, rbac } from '@kubewright/schema'
import type { OperatorDefinition } from '../operator.ts'

/** What every manager does beside its operator's own work: hold a lease, record events. */
const RUNTIME_PERMISSIONS: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]

/** What `--metrics-secure` asks the API server. A role of its own: who leaves the flag out need not bind it. */
export function metricsAuthRoleOf({ name }: Pick<OperatorDefinition, 'name'>) {
  const rules: readonly PolicyRule[] = [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ]
  return rbac(`kubewright-${name}-metrics-auth`, rules, labelsOf(name))
}

/** What a member of a ring does with `--shards`: it sees the others by their Leases, and clears away those of the dead. */
export function shardsRoleOf({ name }: Pick<OperatorDefinition, 'name'>) {
  const rules: readonly PolicyRule[] = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  ]
  return rbac(`kubewright-${name}-shards`, rules, labelsOf(name))
}

/** The rights of one operator, from its own declaration. */
export function clusterRoleOf({ name, permissions }: Pick<OperatorDefinition, 'name' | 'permissions'>) {
  return rbac(`kubewright-${name}`, [...permissions, ...RUNTIME_PERMISSIONS], labelsOf(name))
}

function labelsOf(operator: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'kubewright', 'app.kubernetes.io/component': operator }
}
