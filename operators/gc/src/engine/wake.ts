import type { Clock, Timer } from 'kubewright'

/**
 * One worker, woken by a timer or by a call. Calls of one moment are one call, and one that comes while it works wakes it once more. It is woken some
 * thousand times a second: so the timer is left where it is as long as it is not too late, for a worker that is woken in vain only looks.
 */
export class Wake {
  readonly #clock: Clock
  #called = false
  #begin: (() => void) | undefined
  #timer: { readonly due: number; readonly timer: Timer } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  call(): void {
    if (this.#called) return
    this.#called = true
    if (this.#begin !== undefined) queueMicrotask(this.#begin)
  }

  /**
   * Has the work done now, after each call, and when the ms are over that it returned (`undefined`: not before the next call), until the signal aborts.
   * @throws what the work throws
   */
  run(work: () => number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#begin = undefined
        this.#disarm()
        signal.removeEventListener('abort', onAbort)
      }
      const onAbort = () => {
        end()
        resolve()
      }
      const begin = () => {
        if (this.#begin !== begin) return
        this.#called = false
        try {
          this.#arm(work(), begin)
        } catch (error) {
          end()
          reject(error)
        }
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#begin = begin
      if (signal.aborted) onAbort()
      else begin()
    })
  }

  #arm(ms: number | undefined, begin: () => void): void {
    // The work itself may have ended everything.
    if (ms === undefined || this.#begin === undefined) return
    const due = this.#clock.monotonic() + ms
    if (this.#timer !== undefined && this.#timer.due <= due) return
    this.#disarm()
    const timer = this.#clock.setTimer(ms, () => {
      this.#timer = undefined
      begin()
    })
    this.#timer = { due, timer }
  }

  #disarm(): void {
    this.#timer?.timer.cancel()
    this.#timer = undefined
  }
}
