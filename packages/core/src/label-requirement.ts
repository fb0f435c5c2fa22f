import { labelValueErrors, qualifiedNameErrors } from './names.ts'

/** How a label's value is compared. */
export type LabelOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'

/** One condition of a label selector. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  /** Sorted and without repetition; one integer for Gt and Lt, none for Exists and DoesNotExist. */
  readonly values: readonly string[]
}

/** What makes a requirement impossible: the part of it, and the sentence of apimachinery. */
export interface RequirementProblem {
  readonly part: 'key' | 'values' | 'value' | 'number'
  /** The value's index, where it is about one. */
  readonly index?: number
  readonly value: string
  readonly problem: string
}

/** All that is wrong with a requirement; nothing: it is legal. */
export function requirementProblems({ key, operator, values }: LabelRequirement): readonly RequirementProblem[] {
  const problems: RequirementProblem[] = []
  const keyErrors = qualifiedNameErrors(key)
  if (keyErrors.length > 0) problems.push({ part: 'key', value: key, problem: keyErrors.join('; ') })
  const count = countProblem(operator, values.length)
  if (count !== undefined) problems.push({ part: 'values', value: values.join(','), problem: count })
  for (const [index, value] of values.entries()) {
    if ((operator === 'Gt' || operator === 'Lt') && parseInt64(value) === undefined) {
      problems.push({ part: 'number', index, value, problem: "for 'Gt', 'Lt' operators, the value must be an integer" })
    }
    const errors = labelValueErrors(value)
    if (errors.length > 0) problems.push({ part: 'value', index, value, problem: errors.join('; ') })
  }
  return problems
}

function countProblem(operator: LabelOperator, count: number): string | undefined {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined
    case 'Exists':
    case 'DoesNotExist':
      return count > 0 ? 'values set must be empty for exists and does not exist' : undefined
    case 'Gt':
    case 'Lt':
      return count === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required"
  }
}

export function matchesRequirement({ key, operator, values }: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    // Kubernetes counts an object without the label as one whose label has another value.
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
    case 'Lt': {
      const left = value === undefined ? undefined : parseInt64(value)
      const right = parseInt64(values[0] ?? '')
      return left !== undefined && right !== undefined && (operator === 'Gt' ? left > right : left < right)
    }
  }
}

/** As Go's `strconv.ParseInt(text, 10, 64)`: a sign, leading zeros, and the range of 64 bits. */
function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, value) === value ? value : undefined
}
