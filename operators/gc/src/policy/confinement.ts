import type { Policy } from '../kinds/policies.ts'
import { isProtectedKind, isProtectedNamespace, type Protection } from '../protection/protection.ts'
import type { PolicyProblem } from './policy.ts'

/** What discovery says about the target's scope has to fit, too. */
export function scopeMismatch(policy: Policy, namespaced: boolean): PolicyProblem | undefined {
  const { kind, namespace } = policy.spec.targetResource
  if (!namespaced && policy.kind === 'GarbageCollectionPolicy') {
    return {
      reason: 'ClusterScopedTarget',
      message: `${kind} is cluster-scoped, and a GarbageCollectionPolicy is confined to its namespace: use a ClusterGarbageCollectionPolicy`,
    }
  }
  if (!namespaced && namespace !== undefined && namespace !== '' && namespace !== '*') {
    return { reason: 'ClusterScopedTarget', message: `${kind} is cluster-scoped: remove spec.targetResource.namespace ("${namespace}")` }
  }
  return undefined
}

export function namespaceOf(policy: Policy): string | undefined {
  if (policy.kind === 'GarbageCollectionPolicy') return policy.metadata.namespace
  const { namespace } = policy.spec.targetResource
  return namespace === '' || namespace === '*' ? undefined : namespace
}

/** zen-gc deleted anywhere on the word of anyone who could write a policy somewhere: a confused deputy. */
export function outsideProblem(policy: Policy, protection: Protection): PolicyProblem | undefined {
  const { namespace, kind } = policy.spec.targetResource
  const own = policy.metadata.namespace
  if (policy.kind === 'GarbageCollectionPolicy' && namespace !== undefined && namespace !== '' && namespace !== own) {
    return {
      reason: 'OutsideNamespace',
      message: `spec.targetResource.namespace is "${namespace}", but a GarbageCollectionPolicy works in its own namespace "${own}" only: remove the field, or use a ClusterGarbageCollectionPolicy`,
    }
  }
  const selecting = (['namespaces', 'excludeNamespaces', 'namespaceSelector'] as const).find(
    (field) => policy.spec.targetResource[field] !== undefined,
  )
  if (policy.kind === 'GarbageCollectionPolicy' && selecting !== undefined) {
    return {
      reason: 'OutsideNamespace',
      message: `spec.targetResource.${selecting} selects namespaces, but a GarbageCollectionPolicy works in its own namespace "${own}" only: remove the field, or use a ClusterGarbageCollectionPolicy`,
    }
  }
  if (policy.kind === 'GarbageCollectionPolicy' && policy.spec.conditions?.ownerGone?.namespacePath !== undefined) {
    return {
      reason: 'OutsideNamespace',
      message: `spec.conditions.ownerGone.namespacePath looks into other namespaces, but a GarbageCollectionPolicy works in its own namespace "${own}" only: remove the field, or use a ClusterGarbageCollectionPolicy`,
    }
  }
  if (isProtectedKind(protection, policy.spec.targetResource)) {
    return {
      reason: 'Protected',
      message: `${kind} is never collected: losing it can take the cluster along. Who runs the operator may allow it with --gc-allowed-kinds`,
    }
  }
  const scope = namespaceOf(policy)
  if (scope !== undefined && isProtectedNamespace(protection, scope)) {
    return {
      reason: 'Protected',
      message: `nothing is collected in namespace "${scope}". It belongs to the system, or is protected by --gc-protected-namespaces`,
    }
  }
  return undefined
}

/** In which words a policy about everything has to be acknowledged. */
export function broadScopeWords({ spec: { targetResource } }: Pick<Policy, 'spec'>): string {
  return `every ${targetResource.kind} of the cluster`
}

/** Without a selector a typing error is enough to delete all objects of a kind; so one has to say that one means it. */
export function broadScope(policy: Policy): PolicyProblem | undefined {
  const { targetResource, conditions, ttl, keep, action, acknowledgeBroadScope } = policy.spec
  if (policy.kind === 'GarbageCollectionPolicy' || action === 'Retain' || namespaceOf(policy) !== undefined) return undefined
  const { labelSelector, fieldSelector, namespaces, namespaceSelector } = targetResource
  const selects =
    Object.keys(labelSelector?.matchLabels ?? {}).length +
      (labelSelector?.matchExpressions ?? []).length +
      Object.keys(fieldSelector?.matchFields ?? {}).length +
      Object.keys(namespaceSelector?.matchLabels ?? {}).length +
      (namespaceSelector?.matchExpressions ?? []).length >
    0
  const narrows = namespaces !== undefined && !namespaces.includes('*')
  const asksObjects =
    ttl?.fromObject !== undefined && ttl.secondsAfterCreation === undefined && ttl.fieldPath === undefined && ttl.relativeTo === undefined
  if (selects || narrows || keep !== undefined || asksObjects || Object.keys(conditions ?? {}).length > 0) return undefined
  const words = broadScopeWords(policy)
  if (acknowledgeBroadScope === words) return undefined
  return {
    reason: 'TooBroad',
    message: `the policy is about ${words}: add a selector, conditions or namespaces, or set spec.acknowledgeBroadScope to "${words}"`,
  }
}
