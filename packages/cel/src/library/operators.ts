import { CelEvaluationError, noSuchKey, noSuchOverload } from '../errors.ts'
import { OPERATOR } from '../syntax/ast.ts'
import { typeName } from '../types/type.ts'
import { durationOf } from '../values/duration.ts'
import { equal, sameEntry } from '../values/equality.ts'
import { addInts, divideInts, moduloInts, multiplyInts, negateInt, subtractInts, toUint } from '../values/integers.ts'
import { typeOfValue } from '../values/kind.ts'
import { compare, isNumeric } from '../values/order.ts'
import { timestampOf } from '../values/timestamp.ts'
import {
  ArrayList,
  type CelInt,
  CelList,
  CelMap,
  type CelValue,
  Double,
  type Duration,
  keyText,
  Optional,
  type Timestamp,
  Uint,
} from '../values/value.ts'
import { type Evaluate, type Overload, overload } from './overload.ts'

/** Operators of which the arguments are always evaluated. `&&`, `||` and `?:` are declared for the checker alone. */
export function operators(): Overload[] {
  return [...logic(), ...equality(), ...ordering(), ...arithmetic(), ...times(), ...joining(), ...membership()]
}

function logic(): Overload[] {
  return [
    overload('_?_:_(bool, A, A): A', never),
    overload('_&&_(bool, bool): bool', never),
    overload('_||_(bool, bool): bool', never),
    overload('!_(bool): bool', (a: boolean) => !a),
    overload('@not_strictly_false(bool): bool', (a: CelValue) => a !== false),
  ]
}

function never(): CelValue {
  throw new Error('an operator that picks what it evaluates was called as a function')
}

function equality(): Overload[] {
  return [
    overload('_==_(A, A): bool', (a: CelValue, b: CelValue) => equal(a, b)),
    overload('_!=_(A, A): bool', (a: CelValue, b: CelValue) => !equal(a, b)),
  ]
}

/** Which types have an order between them; numbers across their kinds too. */
const ORDERED = ['bool', 'string', 'bytes', 'timestamp', 'duration'].map((type) => [type, type] as const)
const NUMERIC = ['int', 'uint', 'double'].flatMap((a) => ['int', 'uint', 'double'].map((b) => [a, b] as const))

function ordering(): Overload[] {
  const tests: readonly (readonly [string, (order: number) => boolean])[] = [
    [OPERATOR.less, (order) => order < 0],
    [OPERATOR.lessEqual, (order) => order <= 0],
    [OPERATOR.greater, (order) => order > 0],
    [OPERATOR.greaterEqual, (order) => order >= 0],
  ]
  return tests.flatMap(([operator, test]) =>
    [...ORDERED, ...NUMERIC].map(([a, b]) => overload(`${operator}(${a}, ${b}): bool`, (x: CelValue, y: CelValue) => test(compare(x, y)))),
  )
}

function arithmetic(): Overload[] {
  const doubles = (operator: string, compute: (a: number, b: number) => number): Overload =>
    overload(`${operator}(double, double): double`, (a: Double, b: Double) => new Double(compute(a.value, b.value)))
  const uints = (operator: string, compute: (a: bigint, b: bigint) => bigint): Overload =>
    overload(`${operator}(uint, uint): uint`, (a: Uint, b: Uint) => toUint(compute(a.value, b.value)))
  const ints = (operator: string, compute: (a: CelInt, b: CelInt) => CelInt): Overload => overload(`${operator}(int, int): int`, compute)
  return [
    ints(OPERATOR.add, addInts),
    ints(OPERATOR.subtract, subtractInts),
    ints(OPERATOR.multiply, multiplyInts),
    ints(OPERATOR.divide, divideInts),
    ints(OPERATOR.modulo, moduloInts),
    uints(OPERATOR.add, (a, b) => a + b),
    uints(OPERATOR.subtract, (a, b) => a - b),
    uints(OPERATOR.multiply, (a, b) => a * b),
    uints(OPERATOR.divide, (a, b) => a / nonZero(b, 'division by zero')),
    uints(OPERATOR.modulo, (a, b) => a % nonZero(b, 'modulus by zero')),
    doubles(OPERATOR.add, (a, b) => a + b),
    doubles(OPERATOR.subtract, (a, b) => a - b),
    doubles(OPERATOR.multiply, (a, b) => a * b),
    doubles(OPERATOR.divide, (a, b) => a / b),
    overload(`${OPERATOR.negate}(int): int`, negateInt),
    overload(`${OPERATOR.negate}(double): double`, (a: Double) => new Double(-a.value)),
  ]
}

