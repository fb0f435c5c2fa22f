import { hasOpinion, type Opinion } from '../judgement/opinion.ts'

/** What all policies together say about an object, and which of them decided. */
export type Verdict =
  /** `until`: somebody has to be asked again then; before it has been, nothing is deleted. */
  | { readonly is: 'delete'; readonly at: number; readonly until: number; readonly by: string }
  | { readonly is: 'keep'; readonly reason: string; readonly by: string }
  /** Nobody says anything. */
  | { readonly is: 'none' }

/**
 * Those of the highest priority decide, of those that have something to say. Among them the word that keeps the object longest wins: kept by one is
 * kept, and of two times the later counts. (In zen-gc the earliest won, so that a forgotten broad policy undid every careful one.) Equal times go to
 * the first name, so that restarts decide alike.
 */
export function decide(opinions: Iterable<readonly [policy: string, opinion: Opinion, priority?: number | undefined]>): Verdict {
  let verdict: Verdict = { is: 'none' }
  let until = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const [by, opinion, priority = 0] of opinions) {
    // Whoever has no say now may have one then.
    if (opinion.until !== undefined) until = Math.min(until, opinion.until)
    if (!hasOpinion(opinion) || priority < highest) continue
    if (priority > highest) {
      highest = priority
      verdict = { is: 'none' }
    }
    if (opinion.is === 'never' || opinion.is === 'blocked') {
      if (verdict.is !== 'keep' || by < verdict.by) verdict = { is: 'keep', reason: opinion.reason, by }
    } else if (opinion.is === 'at' && verdict.is !== 'keep') {
      if (verdict.is === 'none' || opinion.at > verdict.at || (opinion.at === verdict.at && by < verdict.by))
        verdict = { is: 'delete', at: opinion.at, until, by }
    }
  }
  return verdict.is === 'delete' ? { ...verdict, until } : verdict
}
