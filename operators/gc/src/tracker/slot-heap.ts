import { enlarged } from 'kubewright'

/** A binary heap of slot numbers by rank, in typed arrays: 20 bytes a slot, and nothing for the garbage collector to walk. */
export class SlotHeap {
  #slots = new Int32Array(16)
  #positions = new Int32Array(16).fill(-1)
  #ranks = new Float64Array(16)
  #size = 0

  /** The slot of the smallest rank; `undefined` when there is none. */
  get top(): { readonly slot: number; readonly rank: number } | undefined {
    const slot = this.#slots[0]
    return this.#size === 0 || slot === undefined ? undefined : { slot, rank: this.#ranks[slot]! }
  }

  /** Puts a slot in that is not in yet. */
  add(slot: number, rank: number): void {
    this.#reserve(Math.max(slot, this.#size) + 1)
    this.#ranks[slot] = rank
    this.#place(slot, this.#size++)
    this.#up(this.#positions[slot]!)
  }

  has(slot: number): boolean {
    return slot < this.#positions.length && this.#positions[slot] !== -1
  }

  /** Harmless when it is not in. */
  remove(slot: number): void {
    if (!this.has(slot)) return
    const position = this.#positions[slot]!
    this.#positions[slot] = -1
    const last = this.#slots[--this.#size]!
    if (last === slot) return
    this.#place(last, position)
    this.#up(position)
    this.#down(this.#positions[last]!)
  }

  #up(start: number): void {
    const slot = this.#slots[start]!
    const rank = this.#ranks[slot]!
    let position = start
    while (position > 0) {
      const above = this.#slots[(position - 1) >> 1]!
      if (this.#ranks[above]! <= rank) break
      this.#place(above, position)
      position = (position - 1) >> 1
    }
    this.#place(slot, position)
  }

  #down(start: number): void {
    const slot = this.#slots[start]!
    const rank = this.#ranks[slot]!
    let position = start
    for (let child = 2 * position + 1; child < this.#size; child = 2 * position + 1) {
      if (child + 1 < this.#size && this.#ranks[this.#slots[child + 1]!]! < this.#ranks[this.#slots[child]!]!) child++
      const below = this.#slots[child]!
      if (this.#ranks[below]! >= rank) break
      this.#place(below, position)
      position = child
    }
    this.#place(slot, position)
  }

  #place(slot: number, position: number): void {
    this.#slots[position] = slot
    this.#positions[slot] = position
  }

  #reserve(count: number): void {
    if (count <= this.#slots.length) return
    this.#slots = enlarged(this.#slots, count)
    this.#positions = enlarged(this.#positions, count, -1)
    this.#ranks = enlarged(this.#ranks, count)
  }
}
