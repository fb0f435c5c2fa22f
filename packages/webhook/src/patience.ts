import { type Clock, ConfigurationError, sleepOrAbort } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'

const FIRST_RETRY = 500
const LONGEST_RETRY = 15_000

export interface Patience {
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Tries until it works, or the signal aborts (`undefined`): the API server may come, and rights may be given. @throws ConfigurationError */
export async function persist<R>(problem: string, { clock, log, signal }: Patience, work: () => Promise<R>): Promise<R | undefined> {
  for (let retry = FIRST_RETRY; !signal.aborted; retry = Math.min(retry * 2, LONGEST_RETRY)) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) return undefined
      if (error instanceof ConfigurationError) throw error
      log.error(problem, { error, retryInSeconds: retry / 1000 })
      await sleepOrAbort(retry, { clock, signal })
    }
  }
  return undefined
}

/** Sleeps until it is time, and no longer than until somebody rings; a ring while nobody sleeps is kept for the next time. */
export class Alarm {
  readonly #clock: Clock
  #rung = false
  #wake: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  ring(): void {
    this.#rung = true
    this.#wake()
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const wake = () => over.abort()
    this.#wake = wake
    signal.addEventListener('abort', wake, { once: true })
    if (this.#rung || signal.aborted) wake()
    await sleepOrAbort(ms, { clock: this.#clock, signal: over.signal })
    signal.removeEventListener('abort', wake)
    this.#rung = false
  }
}