function nonZero(value: bigint, message: string): bigint {
  if (value === 0n) throw new CelEvaluationError(message)
  return value
}

function times(): Overload[] {
  return [
    overload(`${OPERATOR.add}(duration, duration): duration`, (a: Duration, b: Duration) => durationOf(a.nanos + b.nanos)),
    overload(`${OPERATOR.add}(duration, timestamp): timestamp`, (a: Duration, b: Timestamp) =>
      timestampOf(a.nanos + b.nanos, b.zoneMinutes),
    ),
    overload(`${OPERATOR.add}(timestamp, duration): timestamp`, (a: Timestamp, b: Duration) =>
      timestampOf(a.nanos + b.nanos, a.zoneMinutes),
    ),
    overload(`${OPERATOR.subtract}(timestamp, timestamp): duration`, (a: Timestamp, b: Timestamp) => durationOf(a.nanos - b.nanos)),
    overload(`${OPERATOR.subtract}(timestamp, duration): timestamp`, (a: Timestamp, b: Duration) =>
      timestampOf(a.nanos - b.nanos, a.zoneMinutes),
    ),
    overload(`${OPERATOR.subtract}(duration, duration): duration`, (a: Duration, b: Duration) => durationOf(a.nanos - b.nanos)),
  ]
}

function joining(): Overload[] {
  return [
    overload(`${OPERATOR.add}(string, string): string`, (a: string, b: string) => a + b),
    overload(`${OPERATOR.add}(bytes, bytes): bytes`, (a: Uint8Array, b: Uint8Array) => new Uint8Array(Buffer.concat([a, b]))),
    overload(`${OPERATOR.add}(list(A), list(A)): list(A)`, joinLists),
  ]
}

/** Lists that a schema declares as sets or maps join as such: an entry of the second replaces its equal in the first, the others come behind. */
function joinLists(a: CelList, b: CelList): CelValue {
  const by = a.unordered
  if (by === undefined) return new Joined(a, b)
  const items = [...a]
  for (const element of b) {
    const index = items.findIndex((item) => sameEntry(item, element, by))
    if (index < 0) items.push(element)
    else items[index] = element
  }
  return new UnorderedList(items, by)
}

class UnorderedList extends ArrayList {
  override readonly unordered: NonNullable<CelList['unordered']>
  constructor(items: readonly CelValue[], by: NonNullable<CelList['unordered']>) {
    super(items)
    this.unordered = by
  }
}

/** Two lists one after the other, without copying either: `map` and `filter` add to a list once for each element. */
class Joined extends CelList {
  readonly size: number
  #items: CelValue[]

  constructor(a: CelList, b: CelList) {
    super()
    this.size = a.size + b.size
    // The list that a fold gathers in is taken over by the next one, whose prefix it is; only a list that grew since is copied.
    this.#items = a instanceof Joined && a.#items.length === a.size ? a.#items : [...a]
    for (let index = 0; index < b.size; index++) this.#items.push(b.at(index))
  }
  at(index: number): CelValue {
    return this.#items[index]!
  }
}

