import type { Clock, Timer } from '@kubewright/core'

/** What work gets between the abort of its signal and the end of the program's patience, in ms; less when the patience is short. */
const LAST_MOMENTS = 5_000

/** The time that a stop may take: near its end work under way is abandoned, at its end nothing is waited for any more. */
export class StopTime {
  readonly #over = Promise.withResolvers<void>()
  readonly #clock: Clock
  readonly #timers: readonly Timer[]

  /** @param ms Infinity: there is no end, and nothing is abandoned */
  constructor(ms: number, clock: Clock, abandon: () => void) {
    this.#clock = clock
    if (ms === 0) abandon()
    this.#timers =
      ms === Number.POSITIVE_INFINITY
        ? []
        : [clock.setTimer(ms - Math.min(LAST_MOMENTS, ms / 6), abandon), clock.setTimer(ms, () => this.#over.resolve())]
  }

  /** Resolves after so many ms, or when the time is over. */
  async pause(ms: number): Promise<void> {
    if (ms === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#clock.setTimer(ms, resolve)
    await this.within(promise)
    timer.cancel()
  }

  /** Resolves when the work has, or when the time is over. */
  async within(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.#over.promise])
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel()
  }
}
