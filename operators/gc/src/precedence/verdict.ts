import type { Expiry } from '../expiry/expiry.ts'

/** One policy's word about one object. */
export type Opinion =
  /** The object is not in the policy's set, or its conditions do not hold. */
  { readonly is: 'unselected'; readonly matched: boolean } | Expiry

/** What all policies together say about an object, and which of them decided. */
export type Verdict =
  | { readonly is: 'delete'; readonly at: number; readonly by: string }
  | { readonly is: 'keep'; readonly reason: string; readonly by: string }
  /** Nobody says anything. */
  | { readonly is: 'none' }

/**
 * The word that keeps the object longest wins: kept by one is kept, and of two times the later counts. (In zen-gc the earliest won, so that a
 * forgotten broad policy undid every careful one.) Equal times go to the first name, so that restarts decide alike.
 */
export function decide(opinions: Iterable<readonly [policy: string, Opinion]>): Verdict {
  let verdict: Verdict = { is: 'none' }
  for (const [by, opinion] of opinions) {
    if (opinion.is === 'never' || opinion.is === 'blocked') {
      if (verdict.is !== 'keep' || by < verdict.by) verdict = { is: 'keep', reason: opinion.reason, by }
    } else if (opinion.is === 'at' && verdict.is !== 'keep') {
      if (verdict.is === 'none' || opinion.at > verdict.at || (opinion.at === verdict.at && by < verdict.by))
        verdict = { is: 'delete', at: opinion.at, by }
    }
  }
  return verdict
}

/** Whether the policy takes part in the decision about the object. */
export function hasOpinion(opinion: Opinion): boolean {
  return opinion.is === 'at' || opinion.is === 'never' || opinion.is === 'blocked'
}
