import type { Clock } from 'kubewright'

/** One sleeper, woken by a timer or by a call. A call that comes while nobody sleeps is not lost: the next sleep ends at once. */
export class Wake {
  readonly #clock: Clock
  #called = false
  #sleeper: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  call(): void {
    this.#called = true
    this.#sleeper?.()
  }

  /** Until called, until `ms` are over (never, when there are none), or until the signal aborts. */
  async sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#called && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = ms === undefined ? undefined : this.#clock.setTimer(ms, resolve)
        const wake = () => {
          timer?.cancel()
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#sleeper = wake
        signal.addEventListener('abort', wake, { once: true })
      })
      this.#sleeper = undefined
    }
    this.#called = false
  }
}
