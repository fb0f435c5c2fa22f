import type { Attributes } from '../attributes.ts'

/** A rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  /** `pods`, `pods/log`, all kinds of one subresource as a star and its name, or a star. */
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

export interface RoleRef {
  readonly apiGroup: string
  readonly kind: string
  readonly name: string
}

export interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

const hasOrAll = (list: readonly string[] | undefined, wanted: string): boolean =>
  list !== undefined && (list.includes(wanted) || list.includes('*'))

export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false
  if (attributes.is === 'path') return rule.nonResourceURLs?.some((url) => urlMatches(url, attributes.path)) ?? false
  const { group, resource, subresource, name } = attributes
  return (
    hasOrAll(rule.apiGroups, group) &&
    (rule.resources?.some((each) => resourceMatches(each, resource, subresource)) ?? false) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  )
}

function resourceMatches(ruled: string, resource: string, subresource: string): boolean {
  if (ruled === '*') return true
  return subresource === '' ? ruled === resource : ruled === `${resource}/${subresource}` || ruled === `*/${subresource}`
}

/** A star counts at the end alone: `/healthz/*` is all below, not the path itself. */
function urlMatches(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')))
}
