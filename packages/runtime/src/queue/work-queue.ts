import type { Clock, Timer } from '@kubewright/core'
import { Heap } from './heap.ts'
import { itemBackoff, type RateLimiter } from './item-backoff.ts'

/** What a queue tells about itself; the metrics listen. Durations in ms. */
export interface QueueObserver {
  added(priority: number): void
  depthChanged(priority: number, by: 1 | -1): void
  /** A key was handed out after waiting so long. */
  started(waited: number): void
  finished(worked: number): void
  /** An add with a delay. */
  retried(): void
}

export interface WorkQueueOptions {
  readonly clock: Clock
  readonly rateLimiter?: RateLimiter
  readonly observer?: QueueObserver
}

export interface AddOptions {
  /** Higher goes first; adds of one key keep the highest. @default 0 */
  readonly priority?: number
}

export interface QueueItem {
  readonly key: string
  readonly priority: number
}

/** The first list of a cache is worked on after everything that changes meanwhile (controller-runtime's figure). */
export const INITIAL_LIST_PRIORITY = -100

interface Ready {
  readonly key: string
  priority: number
  sequence: number
  readonly since: number
}

interface Waiting {
  readonly key: string
  priority: number
  readyAt: number
}

/**
 * Keys that need work. One key is never handed out twice at a time, and every add is followed by a run that starts after it: adds of a key
 * that waits collapse, adds of a key that is being worked on make it run exactly once more.
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #limiter: RateLimiter
  readonly #observer: QueueObserver | undefined
  /** Keys that need a run: those in `#ready`, and those that changed while they are processed. */
  readonly #dirty = new Map<string, Ready>()
  readonly #ready = new Heap<Ready>((a, b) => a.priority > b.priority || (a.priority === b.priority && a.sequence < b.sequence))
  /** Handed out and not done, with the time of the handing out. */
  readonly #processing = new Map<string, number>()
  readonly #waiting = new Map<string, Waiting>()
  readonly #delays = new Heap<Waiting>((a, b) => a.readyAt < b.readyAt)
  readonly #takers = new Set<(item: QueueItem | undefined) => void>()
  readonly #drainers = new Set<() => void>()
  #timer: { readonly due: number; readonly timer: Timer } | undefined
  #sequence = 0
  #shutDown = false

  constructor({ clock, rateLimiter = itemBackoff(), observer }: WorkQueueOptions) {
    this.#clock = clock
    this.#limiter = rateLimiter
    this.#observer = observer
  }

  /** Keys ready to be handed out. */
  get length(): number {
    return this.#ready.size
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delays.size
  }

  get shuttingDown(): boolean {
    return this.#shutDown
  }

  add(key: string, { priority = 0 }: AddOptions = {}): void {
    if (this.#shutDown) return
    const known = this.#dirty.get(key)
    if (known !== undefined) {
      if (priority > known.priority) this.#promote(known, priority)
      return
    }
    const entry: Ready = { key, priority, sequence: this.#sequence++, since: this.#clock.monotonic() }
    this.#dirty.set(key, entry)
    this.#observer?.added(priority)
    if (!this.#processing.has(key)) this.#enqueue(entry)
  }

  /** Adds when `ms` have passed. A key that already waits keeps the earlier time. */
  addAfter(key: string, ms: number, options: AddOptions = {}): void {
    if (this.#shutDown) return
    if (ms <= 0) {
      this.add(key, options)
      return
    }
    this.#observer?.retried()
    const readyAt = this.#clock.monotonic() + ms
    const priority = options.priority ?? 0
    const known = this.#waiting.get(key)
    if (known === undefined) {
      const entry = { key, priority, readyAt }
      this.#waiting.set(key, entry)
      this.#delays.push(entry)
    } else {
      known.priority = Math.max(known.priority, priority)
      known.readyAt = Math.min(known.readyAt, readyAt)
      this.#delays.update(known)
    }
    this.#arm()
  }

  /** Adds after the delay that the key's failures have earned it. */
  addRateLimited(key: string, options: AddOptions = {}): void {
    this.addAfter(key, this.#limiter.when(key), options)
  }

  /** The key is well again: its next failure starts with the shortest delay. */
  forget(key: string): void {
    this.#limiter.forget(key)
  }

  retries(key: string): number {
    return this.#limiter.retries(key)
  }

  /** The next key; `undefined` when the queue was shut down and is empty, or the signal aborts. Every key got must be given back by {@link done}. */
  get(options: { readonly signal?: AbortSignal } = {}): Promise<QueueItem | undefined> {
    const { signal } = options
    if (signal?.aborted) return Promise.resolve(undefined)
    const next = this.#ready.pop()
    if (next !== undefined) return Promise.resolve(this.#handOut(next))
    if (this.#shutDown) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const take = (item: QueueItem | undefined) => {
        this.#takers.delete(take)
        signal?.removeEventListener('abort', onAbort)
        resolve(item)
      }
      const onAbort = () => take(undefined)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#takers.add(take)
    })
  }

  done(key: string): void {
    const startedAt = this.#processing.get(key)
    if (startedAt === undefined) return
    this.#processing.delete(key)
    this.#observer?.finished(this.#clock.monotonic() - startedAt)
    const again = this.#dirty.get(key)
    if (again !== undefined) this.#enqueue(again)
    if (this.#processing.size === 0) this.#tellDrained()
  }

  /** Refuses adds from now on and drops what waits for its time. What is ready is still handed out. */
  shutDown(): void {
    this.#shutDown = true
    this.#timer?.timer.cancel()
    this.#timer = undefined
    this.#delays.clear()
    this.#waiting.clear()
    for (const take of [...this.#takers]) take(undefined)
    if (this.#processing.size === 0) this.#tellDrained()
  }

  /** Resolves as soon as nothing is being processed. */
  drained(): Promise<void> {
    if (this.#processing.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drainers.add(resolve))
  }

  /** How long the runs under way have taken so far, in ms: a stuck worker shows here and nowhere else. */
  unfinished(): { readonly total: number; readonly longest: number } {
    const now = this.#clock.monotonic()
    let total = 0
    let longest = 0
    for (const startedAt of this.#processing.values()) {
      total += now - startedAt
      longest = Math.max(longest, now - startedAt)
    }
    return { total, longest }
  }

  #promote(entry: Ready, priority: number): void {
    const queued = this.#ready.has(entry)
    if (queued) this.#observer?.depthChanged(entry.priority, -1)
    entry.priority = priority
    entry.sequence = this.#sequence++
    if (!queued) return
    this.#observer?.depthChanged(priority, 1)
    this.#ready.update(entry)
  }

  #enqueue(entry: Ready): void {
    this.#ready.push(entry)
    this.#observer?.depthChanged(entry.priority, 1)
    const [take] = this.#takers
    if (take !== undefined) take(this.#handOut(this.#ready.pop()!))
  }

  #handOut(entry: Ready): QueueItem {
    const now = this.#clock.monotonic()
    this.#dirty.delete(entry.key)
    this.#processing.set(entry.key, now)
    this.#observer?.depthChanged(entry.priority, -1)
    this.#observer?.started(now - entry.since)
    return { key: entry.key, priority: entry.priority }
  }

  /** One timer for all delays, at the earliest of them. */
  #arm(): void {
    const head = this.#delays.peek()
    if (head === undefined || (this.#timer !== undefined && this.#timer.due <= head.readyAt)) return
    this.#timer?.timer.cancel()
    this.#timer = { due: head.readyAt, timer: this.#clock.setTimer(head.readyAt - this.#clock.monotonic(), () => this.#releaseDue()) }
  }

  #releaseDue(): void {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    for (let head = this.#delays.peek(); head !== undefined && head.readyAt <= now; head = this.#delays.peek()) {
      this.#delays.remove(head)
      this.#waiting.delete(head.key)
      this.add(head.key, { priority: head.priority })
    }
    this.#arm()
  }

  #tellDrained(): void {
    for (const tell of this.#drainers) tell()
    this.#drainers.clear()
  }
}
