// What this program has said of late, to be asked again: without the API server, which forgets events after an hour and answers no such questions.
import type { ObjectReference, RecordedEvent } from './correlator.ts'

/** Several events of one kind about one object, as one. */
export interface JournalEntry {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  /** The last one's. */
  readonly note: string
  readonly component: string
  readonly regarding: ObjectReference
  readonly related?: ObjectReference
  /** Wall-clock ms. */
  readonly first: number
  readonly last: number
  readonly count: number
}

/** Which recorded events are meant. */
export interface JournalQuery {
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly kind?: string | undefined
  readonly type?: string | undefined
  readonly reason?: string | undefined
  readonly component?: string | undefined
  /** Wall-clock ms: what was last seen then or later. */
  readonly since?: number | undefined
  /** @default 100 */
  readonly limit?: number | undefined
}

/** How many events were recorded. */
export interface JournalStatistics {
  /** All that were recorded, those that are forgotten among them. */
  readonly total: number
  readonly lastHour: number
  /** Recorded as one more of an entry that was there. */
  readonly aggregated: number
  /** How many entries there are to ask for. */
  readonly entries: number
  readonly byType: Readonly<Record<string, number>>
  /** Of the entries. */
  readonly byReason: Readonly<Record<string, number>>
}

const MOST = 10_000
const DEFAULT_LIMIT = 100
const MINUTE = 60_000
const MINUTES = 60

export class EventJournal {
  readonly #most: number
  /** The least recently seen first. */
  readonly #entries = new Map<string, JournalEntry>()
  readonly #minutes: { minute: number; count: number }[] = []
  readonly #byType: Record<string, number> = { Normal: 0, Warning: 0 }
  #total = 0
  #aggregated = 0

  /** @param most entries; the one that was not seen for the longest time makes room */
  constructor(most = MOST) {
    this.#most = most
  }

  /** @param now wall-clock ms */
  record(event: RecordedEvent, now: number): void {
    const { type, reason, action, note, reportingController: component, regarding, related } = event
    const key = JSON.stringify([type, reason, action, component, identity(regarding), related && identity(related)])
    const known = this.#entries.get(key)
    this.#entries.delete(key)
    const base = { type, reason, action, note, component, regarding, ...(related === undefined ? {} : { related }) }
    this.#entries.set(key, { ...base, first: known?.first ?? now, last: now, count: (known?.count ?? 0) + 1 })
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value!)
    this.#total++
    if (known !== undefined) this.#aggregated++
    this.#byType[type] = (this.#byType[type] ?? 0) + 1
    this.#count(Math.floor(now / MINUTE))
  }

  /** The newest first. */
  query({ limit = DEFAULT_LIMIT, ...wanted }: JournalQuery = {}): readonly JournalEntry[] {
    const found: JournalEntry[] = []
    for (const entry of [...this.#entries.values()].reverse()) {
      if (found.length >= limit) break
      if (isWanted(entry, wanted)) found.push(entry)
    }
    return found
  }

  /** @param now wall-clock ms */
  statistics(now: number): JournalStatistics {
    const oldest = Math.floor(now / MINUTE) - MINUTES
    const lastHour = this.#minutes.reduce((sum, { minute, count }) => (minute > oldest ? sum + count : sum), 0)
    const byReason: Record<string, number> = {}
    for (const { reason, count } of this.#entries.values()) byReason[reason] = (byReason[reason] ?? 0) + count
    return {
      total: this.#total,
      lastHour,
      aggregated: this.#aggregated,
      entries: this.#entries.size,
      byType: { ...this.#byType },
      byReason,
    }
  }

  #count(minute: number): void {
    const last = this.#minutes.at(-1)
    if (last?.minute === minute) last.count++
    else this.#minutes.push({ minute, count: 1 })
    if (this.#minutes.length > MINUTES) this.#minutes.shift()
  }
}

function isWanted({ regarding, type, reason, component, last }: JournalEntry, wanted: JournalQuery): boolean {
  const same = (value: string | undefined, want: string | undefined) => want === undefined || value === want
  return (
    same(regarding.namespace ?? '', wanted.namespace) &&
    same(regarding.name, wanted.name) &&
    same(regarding.kind, wanted.kind) &&
    same(type, wanted.type) &&
    same(reason, wanted.reason) &&
    same(component, wanted.component) &&
    last >= (wanted.since ?? 0)
  )
}

function identity({ apiVersion, kind, namespace, name, uid }: ObjectReference): readonly unknown[] {
  return [apiVersion, kind, namespace, name, uid]
}
