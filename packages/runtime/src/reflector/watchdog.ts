import type { Clock } from '@kubewright/core'

/** Ends one watch that says nothing, or that does not end when it should: a peer that vanished sends no error, ever. */
export class Watchdog {
  readonly #clock: Clock
  readonly #controller = new AbortController()
  readonly #deadline: { cancel(): void }
  #silence: number
  #check: { cancel(): void }
  #fedAt: number
  #paused = false
  verdict: 'silence' | 'deadline' | undefined

  /** Both in ms. */
  constructor(clock: Clock, silence: number, deadline: number) {
    this.#clock = clock
    this.#silence = silence
    this.#fedAt = clock.monotonic()
    this.#check = clock.setTimer(silence, () => this.#look())
    this.#deadline = clock.setTimer(deadline, () => this.#bite('deadline'))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  feed(): void {
    this.#fedAt = this.#clock.monotonic()
  }

  /** Bears another length of silence from now on. */
  bear(silence: number): void {
    if (silence === this.#silence) return
    this.#silence = silence
    this.#check.cancel()
    this.#look()
  }

  /** While we do not read, silence is our own doing. */
  async pausedWhile(wait: Promise<void>): Promise<void> {
    this.#paused = true
    try {
      await wait
    } finally {
      this.#paused = false
      this.feed()
    }
  }

  stop(): void {
    this.#check.cancel()
    this.#deadline.cancel()
  }

  /** The timer is not moved for every chunk: it looks, when it fires, how long the silence has been. */
  #look(): void {
    const left = this.#paused ? this.#silence : this.#fedAt + this.#silence - this.#clock.monotonic()
    if (left <= 0) this.#bite('silence')
    else this.#check = this.#clock.setTimer(left, () => this.#look())
  }

  #bite(verdict: 'silence' | 'deadline'): void {
    this.verdict ??= verdict
    this.#controller.abort(new Error(`the watch ended by ${verdict}`))
  }
}
