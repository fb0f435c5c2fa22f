import { compareQuantities, type KubeObject, parseDuration, parseTime } from 'kubewright'
import { uncertainty } from '../expiry/stamp.ts'
import { parseSpan } from '../expiry/time-to-live.ts'
import { type FieldPath, parseFieldPath } from '../fields/field-path.ts'
import { before, since } from '../time/spans.ts'
import { anyOf, during, FAILS, type Holding, holding, undecided } from './holding.ts'
import { compilePattern } from './pattern.ts'
import { scalars } from './scalars.ts'

export const COMPARISONS = [
  'Equals',
  'NotEquals',
  'In',
  'NotIn',
  'Exists',
  'DoesNotExist',
  'GreaterThan',
  'GreaterOrEqual',
  'LessThan',
  'LessOrEqual',
  'Matches',
  'DoesNotMatch',
  'OlderThan',
  'YoungerThan',
  'Before',
  'After',
] as const
export type ComparisonOperator = (typeof COMPARISONS)[number]

export interface ComparisonSpec {
  readonly fieldPath: string
  readonly operator: ComparisonOperator
  readonly value?: string | number | boolean | undefined
  readonly values?: readonly (string | number)[] | undefined
}

export interface Comparison {
  readonly path: FieldPath
  holds(object: KubeObject): Holding
}

/** Which operands an operator takes. */
const OPERANDS: Readonly<Record<ComparisonOperator, 'value' | 'values' | 'none'>> = {
  Equals: 'value',
  NotEquals: 'value',
  In: 'values',
  NotIn: 'values',
  Exists: 'none',
  DoesNotExist: 'none',
  GreaterThan: 'value',
  GreaterOrEqual: 'value',
  LessThan: 'value',
  LessOrEqual: 'value',
  Matches: 'value',
  DoesNotMatch: 'value',
  OlderThan: 'value',
  YoungerThan: 'value',
  Before: 'value',
  After: 'value',
}

/**
 * Without the field only DoesNotExist holds, which is the side on which nothing is deleted. Of a list one item has to fit.
 * @throws Error naming the operand that is wrong.
 */
export function compileComparison({ fieldPath, operator, value, values }: ComparisonSpec): Comparison {
  const path = parseFieldPath(fieldPath)
  const operands = OPERANDS[operator]
  if (operands === undefined) throw new Error(`operator "${String(operator)}" is not known: it is one of ${COMPARISONS.join(', ')}`)
  if (operands === 'none' && (value !== undefined || values !== undefined))
    throw new Error(`operator ${operator} takes no value; remove value and values`)
  if (operands === 'value' && (value === undefined || values !== undefined))
    throw new Error(`operator ${operator} takes one "value", and no "values"`)
  if (operands === 'values' && (values === undefined || values.length === 0 || value !== undefined))
    throw new Error(`operator ${operator} takes "values", at least one, and no "value"`)
  const test = compileTest(path, operator, String(value), (values ?? []).map(String))
  return { path, holds: (object) => test(path.all(object)) }
}

type Test = (found: readonly unknown[]) => Holding

function compileTest(path: FieldPath, operator: ComparisonOperator, value: string, values: readonly string[]): Test {
  const some =
    (holds: (text: string) => boolean): Test =>
    (found) =>
      holding(found.flatMap(scalars).some(holds))
  const none =
    (holds: (text: string) => boolean): Test =>
    (found) => {
      const present = found.flatMap(scalars)
      return holding(present.length > 0 && !present.some(holds))
    }
  switch (operator) {
    case 'Exists':
      return (found) => holding(exists(found))
    case 'DoesNotExist':
      return (found) => holding(!exists(found))
    case 'Equals':
      return some((text) => text === value)
    case 'NotEquals':
      return none((text) => text === value)
    case 'In':
      return some((text) => values.includes(text))
    case 'NotIn':
      return none((text) => values.includes(text))
    case 'Matches':
      return some(compilePattern(value))
    case 'DoesNotMatch':
      return none(compilePattern(value))
    case 'GreaterThan':
      return ordered(path, value, (order) => order > 0)
    case 'GreaterOrEqual':
      return ordered(path, value, (order) => order >= 0)
    case 'LessThan':
      return ordered(path, value, (order) => order < 0)
    case 'LessOrEqual':
      return ordered(path, value, (order) => order <= 0)
    case 'OlderThan': {
      const age = ageOf(value)
      return dated(path, (time) => during(since(time + age)))
    }
    case 'YoungerThan': {
      const age = ageOf(value)
      return dated(path, (time) => during(before(time + age)))
    }
    case 'Before': {
      const limit = timeOf(value)
      return dated(path, (time) => holding(time < limit))
    }
    case 'After': {
      const limit = timeOf(value)
      return dated(path, (time) => holding(time > limit))
    }
  }
}

const exists = (found: readonly unknown[]) => found.some((value) => value !== undefined && value !== null)

/** Times compare by date, numbers and quantities by amount, durations by length: whichever both are. (59m may be minutes or thousandths.) */
function ordered(path: FieldPath, value: string, holds: (order: number) => boolean): Test {
  if (!ORDERS.some((compare) => compare(value, value) !== undefined))
    throw new Error(`"${value}" has no order: write a number, a quantity (1Gi), a duration (1h30m) or an RFC 3339 time`)
  return (found) =>
    anyOf(
      found.flatMap(scalars).map((text) => {
        for (const compare of ORDERS) {
          const order = compare(text, value)
          if (order !== undefined) return holding(holds(order))
        }
        return undecided(`${path.text}: cannot be compared with "${value}"`)
      }),
    )
}

const ORDERS: readonly ((a: string, b: string) => number | undefined)[] = [
  (a, b) => difference(parseTime(a), parseTime(b)),
  (a, b) => attempt(() => compareQuantities(a, b)),
  (a, b) => attempt(() => parseDuration(a) - parseDuration(b)),
]

const difference = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? undefined : a - b)

/** The parsers tell by throwing; here it is an answer. */
function attempt(compare: () => number): number | undefined {
  try {
    return compare()
  } catch {
    return undefined
  }
}

function dated(path: FieldPath, when: (time: number) => Holding): Test {
  return (found) => {
    const texts = found.flatMap(scalars)
    if (texts.length === 0) return FAILS
    return anyOf(
      texts.map((text) => {
        const time = parseTime(text)
        return time === undefined
          ? undecided(`${path.text}: is no RFC 3339 time such as 2026-01-31T12:00:00Z`)
          : when(time + uncertainty(text))
      }),
    )
  }
}

function ageOf(value: string): number {
  const span = parseSpan(value)
  if (typeof span === 'string') throw new Error(span)
  return span
}

function timeOf(value: string): number {
  const time = parseTime(value)
  if (time === undefined) throw new Error(`"${value}" is no RFC 3339 time: write it like 2026-01-31T12:00:00Z, with a zone`)
  return time
}
