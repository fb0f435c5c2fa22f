/**
 * An estimate of what the objects of a cache take on the wire: their number times what one took on average. The mean begins anew with each
 * list, so that what an object once was does not count for ever. (A length for each of half a million objects would itself be megabytes.)
 */
export class BytesHeld {
  #sum = 0
  #count = 0

  /** A list begins. */
  restart(): void {
    this.#sum = 0
    this.#count = 0
  }

  /** An object came with so many bytes; 0 means that nobody knows. */
  saw(bytes: number): void {
    if (bytes === 0) return
    this.#sum += bytes
    this.#count++
  }

  of(objects: number): number {
    return this.#count === 0 ? 0 : Math.round((this.#sum / this.#count) * objects)
  }
}
