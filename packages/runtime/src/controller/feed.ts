import type { WorkQueue } from '../queue/work-queue.ts'
import type { TriggerResult } from './control.ts'

export interface FeedOptions {
  readonly queue: Pick<WorkQueue, 'add' | 'addAfter' | 'addDebounced'>
  /** Milliseconds; 0: none. */
  readonly debounce: number
  /** Whether this replica may work on the key. */
  readonly isOurs: (key: string) => boolean
  /** Something happened to what is another replica's. */
  readonly missed: (key: string) => void
}

/**
 * The way of one cluster's keys into the queue. Until its caches are in sync the keys wait here: a reconcile before that would see owned objects
 * as missing and make them again.
 */
export class Feed {
  readonly #options: FeedOptions
  #waiting: Map<string, number> | undefined = new Map()

  constructor(options: FeedOptions) {
    this.#options = options
  }

  add(key: string, priority: number): TriggerResult {
    const { queue, debounce, isOurs, missed } = this.#options
    // Whose it is will be asked when it is let through: objects may come to this replica before that.
    if (this.#waiting !== undefined) this.#waiting.set(key, Math.max(priority, this.#waiting.get(key) ?? priority))
    else if (!isOurs(key)) {
      missed(key)
      return 'elsewhere'
    } else if (debounce > 0) queue.addDebounced(key, debounce, { priority })
    else queue.add(key, { priority })
    return 'queued'
  }

  /** Had its turn already, and could not be worked on: no debounce. Returns whether it is ours. */
  again(key: string, priority: number): boolean {
    const { queue, isOurs } = this.#options
    if (!isOurs(key)) return false
    queue.add(key, { priority })
    return true
  }

  /** No change called for it, and it may be seen again and again: never without a pause. */
  later(key: string, ms: number): void {
    const { queue, isOurs } = this.#options
    if (isOurs(key)) queue.addAfter(key, ms)
  }

  /** The caches are in sync. */
  open(): void {
    const waiting = this.#waiting ?? new Map<string, number>()
    this.#waiting = undefined
    const { queue, isOurs } = this.#options
    for (const [key, priority] of waiting) if (isOurs(key)) queue.add(key, { priority })
  }
}
