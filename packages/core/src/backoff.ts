/** How delays grow. */
export interface BackoffOptions {
  /** Milliseconds before the first retry. @default 800: client-go's reflector, which spares an API server that has just come back */
  readonly initial?: number
  /** By how much each delay is longer than the one before. @default 2 */
  readonly factor?: number
  /** The longest delay in milliseconds, before jitter. @default 30 s */
  readonly cap?: number
  /** The most that chance adds, in delays: with 1 a delay of 2 s becomes 2 s to 4 s. It keeps many clients from coming in step. @default 1 */
  readonly jitter?: number
  /** After that many milliseconds without use it starts from `initial` again. @default 2 min */
  readonly resetAfter?: number
  /** A number from 0 to 1, 1 excluded. @default Math.random */
  readonly random?: () => number
}

/** Delays that grow with each failure. */
export interface Backoff {
  /** The milliseconds to wait now. `now` is a monotonic clock's reading. */
  next(now: number): number
  /** Starts from the first delay again, after a success. */
  reset(): void
}

/** @throws RangeError when an option makes no sense. */
export function backoff(options: BackoffOptions = {}): Backoff {
  const { initial = 800, factor = 2, cap = 30_000, jitter = 1, resetAfter = 120_000, random = Math.random } = options
  const require = (holds: boolean, problem: string) => {
    if (!holds) throw new RangeError(`backoff: ${problem}`)
  }
  require(initial > 0, `"initial" is ${initial} ms and must be more than 0: retries would follow without a pause`)
  require(factor >= 1, `"factor" is ${factor} and must be 1 or more: delays would shrink`)
  require(cap >= initial, `"cap" (${cap} ms) is shorter than "initial" (${initial} ms)`)
  require(jitter >= 0, `"jitter" is ${jitter} and must be 0 or more`)
  require(resetAfter > 0, `"resetAfter" is ${resetAfter} ms and must be more than 0`)

  let delay = initial
  let lastUse: number | undefined
  return {
    next(now) {
      if (lastUse !== undefined && now - lastUse > resetAfter) delay = initial
      lastUse = now
      const base = delay
      delay = Math.min(cap, delay * factor)
      return base + random() * jitter * base
    },
    reset() {
      delay = initial
    },
  }
}
