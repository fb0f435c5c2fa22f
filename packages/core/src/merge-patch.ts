import { deepEqual } from './equality.ts'
import { isJsonObject, type JsonObject, ownValue } from './json-object.ts'
import { formatPointer } from './json-pointer.ts'

/**
 * Applies an RFC 7386 merge patch: `null` deletes, objects merge, everything else replaces. The target is never changed: the result shares with
 * it what the patch did not touch.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch
  const before: JsonObject = isJsonObject(target) ? target : {}
  const merged = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue
    if (value === null) merged.delete(key)
    else merged.set(key, applyMergePatch(ownValue(before, key), value))
  }
  // fromEntries defines properties, it does not assign them: `__proto__` stays a property like any other.
  const result: JsonObject = Object.fromEntries(merged)
  return isJsonObject(target) && sameValues(target, result) ? target : result
}

/**
 * The merge patch that makes `to` out of `from`; `{}` when they are objects that say the same. `undefined` counts as absent.
 * @throws Error when `to` has a `null` in an object where `from` has it not, as a merge patch can only delete with it.
 */
export function diffMergePatch(from: unknown, to: unknown): unknown {
  return difference(from, to, [])
}

function difference(from: unknown, to: unknown, path: readonly string[]): unknown {
  if (!isJsonObject(to)) return to
  const before: JsonObject = isJsonObject(from) ? from : {}
  const patch: [string, unknown][] = []
  for (const key of Object.keys(before)) {
    if (before[key] !== undefined && ownValue(to, key) === undefined) patch.push([key, null])
  }
  for (const key of Object.keys(to)) {
    const value = to[key]
    if (value === undefined || (Object.hasOwn(before, key) && deepEqual(before[key], value))) continue
    if (value === null) {
      throw new Error(
        `a merge patch cannot set "${formatPointer([...path, key])}" to null: null deletes in one; leave the field out, or use a JSON patch`,
      )
    }
    patch.push([key, difference(ownValue(before, key), value, [...path, key])])
  }
  return Object.fromEntries(patch)
}

function sameValues(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}
