import { type DynamicObject, type LabelSelector, matchesLabels } from '@kubewright/core'
import type { Operation, WebhookRule } from './configuration.ts'

/** What a rule is compared with. */
export interface RuleTarget {
  readonly operation: Operation
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** Empty for the cluster's own. Of a Namespace its own name. */
  readonly namespace: string
}

const hasOrStar = (list: readonly string[], wanted: string): boolean => list.includes('*') || list.includes(wanted)

export function ruleMatches(rule: WebhookRule, target: RuleTarget): boolean {
  return (
    scopeMatches(rule.scope ?? '*', target) &&
    hasOrStar(rule.operations, target.operation) &&
    hasOrStar(rule.apiGroups, target.group) &&
    hasOrStar(rule.apiVersions, target.version) &&
    rule.resources.some((each) => resourceMatches(each, target))
  )
}

function scopeMatches(scope: string, { group, resource, namespace }: RuleTarget): boolean {
  if (scope === '*') return true
  const isOfCluster = namespace === '' || (group === '' && resource === 'namespaces')
  return (scope === 'Cluster') === isOfCluster
}

function resourceMatches(ruled: string, { resource, subresource }: RuleTarget): boolean {
  const [name, part = ''] = ruled.split('/')
  return (name === '*' || name === resource) && (part === '*' || part === subresource)
}

/** One of the two states is enough: a webhook must not be evaded by taking the label away. */
export function objectMatches(selector: LabelSelector, object: DynamicObject | undefined, old: DynamicObject | undefined): boolean {
  if (selector.length === 0) return true
  return [object, old].some((state) => state !== undefined && matchesLabels(selector, state.metadata.labels))
}
