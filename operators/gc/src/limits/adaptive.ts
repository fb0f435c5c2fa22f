/**
 * The whole operator's own brake: the server's 429 and 503 halve what is sent, and quiet seconds give it back (AIMD). Without it, many policies
 * each within its rate would together press on a server that asks for less.
 */
export type Pressure =
  | { readonly is: 'free' }
  | { readonly is: 'limited'; readonly perSecond: number; readonly raisedAt: number; readonly notBefore: number }

const SLOWEST = 1
/** Above this the brake is off: no server we know of is pressed by it alone. */
const FREE_AGAIN = 2_000
const RAISE_EVERY = 1_000
const RAISE = 1.05
/** Several refusals of one moment are one signal. */
const REFUSALS_COUNT_ONCE_IN = 1_000

/** After a refusal. `observed`: deletions sent in the second before; `retryAfter`: what the server asked for, ms. */
export function onRefusal(pressure: Pressure, observed: number, retryAfter: number, now: number): Pressure {
  const notBefore = now + retryAfter
  if (pressure.is === 'limited' && now - pressure.raisedAt < REFUSALS_COUNT_ONCE_IN && pressure.notBefore >= notBefore) return pressure
  const current = pressure.is === 'limited' ? Math.min(pressure.perSecond, Math.max(observed, SLOWEST)) : Math.max(observed, SLOWEST)
  return {
    is: 'limited',
    perSecond: Math.max(SLOWEST, current / 2),
    raisedAt: now,
    notBefore: Math.max(notBefore, pressure.is === 'limited' ? pressure.notBefore : 0),
  }
}

/** 5 % more for each whole second since the last change. */
export function recover(pressure: Pressure, now: number): Pressure {
  if (pressure.is === 'free') return pressure
  const steps = Math.floor((now - Math.max(pressure.raisedAt, pressure.notBefore)) / RAISE_EVERY)
  if (steps <= 0) return pressure
  // Additive too, or a rate of 1/s would need minutes to become 2/s: recovery within 30 s is the goal.
  const perSecond = pressure.perSecond * RAISE ** steps + steps * 5
  return perSecond >= FREE_AGAIN
    ? { is: 'free' }
    : { ...pressure, perSecond, raisedAt: Math.max(pressure.raisedAt, pressure.notBefore) + steps * RAISE_EVERY }
}
