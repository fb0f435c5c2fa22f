/** How long to wait before a key is tried again, as it keeps failing. */
export interface RateLimiter {
  /** Milliseconds until the next try; each call counts as one more failure. */
  when(key: string): number
  /** Failures since the last {@link forget}. */
  retries(key: string): number
  forget(key: string): void
}

export interface ItemBackoffOptions {
  /** Delay after the first failure, in ms. @default 5: client-go's; a conflict with one's own cache is mostly over by then */
  readonly base?: number
  /** Longest delay, in ms. @default 1 000 000: client-go's 1000 s */
  readonly cap?: number
}

/** `base × 2^failures`, capped: per key, so that one broken object does not slow the others. Keys that are forgotten cost nothing. */
export function itemBackoff({ base = 5, cap = 1_000_000 }: ItemBackoffOptions = {}): RateLimiter {
  const failures = new Map<string, number>()
  return {
    when(key) {
      const earlier = failures.get(key) ?? 0
      failures.set(key, earlier + 1)
      return Math.min(base * 2 ** earlier, cap)
    },
    retries: (key) => failures.get(key) ?? 0,
    forget: (key) => void failures.delete(key),
  }
}
