/** Chance that can be had again: the same numbers for the same seed. */
export interface Chance {
  /** A whole number from 0 up to, and without, this one. */
  below(limit: number): number
  pick<T>(all: readonly T[]): T
  /** A generator of its own, so that what one part draws does not change what the others draw. */
  fork(): Chance
}

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    pick(all) {
      if (all.length === 0) throw new Error('there is nothing to pick from')
      return all[below(all.length)]!
    },
    fork: () => chanceOf(below(2 ** 31)),
  }
}
