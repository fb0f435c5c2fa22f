/** A `Date` header, which is cut off to the second, and when it came. */
export interface ServerDate {
  /** The server's wall clock, ms since the epoch. */
  readonly date: number
  /** Our monotonic clock, ms. */
  readonly at: number
}

/** What the server said last about its own time. */
export class LastServerDate {
  #text: string | undefined
  #date = Number.NaN
  #last: ServerDate | undefined

  get last(): ServerDate | undefined {
    return this.#last
  }

  /** @param at - our monotonic clock, ms */
  saw(header: string | undefined, at: number): void {
    // A thousand answers of one second say the same; to read each of them took 3 % of a busy client's time.
    if (header !== this.#text) {
      this.#text = header
      this.#date = Date.parse(header ?? '')
    }
    if (!Number.isNaN(this.#date)) this.#last = { date: this.#date, at }
  }
}
