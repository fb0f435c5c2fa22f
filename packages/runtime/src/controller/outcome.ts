import { isConflict } from '@kubewright/core'
import type { ReconcileResult } from './context.ts'
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

export function outcomeOf(result: ReconcileResult): Outcome {
  if (result === undefined) return { result: 'success', prune: true }
  const ms = result.requeueAfter === undefined ? 0 : milliseconds(result.requeueAfter)
  if (!(ms > 0)) return { result: 'success', prune: result.prune ?? true }
  return { result: 'requeue_after', ms, priority: result.priority, prune: result.prune ?? false }
}

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
