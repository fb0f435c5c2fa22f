/** Time as the algorithms see it. Injected everywhere, so that a 15 s lease is tested in microseconds (see the testing package's virtual clock). */
export interface Clock {
  /** Wall-clock milliseconds since the epoch. It may jump: use it for timestamps that people or other machines read. */
  now(): number
  /** Milliseconds that only ever grow, from an arbitrary start. Use it for durations, deadlines, leases. */
  monotonic(): number
  /** Calls back once after `ms` milliseconds (at once, but never synchronously, for 0 or less). Any length is legal: see {@link systemClock}. */
  setTimer(ms: number, callback: () => void): Timer
}

/** A callback that is still to come. */
export interface Timer {
  /** Stops it; harmless when it has fired. */
  cancel(): void
}

/** Node's setTimeout fires at once for more than 2^31-1 ms (24.8 days), so longer waits go in steps. */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** The machine's clock. Tests have `virtualClock` of `kubewright/testing`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms, callback) {
    const due = performance.now() + ms
    let handle: NodeJS.Timeout
    const arm = () => {
      const left = due - performance.now()
      handle = left > LONGEST_TIMEOUT ? setTimeout(arm, LONGEST_TIMEOUT) : setTimeout(callback, Math.max(0, left))
    }
    arm()
    return { cancel: () => clearTimeout(handle) }
  },
}

/** Resolves after `ms`, or as soon as the signal aborts: for who looks at the signal anyway. */
export async function sleepOrAbort(ms: number, options: { readonly clock?: Clock; readonly signal: AbortSignal }): Promise<void> {
  try {
    await sleep(ms, options)
  } catch (error) {
    if (!options.signal.aborted) throw error
  }
}

/** Resolves after `ms`. @throws the signal's reason as soon as it aborts. */
export function sleep(ms: number, options: { readonly clock?: Clock; readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
  const { clock = systemClock, signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      timer.cancel()
      reject(signal!.reason)
    }
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
