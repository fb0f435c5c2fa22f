/** Values that many share, each under a number. Those that nobody uses any more are not forgotten: for values of which there are few. */
export class Interned<T> {
  readonly #numbers = new Map<string, number>()
  readonly #values: T[] = []

  get size(): number {
    return this.#values.length
  }

  /** The number of the value that goes by this name. */
  numberOf(name: string, value: () => T): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    this.#numbers.set(name, this.#values.length)
    return this.#values.push(value()) - 1
  }

  find(name: string): number | undefined {
    return this.#numbers.get(name)
  }

  at(number: number): T {
    return this.#values[number]!
  }
}
