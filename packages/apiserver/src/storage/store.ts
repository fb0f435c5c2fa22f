import { type Clock, type DynamicObject, deepEqual, deepFreeze } from '@kubewright/core'
import { Entry } from './entry.ts'
import type { StoredObject, WriteRecord } from './record.ts'
import { type Change, type HistoryBounds, RevisionLog } from './revision-log.ts'
import { SortedKeys } from './sorted-keys.ts'

/** Where a write goes before it takes effect. */
export interface WriteAhead {
  /** @throws to refuse the write: nothing has happened then */
  append(write: WriteRecord): void
}

export interface StoreOptions {
  readonly clock: Clock
  readonly history: HistoryBounds
  /** Revision before the first write. Above 0 and 1, which have meanings of their own in the API. @default 1000 */
  readonly firstRevision?: number
  /** @default none: all is in memory */
  readonly ahead?: WriteAhead | undefined
}

export interface ListRange {
  /** Only keys that start so; `namespace/`. */
  readonly prefix?: string
  /** Only keys from this one on: the rest of a list that was read in pages. */
  readonly from?: string
  /** The state as of this revision instead of the newest. */
  readonly at?: number
}

/** The revision that was asked for is no longer in the history. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError'
  readonly requested: number
  readonly oldest: number

  constructor(requested: number, oldest: number) {
    super(`revision ${requested} is older than the history, which starts at ${oldest}`)
    this.requested = requested
    this.oldest = oldest
  }
}

/** Somebody else wrote the object between the read and the write. */
export class StaleEntryError extends Error {
  override readonly name = 'StaleEntryError'
}

interface Table {
  readonly entries: Map<string, Entry>
  readonly keys: SortedKeys
}

/**
 * Every object of every resource, under one revision counter. Synchronous: a read, a decision and the write that follows in the same tick
 * cannot be interleaved with another writer.
 */
export class Store {
  private readonly tables = new Map<string, Table>()
  /** By table; those of '' hear of all. */
  private readonly listeners = new Map<string, Set<(change: Change) => void>>()
  private readonly undelivered: Change[] = []
  private readonly log: RevisionLog
  private readonly clock: Clock
  private readonly ahead: WriteAhead | undefined
  private lastRevision: number

  constructor(options: StoreOptions) {
    this.clock = options.clock
    this.ahead = options.ahead
    this.log = new RevisionLog(options.history)
    this.lastRevision = options.firstRevision ?? 1000
    // What an earlier server knew, this one does not: a client that resumes from there must list anew.
    this.log.compact(this.lastRevision)
  }

  get revision(): number {
    return this.lastRevision
  }

  /** Watches and lists at or after this revision can be answered. */
  get compactedRevision(): number {
    return this.log.compactedRevision
  }

  get(resource: string, key: string): Entry | undefined {
    return this.tables.get(resource)?.entries.get(key)
  }

  count(resource: string): number {
    return this.tables.get(resource)?.keys.size ?? 0
  }

  /** Resources that hold at least one object. */
  resources(): readonly string[] {
    return [...this.tables].filter(([, { keys }]) => keys.size > 0).map(([resource]) => resource)
  }

  /** @throws StaleEntryError when the key is taken. */
  create(resource: string, key: string, object: DynamicObject): Entry {
    if (this.get(resource, key) !== undefined) throw new StaleEntryError(`${resource} ${key} exists`)
    return this.put(resource, key, object, undefined)
  }

  /** Writes over `previous`; returns it unchanged, without a new revision, when nothing would change. @throws StaleEntryError when it is not the newest. */
  replace(resource: string, previous: Entry, object: DynamicObject): Entry {
    this.requireNewest(resource, previous)
    return sameContent(previous.object, object) ? previous : this.put(resource, previous.key, object, previous)
  }

  /** Removes `previous` and returns its last state under the revision of the deletion. @throws StaleEntryError when it is not the newest. */
  remove(resource: string, previous: Entry, lastState: DynamicObject = previous.object): Entry {
    this.requireNewest(resource, previous)
    const table = this.table(resource)
    const current = this.entryOf(previous.key, lastState)
    this.ahead?.append({ resource, key: previous.key, revision: current.revision })
    this.lastRevision = current.revision
    table.entries.delete(previous.key)
    table.keys.delete(previous.key)
    this.publish({ type: 'delete', resource, revision: current.revision, current, previous, at: this.clock.monotonic() })
    return current
  }

