import type { Rank } from '../facts/facts.ts'

export interface Ranked {
  readonly uid: string
  readonly name: string
  readonly namespace: string | undefined
  readonly group: string
  /** Wall clock, ms. */
  readonly time: number
}

/** Objects in groups, the newest of each first. Every change says who has come among the newest or left them: nobody else need be judged again. */
export class Ranking {
  readonly #newest: number
  readonly #groups = new Map<string, Ranked[]>()
  readonly #items = new Map<string, Ranked>()

  constructor(newest: number) {
    this.#newest = newest
  }

  set(item: Ranked): readonly Ranked[] {
    const before = this.#items.get(item.uid)
    if (before !== undefined && before.group === item.group && before.time === item.time) return []
    const promoted = before === undefined ? [] : this.remove(item.uid)
    this.#items.set(item.uid, item)
    const group = this.#groups.get(item.group) ?? []
    this.#groups.set(item.group, group)
    const place = placeIn(group, item)
    group.splice(place, 0, item)
    const displaced = place < this.#newest ? group[this.#newest] : undefined
    return displaced === undefined ? promoted : [...promoted, displaced]
  }

  remove(uid: string): readonly Ranked[] {
    const item = this.#items.get(uid)
    if (item === undefined) return []
    this.#items.delete(uid)
    const group = this.#groups.get(item.group)!
    const place = placeIn(group, item)
    group.splice(place, 1)
    if (group.length === 0) this.#groups.delete(item.group)
    const promoted = place < this.#newest ? group[this.#newest - 1] : undefined
    return promoted === undefined ? [] : [promoted]
  }

  /** Only these are still there. */
  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#items.keys()) if (!uids.has(uid)) this.remove(uid)
  }

  rankOf(uid: string): Rank | undefined {
    const item = this.#items.get(uid)
    if (item === undefined) return undefined
    const group = this.#groups.get(item.group)!
    return { place: placeIn(group, item), of: group.length }
  }
}

/** Where the item stands, or would: newest first; names settle equal times, so that restarts keep the same ones. */
function placeIn(group: readonly Ranked[], item: Ranked): number {
  let [low, high] = [0, group.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(group[middle]!, item) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function compare(a: Ranked, b: Ranked): number {
  if (a.time !== b.time) return a.time > b.time ? -1 : 1
  if (a.name !== b.name) return a.name > b.name ? -1 : 1
  return a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0
}
