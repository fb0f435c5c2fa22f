// What has happened to the objects of one informer, for readers that come and go at their own pace. Of each object only its last state is kept, and
// that is the informer's own: a log costs a few words per object, a reader that is slow costs nothing, and finds the present when it comes again.
import type { KubeObject } from '@kubewright/core'

export interface LogEntry {
  /** Counts up with every change. */
  readonly sequence: number
  /** The sequence at which the object came. */
  readonly since: number
  readonly id: string
  /** As it is; of one that is gone what names and labels it. */
  readonly object: KubeObject
  readonly gone: boolean
}

/** Objects that are gone and yet remembered, so that readers which were away hear of it. */
const MOST_GONE = 1_000

export class ChangeLog {
  readonly #mostGone: number
  readonly #entries = new Map<string, LogEntry>()
  readonly #gone = new Set<LogEntry>()
  /** By sequence. Those that are no object's last are passed over, and cleared away when they are the most. */
  #order: LogEntry[] = []
  #sequence = 0
  #horizon = 0
  #waiting: (() => void)[] = []

  constructor(mostGone = MOST_GONE) {
    this.#mostGone = mostGone
  }

  get last(): number {
    return this.#sequence
  }

  /** Objects, those that are gone among them. */
  get size(): number {
    return this.#entries.size
  }

  /** Whether everything that has happened since is still known. 0, the beginning, always is: it is told as the present. */
  reachesBack(cursor: number): boolean {
    return cursor === 0 || (cursor >= this.#horizon && cursor <= this.#sequence)
  }

  put(object: KubeObject): void {
    const id = idOf(object)
    const sequence = ++this.#sequence
    const known = this.#entries.get(id)
    this.#append({ sequence, since: known === undefined || known.gone ? sequence : known.since, id, object, gone: false })
  }

  remove(object: KubeObject): void {
    const known = this.#entries.get(idOf(object))
    if (known === undefined || known.gone) return
    const entry = { ...known, sequence: ++this.#sequence, object: skeletonOf(known.object), gone: true }
    this.#append(entry)
    this.#gone.add(entry)
    if (this.#gone.size <= this.#mostGone) return
    const oldest = this.#gone.values().next().value!
    this.#gone.delete(oldest)
    this.#entries.delete(oldest.id)
    this.#horizon = oldest.sequence
  }

  /** The next changes after the cursor, each object's last alone, in their order. */
  after(cursor: number, most: number): readonly LogEntry[] {
    const found: LogEntry[] = []
    for (let index = this.#firstAfter(cursor); index < this.#order.length && found.length < most; index++) {
      const entry = this.#order[index]!
      if (this.#entries.get(entry.id) === entry) found.push(entry)
    }
    return found
  }

  /** Resolves when there is more than that, or the signal aborts. */
  moved(cursor: number, signal: AbortSignal): Promise<void> {
    if (this.#sequence > cursor || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done)
        this.#waiting = this.#waiting.filter((waiting) => waiting !== done)
        resolve()
      }
      this.#waiting.push(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  #append(entry: LogEntry): void {
    const before = this.#entries.get(entry.id)
    if (before !== undefined) this.#gone.delete(before)
    this.#entries.set(entry.id, entry)
    this.#order.push(entry)
    if (this.#order.length > 2 * this.#entries.size + 64) this.#order = this.#order.filter((kept) => this.#entries.get(kept.id) === kept)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #firstAfter(cursor: number): number {
    let low = 0
    let high = this.#order.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#order[middle]!.sequence > cursor) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** An object that was deleted and made again under its name is another one. */
function idOf({ metadata }: KubeObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

function skeletonOf({ metadata, ...object }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, labels } = metadata
  const kept = Object.entries({ name, namespace, uid, resourceVersion, labels }).filter(([, value]) => value !== undefined)
  const { apiVersion, kind } = object
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: Object.fromEntries(kept),
  }
}
