import type { Manager } from '../manager/manager.ts'
import { ReconcileTimeoutError } from './errors.ts'

/**
 * Ends with the program's patience, the reconcile's own time, or the attempt itself. Made by hand: AbortSignal.any would hang one more follower
 * on the long-lived signal per reconcile.
 */
export function attemptSignal(
  { abandon, clock }: Pick<Manager, 'abandon' | 'clock'>,
  timeout: number | undefined,
  attempt: { readonly signal: AbortSignal; end(): void },
): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const onAbandon = () => controller.abort(abandon.reason)
  const onEnd = () => controller.abort(attempt.signal.reason)
  if (abandon.aborted) onAbandon()
  abandon.addEventListener('abort', onAbandon, { once: true })
  attempt.signal.addEventListener('abort', onEnd, { once: true })
  const tooLong = () => controller.abort(new ReconcileTimeoutError(`the reconcile took longer than its ${timeout} ms (reconcileTimeout)`))
  const timer = timeout === undefined ? undefined : clock.setTimer(timeout, tooLong)
  return {
    signal: controller.signal,
    end: () => {
      timer?.cancel()
      abandon.removeEventListener('abort', onAbandon)
      attempt.signal.removeEventListener('abort', onEnd)
      attempt.end()
    },
  }
}
