/** The delay to come and when the last one was taken, as a value: the reflector's state holds it. */
export interface Backoff {
  readonly delay: number
  readonly lastUse: number
}

const INITIAL = 800
const CAP = 30_000
/** A failure after two quiet minutes is a new trouble and not the old one going on. */
const RESET_AFTER = 120_000

export const freshBackoff: Backoff = { delay: INITIAL, lastUse: Number.NEGATIVE_INFINITY }

/**
 * client-go's figures for its reflector: 800 ms doubling to 30 s, each up to twice as long by chance, so that ten thousand watches cut by
 * one server's restart do not all come back in the same second.
 */
export function nextDelay(backoff: Backoff, now: number, random: () => number): readonly [Backoff, number] {
  const base = now - backoff.lastUse > RESET_AFTER ? INITIAL : backoff.delay
  return [{ delay: Math.min(CAP, base * 2), lastUse: now }, base + random() * base]
}

/** Whether no failure was seen for long enough that the first one costs no wait. */
export function isFresh(backoff: Backoff, now: number): boolean {
  return now - backoff.lastUse > RESET_AFTER
}
