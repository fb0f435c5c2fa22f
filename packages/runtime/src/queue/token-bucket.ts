import type { Clock } from '@kubewright/core'
import type { RateLimiter } from './rate-limiter.ts'

/** How many retries there may be altogether. */
export interface TokenBucketOptions {
  readonly clock: Clock
  /** Retries per second in the long run. */
  readonly qps: number
  /** How many may come at once after a quiet time. */
  readonly burst: number
}

/**
 * Spaces the retries of all keys together. Each call reserves a token and says how long until it is there, so retries that were given a time
 * keep it, and none is refused.
 * @throws RangeError when an option makes no sense
 */
export function tokenBucket({ clock, qps, burst }: TokenBucketOptions): RateLimiter {
  if (!(qps > 0)) throw new RangeError(`token bucket: "qps" is ${qps} and must be more than 0: nothing would ever be tried again`)
  if (!(burst >= 1)) throw new RangeError(`token bucket: "burst" is ${burst} and must be 1 or more`)
  let tokens = burst
  let filledAt = clock.monotonic()
  return {
    when() {
      const now = clock.monotonic()
      tokens = Math.min(burst, tokens + ((now - filledAt) * qps) / 1000) - 1
      filledAt = now
      return tokens >= 0 ? 0 : (-tokens * 1000) / qps
    },
    retries: () => 0,
    forget: () => {},
    size: 0,
  }
}
