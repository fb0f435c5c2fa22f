import { type Clock, sleep } from 'kubewright'

export interface PaceOptions {
  readonly clock: Clock
  readonly perSecond: number
  /** How many requests may go at once after a quiet time. */
  readonly burst: number
}

/** A provider that was asked to slow down for so long is asked again at full speed. */
const RECOVERY = 60_000
/** The slowest, as a part of the full speed. */
const SLOWEST = 1 / 16
/** No request at all for so long after a refusal: the server counts what it refuses. */
const PAUSE = 1_000

/** Spaces the requests of one provider to one of its services, all objects together. When the server says that it is too much, it is half of it, and more again with time. */
export class Pace {
  readonly #options: PaceOptions
  #tokens: number
  #filledAt: number
  #factor = 1
  #pausedUntil = 0

  constructor(options: PaceOptions) {
    this.#options = options
    this.#tokens = options.burst
    this.#filledAt = options.clock.monotonic()
  }

  /** Resolves when the next request may go. @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    this.#refill()
    this.#tokens -= 1
    const forTokens = this.#tokens >= 0 ? 0 : (-this.#tokens * 1000) / this.#rate()
    const wait = Math.max(forTokens, this.#pausedUntil - clock.monotonic())
    signal.throwIfAborted()
    if (wait > 0) await sleep(wait, { clock, signal })
  }

  /** The server has said that it was too much. */
  slowDown(): void {
    this.#refill()
    this.#factor = Math.max(SLOWEST, this.#factor / 2)
    this.#pausedUntil = this.#options.clock.monotonic() + PAUSE
  }

  #rate(): number {
    return this.#options.perSecond * this.#factor
  }

  #refill(): void {
    const now = this.#options.clock.monotonic()
    const elapsed = now - this.#filledAt
    this.#filledAt = now
    this.#tokens = Math.min(this.#options.burst, this.#tokens + (elapsed * this.#rate()) / 1000)
    this.#factor = Math.min(1, this.#factor + elapsed / RECOVERY)
  }
}
