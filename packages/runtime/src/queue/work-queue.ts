import type { Clock, HeapItem } from '@kubewright/core'
import { Delays } from './delays.ts'
import { type Entry, FairSchedule } from './fair-schedule.ts'
import { type Fairness, resolveFairness } from './fairness.ts'
import { itemBackoff } from './item-backoff.ts'
import type { AddOptions, DebounceOptions, QueueCensus, QueueItem, QueueObserver, WorkQueueOptions } from './options.ts'
import { type RateLimiter, slowestOf } from './rate-limiter.ts'
import { tokenBucket } from './token-bucket.ts'
import { Waits } from './waits.ts'

export { INITIAL_LIST_PRIORITY, type QueueItem, type QueueObserver } from './options.ts'

/** A key on its way through the queue, once: what is added while it is worked on is a new one. */
interface Item extends Entry<Item> {
  readonly key: string
  /** What it waits for: its time, a worker, the end of the run before. */
  stage: Delay | 'ready' | 'again' | 'running'
  /** When it became ready; later, when it was handed out. */
  since: number
}

/** An item that waits for its time, on the monotonic clock. Beside the item, for most items never wait so. */
interface Delay extends HeapItem {
  readonly item: Item
  /** When {@link WorkQueue.addAfter} wants it, whatever the debounce says; Infinity: never. */
  due: number
  /** The latest moment to which a debounced add may move it. */
  latest: number
}

type Take = (item: QueueItem | undefined) => void

