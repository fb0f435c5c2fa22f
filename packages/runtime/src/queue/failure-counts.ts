import type { RateLimiter } from './rate-limiter.ts'

/**
 * How often keys have failed, apart from how long they wait: a conflict is tried again after a growing pause as well, but is nobody's failure. What the
 * queue forgets, or drops, is forgotten here too.
 */
export class FailureCounts implements RateLimiter {
  readonly #delays: RateLimiter
  readonly #failures = new Map<string, number>()

  constructor(delays: RateLimiter) {
    this.#delays = delays
  }

  /** One more in a row. */
  failed(key: string): void {
    this.#failures.set(key, this.of(key) + 1)
  }

  /** Failures in a row. */
  of(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  when(key: string): number {
    return this.#delays.when(key)
  }

  retries(key: string): number {
    return this.#delays.retries(key)
  }

  forget(key: string): void {
    this.#failures.delete(key)
    this.#delays.forget(key)
  }

  get size(): number {
    return Math.max(this.#delays.size, this.#failures.size)
  }
}
