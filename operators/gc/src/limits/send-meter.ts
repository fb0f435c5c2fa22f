const SECOND = 1000

/** How many requests went out lately, in two counters however many they are. */
export class SendMeter {
  #since = Number.NEGATIVE_INFINITY
  #current = 0
  #previous = 0

  count(now: number): void {
    this.#turn(now)
    this.#current++
  }

  /** The larger of the second under way and the one before it. */
  lately(now: number): number {
    this.#turn(now)
    return Math.max(this.#current, this.#previous)
  }

  #turn(now: number): void {
    if (now - this.#since < SECOND) return
    this.#previous = now - this.#since < 2 * SECOND ? this.#current : 0
    this.#current = 0
    this.#since = now
  }
}
