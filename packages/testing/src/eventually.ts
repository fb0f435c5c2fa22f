import { setTimeout as pause } from 'node:timers/promises'

/** How long something is waited for. */
export interface EventuallyOptions {
  /** Milliseconds after which the last failure is the verdict. @default 10 s: a loaded two-core machine does in it what takes 0.1 s elsewhere. */
  readonly timeout?: number
  /** Milliseconds between two tries. @default 25 at first; then a tenth of the time waited so far, and 250 at most: hundreds of waits at a time would keep a server busy with nothing else */
  readonly interval?: number
  readonly signal?: AbortSignal
}

/**
 * Waits, on the real clock, for something that other processes bring about: tries until `assertion` no longer throws, and returns its value.
 * @throws the assertion's own last error, with the time waited added to its message; the signal's reason when it aborts.
 */
export async function eventually<T>(assertion: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<Awaited<T>> {
  const { timeout = 10_000, signal } = options
  const started = performance.now()
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await assertion()
    } catch (error) {
      const waited = performance.now() - started
      const interval = options.interval ?? intervalAfter(waited)
      if (waited + interval > timeout) throw withWait(error, waited, tries)
      await pause(interval, undefined, signal ? { signal } : {}).catch((reason: unknown) => {
        throw signal?.aborted ? signal.reason : reason
      })
    }
  }
}

/** How long to leave it alone after so long a wait, in milliseconds: what has taken long is noticed a tenth later at most. */
export const intervalAfter = (waited: number): number => Math.min(Math.max(25, waited / 10), 250)

/** The opposite: `assertion` has to hold during all of `ms` milliseconds. @throws its first error. */
export async function consistently(assertion: () => void | Promise<void>, ms: number, interval = 50): Promise<void> {
  const end = performance.now() + ms
  do {
    await assertion()
    await pause(interval)
  } while (performance.now() < end)
  await assertion()
}

/** The same error object, because a test runner shows the difference that it carries. */
function withWait(error: unknown, waited: number, tries: number): unknown {
  if (!(error instanceof Error)) return new Error(`still failing after ${Math.round(waited)} ms: ${String(error)}`, { cause: error })
  const told = `${error.message} (still so after ${Math.round(waited)} ms and ${tries} tries)`
  Object.defineProperty(error, 'message', { value: told, configurable: true, writable: true })
  return error
}
