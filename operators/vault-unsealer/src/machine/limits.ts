import type { LedgerEntry, Node, World } from './model.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** First and longest pause of a node that does not answer, or whose attempt failed. */
export const BACKOFF = { first: 2 * SECOND, longest: 60 * SECOND } as const
/** A node that joins opens within a second or two; one whose leader is slow was seen to take 12 s. A minute is beyond doubt. */
export const OPENING_MS = 60 * SECOND
export const OPENING_POLL_MS = SECOND
/** A node in the middle of a join holds its state lock for 2 s, and minutes without a leader; after two minutes of silence only a restart has ever helped. */
export const WEDGED_MS = 120 * SECOND
/** Events come in bursts; a node is not asked more often than this because of them. */
export const LEAST_GAP_MS = 250
/** Of all key sets together: replacing the Secret all the time is no way around the limit either. */
export const ATTEMPTS_OF_ALL_SETS = 60
/** A restarted node is opened again at once, but not one that seals itself every moment: one in 5 s on the average. */
export const OPENINGS_PER_HOUR = 720

/** A pause that doubles with each failure in a row, ±20 %. */
export function backoff(failures: number, random: number): number {
  const base = Math.min(BACKOFF.longest, BACKOFF.first * 2 ** Math.max(0, failures - 1))
  return base * (0.8 + 0.4 * random)
}

export const OPENED = ' opened'

/** When the next attempt may begin; `now` or earlier: at once. */
export function nextAttemptAt(node: Node, { keySet, policy }: World, now: number): number {
  const recent = within(node.ledger, now)
  return Math.max(
    freeAt(
      recent.filter((entry) => entry.keySet === keySet),
      policy.attemptsPerHour,
    ),
    freeAt(
      recent.filter((entry) => entry.keySet !== OPENED),
      ATTEMPTS_OF_ALL_SETS,
    ),
    freeAt(
      recent.filter((entry) => entry.keySet === OPENED),
      OPENINGS_PER_HOUR,
    ),
  )
}

export function within(ledger: readonly LedgerEntry[], now: number): readonly LedgerEntry[] {
  return ledger.filter(({ at }) => at > now - HOUR)
}

/** The entry that has to become an hour old before there is room again. */
function freeAt(entries: readonly LedgerEntry[], most: number): number {
  if (entries.length < most) return Number.NEGATIVE_INFINITY
  return entries[entries.length - most]!.at + HOUR
}
