import { deepEqual } from './equality.ts'
import { isJsonObject, type JsonObject } from './json-object.ts'
import type { JsonPatchOperation } from './json-patch.ts'
import { formatPointer } from './json-pointer.ts'
import { compareText } from './text-order.ts'

/**
 * The JSON patch that makes `to` out of `from`: the same for the same documents, objects compared key by key (sorted), lists replaced whole,
 * as positions in a list that another writer may change are no addresses. None when they say the same. `undefined` counts as absent.
 */
export function diffJsonPatch(from: unknown, to: unknown): readonly JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = []
  collect(from, to, [], operations)
  return operations
}

/** Called for each change of each watched object where a dashboard is open, so what is equal costs a look: no list of it, no path to it. */
function collect(from: unknown, to: unknown, path: string[], into: JsonPatchOperation[]): void {
  if (!isJsonObject(from) || !isJsonObject(to)) {
    if (!deepEqual(from, to)) into.push({ op: 'replace', path: formatPointer(path), value: to })
    return
  }
  for (const key of suspects(from, to)) {
    path.push(key)
    if (!has(to, key)) into.push({ op: 'remove', path: formatPointer(path) })
    else if (has(from, key)) collect(from[key], to[key], path, into)
    else into.push({ op: 'add', path: formatPointer(path), value: to[key] })
    path.pop()
  }
}

/** The fields that are not the very same, sorted. */
function suspects(from: JsonObject, to: JsonObject): readonly string[] {
  const keys: string[] = []
  for (const key of Object.keys(from))
    if (from[key] !== undefined && !(Object.hasOwn(to, key) && Object.is(from[key], to[key]))) keys.push(key)
  for (const key of Object.keys(to)) if (to[key] !== undefined && !has(from, key)) keys.push(key)
  return keys.sort(compareText)
}

const has = (object: JsonObject, key: string): boolean => Object.hasOwn(object, key) && object[key] !== undefined
