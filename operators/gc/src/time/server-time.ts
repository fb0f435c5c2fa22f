import type { ServerDate } from 'kubewright'

/** A Date header says no more than the second. */
const GRAIN = 1_000
/** So far a clock may be off before somebody should hear of it. */
const WORTH_TELLING = 10_000
/** A step of the server's own clock by more than this would make everything due at once. */
const STEP = 5 * 60_000
/** So many dates, over so long, have to agree before a clock that has been set is believed. */
const AGREEING = 3
const AGREE_FOR = 60_000
const LOW_DATES = 5

/**
 * What time it is, for deciding what has fallen due. Expiries are reckoned from the server's stamps, so a clock of ours that is ahead of the server's would
 * delete early: the more conservative of both counts. And when the server's own clock jumps, nothing is deleted until it has been the same for a while.
 */
export class ServerTime {
  /** Server's wall clock less monotonic clock: the greatest that its dates have shown, which comes close to the truth from below. */
  #offset: number | undefined
  #low: readonly number[] = []
  #newest = Number.NEGATIVE_INFINITY
  #doubt: { readonly offset: number; readonly since: number; readonly dates: number } | undefined

  observe({ date, at }: ServerDate): void {
    if (at <= this.#newest) return
    this.#newest = at
    const offset = date - at
    if (this.#offset === undefined) {
      this.#offset = offset
      return
    }
    if (Math.abs(offset - this.#offset) <= STEP) {
      this.#follow(offset)
      this.#doubt = undefined
      return
    }
    // Backwards only delays, but what is due must not be reckoned by the old time either.
    const agrees = this.#doubt !== undefined && Math.abs(offset - this.#doubt.offset) <= STEP
    this.#doubt = agrees ? { ...this.#doubt!, dates: this.#doubt!.dates + 1 } : { offset, since: at, dates: 1 }
    if (this.#doubt.dates < AGREEING || at - this.#doubt.since < AGREE_FOR) return
    this.#offset = offset
    this.#doubt = undefined
  }

  /** A single date that is low came over a slow way; when all are, the server has set its clock back a little. */
  #follow(offset: number): void {
    if (offset >= this.#offset! - GRAIN) {
      this.#low = []
      this.#offset = Math.max(this.#offset!, offset)
      return
    }
    this.#low = [...this.#low, offset]
    if (this.#low.length < LOW_DATES) return
    this.#offset = Math.max(...this.#low)
    this.#low = []
  }

  /** The time to go by: never ahead of the server's, and behind it by no more than its dates have left open (a second after the first). */
  now(wall: number, mono: number): number {
    return this.#offset === undefined ? wall : Math.min(wall, this.#offset + mono)
  }

  /** How far our clock is ahead of the server's, ms; behind is negative. What the grain of dates explains counts as none. */
  skew(wall: number, mono: number): number {
    if (this.#offset === undefined) return 0
    const ahead = wall - (this.#offset + mono)
    return ahead >= 0 && ahead <= GRAIN ? 0 : ahead
  }

  isSkewed(wall: number, mono: number): boolean {
    return Math.abs(this.skew(wall, mono)) > WORTH_TELLING
  }

  /** Why nothing is to be deleted by it at the moment. More dates are needed to get out of it. */
  get doubt(): string | undefined {
    return this.#doubt === undefined
      ? undefined
      : 'the clock of the API server has jumped by more than five minutes; nothing is deleted until it has been steady for a minute'
  }
}
