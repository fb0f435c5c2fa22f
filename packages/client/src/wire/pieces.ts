/** Bytes that belong together and come apart: joined once, when the last of them is there. */
export class Pieces {
  readonly #largest: number
  readonly #what: string
  #pieces: Buffer[] = []
  #length = 0

  /** @param what is too long when more than `largest` bytes come, in words that start a sentence */
  constructor(largest: number, what: string) {
    this.#largest = largest
    this.#what = what
  }

  /** @throws RangeError beyond the limit */
  add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#length += piece.length
    if (this.#length > this.#largest) throw new RangeError(`${this.#what} of more than ${this.#largest} bytes`)
    this.#pieces.push(piece)
  }

  /** Everything since the last time. It may share memory with what was added. */
  take(): Buffer {
    const whole = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces, this.#length)
    this.#pieces = []
    this.#length = 0
    return whole
  }
}
