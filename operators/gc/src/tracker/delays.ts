import type { Answer } from '../deletion/answer.ts'

/** How long the event of a newer version is awaited before the object is fetched: watches are rarely later than that. */
export const STALE_WAIT = 1_000

/** How long watches may show what the server says is gone before it is looked at: something is wrong with one of the two. */
export const GONE_WAIT = 60_000

/** Rights change seldom, and each try writes a line into the server's audit log. */
export const FORBIDDEN_PAUSE = 5 * 60_000

const FIRST = 1_000
const LONGEST_OWN = 60_000
/** A server that was away for a minute should find its backlog worked off soon after. */
const LONGEST_UNANSWERED = 15_000
/** What an admission webhook refuses it refuses for as long as a person lets it. */
const LONGEST_DENIED = 60 * 60_000

/** Milliseconds before the next try: doubling, up to 25 % longer by chance, and never before the server's own Retry-After. */
export function delayAfter(answer: Pick<Answer, 'is'> & { readonly retryAfter?: number }, failures: number, random: () => number): number {
  const longest =
    answer.is === 'denied' ? LONGEST_DENIED : answer.is === 'unknown' || answer.is === 'unsent' ? LONGEST_UNANSWERED : LONGEST_OWN
  const backoff = Math.min(FIRST * 2 ** Math.min(failures - 1, 20), longest) * (1 + random() / 4)
  return Math.max(backoff, answer.retryAfter ?? 0)
}
