import type { Overload } from '../library/overload.ts'
import { type Expr, OPERATOR } from '../syntax/ast.ts'
import { type CelType, sameType, typeName } from '../types/type.ts'
import { ASK_AUTHORIZER, LONGEST_FORMAT, LONGEST_FORMAT_PATTERN, MAKE_LIST, PER_CHARACTER, PER_PATTERN_CHARACTER } from './constants.ts'
import { fixed, plus, type Range, scale, times, UNBOUNDED, union } from './size.ts'

/** An argument of a call, as far as it matters to costs. */
export interface Argument {
  readonly type: CelType
  readonly size: Range
  /** The size of an element, where the argument is a list. */
  readonly elementSize: Range
  /** `undefined` for what no expression spells. */
  readonly expr: Expr
}

export interface CallEstimate {
  /** Of the call itself: what its arguments cost comes on top. */
  readonly cost: Range
  readonly resultSize?: Range
}

type Estimate = (target: Argument | undefined, args: readonly Argument[], overload: Overload) => CallEstimate | undefined

const ONE: CallEstimate = { cost: fixed(1) }
const walk = (size: Range, passes = 1): Range => scale(size, passes * PER_CHARACTER)

/** What a call of one overload may cost: cel-go's list and set extensions, then Kubernetes' libraries, then the language itself; 1 for what none names. */
export function estimateCall(overload: Overload, target: Argument | undefined, args: readonly Argument[]): CallEstimate {
  const estimate = ESTIMATES.get(overload.name)
  return estimate?.(target, args, overload) ?? ONE
}

const allocate = (factor: number, size: Range): CallEstimate => ({
  cost: plus(scale(size, factor), fixed(1 + MAKE_LIST)),
  resultSize: size,
})

/** The int that the argument spells, or a fallback. */
function literalInt({ expr }: Argument, fallback: number): number {
  if (expr.is !== 'literal' || expr.literal.of !== 'int') return fallback
  return Math.max(0, Number(expr.literal.value))
}

const selfCompare = (size: Range, element: CelType | undefined): CallEstimate =>
  allocate(element?.kind === 'string' || element?.kind === 'bytes' ? 2 + PER_CHARACTER : 2, times(size, size))
const elementOf = (type: CelType | undefined): CelType | undefined => (type?.kind === 'list' ? type.element : undefined)

const setOperation =
  (passes: number): Estimate =>
  (_, [a, b]) => ({ cost: plus(scale(times(a!.size, b!.size), passes), fixed(1)) })

const listExtensions: readonly (readonly [string, Estimate])[] = [
  [
    'slice',
    (target, [start, end]) => {
      const size = literalInt(end!, target!.size.max) - literalInt(start!, 0)
      // Go's unsigned difference wraps around where the end comes first.
      return allocate(1, fixed(size < 0 ? UNBOUNDED : size))
    },
  ],
  ['flatten', (target, [depth]) => allocate(depth === undefined ? 1 : literalInt(depth, UNBOUNDED), target!.size)],
  ['lists.range', (_, [count]) => allocate(1, fixed(literalInt(count!, UNBOUNDED)))],
  ['reverse', (target) => allocate(1, target!.size)],
  ['distinct', (target) => allocate(2, times(target!.size, target!.size))],
  ['sort', (target, _, overload) => selfCompare(target!.size, elementOf(overload.parameters[0]))],
  ['@sortByAssociatedKeys', (_, [keys], overload) => selfCompare(keys!.size, elementOf(overload.parameters[1]))],
  ['sets.contains', setOperation(1)],
  ['sets.intersects', setOperation(1)],
  ['sets.equivalent', setOperation(2)],
]

