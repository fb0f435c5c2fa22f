/**
 * Items of many owners, taken in turns: however many one owner has waiting, another's next item is at most one round away. (In zen-gc one long
 * list stopped every other policy.)
 */
export class FairQueue<T> {
  readonly #queues = new Map<string, { items: T[]; head: number }>()

  get size(): number {
    let size = 0
    for (const { items, head } of this.#queues.values()) size += items.length - head
    return size
  }

  add(owner: string, item: T): void {
    const queue = this.#queues.get(owner)
    if (queue === undefined) this.#queues.set(owner, { items: [item], head: 0 })
    else queue.items.push(item)
  }

  /**
   * The next item of the first owner in turn for which `mayTake` gives `true`; that owner goes to the end of the line. Owners that may not go
   * keep their place.
   */
  take(mayTake: (owner: string) => boolean): { readonly owner: string; readonly item: T } | undefined {
    for (const [owner, queue] of this.#queues) {
      if (!mayTake(owner)) continue
      const item = queue.items[queue.head++]!
      this.#queues.delete(owner)
      if (queue.head < queue.items.length) this.#queues.set(owner, compacted(queue))
      return { owner, item }
    }
    return undefined
  }

  /** Forgets what an owner has waiting. */
  drop(owner: string): void {
    this.#queues.delete(owner)
  }
}

/** Cuts off what was taken once it is half of the list: shifting one by one would make long lists quadratic. */
function compacted<T>(queue: { items: T[]; head: number }): { items: T[]; head: number } {
  return queue.head > 1_000 && queue.head * 2 > queue.items.length ? { items: queue.items.slice(queue.head), head: 0 } : queue
}
