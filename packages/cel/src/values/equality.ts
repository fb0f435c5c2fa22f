import { sameType } from '../types/type.ts'
import { compareNumbers, isNumeric } from './order.ts'
import {
  CelList,
  CelMap,
  CelObject,
  type CelValue,
  Duration,
  LibraryValue,
  Optional,
  Timestamp,
  TypeValue,
  type UnorderedBy,
} from './value.ts'

/** Equality across all types: values of kinds that do not compare are not equal, and numbers compare by what they are worth. */
export function equal(a: CelValue, b: CelValue): boolean {
  if (a === b) return true
  if (typeof a === 'string' || typeof b === 'string') return false
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0
  if (a === null || b === null || typeof a === 'boolean' || typeof b === 'boolean') return false
  if (a instanceof CelList) return b instanceof CelList && equalLists(a, b)
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b)
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  if (a instanceof TypeValue) return b instanceof TypeValue && sameName(a, b)
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b)
  if (a instanceof LibraryValue) return b instanceof LibraryValue && sameType(a.type, b.type) && a.equals(b)
  return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index])
}

// `type([1]) == list`: only the outermost type counts.
function sameName(a: TypeValue, b: TypeValue): boolean {
  if (a.type.kind !== b.type.kind) return false
  return 'name' in a.type && 'name' in b.type ? a.type.name === b.type.name : true
}

function equalOptionals(a: Optional, b: Optional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equal(a.value, b.value)
}

function equalLists(a: CelList, b: CelList): boolean {
  if (a.size !== b.size) return false
  const unordered = a.unordered ?? b.unordered
  if (unordered !== undefined) return sameElements(a, b, unordered)
  for (let index = 0; index < a.size; index++) if (!equal(a.at(index), b.at(index))) return false
  return true
}

function sameElements(a: CelList, b: CelList, by: UnorderedBy): boolean {
  const others = [...b]
  for (const element of a) {
    const index = others.findIndex((other) => sameEntry(element, other, by) && equal(element, other))
    if (index < 0) return false
    others.splice(index, 1)
  }
  return true
}

/** Whether two elements of an unordered list are the same entry of it. */
export function sameEntry(a: CelValue, b: CelValue, by: UnorderedBy): boolean {
  if (by.by === 'value' || !(a instanceof CelObject) || !(b instanceof CelObject)) return equal(a, b)
  return by.keys.every((key) => equal(a.get(key) ?? null, b.get(key) ?? null))
}

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a.size !== b.size) return false
  return a.keys().every((key) => {
    const other = b.get(key)
    return other !== undefined && equal(a.get(key)!, other)
  })
}
