/**
 * Whether the policies are known as they are now. After an outage they may have been edited, paused or removed without our knowing, and nothing is
 * deleted in their name before that is known again.
 */
export type PolicyKnowledge =
  | { readonly is: 'current' }
  | { readonly is: 'outdated' }
  /** Their watches are open again, since then (monotonic ms). */
  | { readonly is: 'catching up'; readonly since: number }

/** A watch that has just opened may be about to say what was missed, or that its history is gone. */
export const NEWS_COMES_WITHIN = 100

/** `open`: whether the watches of policies are. */
export function catchUp(knowledge: PolicyKnowledge, open: boolean, now: number): PolicyKnowledge {
  if (knowledge.is === 'current') return knowledge
  if (!open) return { is: 'outdated' }
  if (knowledge.is === 'outdated') return { is: 'catching up', since: now }
  return now - knowledge.since >= NEWS_COMES_WITHIN ? { is: 'current' } : knowledge
}
