/** A binary heap whose items know where they stand, so that one of them can be moved or taken out in O(log n). */
export class Heap<T extends object> {
  readonly #items: T[] = []
  readonly #places = new Map<T, number>()
  readonly #before: (a: T, b: T) => boolean

  /** `before(a, b)`: a leaves the heap ahead of b. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  has(item: T): boolean {
    return this.#places.has(item)
  }

  push(item: T): void {
    this.#items.push(item)
    this.#rise(this.#items.length - 1)
  }

  pop(): T | undefined {
    const first = this.#items[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** False when it was not in the heap. */
  remove(item: T): boolean {
    const place = this.#places.get(item)
    if (place === undefined) return false
    this.#places.delete(item)
    const last = this.#items.pop()!
    if (last !== item) {
      this.#items[place] = last
      this.#places.set(last, place)
      this.update(last)
    }
    return true
  }

  /** To be called after what `before` looks at has changed. */
  update(item: T): void {
    const place = this.#places.get(item)
    if (place !== undefined) this.#sink(this.#rise(place))
  }

  clear(): void {
    this.#items.length = 0
    this.#places.clear()
  }

  #rise(from: number): number {
    const item = this.#items[from]!
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#before(item, this.#items[parent]!)) break
      this.#put(this.#items[parent]!, place)
      place = parent
    }
    this.#put(item, place)
    return place
  }

  #sink(from: number): void {
    const item = this.#items[from]!
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#items.length) break
      if (child + 1 < this.#items.length && this.#before(this.#items[child + 1]!, this.#items[child]!)) child++
      if (!this.#before(this.#items[child]!, item)) break
      this.#put(this.#items[child]!, place)
      place = child
    }
    this.#put(item, place)
  }

  #put(item: T, place: number): void {
    this.#items[place] = item
    this.#places.set(item, place)
  }
}
