import { isJsonObject, type JsonObject, ownValue } from './json-object.ts'
import type { PatchProperty, PatchSchema } from './patch-schema.ts'
import { unknownPatchSchema } from './patch-schema.ts'
import { DELETE_FROM_LIST, listOf, PATCH, RETAIN_KEYS, SET_ORDER, settled, withoutDirectives } from './strategic-directives.ts'
import { deleteScalars, inOrder, mergeLists } from './strategic-lists.ts'
import { StrategicMergeError } from './strategic-merge-error.ts'

/**
 * Applies a strategic merge patch as kube-apiserver does (apimachinery v1.36, pkg/util/strategicpatch): objects merge key by key, `null` deletes, lists
 * merge or are replaced as `schema` says. The directives are `$patch: delete | replace` (`merge` is refused, as the server refuses it),
 * `$retainKeys`, `$deleteFromPrimitiveList/x` and `$setElementOrder/x`. Neither argument is changed; the result shares with `target` what the patch
 * did not touch. Directives and nulls do not get into the result: kube-apiserver drops them when it decodes the result into its types.
 * @throws StrategicMergeError
 */
export function applyStrategicMergePatch(target: unknown, patch: unknown, schema: PatchSchema): unknown {
  if (!isJsonObject(patch)) throw new StrategicMergeError(400, '', 'invalid JSON document: the patch must be an object')
  return mergeObjects(isJsonObject(target) ? target : {}, patch, schema, '')
}

function mergeObjects(before: JsonObject, patch: JsonObject, schema: PatchSchema, at: string): JsonObject {
  if (Object.hasOwn(patch, PATCH)) return followDirective(patch, at)
  const merged = new Map(Object.entries(retained(before, patch, at)))
  const ordered = mergeOrderedLists(merged, patch, schema, at)
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === RETAIN_KEYS || ordered.has(key) || listOf(SET_ORDER, key) !== undefined) continue
    const name = listOf(DELETE_FROM_LIST, key)
    if (name === undefined) mergeProperty(merged, key, value, schema, at)
    else deleteFromList(merged, name, value, at)
  }
  return Object.fromEntries(merged)
}

function followDirective(patch: JsonObject, at: string): JsonObject {
  const directive = patch[PATCH]
  if (directive === 'delete') return {}
  if (directive === 'replace') return withoutDirectives(patch) as JsonObject
  throw new StrategicMergeError(500, at, `unknown patch type: ${printGo(directive)} in map: ${printGo(patch)}`)
}

/** What `$retainKeys` leaves of the object. All that the patch sets must be among the keys, or it would contradict itself. */
function retained(before: JsonObject, patch: JsonObject, at: string): JsonObject {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return before
  const keys = patch[RETAIN_KEYS]
  if (!Array.isArray(keys)) throw new StrategicMergeError(400, at, 'invalid patch format of retainKeys: it must be a list of keys')
  for (const [key, value] of Object.entries(patch)) {
    const isSet =
      value !== null && key !== RETAIN_KEYS && listOf(DELETE_FROM_LIST, key) === undefined && listOf(SET_ORDER, key) === undefined
    if (isSet && !keys.includes(key)) {
      throw new StrategicMergeError(400, at, `invalid patch format of retainKeys: the patch sets "${key}", which is not among them`)
    }
  }
  return Object.fromEntries(Object.entries(before).filter(([key]) => keys.includes(key)))
}

