// The lives of objects, as far back as memory is given for: one ring of entries for all objects, and for each object the list of its own. What falls out of
// the ring falls out of its object's list too, so the whole never holds more than the ring does.
import type { TimelineEntry } from '../model/object-page.ts'

/** An entry that waits for its number. */
export type NewEntry = TimelineEntry extends infer E ? (E extends TimelineEntry ? Omit<E, 'sequence'> : never) : never

export interface TimelineBounds {
  /** Entries of all objects. @default 10 000: some 10 MB, and a quarter of an hour at ten changes a second */
  readonly most?: number
  /** Entries of one object, so that one that flaps leaves room for the others. @default 200 */
  readonly mostOfOne?: number
}

interface Kept {
  readonly object: string
  entry: TimelineEntry | undefined
}

export class Timeline {
  readonly #most: number
  readonly #mostOfOne: number
  readonly #byObject = new Map<string, Kept[]>()
  /** Oldest first from `#head`. */
  #all: Kept[] = []
  #head = 0
  #sequence = 0

  constructor({ most = 10_000, mostOfOne = 200 }: TimelineBounds = {}) {
    this.#most = most
    this.#mostOfOne = mostOfOne
  }

  /** How many entries are held. */
  get size(): number {
    return this.#byObject.values().reduce((sum, list) => sum + list.length, 0)
  }

  add(object: string, entry: NewEntry): TimelineEntry {
    const numbered = { ...entry, sequence: ++this.#sequence } as TimelineEntry
    const kept: Kept = { object, entry: numbered }
    const own = this.#byObject.get(object) ?? []
    this.#byObject.set(object, own)
    own.push(kept)
    this.#all.push(kept)
    // It keeps its place in the ring, empty, until its turn comes.
    if (own.length > this.#mostOfOne) own.shift()!.entry = undefined
    while (this.#all.length - this.#head > this.#most) this.#dropOldest()
    return numbered
  }

  /** The same entry, as it became; nothing when it is forgotten. */
  replace(object: string, entry: TimelineEntry): void {
    const kept = this.#byObject.get(object)?.findLast((each) => each.entry?.sequence === entry.sequence)
    if (kept !== undefined) kept.entry = entry
  }

  /** The newest first. */
  of(object: string): readonly TimelineEntry[] {
    return (this.#byObject.get(object) ?? []).flatMap(({ entry }) => (entry === undefined ? [] : [entry])).reverse()
  }

  #dropOldest(): void {
    const { object, entry } = this.#all[this.#head++]!
    if (entry !== undefined) {
      const own = this.#byObject.get(object)
      own?.shift()
      if (own?.length === 0) this.#byObject.delete(object)
    }
    if (this.#head < this.#most) return
    this.#all = this.#all.slice(this.#head)
    this.#head = 0
  }
}
