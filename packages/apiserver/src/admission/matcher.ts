import { type LabelSelector, matchesLabels } from '@kubewright/core'
import { notFound } from '../status/index.ts'
import type { Store } from '../storage/index.ts'
import type { ReviewedObjects } from './admission-review.ts'
import type { WebhookRule } from './configuration.ts'
import type { Equivalent, Equivalents } from './equivalents.ts'
import { objectMatches, ruleMatches } from './matching.ts'
import type { ReviewedRequest } from './reviewed-request.ts'

/** What decides whether a webhook or a policy has a say in a write. */
export interface MatchCriteria {
  /** Absent: all writes. */
  readonly rules?: readonly NamedRule[] | undefined
  /** Wins over the rules. */
  readonly excluded?: readonly NamedRule[]
  /** `Equivalent`: a rule for another version of the resource counts too. */
  readonly matchPolicy: 'Exact' | 'Equivalent'
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
}

export interface NamedRule extends WebhookRule {
  /** Empty or absent: whatever the name. */
  readonly resourceNames?: readonly string[]
}

export interface MatcherContext {
  readonly store: Store
  readonly equivalents: Equivalents
}

/** Says who is concerned by a write, and in which form of the resource. */
export class Matcher {
  private readonly context: MatcherContext

  constructor(context: MatcherContext) {
    this.context = context
  }

  /** @returns undefined for who has no say @throws Refusal 404 when labels of a namespace are asked for that is not there */
  formOf(criteria: MatchCriteria, request: ReviewedRequest, objects: ReviewedObjects): Equivalent | undefined {
    if (!objectMatches(criteria.objectSelector, objects.object, objects.old)) return undefined
    if (this.formByRules(criteria.excluded ?? [], criteria, request) !== undefined) return undefined
    const form = criteria.rules === undefined ? this.context.equivalents.own(request) : this.formByRules(criteria.rules, criteria, request)
    return form !== undefined && this.namespaceMatches(criteria, request, objects) ? form : undefined
  }

  private formByRules(rules: readonly NamedRule[], { matchPolicy }: MatchCriteria, request: ReviewedRequest): Equivalent | undefined {
    if (rules.length === 0) return undefined
    const { operation, subresource, namespace, name } = request
    const matches = ({ form: { resourceGroup: group, resourceVersion: version, resource } }: Equivalent) =>
      rules.some(
        (rule) =>
          ruleMatches(rule, { operation, group, version, resource, subresource, namespace }) &&
          ((rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(name)),
      )
    const own = this.context.equivalents.own(request)
    if (matches(own)) return own
    return matchPolicy === 'Equivalent' ? this.context.equivalents.others(request).find(matches) : undefined
  }

  private namespaceMatches({ namespaceSelector }: MatchCriteria, request: ReviewedRequest, { object }: ReviewedObjects): boolean {
    const { resource, namespace, subresource, operation } = request
    if (namespace === '' || namespaceSelector.length === 0) return true
    const isNamespaceItself = resource.group === '' && resource.plural === 'namespaces' && subresource === '' && operation !== 'DELETE'
    if (isNamespaceItself) return matchesLabels(namespaceSelector, object?.metadata.labels)
    const found = this.context.store.get('/namespaces', namespace)
    if (found === undefined) throw notFound({ group: '', plural: 'namespaces' }, namespace)
    return matchesLabels(namespaceSelector, found.object.metadata.labels)
  }
}
