import { FormatValue } from '../library/named-formats.ts'
import type { Overload } from '../library/overload.ts'
import { OPERATOR } from '../syntax/ast.ts'
import { CelList, CelMap, type CelValue, LibraryValue, Optional } from '../values/value.ts'
import { ASK_AUTHORIZER, MAKE_LIST, PER_CHARACTER, PER_PATTERN_CHARACTER } from './constants.ts'

type Cost = (args: readonly CelValue[], result: CelValue) => number

/** What a call did cost. Decided once for each overload, when the expression is compiled. */
export function callCost(overload: Overload): Cost {
  return COSTS.get(overload.name)?.(overload) ?? one
}

const one: Cost = () => 1
const walk = (size: number, passes = 1): number => Math.ceil(size * passes * PER_CHARACTER)

/** Texts are measured in UTF-16 units: as many as code points for all but the rarest, and free to ask for. */
export function sizeOf(value: CelValue | undefined): number {
  if (typeof value === 'string') return value.length
  if (value instanceof CelList || value instanceof CelMap || value instanceof LibraryValue) return value.size
  if (value instanceof Uint8Array) return value.length
  return value instanceof Optional && value.value !== undefined ? sizeOf(value.value) : 1
}

/** A step for each leaf, a walk over each text. */
function traversal(value: CelValue): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length * PER_CHARACTER)
  if (value instanceof CelList) {
    let cost = 0
    for (const element of value) cost += traversal(element)
    return cost
  }
  if (value instanceof CelMap) return value.keys().reduce<number>((cost, key) => cost + traversal(key) + traversal(value.get(key)!), 0)
  return 1
}

const walkFirst: Cost = ([text]) => walk(sizeOf(text))
const walkTwice: Cost = ([text]) => walk(sizeOf(text), 2)
const pattern = (text: number, length: number): number => walk(text + 1) * Math.ceil(length * PER_PATTERN_CHARACTER)
const search: Cost = ([text, part]) => pattern(sizeOf(text), sizeOf(part))
const smaller: Cost = ([a, b]) => walk(Math.min(sizeOf(a), sizeOf(b)))
const allocate = (factor: number, size: number): number => Math.floor(size * factor) + 1 + MAKE_LIST
const selfCompare = (list: CelValue | undefined): number => {
  const size = sizeOf(list)
  const first = list instanceof CelList && size > 0 ? list.at(0) : undefined
  return allocate(typeof first === 'string' || first instanceof Uint8Array ? 2 + PER_CHARACTER : 2, size * size)
}
const addresses = (cidr: CelValue | undefined, other: CelValue | undefined): number =>
  walk(2 * sizeOf(cidr)) + (typeof other === 'string' ? walk(other.length) : 0)

const always =
  (cost: Cost): ((overload: Overload) => Cost) =>
  () =>
    cost
const forTexts =
  (cost: Cost) =>
  ({ parameters }: Overload): Cost =>
    parameters[0]?.kind === 'string' || parameters[0]?.kind === 'bytes' ? cost : one

const equality =
  () =>
  (args: readonly CelValue[]): number =>
    args[0] instanceof LibraryValue ? 1 : smaller(args, null)

const COSTS: ReadonlyMap<string, (overload: Overload) => Cost> = new Map([
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, always(([list]) => traversal(list!))] as const),
  ...['lowerAscii', 'upperAscii', 'substring', 'trim', 'url', 'format', 'strings.quote', 'startsWith', 'endsWith'].map(
    (name) => [name, always(walkFirst)] as const,
  ),
  ...['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map((name) => [name, always(walkFirst)] as const),
  ['check', always(() => ASK_AUTHORIZER)],
  ['ip', ({ member }) => (member ? one : walkFirst)],
  ['ip.isCanonical', always(walkTwice)],
  ['replace', always(walkTwice)],
  ['split', always(walkTwice)],
  ['join', always((_, result) => walk(sizeOf(result), 2))],
  ['find', always(search)],
  ['findAll', always(search)],
  ['matches', always(search)],
  ['contains', always(([text, part]) => walk(sizeOf(text)) * walk(sizeOf(part)))],
  ['containsIP', always(([cidr, other]) => addresses(cidr, other))],
  ['containsCIDR', always(([cidr, other]) => addresses(cidr, other) + walk(sizeOf(cidr)) + 1)],
  ['validate', always(([format, text]) => (format instanceof FormatValue ? pattern(sizeOf(text), format.patternLength) : 1))],
  [OPERATOR.equal, equality],
  [OPERATOR.notEqual, equality],
  ...[OPERATOR.less, OPERATOR.lessEqual, OPERATOR.greater, OPERATOR.greaterEqual].map((name) => [name, forTexts(smaller)] as const),
  [OPERATOR.add, forTexts(([a, b]) => walk(sizeOf(a) + sizeOf(b)))],
  [OPERATOR.in, ({ parameters }) => (parameters[1]?.kind === 'list' ? ([, list]) => sizeOf(list) : one)],
  ['bytes', forTexts(walkFirst)],
  ['string', ({ parameters }) => (parameters[0]?.kind === 'bytes' ? walkFirst : one)],
  ...['slice', 'reverse', 'lists.range'].map((name) => [name, always((_, result) => allocate(1, sizeOf(result)))] as const),
  ['flatten', always(([list, depth]) => allocate(depth === undefined ? 1 : Number(depth), sizeOf(list)))],
  ['distinct', always(([list]) => selfCompare(list))],
  ['sort', always(([list]) => selfCompare(list))],
  ['@sortByAssociatedKeys', always(([, keys]) => selfCompare(keys))],
  ...[['sets.contains', 1] as const, ['sets.intersects', 1] as const, ['sets.equivalent', 2] as const].map(
    ([name, passes]) => [name, always(([a, b]) => 1 + sizeOf(a) * sizeOf(b) * passes)] as const,
  ),
] satisfies (readonly [string, (overload: Overload) => Cost])[])
