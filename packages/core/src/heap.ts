/** Where an item stands in its heap, kept in the item itself: moving one needs no search and no table beside the heap. */
export interface HeapItem {
  /** Smallest first; set by the heap. */
  rank: number
  /** `-1`: in no heap. */
  heapIndex: number
}

/**
 * A binary heap whose items can be moved and taken out of the middle: O(log n) each, nothing allocated per change. An item belongs to one
 * heap at a time; items of equal rank come in any order.
 */
export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  get top(): T | undefined {
    return this.#items[0]
  }

  /** Puts the item in, or to its new place. */
  set(item: T, rank: number): void {
    const before = item.rank
    item.rank = rank
    if (item.heapIndex === -1) {
      item.heapIndex = this.#items.push(item) - 1
      this.#up(item.heapIndex)
    } else if (rank < before) this.#up(item.heapIndex)
    else if (rank > before) this.#down(item.heapIndex)
  }

  pop(): T | undefined {
    const top = this.#items[0]
    if (top !== undefined) this.remove(top)
    return top
  }

  /** Harmless when the item is not in, or in another heap. */
  remove(item: T): void {
    const index = item.heapIndex
    if (this.#items[index] !== item) return
    const last = this.#items.pop()!
    item.heapIndex = -1
    if (last === item) return
    this.#items[index] = last
    last.heapIndex = index
    this.#up(index)
    this.#down(last.heapIndex)
  }

  clear(): void {
    for (const item of this.#items) item.heapIndex = -1
    this.#items.length = 0
  }

  #up(start: number): void {
    const item = this.#items[start]!
    let index = start
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = this.#items[parent]!
      if (above.rank <= item.rank) break
      this.#place(above, index)
      index = parent
    }
    this.#place(item, index)
  }

  #down(start: number): void {
    const item = this.#items[start]!
    const size = this.#items.length
    let index = start
    for (let child = 2 * index + 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && this.#items[child + 1]!.rank < this.#items[child]!.rank) child++
      const below = this.#items[child]!
      if (below.rank >= item.rank) break
      this.#place(below, index)
      index = child
    }
    this.#place(item, index)
  }

  #place(item: T, index: number): void {
    this.#items[index] = item
    item.heapIndex = index
  }
}
