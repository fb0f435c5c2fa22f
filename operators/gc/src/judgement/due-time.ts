import type { KubeObject } from 'kubewright'
import type { Context } from '../facts/facts.ts'
import { noticeOn } from '../marking/mark.ts'
import type { Opinion, Preparation } from './opinion.ts'

/** What a policy does with an object that has fallen due before it deletes it. */
export interface Steps {
  /** `namespace/name`, or the name of a cluster policy. */
  readonly policy: string
  /** Milliseconds between the mark and the deletion. */
  readonly notice: number | undefined
  readonly finalizer: string | undefined
}

type Due = Opinion & { readonly is: 'at' }

/**
 * Of what has fallen due: whether the policy's author may delete it, and whether the first of two steps has been done. Asked only then, and asked
 * again when the answer has become old, so that rights count as they are when it goes and not as they were when the policy was written.
 */
export function atDueTime(
  { steps, asksForAuthor }: { readonly steps: Steps; readonly asksForAuthor: boolean },
  object: KubeObject,
  { due, ...opinion }: Due & { readonly due: number },
  { now, facts }: Context,
): Opinion {
  if (!asksForAuthor && steps.notice === undefined && steps.finalizer === undefined) return opinion
  if (opinion.at > now) return { ...opinion, until: Math.min(opinion.at, opinion.until ?? opinion.at) }

  const right = asksForAuthor ? facts.author(object.metadata.namespace) : undefined
  const otherwise = { at: opinion.at, reason: opinion.reason }
  if (right?.is === 'unknown') return { is: 'blocked', reason: right.reason, until: opinion.until, otherwise }
  const until = Math.min(right?.value?.until ?? Number.POSITIVE_INFINITY, opinion.until ?? Number.POSITIVE_INFINITY)
  const foreseen = until === Number.POSITIVE_INFINITY ? undefined : until
  if (right?.value?.allowed === false) {
    const { author } = right.value
    return { is: 'blocked', lacks: 'right', reason: `${author}, who wrote the policy, may not delete it`, until: foreseen, otherwise }
  }
  return { ...prepared(steps, object, { ...opinion, until: foreseen }, due, now) }
}

/**
 * What is to be said now about an object that has not changed since this was said, if that can be told without it: what only waited for its time, or for
 * its author's right. Of a policy whose word depends on the time in no other way, and that takes no steps.
 */
export function sayAgain(
  code: { readonly steps: Steps; readonly asksForAuthor: boolean },
  said: Opinion,
  namespace: string | undefined,
  context: Context,
): Opinion | undefined {
  const due = said.is === 'blocked' ? said.otherwise : said.is === 'at' ? said : undefined
  if (due === undefined) return undefined
  const { at, reason } = due
  return atDueTime(code, { metadata: { ...(namespace !== undefined && { namespace }) } }, { is: 'at', at, reason, due: at }, context)
}

/** `until: now` keeps the object until it is seen again with what was written on it. */
function prepared(steps: Steps, object: KubeObject, opinion: Due, due: number, now: number): Opinion {
  const { notice, finalizer } = steps
  let deleteAt = opinion.at
  let step: Preparation = {}
  if (notice !== undefined) {
    const given = noticeOn(object, steps.policy)
    // A mark from before its life was prolonged announces nothing any more.
    if (given === undefined || given.at < due + notice) {
      deleteAt = now + notice
      step = { deleteAt }
    } else deleteAt = Math.max(given.at, opinion.at)
  }
  const announced = step.deleteAt === undefined && deleteAt <= now
  if (finalizer !== undefined && (notice === undefined || announced) && !(object.metadata.finalizers ?? []).includes(finalizer))
    step = { ...step, finalizer }
  if (step.deleteAt !== undefined || step.finalizer !== undefined) return { ...opinion, at: deleteAt, until: now, prepare: step }
  // The finalizer comes last, when the notice is over: then it is asked again.
  if (finalizer !== undefined && deleteAt > now) return { ...opinion, at: deleteAt, until: Math.min(deleteAt, opinion.until ?? deleteAt) }
  return { ...opinion, at: deleteAt }
}
