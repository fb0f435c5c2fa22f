import type { Clock } from '@kubewright/core'

/** The time to answer is over. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** Kubernetes' own default where a request does not say. */
const DEFAULT_TIMEOUT = 10_000
const LONGEST_TIMEOUT = 30_000
/** The answer has to be written, sent and read before the API server gives up: a tenth of the time, but no more than half a second. */
const MARGIN_SHARE = 0.1
const LONGEST_MARGIN = 500

/** Milliseconds for the hook, from what the API server says in the URL (`?timeout=10s`). */
export function timeToAnswer(timeout: number | undefined): number {
  const whole = Math.min(timeout ?? DEFAULT_TIMEOUT, LONGEST_TIMEOUT)
  return whole - Math.min(LONGEST_MARGIN, whole * MARGIN_SHARE)
}

/**
 * Waits for the work for so long and no longer. What it does not hear of any more (the work does not listen to the signal) ends unheard.
 * @throws DeadlineError, the parent's reason, or what the work throws
 */
export async function withDeadline<R>(
  { clock, ms, parent }: { readonly clock: Clock; readonly ms: number; readonly parent: AbortSignal },
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const controller = new AbortController()
  const cut = Promise.withResolvers<never>()
  const end = (reason: unknown) => {
    controller.abort(reason)
    cut.reject(reason)
  }
  const onParent = () => end(parent.reason)
  if (parent.aborted) throw parent.reason
  parent.addEventListener('abort', onParent, { once: true })
  const timer = clock.setTimer(ms, () => end(new DeadlineError(`the hook did not answer within ${ms} ms`)))
  const working = work(controller.signal)
  // Should it fail when nobody waits for it any more: that has been told as the deadline.
  working.catch(() => {})
  try {
    return await Promise.race([working, cut.promise])
  } finally {
    timer.cancel()
    parent.removeEventListener('abort', onParent)
  }
}
