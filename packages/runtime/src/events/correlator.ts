// events.k8s.io/v1 series as client-go keeps them: the first event is written, the second makes it a series, later ones are counted in memory
// and written every few minutes. In addition one object cannot flood the cluster with events (the old API's token bucket, which Go's new one
// lacks).
import type { coreV1, EventsV1Event } from '@kubewright/client'
import { formatMicroTime } from '@kubewright/core'

/** An Event with everything that this runtime always says. */
export interface RecordedEvent extends EventsV1Event {
  readonly reportingController: string
  readonly reportingInstance: string
  readonly action: string
  readonly reason: string
  readonly regarding: ObjectReference
  readonly note: string
  readonly type: 'Normal' | 'Warning'
}

export type ObjectReference = coreV1.ObjectReference

export type EventWrite = { readonly do: 'create'; readonly event: RecordedEvent } | { readonly do: 'count'; readonly event: RecordedEvent }

interface Bucket {
  tokens: number
  at: number
}

interface Entry {
  event: RecordedEvent
  /** Wall-clock ms. */
  lastSeen: number
  lastWritten: number
  /** The count that the server knows. */
  writtenCount: number
}

/** 25 at once for one object and component, then one in five minutes: client-go's. */
const BURST = 25
const REFILL = 300_000
/** A series that was quiet for that long is over. */
const FINISH = 360_000
/** The server forgets events after an hour: one that still goes on is written again before. */
const REFRESH = 1_800_000
const MOST_ENTRIES = 4096

/** What was said of late, by whom about what. Times are wall-clock ms, and come from the caller. */
export class Correlator {
  /** The least recently seen first. */
  readonly #entries = new Map<string, Entry>()
  readonly #buckets = new Map<string, Bucket>()
  /** Last counts of series that had to make room. */
  #evicted: EventWrite[] = []

  /** What to write when an event happens: nothing (`'spam'`, or counted), a new event, or the count of a series. */
  observe(event: RecordedEvent, now: number): EventWrite | 'spam' | 'counted' {
    if (!this.#spend(bucketKey(event), now)) return 'spam'
    const key = seriesKey(event)
    const known = this.#entries.get(key)
    this.#entries.delete(key)
    if (known === undefined || now - known.lastSeen > FINISH) {
      this.#remember(key, { event, lastSeen: now, lastWritten: now, writtenCount: 1 })
      if (known !== undefined && isUnwritten(known)) this.#evicted.push({ do: 'count', event: known.event })
      return { do: 'create', event }
    }
    const starts = known.event.series === undefined
    known.event = { ...known.event, series: { count: countOf(known) + 1, lastObservedTime: formatMicroTime(now) } }
    known.lastSeen = now
    this.#remember(key, known)
    return starts ? written(known, now) : 'counted'
  }

  /** Writes what was only counted: for series that are over and for those that go on for long; forgets what is over. */
  sweep(now: number): readonly EventWrite[] {
    const writes = this.#evicted
    this.#evicted = []
    for (const [key, entry] of this.#entries) {
      const over = now - entry.lastSeen >= FINISH
      if (isUnwritten(entry) && (over || now - entry.lastWritten >= REFRESH)) writes.push(written(entry, now))
      if (over) this.#entries.delete(key)
    }
    for (const [key, bucket] of this.#buckets) if (refilled(bucket, now) >= BURST) this.#buckets.delete(key)
    return writes
  }

  /** When the next sweep has something to do; `undefined`: never, as nothing is remembered. */
  nextSweep(): number | undefined {
    const oldest = this.#entries.values().next().value
    return oldest === undefined ? undefined : oldest.lastSeen + FINISH
  }

  #spend(key: string, now: number): boolean {
    const known = this.#buckets.get(key)
    const tokens = known === undefined ? BURST : refilled(known, now)
    if (tokens < 1) return false
    this.#buckets.delete(key)
    this.#buckets.set(key, { tokens: tokens - 1, at: now })
    if (this.#buckets.size > MOST_ENTRIES) this.#buckets.delete(this.#buckets.keys().next().value!)
    return true
  }

  #remember(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    if (this.#entries.size <= MOST_ENTRIES) return
    const [oldestKey, oldest] = this.#entries.entries().next().value!
    this.#entries.delete(oldestKey)
    if (isUnwritten(oldest)) this.#evicted.push({ do: 'count', event: oldest.event })
  }
}

function written(entry: Entry, now: number): EventWrite {
  entry.lastWritten = now
  entry.writtenCount = countOf(entry)
  return { do: 'count', event: entry.event }
}

function countOf({ event }: Entry): number {
  return event.series?.count ?? 1
}

function isUnwritten(entry: Entry): boolean {
  return countOf(entry) > entry.writtenCount
}

function refilled({ tokens, at }: Bucket, now: number): number {
  return Math.min(BURST, tokens + Math.max(0, now - at) / REFILL)
}

function seriesKey({ type, action, reason, reportingController, reportingInstance, regarding, related }: RecordedEvent): string {
  return JSON.stringify([type, action, reason, reportingController, reportingInstance, identity(regarding), related && identity(related)])
}

function bucketKey({ reportingController, regarding, type }: RecordedEvent): string {
  return JSON.stringify([reportingController, identity(regarding), type])
}

/** With the uid: an object that was deleted and made again is another one, and what happens to it is news. */
function identity({ apiVersion, kind, namespace, name, uid }: ObjectReference): readonly unknown[] {
  return [apiVersion, kind, namespace, name, uid]
}