function membership(): Overload[] {
  return [
    overload(`${OPERATOR.in}(A, list(A)): bool`, contains, prepareContains),
    overload(`${OPERATOR.in}(A, map(A, B)): bool`, (key: CelValue, map: CelMap) => map.get(key) !== undefined),
    overload(`${OPERATOR.index}(list(A), int): A`, at),
    overload(`${OPERATOR.index}(map(A, B), A): B`, entry),
    overload(`${OPERATOR.index}(optional(list(A)), int): optional(A)`, (list: Optional, index: CelInt) =>
      optionalAt(list.value as CelList | undefined, index),
    ),
    overload(`${OPERATOR.index}(optional(map(K, V)), K): optional(V)`, (map: Optional, key: CelValue) =>
      optionalEntry(map.value as CelMap | undefined, key),
    ),
    overload(`${OPERATOR.optionalIndex}(list(A), int): optional(A)`, optionalAt),
    overload(`${OPERATOR.optionalIndex}(optional(list(A)), int): optional(A)`, (list: Optional, index: CelInt) =>
      optionalAt(list.value as CelList | undefined, index),
    ),
    overload(`${OPERATOR.optionalIndex}(map(K, V), K): optional(V)`, optionalEntry),
    overload(`${OPERATOR.optionalIndex}(optional(map(K, V)), K): optional(V)`, (map: Optional, key: CelValue) =>
      optionalEntry(map.value as CelMap | undefined, key),
    ),
  ]
}

export function contains(value: CelValue, list: CelList): boolean {
  for (let index = 0; index < list.size; index++) if (equal(value, list.at(index))) return true
  return false
}

/** Among constants of which each can be a key of a map, a value is looked up. */
function prepareContains([, list]: readonly (CelValue | undefined)[]): Evaluate | undefined {
  if (!(list instanceof CelList)) return undefined
  const texts = new Set<string>()
  for (const element of list) {
    const text = keyText(element)
    if (text === undefined) return undefined
    texts.add(text)
  }
  return (value) => {
    const text = keyText(value!)
    return text !== undefined && texts.has(text)
  }
}

/** An index may come as any number that is an integer: `list[1.0]` is `list[1]` where the types are not known before. */
function indexOf(list: CelList, index: CelValue): number | undefined {
  if (!isNumeric(index)) throw new CelEvaluationError(`unsupported index type '${typeName(typeOfValue(index))}' in list`)
  const number = Number(index instanceof Double || index instanceof Uint ? index.value : index)
  if (!Number.isInteger(number)) throw new CelEvaluationError(`unsupported index value ${number} in list`)
  return number >= 0 && number < list.size ? number : undefined
}

function at(list: CelList, index: CelValue): CelValue {
  const found = indexOf(list, index)
  if (found === undefined) throw new CelEvaluationError(`index out of bounds: ${printKey(index)}`)
  return list.at(found)
}

/** `value[index]`, of a value whose type was not known before. */
export function indexAny(value: CelValue, index: CelValue): CelValue {
  if (value instanceof CelList) return at(value, index)
  if (value instanceof CelMap) return entry(value, index)
  if (!(value instanceof Optional)) throw noSuchOverload()
  if (value.value === undefined) return Optional.none
  return value.value instanceof CelList ? optionalAt(value.value, index) : optionalEntry(value.value as CelMap, index)
}

function entry(map: CelMap, key: CelValue): CelValue {
  const value = map.get(key)
  if (value === undefined) throw noSuchKey(printKey(key))
  return value
}

function optionalAt(list: CelList | undefined, index: CelValue): CelValue {
  const found = list === undefined ? undefined : indexOf(list, index)
  return found === undefined ? Optional.none : new Optional(list!.at(found))
}

function optionalEntry(map: CelMap | undefined, key: CelValue): CelValue {
  const value = map?.get(key)
  return value === undefined ? Optional.none : new Optional(value)
}

function printKey(key: CelValue): string {
  return String(key instanceof Double || key instanceof Uint ? key.value : key)
}
