import { isJsonObject, type JsonObject, ownValue } from './json-object.ts'
import { PATCH, withoutDirectives } from './strategic-directives.ts'
import { StrategicMergeError } from './strategic-merge-error.ts'

type List = readonly unknown[]

const LAST = Number.MAX_SAFE_INTEGER

export interface ListMerge {
  /** Where the list is, for messages. */
  readonly at: string
  readonly mergeKey: string | undefined
  readonly mergeItem: (before: JsonObject, patch: JsonObject) => JsonObject
}

/** Unites lists of scalars; merges lists of objects by their merge key. The patch's order wins, what only the server has keeps its place. */
export function mergeLists(before: List, patch: List, merge: ListMerge): List {
  if (before.length === 0 && patch.length === 0) return before
  if (elementType(merge.at, before, patch) !== 'object') {
    return inOrder([...new Set([...before, ...patch])], patch, before, merge)
  }
  if (merge.mergeKey === undefined) throw new StrategicMergeError(500, merge.at, 'cannot merge lists without merge key')
  const { kept, additions } = followDirectives(before as readonly JsonObject[], patch as readonly JsonObject[], merge)
  const merged = additions.reduce((items, item) => mergeIn(items, item, merge), kept)
  return inOrder(merged, additions, kept, merge)
}

/** `before` without the scalars in `unwanted`. */
export function deleteScalars(at: string, before: List, unwanted: List): List {
  if (before.length > 0 && unwanted.length > 0 && elementType(at, before, unwanted) === 'object') {
    throw new StrategicMergeError(400, at, 'invalid patch format of primitive list: its items are objects, which "$patch: delete" removes')
  }
  return before.filter((item) => !unwanted.includes(item))
}

/**
 * Sorts `merged`: what `order` names comes in its order, the rest in that of `before`, and the two are interleaved so that an item that only the
 * server has stays before the first item that it stood before.
 */
export function inOrder(merged: List, order: List, before: List, { at, mergeKey }: Pick<ListMerge, 'at' | 'mergeKey'>): List {
  const identity = (item: unknown) => (mergeKey !== undefined && isJsonObject(item) ? keyOf(item, mergeKey, at) : item)
  const rankIn = (list: List) => {
    const ranks = new Map<unknown, number>()
    for (const [index, item] of list.entries()) if (!ranks.has(identity(item))) ranks.set(identity(item), index)
    return (item: unknown) => ranks.get(identity(item))
  }
  const rank = rankIn(order)
  const liveRank = rankIn(before)
  const by = (rankOf: (item: unknown) => number | undefined) => (a: unknown, b: unknown) => (rankOf(a) ?? LAST) - (rankOf(b) ?? LAST)

  const ours = merged.filter((item) => rank(item) !== undefined).sort(by(rank))
  const theirs = merged.filter((item) => rank(item) === undefined).sort(by(liveRank))
  const result: unknown[] = []
  for (const item of ours) {
    const place = liveRank(item)
    while (theirs.length > 0 && place !== undefined && (liveRank(theirs[0]) ?? place) < place) result.push(theirs.shift())
    result.push(item)
  }
  return [...result, ...theirs]
}

/** Items with `$patch` say what is to happen to the items that are there, and are no items themselves. */
function followDirectives(
  before: readonly JsonObject[],
  patch: readonly JsonObject[],
  { at, mergeKey }: ListMerge,
): { readonly kept: readonly JsonObject[]; readonly additions: readonly JsonObject[] } {
  const additions: JsonObject[] = []
  let kept = before
  let isReplaced = false
  for (const item of patch) {
    const directive = ownValue(item, PATCH)
    if (!Object.hasOwn(item, PATCH)) additions.push(item)
    else if (directive === 'replace') isReplaced = true
    else if (directive === 'delete') {
      const unwanted = keyOf(item, mergeKey!, at)
      kept = kept.filter((other) => ownValue(other, mergeKey!) !== unwanted)
    } else {
      throw new StrategicMergeError(500, at, `unknown patch type: "$patch" of an item must be delete or replace`)
    }
  }
  return isReplaced ? { kept: withoutDirectives(additions) as readonly JsonObject[], additions: [] } : { kept, additions }
}

function mergeIn(items: readonly JsonObject[], item: JsonObject, { at, mergeKey, mergeItem }: ListMerge): readonly JsonObject[] {
  const key = keyOf(item, mergeKey!, at)
  const index = items.findIndex((other) => ownValue(other, mergeKey!) === key)
  return index === -1 ? [...items, withoutDirectives(item) as JsonObject] : items.with(index, mergeItem(items[index]!, item))
}

function keyOf(item: JsonObject, mergeKey: string, at: string): unknown {
  if (Object.hasOwn(item, mergeKey)) return item[mergeKey]
  throw new StrategicMergeError(500, at, `an item does not contain declared merge key: ${mergeKey}`)
}

/** All items of both lists are of one type; `before` and `patch` are not both empty. */
function elementType(at: string, ...lists: readonly List[]): string {
  const types = new Set(lists.flat().map((item) => (Array.isArray(item) ? 'list' : item === null ? 'null' : typeof item)))
  if (types.has('list')) throw new StrategicMergeError(422, at, 'lists of lists are not supported')
  if (types.size > 1 || types.has('null')) throw new StrategicMergeError(500, at, 'list element types are not identical')
  return [...types][0]!
}
