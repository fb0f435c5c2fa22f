import type { PolicyRule } from '@kubewright/schema'
import type { OperatorDefinition } from '../operator.ts'

/** What every manager does beside its operator's own work: hold a lease, record events. */
const RUNTIME_PERMISSIONS: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
]

/** The rights of one operator, from its own declaration. Binding it to an identity is the installer's choice. */
export function clusterRoleOf(operator: OperatorDefinition) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name: `kubewright-${operator.name}`,
      labels: { 'app.kubernetes.io/name': 'kubewright', 'app.kubernetes.io/component': operator.name },
    },
    rules: mergeRules([...operator.permissions, ...RUNTIME_PERMISSIONS]),
  }
}

/** One rule per set of verbs and names within a group, so that a reader sees each right once. */
export function mergeRules(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const verbs = mergeBy(rules, ({ verbs: _, ...rest }) => rest, 'verbs')
  return mergeBy(verbs, ({ resources: _, ...rest }) => rest, 'resources')
}

function mergeBy(rules: readonly PolicyRule[], identity: (rule: PolicyRule) => object, list: 'verbs' | 'resources'): readonly PolicyRule[] {
  const groups = Map.groupBy(rules, (rule) => JSON.stringify(identity(rule)))
  return [...groups.values()].map((group) => ({ ...group[0]!, [list]: [...new Set(group.flatMap((rule) => rule[list] ?? []))] }))
}