/** Merges and sorts the lists of which `$setElementOrder` gives the order, and tells which they are. */
function mergeOrderedLists(merged: Map<string, unknown>, patch: JsonObject, schema: PatchSchema, at: string): ReadonlySet<string> {
  const ordered = new Set<string>()
  for (const [key, order] of Object.entries(patch)) {
    const name = listOf(SET_ORDER, key)
    if (name === undefined) continue
    const before = merged.get(name)
    const addition = ownValue(patch, name)
    const where = within(at, name)
    const malformed = (problem: string) => new StrategicMergeError(400, where, `invalid patch format of setElementOrder list: ${problem}`)
    if (name === '') throw malformed('write "$setElementOrder/FIELD"')
    if (!Array.isArray(order)) throw malformed('it must be a list')
    if ((before !== undefined && !Array.isArray(before)) || (addition !== undefined && !Array.isArray(addition))) {
      throw new StrategicMergeError(500, where, 'an element order was given, but the field is no list')
    }
    const field = schema.property(name) ?? {}
    checkOrder(addition ?? [], order, field, where)
    ordered.add(name)
    if (before === undefined && addition === undefined) continue
    if ([before, addition].every((list) => list === undefined || list.length === 0)) {
      throw new StrategicMergeError(500, where, 'no elements in any of the given slices')
    }
    const united = addition === undefined ? before : before === undefined ? settled(addition) : mergeList(before, addition, field, where)
    merged.set(name, inOrder(united as readonly unknown[], order, before ?? [], { at: where, mergeKey: field.mergeKey }))
  }
  return ordered
}

/** The patch's items must come in the order that it asks for, and all be in it; an empty order asks for nothing. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], { mergeKey }: PatchProperty, at: string): void {
  if (order.length === 0) return
  const identity = (item: unknown) => (mergeKey !== undefined && isJsonObject(item) ? ownValue(item, mergeKey) : item)
  const wanted = order.map(identity)
  let from = 0
  for (const item of patch) {
    if (isJsonObject(item) && Object.hasOwn(item, PATCH)) continue
    const found = wanted.indexOf(identity(item), from)
    if (found === -1) throw new StrategicMergeError(500, at, misordered(patch, order))
    from = found + 1
  }
}

const misordered = (patch: readonly unknown[], order: readonly unknown[]): string =>
  `The order in patch list:\n${printGo(patch)}\n doesn't match $setElementOrder list:\n${printGo(order)}\n`

/** Go's `%v`, in which kube-apiserver shows parts of a patch. */
function printGo(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printGo).join(' ')}]`
  if (!isJsonObject(value)) return value === null || value === undefined ? '<nil>' : String(value)
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${name}:${printGo(value[name])}`)
  return `map[${fields.join(' ')}]`
}

function mergeProperty(merged: Map<string, unknown>, key: string, value: unknown, schema: PatchSchema, at: string): void {
  const before = merged.get(key)
  const where = within(at, key)
  let result: unknown
  if (value === null) result = undefined
  else if (isJsonObject(before) && isJsonObject(value)) {
    const field = schema.property(key) ?? {}
    result =
      field.strategy === 'replace' ? withoutDirectives(value) : mergeObjects(before, value, field.schema ?? unknownPatchSchema, where)
  } else if (Array.isArray(before) && Array.isArray(value)) result = mergeList(before, value, schema.property(key) ?? {}, where)
  else result = settled(value)
  if (result === undefined) merged.delete(key)
  else merged.set(key, result)
}

function mergeList(before: readonly unknown[], patch: readonly unknown[], field: PatchProperty, at: string): readonly unknown[] {
  if (field.strategy !== 'merge') return withoutDirectives(patch) as readonly unknown[]
  const schema = field.schema ?? unknownPatchSchema
  return mergeLists(before, patch, { at, mergeKey: field.mergeKey, mergeItem: (item, change) => mergeObjects(item, change, schema, at) })
}

function deleteFromList(merged: Map<string, unknown>, name: string, unwanted: unknown, at: string): void {
  if (name === '') throw new StrategicMergeError(400, at, 'invalid patch format of primitive list: write "$deleteFromPrimitiveList/FIELD"')
  const before = merged.get(name)
  if (Array.isArray(before) && Array.isArray(unwanted)) merged.set(name, deleteScalars(within(at, name), before, unwanted))
}

const within = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`)
