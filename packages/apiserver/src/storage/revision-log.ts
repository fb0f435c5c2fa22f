import type { Entry } from './entry.ts'

/** One write. `current` of a delete is the object's last state under the revision of its deletion, as watchers must see it. */
export interface Change {
  readonly type: 'put' | 'delete'
  readonly resource: string
  readonly revision: number
  readonly current: Entry
  readonly previous: Entry | undefined
  /** Monotonic milliseconds. */
  readonly at: number
}

/** How much history is kept, for watches that begin in the past. */
export interface HistoryBounds {
  /** Changes always kept. */
  readonly entries: number
  /** Milliseconds within which nothing is forgotten, however much was written. */
  readonly age: number
}

/** All writes in order. "Since N" and "as of N" derive from it, for as long as it remembers. */
export class RevisionLog {
  private changes: Change[] = []
  /** Forgotten changes at the front of the array: cut off in bulk, because shifting one by one is quadratic. */
  private head = 0
  private forgottenUpTo = 0
  private readonly bounds: HistoryBounds

  constructor(bounds: HistoryBounds) {
    this.bounds = bounds
  }

  /** Everything after this revision is known. */
  get compactedRevision(): number {
    return this.forgottenUpTo
  }

  get size(): number {
    return this.changes.length - this.head
  }

  append(change: Change): void {
    this.changes.push(change)
    const horizon = change.at - this.bounds.age
    while (this.size > this.bounds.entries && this.changes[this.head]!.at < horizon) this.forgetFirst()
    this.reclaim()
  }

  /** Forgets everything up to and including `revision`. */
  compact(revision: number): void {
    while (this.size > 0 && this.changes[this.head]!.revision <= revision) this.forgetFirst()
    this.forgottenUpTo = Math.max(this.forgottenUpTo, revision)
    this.reclaim()
  }

  /** Changes after `revision`, oldest first; undefined when some of them are forgotten. */
  since(revision: number, resource: string): Change[] | undefined {
    if (revision < this.forgottenUpTo) return undefined
    const found: Change[] = []
    for (let index = this.firstAfter(revision); index < this.changes.length; index++) {
      const change = this.changes[index]!
      if (change.resource === resource) found.push(change)
    }
    return found
  }

  /** What keys that changed after `revision` held at it (undefined: nothing); undefined when that is forgotten. */
  undo(revision: number, resource: string): Map<string, Entry | undefined> | undefined {
    const changes = this.since(revision, resource)
    if (changes === undefined) return undefined
    const before = new Map<string, Entry | undefined>()
    for (const { current, previous } of changes) if (!before.has(current.key)) before.set(current.key, previous)
    return before
  }

  private firstAfter(revision: number): number {
    let low = this.head
    let high = this.changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.changes[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return low
  }

  private forgetFirst(): void {
    this.forgottenUpTo = this.changes[this.head]!.revision
    this.head++
  }

  private reclaim(): void {
    if (this.head > 1024 && this.head > this.changes.length / 2) {
      this.changes = this.changes.slice(this.head)
      this.head = 0
    }
  }
}
