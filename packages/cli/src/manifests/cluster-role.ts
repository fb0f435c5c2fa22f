import { mergeRules, type PolicyRule, rbac } from '@kubewright/schema'
import type { OperatorDefinition } from '../operator.ts'

/** What `--metrics-secure` asks the API server. A role of its own: who leaves the flag out need not bind it. */
export function metricsAuthRoleOf({ name }: Pick<OperatorDefinition, 'name'>) {
  const rules: readonly PolicyRule[] = [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ]
  return rbac(`kubewright-${name}-metrics-auth`, rules, labelsOf(name))
}

/**
 * What a member of a ring does with `--shards`: it sees the others by their Leases, and clears away those of the dead. With `--shard-filter server` it
 * has to know which namespaces there are, and with `label` it labels what it works on. Roles of their own: who leaves the flags out need not bind them.
 */
export function shardsRolesOf({ name, kinds, reconciles = [] }: Pick<OperatorDefinition, 'name' | 'kinds' | 'reconciles'>) {
  const leases = [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'] },
  ]
  const namespaces = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] }]
  // What it owns it may patch already, to apply it; of what has lost its label it is asked whether it is still there.
  const labelled = mergeRules(
    [...kinds, ...reconciles].map(({ group, plural }) => ({
      apiGroups: [group],
      resources: [plural],
      verbs: ['get', 'list', 'watch', 'patch'],
    })),
  )
  const role = (suffix: string, rules: readonly PolicyRule[]) => rbac(`kubewright-${name}-${suffix}`, rules, labelsOf(name))
  return [role('shards', leases), role('shards-server', namespaces), ...(labelled.length === 0 ? [] : [role('shards-label', labelled)])]
}

function labelsOf(operator: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'kubewright', 'app.kubernetes.io/component': operator }
}
