/**
 * At most so many a second, as an evenly spaced schedule (GCRA): one slot for each request that reaches the wire. zen-gc's token bucket was asked
 * twice per object, and gave half the rate.
 *
 * Idle time earns nothing, so a mass expiry after a quiet hour starts at the rate and not with a burst; but a wake-up that came late (timers of
 * Node are good to a few milliseconds) is made up for, up to {@link CATCH_UP}, or the real rate would stay below the one asked for.
 */
export interface RateState {
  /** When the next request may go; monotonic ms. */
  readonly nextAt: number
}

const CATCH_UP = 50
/** Later than this it was not the timer: there was nothing to send. */
const IDLE = 1_000

export interface Rate {
  readonly perSecond: number
  /** At most so many back to back. */
  readonly batch: number
}

export const freshRate: RateState = { nextAt: Number.NEGATIVE_INFINITY }

/** The state after one request at `now`, or how long to wait. */
export function takeSlot(state: RateState, rate: Rate, now: number): { readonly taken: RateState } | { readonly waitUntil: number } {
  if (state.nextAt > now) return { waitUntil: state.nextAt }
  const interval = 1000 / rate.perSecond
  const slack = Math.min(CATCH_UP, (rate.batch - 1) * interval)
  const from = now - state.nextAt > IDLE ? now : Math.max(state.nextAt, now - slack)
  return { taken: { nextAt: from + interval } }
}
