import type { ResourceType } from '@kubewright/core'

/** A rule of RBAC: what may be done to which resources. Field for field `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
}

type Resource = Pick<ResourceType, 'group' | 'plural'>

/** `get`, `list` and `watch`: what a cache needs. */
export function readRule(resource: Resource): PolicyRule {
  return { apiGroups: [resource.group], resources: [resource.plural], verbs: ['get', 'list', 'watch'] }
}

/** What a controller of the kind needs: to read it and to write its status (and, with `finalizers`, its metadata too). */
export function reconcileRules(resource: Resource, options: { readonly finalizers?: boolean } = {}): readonly PolicyRule[] {
  return [
    { ...readRule(resource), ...(options.finalizers === true && { verbs: ['get', 'list', 'watch', 'patch', 'update'] }) },
    { apiGroups: [resource.group], resources: [`${resource.plural}/status`], verbs: ['get', 'patch', 'update'] },
    // Blocking owner references of what it creates need this one where OwnerReferencesPermissionEnforcement is on (OpenShift).
    ...(options.finalizers === true
      ? [{ apiGroups: [resource.group], resources: [`${resource.plural}/finalizers`], verbs: ['update'] }]
      : []),
  ]
}

/** What a controller needs for the kinds that it owns: to apply and delete them. */
export function ownRule(resource: Resource): PolicyRule {
  return {
    apiGroups: [resource.group],
    resources: [resource.plural],
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  }
}

/** The same rights in fewer rules, in a stable order: verbs of equal resources together, then resources of equal verbs. */
export function mergeRules(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const single = rules.flatMap(splitByResource)
  const byResource = groupBy(single, (rule) => key(rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs))
  const withVerbs = byResource.map((same) => ({ ...same[0]!, verbs: union(same.map((rule) => rule.verbs)) }))
  const byVerbs = groupBy(withVerbs, (rule) => key(rule.apiGroups, rule.verbs, rule.resourceNames, rule.nonResourceURLs))
  return byVerbs
    .map((same) =>
      same[0]!.resources === undefined ? same[0]! : { ...same[0]!, resources: union(same.map((rule) => rule.resources ?? [])) },
    )
    .sort(compareRules)
}

function splitByResource(rule: PolicyRule): PolicyRule[] {
  if (rule.nonResourceURLs !== undefined) return [rule]
  return (rule.apiGroups ?? ['']).flatMap((group) =>
    (rule.resources ?? []).map((resource) => ({
      apiGroups: [group],
      resources: [resource],
      ...(rule.resourceNames !== undefined && { resourceNames: rule.resourceNames }),
      verbs: rule.verbs,
    })),
  )
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const key = (...parts: readonly (readonly string[] | undefined)[]) => JSON.stringify(parts.map((part) => part?.toSorted(byText)))
const union = (lists: readonly (readonly string[])[]) => [...new Set(lists.flat())].sort(byText)
const compareRules = (a: PolicyRule, b: PolicyRule) => byText(sortKey(a), sortKey(b))
const sortKey = (rule: PolicyRule) =>
  JSON.stringify([rule.apiGroups ?? [], rule.resources ?? [], rule.resourceNames ?? [], rule.nonResourceURLs ?? [], rule.verbs])

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return [...Map.groupBy(items, keyOf).values()]
}

/** A ClusterRole with exactly these rights. Binding it to an identity is the installer's choice. */
export function rbac(name: string, rules: readonly PolicyRule[], labels: Readonly<Record<string, string>> = {}) {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, labels }, rules: mergeRules(rules) }
}
