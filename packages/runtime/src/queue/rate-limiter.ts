/** How long to wait before a key is tried again, as it keeps failing. */
export interface RateLimiter {
  /** Milliseconds until the next try; each call counts as one more failure. */
  when(key: string): number
  /** Failures since the last {@link forget}. */
  retries(key: string): number
  forget(key: string): void
  /** Keys that it remembers. */
  readonly size: number
}

/** The longest of several delays; each of them counts the failure, whichever decides (client-go's combination). */
export function slowestOf(...limiters: readonly RateLimiter[]): RateLimiter {
  return {
    when: (key) => limiters.reduce((longest, limiter) => Math.max(longest, limiter.when(key)), 0),
    retries: (key) => limiters.reduce((most, limiter) => Math.max(most, limiter.retries(key)), 0),
    forget(key) {
      for (const limiter of limiters) limiter.forget(key)
    },
    get size() {
      return limiters.reduce((most, limiter) => Math.max(most, limiter.size), 0)
    },
  }
}
