import { type Clock, systemClock } from 'kubewright'

/** Long enough for the calls that are left, and shorter than what a program is given to stop in. */
const TO_FINISH_MS = 10_000

/**
 * What consists of several calls and has begun is finished, also when the program is told to stop in the middle of it: a secret that is written and not
 * marked is nobody's, and what is removed and not let go of keeps the next owner waiting. Begins nothing when the signal has aborted already.
 */
export async function unbroken<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<T> {
  signal.throwIfAborted()
  const later = new AbortController()
  let timer: { cancel(): void } | undefined
  const onAbort = () => {
    timer = clock.setTimer(TO_FINISH_MS, () => later.abort(signal.reason))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await work(later.signal)
  } finally {
    signal.removeEventListener('abort', onAbort)
    timer?.cancel()
  }
}
