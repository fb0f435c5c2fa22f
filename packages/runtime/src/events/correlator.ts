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
  readonly tokens: number
  readonly at: number
}

interface Entry {
  readonly event: RecordedEvent
  /** Wall-clock ms. */
  readonly lastSeen: number
  readonly lastWritten: number
  /** The count that the server knows. */
  readonly writtenCount: number
}

export interface Correlation {
  readonly entries: ReadonlyMap<string, Entry>
  readonly buckets: ReadonlyMap<string, Bucket>
}

/** 25 at once for one object and component, then one in five minutes: client-go's. */
const BURST = 25
const REFILL = 300_000
/** A series that was quiet for that long is over. */
const FINISH = 360_000
/** The server forgets events after an hour: one that still goes on is written again before. */
const REFRESH = 1_800_000
const MOST_ENTRIES = 4096

export function emptyCorrelation(): Correlation {
  return { entries: new Map(), buckets: new Map() }
}

/** What to write when an event happens: nothing (`'spam'`, or counted), a new event, or the count of a series. `now`: wall-clock ms. */
export function observe(state: Correlation, event: RecordedEvent, now: number): readonly [Correlation, EventWrite | 'spam' | 'counted'] {
  const [buckets, allowed] = spend(state.buckets, bucketKey(event), now)
  if (!allowed) return [{ ...state, buckets }, 'spam']
  const key = seriesKey(event)
  const known = state.entries.get(key)
  if (known === undefined || now - known.lastSeen > FINISH) {
    return [
      { buckets, entries: put(state.entries, key, { event, lastSeen: now, lastWritten: now, writtenCount: 1 }) },
      { do: 'create', event },
    ]
  }
  const count = (known.event.series?.count ?? 1) + 1
  const counted: RecordedEvent = { ...known.event, series: { count, lastObservedTime: formatMicroTime(now) } }
  const starts = known.event.series === undefined
  const written = starts ? { lastWritten: now, writtenCount: count } : { lastWritten: known.lastWritten, writtenCount: known.writtenCount }
  const entry = { event: counted, lastSeen: now, ...written }
  return [{ buckets, entries: put(state.entries, key, entry) }, starts ? { do: 'count', event: counted } : 'counted']
}

/** Writes what was only counted: for series that are over and for those that go on for long; forgets what is over. */
export function sweep(state: Correlation, now: number): readonly [Correlation, readonly EventWrite[]] {
  const entries = new Map<string, Entry>()
  const writes: EventWrite[] = []
  for (const [key, entry] of state.entries) {
    const over = now - entry.lastSeen >= FINISH
    const count = entry.event.series?.count ?? 1
    const unwritten = count > entry.writtenCount
    if (unwritten && (over || now - entry.lastWritten >= REFRESH)) writes.push({ do: 'count', event: entry.event })
    if (!over)
      entries.set(key, unwritten && now - entry.lastWritten >= REFRESH ? { ...entry, lastWritten: now, writtenCount: count } : entry)
  }
  const buckets = new Map([...state.buckets].filter(([, bucket]) => refilled(bucket, now) < BURST))
  return [{ entries, buckets }, writes]
}

/** When the next sweep has something to do, in wall-clock ms; `undefined`: never, as nothing is remembered. */
export function nextSweep(state: Correlation): number | undefined {
  let first: number | undefined
  for (const { lastSeen } of state.entries.values()) first = Math.min(first ?? Number.POSITIVE_INFINITY, lastSeen + FINISH)
  return first
}

function spend(buckets: ReadonlyMap<string, Bucket>, key: string, now: number): readonly [ReadonlyMap<string, Bucket>, boolean] {
  const known = buckets.get(key)
  const tokens = known === undefined ? BURST : refilled(known, now)
  if (tokens < 1) return [buckets, false]
  return [put(buckets, key, { tokens: tokens - 1, at: now }), true]
}

function refilled({ tokens, at }: Bucket, now: number): number {
  return Math.min(BURST, tokens + Math.max(0, now - at) / REFILL)
}

/** The newest at the end; the oldest goes when there are too many. */
function put<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  const next = new Map(map)
  next.delete(key)
  next.set(key, value)
  if (next.size > MOST_ENTRIES) next.delete(next.keys().next().value!)
  return next
}

function seriesKey({ type, action, reason, reportingController, reportingInstance, regarding, related }: RecordedEvent): string {
  return JSON.stringify([type, action, reason, reportingController, reportingInstance, identity(regarding), related && identity(related)])
}

function bucketKey({ reportingController, regarding, type }: RecordedEvent): string {
  return JSON.stringify([reportingController, identity(regarding), type])
}

function identity({ apiVersion, kind, namespace, name, uid }: ObjectReference): readonly unknown[] {
  return [apiVersion, kind, namespace, name, uid]
}
