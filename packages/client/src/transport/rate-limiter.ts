import { type Clock, ConfigurationError, sleep } from '@kubewright/core'

/** So many a second on average, and so many at once. */
export interface RateLimit {
  readonly qps: number
  readonly burst: number
}

/** Below zero: what is owed to requests that wait already. */
export interface TokenBucket {
  readonly tokens: number
  /** Monotonic milliseconds of the last filling. */
  readonly at: number
}

/** Resolves the two options. @throws ConfigurationError when they are no limit */
export function rateLimitOf(options: { readonly qps?: number | undefined; readonly burst?: number | undefined }): RateLimit | undefined {
  const { qps, burst } = options
  if (qps === undefined) {
    if (burst === undefined) return undefined
    throw new ConfigurationError(
      'burst is set without qps: it says how many requests may come at once before qps holds the rest back, so set both',
    )
  }
  if (!Number.isFinite(qps) || qps <= 0) {
    throw new ConfigurationError(`qps is ${qps}: write a number above 0, or leave it out for no limit`)
  }
  const resolved = burst ?? Math.max(1, Math.floor(2 * qps))
  if (!Number.isInteger(resolved) || resolved < 1) {
    throw new ConfigurationError(`burst is ${resolved}: write a whole number of at least 1, else nothing could ever be sent`)
  }
  return { qps, burst: resolved }
}

/** Takes a token and says in how many milliseconds it is due: who comes first waits the shorter time, however long the others wait. */
export function reserve(bucket: TokenBucket, { qps, burst }: RateLimit, now: number): readonly [TokenBucket, number] {
  const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * qps) / 1000) - 1
  return [{ tokens, at: now }, tokens >= 0 ? 0 : (-tokens / qps) * 1000]
}

/** Whoever gave up waiting gives the token back. */
export function giveBack(bucket: TokenBucket, { burst }: RateLimit): TokenBucket {
  return { ...bucket, tokens: Math.min(burst, bucket.tokens + 1) }
}

export interface RateLimiter {
  /** Waits for the turn. Resolves to the milliseconds that it took; rejects with the signal's reason. */
  turn(signal: AbortSignal): Promise<number>
}

export function createRateLimiter(limit: RateLimit, clock: Clock): RateLimiter {
  let bucket: TokenBucket = { tokens: limit.burst, at: clock.monotonic() }
  return {
    async turn(signal) {
      const [taken, waitMs] = reserve(bucket, limit, clock.monotonic())
      bucket = taken
      if (waitMs === 0) return 0
      try {
        await sleep(waitMs, { clock, signal })
        return waitMs
      } catch (error) {
        bucket = giveBack(bucket, limit)
        throw error
      }
    },
  }
}
