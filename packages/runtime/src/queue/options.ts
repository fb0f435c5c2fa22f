import type { Clock } from '@kubewright/core'
import type { FairnessOptions } from './fairness.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** What a queue tells about itself; the metrics listen. Durations in ms. How deep it is, it says when asked. */
export interface QueueObserver {
  /** A key became ready that was not. */
  added(priority: number): void
  /** A key was handed out after waiting so long. */
  started(waited: number): void
  finished(worked: number): void
  /** An add with a delay. */
  retried(): void
}

/** How a queue counts time, spaces retries and shares its workers. */
export interface WorkQueueOptions {
  readonly clock: Clock
  /** How long keys wait that failed. @default {@link itemBackoff} */
  readonly rateLimiter?: RateLimiter
  /**
   * In addition, how many retries all keys together may have: the longer of the two delays counts. client-go's classic figures are 10 per
   * second, burst 100. @default none, as controller-runtime's priority queue: one failing object is slowed by itself already
   */
  readonly overallRate?: { readonly qps: number; readonly burst: number }
  /** How tenants share the queue. @default one tenant for all keys */
  readonly fairness?: FairnessOptions
  readonly observer?: QueueObserver
}

/** How a key is put into the queue. */
export interface AddOptions {
  /** Higher goes first; adds of one key keep the highest. @default 0 */
  readonly priority?: number
}

/** How long a key waits for more to come. */
export interface DebounceOptions extends AddOptions {
  /** After that many ms since the first of the adds the key comes however many more there are. @default ten times the delay */
  readonly maxWait?: number
}

/** A key with its priority. */
export interface QueueItem {
  readonly key: string
  readonly priority: number
}

/** Everything that a queue holds at a moment. */
export interface QueueCensus {
  /** Ready to be handed out. */
  readonly ready: number
  /** Added again while they are worked on. */
  readonly again: number
  readonly delayed: number
  /** Handed out and not done. */
  readonly running: number
  /** Keys with failures that are not forgotten. */
  readonly failing: number
  /** Tenants with anything ready or handed out. */
  readonly tenants: number
}

/** The first list of a cache is worked on after everything that changes meanwhile (controller-runtime's figure). */
export const INITIAL_LIST_PRIORITY = -100
