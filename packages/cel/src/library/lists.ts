import { CelEvaluationError } from '../errors.ts'
import { durationOf } from '../values/duration.ts'
import { equal } from '../values/equality.ts'
import { addInts, toUint } from '../values/integers.ts'
import { typeOfValue } from '../values/kind.ts'
import { compare } from '../values/order.ts'
import {
  ArrayList,
  type CelInt,
  CelList,
  type CelMap,
  type CelValue,
  Double,
  Duration,
  EntryMap,
  isInt,
  keyText,
  Uint,
} from '../values/value.ts'
import { contains } from './operators.ts'
import { type Overload, overload } from './overload.ts'

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes']
const SUMMABLE = ['int', 'uint', 'double', 'duration']
/** A list of this many elements is what one request could spell; `lists.range` must not make more out of a few characters. */
const LONGEST_RANGE = 3 * 1024 * 1024

/** Kubernetes' functions of lists, cel-go's list extensions, sets, and what the comprehensions of two variables need. */
export function listLibrary(): Overload[] {
  return [...kubernetes(), ...extensions(), ...sets(), ...insertion()]
}

function kubernetes(): Overload[] {
  return [
    ...COMPARABLE.map((type) => overload(`list(${type}).isSorted(): bool`, isSorted)),
    ...SUMMABLE.map((type) => overload(`list(${type}).sum(): ${type}`, (list: CelList) => sum(list, type))),
    ...COMPARABLE.map((type) => overload(`list(${type}).max(): ${type}`, (list: CelList) => extremum(list, 'max'))),
    ...COMPARABLE.map((type) => overload(`list(${type}).min(): ${type}`, (list: CelList) => extremum(list, 'min'))),
    overload('list(A).indexOf(A): int', (list: CelList, item: CelValue) => [...list].findIndex((each) => equal(each, item))),
    overload('list(A).lastIndexOf(A): int', (list: CelList, item: CelValue) => [...list].findLastIndex((each) => equal(each, item))),
  ]
}

function extensions(): Overload[] {
  return [
    overload('list(T).slice(int, int): list(T)', slice),
    overload('list(list(T)).flatten(): list(T)', (list: CelList) => new ArrayList(flatten(list, 1))),
    overload('list(dyn).flatten(int): list(dyn)', (list: CelList, depth: CelInt) => {
      if (depth < 0) throw new CelEvaluationError('level must be non-negative')
      return new ArrayList(flatten(list, Number(depth)))
    }),
    ...COMPARABLE.map((type) => overload(`list(${type}).sort(): list(${type})`, (list: CelList) => sortBy(list, list))),
    ...COMPARABLE.map((type) => overload(`list(T).@sortByAssociatedKeys(list(${type})): list(T)`, sortBy)),
    overload('lists::range(int): list(int)', range),
    overload('list(T).reverse(): list(T)', (list: CelList) => new ArrayList([...list].reverse())),
    overload('list(T).distinct(): list(T)', distinct),
  ]
}

function sets(): Overload[] {
  const includes = (list: CelList, other: CelList): boolean => [...other].every((each) => contains(each, list))
  return [
    overload('sets::contains(list(T), list(T)): bool', includes),
    overload('sets::equivalent(list(T), list(T)): bool', (a: CelList, b: CelList) => includes(a, b) && includes(b, a)),
    overload('sets::intersects(list(T), list(T)): bool', (a: CelList, b: CelList) => [...a].some((each) => contains(each, b))),
  ]
}

function insertion(): Overload[] {
  const insert = (map: CelMap, key: CelValue, value: CelValue): EntryMap => {
    if (map.get(key) !== undefined) throw new CelEvaluationError(`insert failed: key ${String(key)} already exists`)
    return (map instanceof EntryMap ? map : copyMap(map)).with(key, value)
  }
  return [
    overload('cel::@mapInsert(map(K, V), map(K, V)): map(K, V)', (map: CelMap, other: CelMap) =>
      other.keys().reduce<CelMap>((merged, key) => insert(merged, key, other.get(key)!), map),
    ),
    overload('cel::@mapInsert(map(K, V), K, V): map(K, V)', insert),
  ]
}

function copyMap(map: CelMap): EntryMap {
  return new EntryMap(new Map(map.keys().map((key) => [keyText(key)!, [key, map.get(key)!] as const])))
}

function isSorted(list: CelList): boolean {
  for (let index = 1; index < list.size; index++) if (compare(list.at(index - 1), list.at(index)) > 0) return false
  return true
}

function sum(list: CelList, type: string): CelValue {
  const items = [...list]
  switch (type) {
    case 'int':
      return items.filter(isInt).reduce(addInts, 0)
    case 'uint':
      return items.filter((item) => item instanceof Uint).reduce((total, item) => toUint(total.value + item.value), new Uint(0n))
    case 'double':
      return items.filter((item) => item instanceof Double).reduce((total, item) => new Double(total.value + item.value), new Double(0))
    default:
      return items
        .filter((item) => item instanceof Duration)
        .reduce((total, item) => durationOf(total.nanos + item.nanos), new Duration(0n))
  }
}

function extremum(list: CelList, which: 'max' | 'min'): CelValue {
  if (list.size === 0) throw new CelEvaluationError(`${which} called on empty list`)
  let best = list.at(0)
  for (const item of list) {
    const order = compare(best, item)
    if (which === 'max' ? order < 0 : order > 0) best = item
  }
  return best
}

function slice(list: CelList, start: CelInt, end: CelInt): CelValue {
  const refuse = (why: string): CelEvaluationError => new CelEvaluationError(`cannot slice(${start}, ${end}), ${why}`)
  if (start < 0 || end < 0) throw refuse('negative indexes not supported')
  if (start > end) throw refuse('start index must be less than or equal to end index')
  if (list.size < end) throw refuse(`list is length ${list.size}`)
  return new ArrayList([...list].slice(Number(start), Number(end)))
}

function flatten(list: CelList, depth: number): CelValue[] {
  return [...list].flatMap((item) => (item instanceof CelList && depth > 0 ? flatten(item, depth - 1) : [item]))
}

/** The elements in the order of their keys. */
function sortBy(list: CelList, keys: CelList): CelValue {
  if (list.size !== keys.size) {
    throw new CelEvaluationError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    )
  }
  const pairs = [...list].map((item, index) => ({ item, key: keys.at(index) }))
  const kinds = new Set(pairs.map(({ key }) => typeOfValue(key).kind))
  if (kinds.size > 1) throw new CelEvaluationError('list elements must have the same type')
  return new ArrayList(pairs.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item))
}

function range(count: CelInt): CelValue {
  if (count > LONGEST_RANGE) throw new CelEvaluationError(`lists.range(${count}) is longer than ${LONGEST_RANGE} elements`)
  return new ArrayList(Array.from({ length: Math.max(0, Number(count)) }, (_, index) => index))
}

function distinct(list: CelList): CelValue {
  const unique: CelValue[] = []
  const texts = new Set<string>()
  for (const item of list) {
    const text = keyText(item)
    // What can be the key of a map is found by its text; the rest is compared with all.
    if (text === undefined ? unique.some((other) => equal(other, item)) : texts.has(text)) continue
    if (text !== undefined) texts.add(text)
    unique.push(item)
  }
  return new ArrayList(unique)
}