  /** Entries in key order. @throws CompactedError when `at` is forgotten. */
  list(resource: string, range: ListRange = {}): readonly Entry[] {
    const { prefix = '', at } = range
    const from = range.from !== undefined && range.from > prefix ? range.from : prefix
    const to = prefix === '' ? undefined : endOfPrefix(prefix)
    const { entries, keys } = this.table(resource)
    const current = keys.range(from, to)
    if (at === undefined || at >= this.lastRevision) return current.map((key) => entries.get(key)!)
    const before = this.log.undo(at, resource)
    if (before === undefined) throw new CompactedError(at, this.compactedRevision)
    const gone = [...before]
      .filter(([key, entry]) => entry !== undefined && !entries.has(key) && key >= from && (to === undefined || key < to))
      .map(([key]) => key)
    const all = gone.length === 0 ? current : [...current, ...gone].sort((a, b) => (a < b ? -1 : 1))
    return all.flatMap((key) => (before.has(key) ? (before.get(key) ?? []) : entries.get(key)!))
  }

  /** Changes of the resource after `revision`, oldest first. @throws CompactedError when some are forgotten. */
  changesSince(resource: string, revision: number): readonly Change[] {
    const changes = this.log.since(revision, resource)
    if (changes === undefined) throw new CompactedError(revision, this.compactedRevision)
    return changes
  }

  /** Calls back, synchronously, with every change from now on, of one resource or of all. Must not throw. Returns how to stop it. */
  subscribe(listener: (change: Change) => void, resource = ''): () => void {
    const group = this.listeners.get(resource) ?? new Set()
    this.listeners.set(resource, group.add(listener))
    return () => void group.delete(listener)
  }

  /** Everything, in no order: what a later store can be {@link restore}d from. */
  contents(): readonly StoredObject[] {
    return [...this.tables].flatMap(([resource, { entries }]) =>
      [...entries.values()].map(({ key, object, revision }) => ({ resource, key, revision, object })),
    )
  }

  /**
   * Takes over what an earlier store held, oldest first, under its old revisions. Listeners hear of it when all is there; the history does not, so
   * that nobody resumes from before.
   */
  restore(contents: readonly StoredObject[]): void {
    for (const { resource, key, revision, object } of contents) {
      const table = this.table(resource)
      table.entries.set(key, new Entry(key, deepFreeze(object), revision))
      table.keys.append(key)
    }
    for (const { keys } of this.tables.values()) keys.sort()
    for (const { resource, key } of contents) {
      // A listener may have removed or changed it in the meantime.
      const current = this.get(resource, key)
      if (current === undefined) continue
      this.tell({ type: 'put', resource, revision: current.revision, current, previous: undefined, at: this.clock.monotonic() })
    }
  }

  /** Forgets the history up to `revision`. @default everything so far */
  compact(revision: number = this.lastRevision): void {
    this.log.compact(Math.min(revision, this.lastRevision))
  }

  private put(resource: string, key: string, object: DynamicObject, previous: Entry | undefined): Entry {
    const table = this.table(resource)
    const current = this.entryOf(key, object)
    this.ahead?.append({ resource, key, revision: current.revision, object: current.object })
    this.lastRevision = current.revision
    table.entries.set(key, current)
    if (previous === undefined) table.keys.add(key)
    this.publish({ type: 'put', resource, revision: current.revision, current, previous, at: this.clock.monotonic() })
    return current
  }

  private entryOf(key: string, object: DynamicObject): Entry {
    const revision = this.lastRevision + 1
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }
    return new Entry(key, deepFreeze(stamped), revision)
  }

  /** A listener that writes in turn must not let others see the second change before the first. */
  private publish(change: Change): void {
    this.log.append(change)
    this.undelivered.push(change)
    if (this.undelivered.length > 1) return
    while (this.undelivered.length > 0) {
      this.tell(this.undelivered[0]!)
      this.undelivered.shift()
    }
  }

  private tell(change: Change): void {
    for (const listener of [...(this.listeners.get('') ?? []), ...(this.listeners.get(change.resource) ?? [])]) listener(change)
  }

  private requireNewest(resource: string, entry: Entry): void {
    if (this.get(resource, entry.key) !== entry) throw new StaleEntryError(`${resource} ${entry.key} was changed`)
  }

  private table(resource: string): Table {
    let table = this.tables.get(resource)
    if (table === undefined) {
      table = { entries: new Map(), keys: new SortedKeys() }
      this.tables.set(resource, table)
    }
    return table
  }
}

/** The first key after all keys with this prefix; prefixes here end in `/`. */
function endOfPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)
}

function sameContent(a: DynamicObject, b: DynamicObject): boolean {
  const { resourceVersion: _a, ...metadataA } = a.metadata
  const { resourceVersion: _b, ...metadataB } = b.metadata
  return deepEqual({ ...a, metadata: metadataA }, { ...b, metadata: metadataB })
}
