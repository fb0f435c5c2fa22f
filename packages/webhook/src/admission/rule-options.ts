import type { LabelSelectorSpec } from '@kubewright/core'

/** A CEL expression that decides whether a webhook is called at all. */
export interface MatchCondition {
  readonly name: string
  /** CEL: `object`, `oldObject`, `request`, `authorizer`. */
  readonly expression: string
}

/** Which requests the API server sends, and what it does when nobody answers. */
export interface RuleOptions {
  /**
   * What happens to requests while the hook cannot answer: `Fail` refuses them, `Ignore` lets them pass, also when the hook itself fails or takes
   * too long. @default 'Fail'
   */
  readonly failurePolicy?: 'Fail' | 'Ignore'
  /** All must hold, or the hook is not called: cheaper than any hook. At most 64. @default none */
  readonly matchConditions?: readonly MatchCondition[]
  /**
   * By labels of the namespace. @default for kinds of Kubernetes itself all but the program's own and kube-system, so that a failing hook cannot keep
   * what mends it from starting; for other kinds all
   */
  readonly namespaceSelector?: LabelSelectorSpec
  /** By labels of the object; its author decides about those, so this is no guard. @default all */
  readonly objectSelector?: LabelSelectorSpec
  /** Whether `default` is called again when a later webhook has changed the object. @default 'Never' */
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
  /** What the hooks do besides answering: `NoneOnDryRun` when they honour `dryRun`. @default 'None' */
  readonly sideEffects?: 'None' | 'NoneOnDryRun'
}

export interface ResolvedRules {
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly matchConditions: readonly MatchCondition[]
  readonly namespaceSelector: LabelSelectorSpec | undefined
  readonly objectSelector: LabelSelectorSpec | undefined
  readonly reinvocationPolicy: 'Never' | 'IfNeeded'
  readonly sideEffects: 'None' | 'NoneOnDryRun'
}

const MOST_CONDITIONS = 64

export function resolveRules(options: RuleOptions, refuse: (problem: string) => never): ResolvedRules {
  const { matchConditions = [] } = options
  if (matchConditions.length > MOST_CONDITIONS)
    refuse(`"matchConditions" has ${matchConditions.length}: the API server takes ${MOST_CONDITIONS}`)
  const names = matchConditions.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) refuse(`"matchConditions" has "${twice}" twice: give one of the two another name`)
  return {
    failurePolicy: options.failurePolicy ?? 'Fail',
    matchConditions,
    namespaceSelector: options.namespaceSelector,
    objectSelector: options.objectSelector,
    reinvocationPolicy: options.reinvocationPolicy ?? 'Never',
    sideEffects: options.sideEffects ?? 'None',
  }
}
