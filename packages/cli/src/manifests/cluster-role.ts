import { type PolicyRule, rbac } from '@kubewright/schema'
import type { OperatorDefinition } from '../operator.ts'

/** What every manager does beside its operator's own work: hold a lease, record events. */
const RUNTIME_PERMISSIONS: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]

/** The rights of one operator, from its own declaration. */
export function clusterRoleOf({ name, permissions }: Pick<OperatorDefinition, 'name' | 'permissions'>) {
  const labels = { 'app.kubernetes.io/name': 'kubewright', 'app.kubernetes.io/component': name }
  return rbac(`kubewright-${name}`, [...permissions, ...RUNTIME_PERMISSIONS], labels)
}
