import { isConflict } from '@kubewright/core'
import type { CleanupResult, ReconcileAgain, ReconcileResult } from './context.ts'
import { milliseconds } from './duration.ts'
import { isOutdated, isTerminal } from './errors.ts'

/** How a reconcile went. The names are the values of the label `result` of controller_runtime_reconcile_total. */
export type Outcome =
  | { readonly result: 'success'; readonly prune: boolean }
  /** Again soon, without it being anybody's fault: another writer was faster. */
  | { readonly result: 'requeue'; readonly because: unknown }
  | { readonly result: 'requeue_after'; readonly ms: number; readonly priority: number | undefined; readonly prune: boolean }
  /** Somebody has paused the object: nothing was done, and nothing is until that is over. No result that anybody counts. */
  | { readonly result: 'paused' }
  /** It became another's while it ran: whatever came of it says nothing about the object. No result that anybody counts. */
  | { readonly result: 'not ours' }
  | { readonly result: 'error'; readonly error: unknown; readonly verdict: 'retry' | 'terminal' | 'given up' }

export type QueueOrder =
  | { readonly do: 'forget' }
  | { readonly do: 'retry' }
  | { readonly do: 'again after'; readonly ms: number; readonly priority: number | undefined }

/** `now`: ms since the epoch. @throws Error when the time to come back at is none */
export function outcomeOf(result: ReconcileResult, now: number): Outcome {
  if (result === undefined) return { result: 'success', prune: true }
  const ms = delayOf(result, now)
  // What has a time has done all that it wants until then; what has a delay waits for something of its own.
  const prune = result.prune ?? (result.requeueAfter === undefined || ms === undefined)
  if (ms === undefined) return { result: 'success', prune }
  return { result: 'requeue_after', ms, priority: result.priority, prune }
}

/** As {@link outcomeOf}, for a cleanup: what says that it is not done comes again, whatever else it says. */
export function cleanupOutcomeOf(result: CleanupResult, now: number): Outcome {
  if (result === undefined || result.done === undefined) return outcomeOf(result, now)
  if (result.done) return { result: 'success', prune: result.prune ?? true }
  const outcome = outcomeOf(result, now)
  if (outcome.result !== 'success') return outcome
  return { result: 'requeue_after', ms: UNFINISHED, priority: result.priority, prune: result.prune ?? false }
}

/** How soon a cleanup comes again that does not say when: soon for a person who waits for the object to go, and seldom for what is outside. */
const UNFINISHED = 10_000

function delayOf({ requeueAfter, requeueAt }: ReconcileAgain, now: number): number | undefined {
  const after = requeueAfter === undefined ? 0 : milliseconds(requeueAfter)
  const delays = after > 0 ? [after] : []
  if (requeueAt !== undefined) {
    const at = Number(requeueAt)
    if (Number.isNaN(at)) throw new Error('"requeueAt" is not a time: give a valid Date, or milliseconds since the epoch')
    delays.push(Math.max(SOONEST, at - now))
  }
  return delays.length === 0 ? undefined : Math.min(...delays)
}

/** A reconcile that names a time that has passed again and again must not keep a worker busy for nothing: ten times a second, and seen in metrics. */
const SOONEST = 100

/** A conflict says that the cache was behind: the object is read again and the reconcile made anew, which is the normal course of things. */
export function failedOutcome(error: unknown, isLastAttempt: boolean): Outcome {
  if (isConflict(error) || isOutdated(error)) return { result: 'requeue', because: error }
  const verdict = isTerminal(error) ? 'terminal' : isLastAttempt ? 'given up' : 'retry'
  return { result: 'error', error, verdict }
}

export function orderFor(outcome: Outcome): QueueOrder {
  switch (outcome.result) {
    case 'success':
    case 'paused':
    case 'not ours':
      return { do: 'forget' }
    case 'requeue':
      return { do: 'retry' }
    case 'requeue_after':
      return { do: 'again after', ms: outcome.ms, priority: outcome.priority }
    case 'error':
      return { do: outcome.verdict === 'retry' ? 'retry' : 'forget' }
  }
}