/** One step for each element, and a walk over each that is a text. A text itself is walked. */
const eachElement: Estimate = (target) => {
  if (target === undefined) return undefined
  const element = elementOf(target.type)
  if (element === undefined) return { cost: walk(target.size) }
  const each = element.kind === 'string' || element.kind === 'bytes' ? plus(fixed(1), walk(target.elementSize)) : fixed(1)
  return { cost: times(target.size, each) }
}
const transformText: Estimate = (target) => (target === undefined ? undefined : { cost: walk(target.size), resultSize: target.size })
const parseText: Estimate = (_, [text]) => (text === undefined ? undefined : { cost: walk(text.size) })

const replaceText: Estimate = (target, [part, by]) => {
  if (target === undefined || part === undefined || by === undefined) return undefined
  return { cost: walk(target.size, 2), resultSize: replacedSize(target.size, part.size, by.size) }
}

/** From replacing the longest parts by the shortest, to replacing the shortest by the longest. */
function replacedSize(text: Range, part: Range, by: Range): Range {
  const count = { min: 0, max: 0 }
  const kept = { min: 0, max: 0 }
  if (part.min === 0) {
    count.max = Math.min(text.max + 1, UNBOUNDED)
    kept.max = text.max
  } else if (by.max <= part.min) kept.max = text.max
  else count.max = Math.ceil(text.max / part.min)
  if (part.max === 0) {
    count.min = Math.min(text.min + 1, UNBOUNDED)
    kept.min = text.min
  } else if (part.max <= by.min) kept.min = text.min
  else count.min = Math.ceil(text.min / part.max)
  return plus(times(count, by), kept)
}

const splitText: Estimate = (target, args) => {
  if (target === undefined) return undefined
  const limit = args[1]?.expr
  const max = limit?.is === 'literal' && limit.literal.of === 'int' ? Number(limit.literal.value) : target.size.max
  // A negative limit means none; Go reads it as a huge one.
  return { cost: walk(target.size, 2), resultSize: { min: 0, max: max < 0 ? UNBOUNDED : max } }
}

const joinTexts: Estimate = (target, [separator]) => {
  if (target === undefined) return undefined
  let size = elementOf(target.type) === undefined ? fixed(0) : times(target.size, target.elementSize)
  if (separator !== undefined) {
    const gaps = { min: Math.max(0, target.size.min - 1), max: Math.max(0, target.size.max - 1) }
    size = plus(size, times(separator.size, gaps))
  }
  return { cost: walk(size), resultSize: size }
}

/** An empty text is one unit: its pattern may be long. */
const patternCost = (text: Range, pattern: Range): Range => times(walk(plus(text, fixed(1))), scale(pattern, PER_PATTERN_CHARACTER))
const findPattern: Estimate = (target, [pattern]) =>
  target === undefined || pattern === undefined
    ? undefined
    : { cost: patternCost(target.size, pattern.size), resultSize: { min: 0, max: target.size.max } }

/** Bytes of an address. */
const ADDRESS: Range = { min: 4, max: 16 }
const compareAddresses = (other: Argument | undefined): Range =>
  plus(walk(plus(ADDRESS, ADDRESS)), other?.type.kind === 'string' ? walk(other.size) : fixed(0))

const kubernetes: readonly (readonly [string, Estimate])[] = [
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, eachElement] as const),
  ...['lowerAscii', 'upperAscii', 'substring', 'trim'].map((name) => [name, transformText] as const),
  ...['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map((name) => [name, parseText] as const),
  ['url', (_, [text]) => (text === undefined ? undefined : { cost: walk(text.size), resultSize: text.size })],
  ['ip', (target, args, overload) => (target === undefined ? parseText(target, args, overload) : ONE)],
  ['ip.isCanonical', (_, [text]) => ({ cost: walk(text!.size, 2) })],
  ['containsIP', (_, [other]) => ({ cost: compareAddresses(other) })],
  ['containsCIDR', (_, [other]) => ({ cost: plus(compareAddresses(other), walk(ADDRESS), fixed(1)) })],
  ['replace', replaceText],
  ['split', splitText],
  ['join', joinTexts],
  ['find', findPattern],
  ['findAll', findPattern],
  ['validate', (_, [text]) => ({ cost: scale(walk(text!.size), LONGEST_FORMAT_PATTERN * PER_PATTERN_CHARACTER) })],
]

