import type { Answer } from '../deletion/answer.ts'

/**
 * How many requests may be under way: as many as allowed while the server is well, and half as many each time that it asks for less, does not answer,
 * or takes longer than a second. Beside the rate (see adaptive.ts) because a slow server is not helped by slower starts when each request stays.
 */
export interface Concurrency {
  readonly most: number
  readonly limit: number
  /** Good answers since the last change. */
  readonly good: number
  /** Monotonic ms; trouble of one moment counts once. */
  readonly changedAt: number
}

const SLOW = 1_000
const ONCE_IN = 1_000

export const fullConcurrency = (most: number): Concurrency => ({ most, limit: most, good: 0, changedAt: Number.NEGATIVE_INFINITY })

/** After an answer that took `ms`. */
export function onAnswer(state: Concurrency, { is }: Pick<Answer, 'is'>, ms: number, now: number): Concurrency {
  const { most, limit, good, changedAt } = state
  if (is === 'throttled' || is === 'unknown' || ms > SLOW) {
    if (now - changedAt < ONCE_IN) return { ...state, good: 0 }
    return { most, limit: Math.max(1, Math.floor(limit / 2)), good: 0, changedAt: now }
  }
  if (limit === most) return state
  // One more for each full round of good answers.
  return good + 1 < limit ? { ...state, good: good + 1 } : { most, limit: limit + 1, good: 0, changedAt }
}
