const METADATA = Buffer.from('"metadata":')
/** The type of an object stands before its metadata; what is longer than this is no type. */
const LONGEST_BEGINNING = 512
/** Wrong guesses cost a broken parse each. Some objects hold others of their own kind; a list of those is better not guessed. */
const MOST_MISSES = 8

/**
 * Finds the end of an item without looking at its bytes one by one: all items of a list begin alike, `{"metadata":` or
 * `{"apiVersion":…,"kind":…,"metadata":`, so the item most likely ends where the next beginning stands. The parser tells whether it does: the
 * beginning of an object is never a whole object, so what parses is the item. This halves what finding the items costs.
 */
export class ItemGuess {
  /** A comma and the beginning of the items. */
  #next: Buffer | undefined
  #misses = 0

  /** Takes the beginning from an item that was found by other means. */
  learn(item: Buffer): void {
    if (this.#next !== undefined || this.#misses > MOST_MISSES) return
    const end = item.subarray(0, LONGEST_BEGINNING).indexOf(METADATA)
    if (end !== -1) this.#next = Buffer.concat([Buffer.from(','), item.subarray(0, end + METADATA.length)])
  }

  /** The item that starts at `at` and the position after it. `undefined`: it has to be looked for. */
  at<T>(chunk: Buffer, at: number, decode: (item: Buffer) => T): { readonly value: T; readonly end: number } | undefined {
    if (this.#next === undefined) return undefined
    const end = chunk.indexOf(this.#next, at)
    if (end === -1) return undefined
    try {
      return { value: decode(chunk.subarray(at, end)), end }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      if (++this.#misses > MOST_MISSES) this.#next = undefined
      return undefined
    }
  }
}
