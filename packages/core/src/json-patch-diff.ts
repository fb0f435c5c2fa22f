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
  return [...differences(from, to, [])]
}

function* differences(from: unknown, to: unknown, path: readonly string[]): Iterable<JsonPatchOperation> {
  if (deepEqual(from, to)) return
  if (!isJsonObject(from) || !isJsonObject(to)) {
    yield { op: 'replace', path: formatPointer(path), value: to }
    return
  }
  for (const key of [...new Set([...Object.keys(from), ...Object.keys(to)])].sort(compareText)) {
    const at = [...path, key]
    if (!has(to, key)) {
      if (has(from, key)) yield { op: 'remove', path: formatPointer(at) }
    } else if (has(from, key)) {
      yield* differences(from[key], to[key], at)
    } else {
      yield { op: 'add', path: formatPointer(at), value: to[key] }
    }
  }
}

const has = (object: JsonObject, key: string): boolean => Object.hasOwn(object, key) && object[key] !== undefined
