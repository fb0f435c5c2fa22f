import { parseRequirements } from './label-grammar.ts'
import { type LabelOperator, type LabelRequirement, matchesRequirement, requirementProblems } from './label-requirement.ts'
import { SelectorError } from './selector-error.ts'
import { compareText } from './text-order.ts'

/** All requirements must hold; none at all matches everything. */
export type LabelSelector = readonly LabelRequirement[]

/** meta/v1 LabelSelector: how selectors are written inside objects. */
export interface LabelSelectorSpec {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelSelectorExpression[]
}

/** A condition in the `matchExpressions` of a spec. */
export interface LabelSelectorExpression {
  readonly key: string
  readonly operator: Exclude<LabelOperator, 'Gt' | 'Lt'>
  readonly values?: readonly string[]
}

/**
 * Parses what one gives to `kubectl -l`: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. An empty
 * text selects everything. Requirements come sorted by key.
 * @throws SelectorError naming the position.
 */
export function parseLabelSelector(text: string): LabelSelector {
  return parseRequirements(text).sort(byKey)
}

/**
 * The selector that an object's field describes. An empty one selects everything.
 * @throws SelectorError naming the field.
 */
export function labelSelectorOf(spec: LabelSelectorSpec): LabelSelector {
  const requirements: LabelRequirement[] = []
  const add = (field: string, requirement: LabelRequirement) => {
    const [problem] = requirementProblems(requirement)
    if (problem !== undefined) {
      const where = problem.part === 'key' ? field : `${field}.values${problem.index === undefined ? '' : `[${problem.index}]`}`
      const what = problem.index === undefined && problem.part !== 'key' ? '' : `"${problem.value}": `
      throw new SelectorError(`${where}: ${what}${problem.problem}`)
    }
    requirements.push({ ...requirement, values: [...new Set(requirement.values)].sort(compareText) })
  }
  for (const [key, value] of Object.entries(spec.matchLabels ?? {})) {
    add(`matchLabels["${key}"]`, { key, operator: 'In', values: [value] })
  }
  for (const [index, { key, operator, values = [] }] of (spec.matchExpressions ?? []).entries()) {
    const field = `matchExpressions[${index}]`
    if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator)) {
      throw new SelectorError(`${field}.operator: "${operator}" is not a valid label selector operator`)
    }
    add(field, { key, operator, values })
  }
  return requirements.sort(byKey)
}

/** Whether the labels meet all conditions of the selector. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return selector.every((requirement) => matchesRequirement(requirement, labels ?? {}))
}

/** The selector as text, the same text for the same requirements in whatever order; {@link parseLabelSelector} reads it back. */
export function printLabelSelector(selector: LabelSelector): string {
  return selector
    .toSorted((a, b) => byKey(a, b) || compareText(print(a), print(b)))
    .map(print)
    .join(',')
}

function print({ key, operator, values }: LabelRequirement): string {
  const set = `(${values.toSorted(compareText).join(',')})`
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in ${set}`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin ${set}`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    case 'Gt':
      return `${key}>${values[0]}`
    case 'Lt':
      return `${key}<${values[0]}`
  }
}

const byKey = (a: LabelRequirement, b: LabelRequirement): number => compareText(a.key, b.key)
