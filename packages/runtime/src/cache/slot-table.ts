const EMPTY = -1
const FIRST_SIZE = 16

/**
 * Finds rows of a table by a hash of what they hold: about 12 bytes a row, where a Map takes 40 and the text of each key. What a row holds is the
 * owner's business, who says which rows are meant.
 */
export class SlotTable {
  #slots = new Int32Array(FIRST_SIZE).fill(EMPTY)
  #size = 0
  /** The hash of what the row holds. */
  readonly #hashOf: (slot: number) => number

  constructor(hashOf: (slot: number) => number) {
    this.#hashOf = hashOf
  }

  /** The row with this hash that `isMeant` knows. */
  find(hash: number, isMeant: (slot: number) => boolean): number | undefined {
    const mask = this.#slots.length - 1
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = this.#slots[place]!
      if (slot === EMPTY) return undefined
      if (isMeant(slot)) return slot
    }
  }

  /** Enters a row that is not in yet. */
  add(slot: number): void {
    // At two thirds a search looks at two or three places.
    if (++this.#size * 3 > this.#slots.length * 2) this.#grow()
    this.#enter(this.#slots, slot)
  }

  /** Removes a row; it must still hold what it was entered for. */
  remove(slot: number): void {
    const mask = this.#slots.length - 1
    let place = this.#hashOf(slot) & mask
    while (this.#slots[place] !== slot) {
      if (this.#slots[place] === EMPTY) return
      place = (place + 1) & mask
    }
    this.#size--
    // Those behind it that could not sit in its place move up, so that no search ends too early.
    for (let next = (place + 1) & mask; this.#slots[next] !== EMPTY; next = (next + 1) & mask) {
      const home = this.#hashOf(this.#slots[next]!) & mask
      if (((next - home) & mask) < ((next - place) & mask)) continue
      this.#slots[place] = this.#slots[next]!
      place = next
    }
    this.#slots[place] = EMPTY
  }

  #grow(): void {
    const grown = new Int32Array(this.#slots.length * 2).fill(EMPTY)
    for (const slot of this.#slots) if (slot !== EMPTY) this.#enter(grown, slot)
    this.#slots = grown
  }

  #enter(slots: Int32Array, slot: number): void {
    const mask = slots.length - 1
    let place = this.#hashOf(slot) & mask
    while (slots[place] !== EMPTY) place = (place + 1) & mask
    slots[place] = slot
  }
}

/** FNV-1a, mixed at the end: names that differ in their last letters alone must not sit side by side. */
export function hashOfText(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return mixed(hash)
}

export function mixed(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (spread ^ (spread >>> 13)) >>> 0
}