/** Comparing goes as far as the shorter one. */
const compareSizes: Estimate = (_, args) => {
  const [a, b] = args as [Argument, Argument]
  const max = Math.min(a.size.max, b.size.max)
  return { cost: scale({ min: max > 0 ? 1 : 0, max }, PER_CHARACTER) }
}
const ordering: Estimate = (target, args, overload) => {
  const kind = overload.parameters[0]?.kind
  return kind === overload.parameters[1]?.kind && (kind === 'string' || kind === 'bytes') ? compareSizes(target, args, overload) : undefined
}
const EQUAL_AT_ONCE = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver'])
const equality: Estimate = (target, args, overload) => {
  const [a, b] = args as [Argument, Argument]
  if (overload.name === OPERATOR.equal && sameType(a.type, b.type)) {
    const name = typeName(a.type)
    if (EQUAL_AT_ONCE.has(name)) return ONE
    if (name === 'kubernetes.NamedFormat') return { cost: walk({ min: 1, max: LONGEST_FORMAT }) }
    if (name === 'kubernetes.URL') return { cost: walk({ min: 1, max: b.size.max === UNBOUNDED ? 1 : b.size.max }) }
  }
  return compareSizes(target, args, overload)
}

const addition: Estimate = (_, args, overload) => {
  const kind = overload.parameters[0]?.kind
  if (kind !== 'string' && kind !== 'bytes' && kind !== 'list') return undefined
  const resultSize = plus(args[0]!.size, args[1]!.size)
  return { cost: kind === 'list' ? fixed(1) : walk(resultSize), resultSize }
}

const language: readonly (readonly [string, Estimate])[] = [
  ...[OPERATOR.less, OPERATOR.lessEqual, OPERATOR.greater, OPERATOR.greaterEqual].map((name) => [name, ordering] as const),
  [OPERATOR.equal, equality],
  [OPERATOR.notEqual, equality],
  [OPERATOR.add, addition],
  [OPERATOR.in, (_, args, overload) => (overload.parameters[1]?.kind === 'list' ? { cost: scale(args[1]!.size, 1) } : undefined)],
  ['format', (target) => (target === undefined ? undefined : { cost: walk(target.size) })],
  [
    'strings.quote',
    (_, [text]) => ({ cost: walk(text!.size), resultSize: plus(scale(text!.size, 1), { min: 2, max: text!.size.max + 2 }) }),
  ],
  ['startsWith', parseText],
  ['endsWith', parseText],
  [
    'contains',
    (target, [part]) => (target === undefined || part === undefined ? undefined : { cost: times(walk(target.size), walk(part.size)) }),
  ],
  [
    'matches',
    (target, [pattern]) => (target === undefined || pattern === undefined ? undefined : { cost: patternCost(target.size, pattern.size) }),
  ],
  [
    'bytes',
    (_, [text], overload) =>
      overload.parameters[0]?.kind === 'string'
        ? { cost: walk(text!.size), resultSize: { min: text!.size.min, max: text!.size.max * 4 } }
        : undefined,
  ],
  [
    'string',
    (_, [bytes], overload) =>
      overload.parameters[0]?.kind === 'bytes'
        ? { cost: walk(bytes!.size), resultSize: { min: Math.floor(bytes!.size.min / 4), max: bytes!.size.max } }
        : undefined,
  ],
]

const asking: readonly [string, Estimate] = ['check', () => ({ cost: fixed(ASK_AUTHORIZER) })]

const ESTIMATES: ReadonlyMap<string, Estimate> = new Map([...language, ...kubernetes, ...listExtensions, asking])

/** For a conditional, whose arguments are not all evaluated. */
export function estimateConditional([condition, whenTrue, whenFalse]: readonly Range[]): Range {
  return plus(condition!, union(whenTrue!, whenFalse!))
}