/**
 * Keys that need work. One key is never handed out twice at a time, and every add is followed by a run that starts after it: adds of a key
 * that waits collapse, adds of a key that is being worked on make it run exactly once more. Higher priorities go first, and tenants of one
 * priority in turns. Nothing is kept of a key that neither waits, runs nor fails.
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #limiter: RateLimiter
  readonly #fairness: Fairness
  readonly #observer: QueueObserver | undefined
  /** What waits: delayed, ready, or for the end of the key's run. */
  readonly #waiting = new Map<string, Item>()
  /** Handed out and not done. */
  readonly #running = new Map<string, Item>()
  readonly #schedule: FairSchedule<Item>
  readonly #delays: Delays<Delay>
  readonly #takers = new Set<Take>()
  readonly #waits = new Waits()
  readonly #drainers = new Set<() => void>()
  #state: 'open' | 'held' | 'shut' = 'open'

  /** @throws ConfigurationError or RangeError when an option makes no sense. */
  constructor({ clock, rateLimiter = itemBackoff(), overallRate, fairness, observer }: WorkQueueOptions) {
    this.#clock = clock
    this.#limiter = overallRate === undefined ? rateLimiter : slowestOf(rateLimiter, tokenBucket({ clock, ...overallRate }))
    this.#fairness = resolveFairness(fairness)
    this.#observer = observer
    this.#schedule = new FairSchedule(this.#fairness)
    this.#delays = new Delays(clock, ({ item }) => this.#makeReady(item))
  }

  /** Keys ready to be handed out. */
  get length(): number {
    return this.#schedule.size
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delays.size
  }

  get shuttingDown(): boolean {
    return this.#state === 'shut'
  }

  /** Keys that wait for {@link release} are held. */
  get held(): boolean {
    return this.#state === 'held'
  }

  /** Ready keys by priority. */
  depths(): Iterable<readonly [priority: number, depth: number]> {
    return this.#schedule.depths()
  }

  census(): QueueCensus {
    const { size: ready, tenants } = this.#schedule
    const { size: delayed } = this.#delays
    const again = this.#waiting.size - ready - delayed
    return { ready, again, delayed, running: this.#running.size, failing: this.#limiter.size, tenants }
  }

  /** The key is wanted now; a delay that it had is over. */
  add(key: string, { priority = 0 }: AddOptions = {}): void {
    if (this.shuttingDown) return
    const known = this.#waiting.get(key)
    if (known === undefined) {
      this.#makeReady(this.#enter(key, priority))
      return
    }
    this.#promote(known, priority)
    if (typeof known.stage === 'string') return
    this.#delays.remove(known.stage)
    this.#makeReady(known)
  }

  /** Adds when `ms` have passed. A key that already waits keeps the earlier time, and one that is ready stays ready. */
  addAfter(key: string, ms: number, options: AddOptions = {}): void {
    if (this.shuttingDown) return
    if (!(ms > 0)) {
      this.add(key, options)
      return
    }
    this.#observer?.retried()
    const delay = this.#delay(key, options)
    if (delay === undefined) return
    delay.due = Math.min(delay.due, this.#clock.monotonic() + ms)
    this.#delays.set(delay, Math.min(delay.due, delay.rank))
  }

  /** Adds after the delay that the key's failures have earned it. */
  addRateLimited(key: string, options: AddOptions = {}): void {
    if (this.shuttingDown) return
    this.addAfter(key, this.#limiter.when(key), options)
  }

  /** Adds when `ms` have passed without another such add: what comes in bursts is worked on once, at its end. */
  addDebounced(key: string, ms: number, { maxWait = 10 * ms, ...options }: DebounceOptions = {}): void {
    if (this.shuttingDown) return
    if (!(ms > 0)) {
      this.add(key, options)
      return
    }
    const now = this.#clock.monotonic()
    const delay = this.#delay(key, options)
    if (delay === undefined) return
    delay.latest = Math.min(delay.latest, now + maxWait)
    this.#delays.set(delay, Math.min(delay.due, delay.latest, now + ms))
  }

  /** The key is well again: its next failure starts with the shortest delay. */
  forget(key: string): void {
    this.#limiter.forget(key)
  }

  retries(key: string): number {
    return this.#limiter.retries(key)
  }

  /** Drops what waits for the key, and its failures. A run under way goes on. */
  remove(key: string): void {
    const item = this.#waiting.get(key)
    if (item !== undefined) this.#drop(item)
    this.#limiter.forget(key)
    this.#tellDrained()
  }

  /** {@link remove} for every waiting key that the filter chooses. Returns how many there were. */
  takeOut(filter: (key: string) => boolean): number {
    const chosen = [...this.#waiting.keys()].filter(filter)
    for (const key of chosen) this.remove(key)
    return chosen.length
  }

  /** The next key; `undefined` when the queue was shut down and is empty, or the signal aborts. Every key got must be given back by {@link done}. */
  get(options: { readonly signal?: AbortSignal } = {}): Promise<QueueItem | undefined> {
    const { signal } = options
    if (signal?.aborted) return Promise.resolve(undefined)
    const item = this.#handOut()
    if (item !== undefined || this.shuttingDown) return Promise.resolve(item)
    return new Promise((resolve) => {
      const take: Take = (given) => {
        this.#takers.delete(take)
        signal?.removeEventListener('abort', onAbort)
        resolve(given)
      }
      const onAbort = () => take(undefined)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#takers.add(take)
    })
  }

  done(key: string): void {
    const item = this.#running.get(key)
    if (item === undefined) return
    this.#running.delete(key)
    const worked = this.#clock.monotonic() - item.since
    this.#observer?.finished(worked)
    const again = this.#waiting.get(key)
    // Before the tenant is told that the run is over: having nothing, it would be forgotten with all that it owes.
    if (again?.stage === 'again') this.#line(again)
    this.#schedule.finished(item, worked)
    this.#serve()
    this.#waits.done(key)
    this.#tellDrained()
  }

  /** Takes adds and hands nothing out until {@link release}: for a replica that stands by. */
  hold(): void {
    if (this.#state === 'open') this.#state = 'held'
  }

  release(): void {
    if (this.#state !== 'held') return
    this.#state = 'open'
    this.#serve()
  }

  /**
   * Refuses adds from now on and drops what waits for its time. What is ready is still handed out, unless the queue is held or `drain` is
   * off, when it is dropped too.
   * @default drain: true
   */
  shutDown({ drain = true }: { readonly drain?: boolean } = {}): void {
    const keep = drain && this.#state !== 'held'
    this.#state = 'shut'
    for (const item of [...this.#waiting.values()]) if (!keep || typeof item.stage !== 'string') this.#drop(item)
    for (const take of [...this.#takers]) take(undefined)
    this.#tellDrained()
  }

  /** Resolves as soon as nothing is ready and nothing is being worked on. */
  drained(): Promise<void> {
    if (this.#isDrained()) return Promise.resolve()
    return new Promise((resolve) => this.#drainers.add(resolve))
  }

  /** Resolves when the runs of such keys that are under way now are over. */
  settled(filter: (key: string) => boolean): Promise<void> {
    return this.#waits.for(new Set([...this.#running.keys()].filter(filter)))
  }

  /** How long the runs under way have taken so far, in ms: a stuck worker shows here and nowhere else. */
  unfinished(): { readonly total: number; readonly longest: number } {
    const now = this.#clock.monotonic()
    let total = 0
    let longest = 0
    for (const { since } of this.#running.values()) {
      total += now - since
      longest = Math.max(longest, now - since)
    }
    return { total, longest }
  }

  #enter(key: string, priority: number): Item {
    const tenant = this.#schedule.nameOf(this.#fairness.tenantOf(key))
    const item: Item = { key, tenant, priority, stage: 'ready', since: 0, paid: 0, previous: undefined, next: undefined }
    this.#waiting.set(key, item)
    return item
  }

  /** The delay to set a time for; `undefined` when the key is wanted at once already. */
  #delay(key: string, { priority = 0 }: AddOptions): Delay | undefined {
    const known = this.#waiting.get(key)
    if (known !== undefined) {
      this.#promote(known, priority)
      return typeof known.stage === 'string' ? undefined : known.stage
    }
    const item = this.#enter(key, priority)
    const never = Number.POSITIVE_INFINITY
    const delay: Delay = { item, due: never, latest: never, rank: never, heapIndex: -1 }
    item.stage = delay
    return delay
  }

  /** To the end of the higher class, as if it had come now: those that were there first stay first. */
  #promote(item: Item, priority: number): void {
    if (priority <= item.priority) return
    if (item.stage === 'ready') this.#schedule.remove(item)
    item.priority = priority
    if (item.stage === 'ready') this.#schedule.push(item)
  }

  #makeReady(item: Item): void {
    item.since = this.#clock.monotonic()
    this.#observer?.added(item.priority)
    if (this.#running.has(item.key)) item.stage = 'again'
    else {
      this.#line(item)
      this.#serve()
    }
  }

  #line(item: Item): void {
    item.stage = 'ready'
    this.#schedule.push(item)
  }

  #serve(): void {
    for (const take of this.#takers) {
      const item = this.#handOut()
      if (item === undefined) return
      take(item)
    }
  }

  #handOut(): QueueItem | undefined {
    const item = this.#state === 'held' ? undefined : this.#schedule.next()
    if (item === undefined) return undefined
    const now = this.#clock.monotonic()
    this.#observer?.started(now - item.since)
    item.stage = 'running'
    item.since = now
    this.#waiting.delete(item.key)
    this.#running.set(item.key, item)
    return { key: item.key, priority: item.priority }
  }

  #drop(item: Item): void {
    this.#waiting.delete(item.key)
    if (typeof item.stage !== 'string') this.#delays.remove(item.stage)
    else if (item.stage === 'ready') this.#schedule.remove(item)
  }

  #isDrained(): boolean {
    return this.#schedule.size === 0 && this.#running.size === 0
  }

  #tellDrained(): void {
    if (!this.#isDrained()) return
    for (const tell of this.#drainers) tell()
    this.#drainers.clear()
  }
}
