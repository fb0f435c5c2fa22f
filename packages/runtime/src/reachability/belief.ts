// What a program believes about its API server, as one transition function. Requests that fail only raise a doubt, for one of them may have met
// a broken connection, or an aggregated API that is down. The server's own /readyz decides; while it is away, that one question every second or
// two is all that the program asks on behalf of everything that waits.
import type { Trouble, Verdict } from './trouble.ts'

export type Belief =
  /** `confirmedAt`: when the server last said so itself. */
  | { readonly is: 'reachable'; readonly confirmedAt: number }
  | { readonly is: 'in doubt'; readonly since: number; readonly message: string; readonly probeAt: number }
  | {
      readonly is: 'unreachable'
      readonly since: number
      readonly message: string
      readonly probedAt: number
      readonly probeAt: number
      readonly pause: number
      /** Since when every probe brought an answer, though not that it is ready. */
      readonly answersSince: number | undefined
      /** Whether a request of somebody's succeeded since then. */
      readonly served: boolean
    }

export type Fact =
  | { readonly saw: 'failure'; readonly trouble: Trouble; readonly message: string }
  | { readonly saw: 'success' }
  | { readonly saw: 'probe'; readonly verdict: Verdict }

export interface Surroundings {
  /** Monotonic milliseconds. */
  readonly now: number
  /** From 0 to 1. */
  readonly random: () => number
}

/** Before anything is known, work is tried. */
export const hopeful: Belief = { is: 'reachable', confirmedAt: Number.NEGATIVE_INFINITY }

/** An API that stays down behind a server that is well would else have the server asked, and everybody held up, after each of its 503s. */
const TRUST = 5_000
/**
 * People count the seconds until their objects move again. A connection that is refused costs the server nothing; once it answers, it is ready
 * within seconds or not for a long time, and must not be pressed by a thousand programs meanwhile.
 */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = { silent: 1_000, answering: 2_000 }
const GROWTH = 1.5
/** Somebody was served: ask soon, but a stream of successes is no reason for a stream of questions. */
const AFTER_SUCCESS = 250
/** Some servers never call themselves ready, for one check that fails for good, and serve all the same. kube-apiserver takes a few seconds to start. */
const LONGEST_START = 30_000

export function step(belief: Belief, fact: Fact, at: Surroundings): Belief {
  switch (belief.is) {
    case 'reachable':
      if (fact.saw === 'probe' && fact.verdict === 'ready') return { ...belief, confirmedAt: at.now }
      if (fact.saw !== 'failure' || (fact.trouble === 'unwell' && at.now - belief.confirmedAt < TRUST)) return belief
      return { is: 'in doubt', since: at.now, message: fact.message, probeAt: at.now }
    case 'in doubt':
      return fact.saw === 'probe' ? judged({ ...belief, pause: 0, answersSince: undefined, served: false }, fact.verdict, at) : belief
    case 'unreachable':
      if (fact.saw === 'probe') return judged(belief, fact.verdict, at)
      if (fact.saw === 'failure') return belief
      return { ...belief, served: true, probeAt: Math.min(belief.probeAt, Math.max(at.now, belief.probedAt + AFTER_SUCCESS)) }
  }
}

/** When the server is to be asked next; `undefined`: when something happens. */
export function nextProbe(belief: Belief): number | undefined {
  return belief.is === 'reachable' ? undefined : belief.probeAt
}

type Away = Omit<Extract<Belief, { is: 'unreachable' }>, 'is' | 'probeAt' | 'probedAt'>

function judged(away: Away, verdict: Verdict, at: Surroundings): Belief {
  if (verdict === 'ready') return { is: 'reachable', confirmedAt: at.now }
  const answersSince = verdict === 'silent' ? undefined : (away.answersSince ?? at.now)
  const served = verdict !== 'silent' && away.served
  // A server that starts refuses everybody (403) until it has read its roles, so a refusal to tell is no welcome: somebody must have been served.
  const patience = verdict === 'unknown' ? 0 : LONGEST_START
  if (served && answersSince !== undefined && at.now - answersSince >= patience) return { is: 'reachable', confirmedAt: at.now }
  const begins = answersSince !== undefined && away.answersSince === undefined
  const pause = begins
    ? FIRST_PAUSE
    : Math.min(verdict === 'silent' ? LONGEST_PAUSE.silent : LONGEST_PAUSE.answering, Math.max(FIRST_PAUSE, away.pause * GROWTH))
  const probeAt = at.now + pause * (0.75 + at.random() / 2)
  const { since, message } = away
  return { is: 'unreachable', since, message, probedAt: at.now, probeAt, pause, answersSince, served }
}
