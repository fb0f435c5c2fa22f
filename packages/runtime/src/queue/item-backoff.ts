import type { RateLimiter } from './rate-limiter.ts'

/** client-go's: see {@link ItemBackoffOptions}. */
export const DEFAULT_BACKOFF = { base: 5, cap: 1_000_000 } as const

/** How the delays of one key grow. */
export interface ItemBackoffOptions {
  /** Delay after the first failure, in ms. @default 5: client-go's; a conflict with one's own cache is mostly over by then */
  readonly base?: number
  /** Longest delay, in ms, before jitter. @default 1 000 000: client-go's 1000 s */
  readonly cap?: number
  /** The most that chance adds, as a part of the delay: 0.2 makes 10 s to 10–12 s, so that keys that failed together do not all come back together. @default 0 */
  readonly jitter?: number
  /** A number from 0 to 1, 1 excluded. @default Math.random */
  readonly random?: () => number
}

/**
 * `base × 2^failures`, capped: per key, so that one broken object does not slow the others. Keys that are forgotten cost nothing.
 * @throws RangeError when an option makes no sense
 */
export function itemBackoff(options: ItemBackoffOptions = {}): RateLimiter {
  const { base = DEFAULT_BACKOFF.base, cap = DEFAULT_BACKOFF.cap, jitter = 0, random = Math.random } = options
  if (!(base > 0)) throw new RangeError(`item backoff: "base" is ${base} ms and must be more than 0: retries would follow without a pause`)
  if (!(cap >= base)) throw new RangeError(`item backoff: "cap" (${cap} ms) is shorter than "base" (${base} ms)`)
  if (!(jitter >= 0)) throw new RangeError(`item backoff: "jitter" is ${jitter} and must be 0 or more`)
  const failures = new Map<string, number>()
  return {
    when(key) {
      const earlier = failures.get(key) ?? 0
      failures.set(key, earlier + 1)
      const delay = Math.min(base * 2 ** earlier, cap)
      return jitter === 0 ? delay : delay * (1 + jitter * random())
    },
    retries: (key) => failures.get(key) ?? 0,
    forget: (key) => void failures.delete(key),
    get size() {
      return failures.size
    },
  }
}
