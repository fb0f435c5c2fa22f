import { isConflict } from '@kubewright/core'
import type { ReconcileResult } from './definition.ts'
import { milliseconds } from './duration.ts'
import { isTerminal } from './errors.ts'

/** How a reconcile went. The names are the values of the label `result` of controller_runtime_reconcile_total. */
export type Outcome =
  | { readonly result: 'success' }
  /** Again soon, without it being anybody's fault: another writer was faster. */
  | { readonly result: 'requeue'; readonly because: unknown }
  | { readonly result: 'requeue_after'; readonly ms: number }
  /** The cache is still behind this controller's own write: nothing was done. No result that anybody counts. */
  | { readonly result: 'not yet'; readonly ms: number }
  /** Somebody has paused the object: nothing was done, and nothing is until that is over. No result that anybody counts. */
  | { readonly result: 'paused' }
  | { readonly result: 'error'; readonly error: unknown; readonly terminal: boolean }

export type QueueOrder =
  | { readonly do: 'forget' }
  | { readonly do: 'retry' }
  /** `well`: the failures before are forgotten. */
  | { readonly do: 'again after'; readonly ms: number; readonly well: boolean }
  | { readonly do: 'leave' }

export function outcomeOf(result: ReconcileResult): Outcome {
  if (result === undefined) return { result: 'success' }
  const ms = milliseconds(result.requeueAfter)
  return ms > 0 ? { result: 'requeue_after', ms } : { result: 'success' }
}

/** A conflict says that the cache was behind: the object is read again and the reconcile made anew, which is the normal course of things. */
export function failedOutcome(error: unknown): Outcome {
  if (isConflict(error)) return { result: 'requeue', because: error }
  return { result: 'error', error, terminal: isTerminal(error) }
}

export function orderFor(outcome: Outcome): QueueOrder {
  switch (outcome.result) {
    case 'success':
    case 'paused':
      return { do: 'forget' }
    case 'requeue':
      return { do: 'retry' }
    case 'requeue_after':
      return { do: 'again after', ms: outcome.ms, well: true }
    case 'not yet':
      return { do: 'again after', ms: outcome.ms, well: false }
    case 'error':
      return outcome.terminal ? { do: 'leave' } : { do: 'retry' }
  }
}
