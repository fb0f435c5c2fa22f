import { positionOf, RING_SIZE } from './hash.ts'

/** How many places each member has on the ring: with 100, shares differ by about a tenth. */
export const TOKENS = 100

/** Consistent hashing: who comes or goes moves only what it gets or had. */
export class Ring {
  /** Ascending; each begins a range that ends at the next. */
  readonly tokens: readonly number[]
  readonly #owners: readonly string[]

  constructor(identities: readonly string[]) {
    const places = identities
      .flatMap((identity) => Array.from({ length: TOKENS }, (_, i) => ({ at: positionOf(identity, String(i)), identity })))
      // By name where two are at one place, so that every replica says the same.
      .sort((a, b) => a.at - b.at || (a.identity < b.identity ? -1 : 1))
    this.tokens = places.map(({ at }) => at)
    this.#owners = places.map(({ identity }) => identity)
  }

  /** `undefined`: nobody is on the ring. */
  ownerOf(position: number): string | undefined {
    // What is before the first token belongs to the last.
    return this.#owners.at(lastAtMost(this.tokens, position))
  }
}

/** A half-open range of positions. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A part of the ring. */
export class Territory {
  /** Ascending, apart from each other. */
  readonly ranges: readonly Range[]
  readonly #starts: readonly number[]

  /** Ascending ranges; those that touch become one. */
  constructor(ranges: Iterable<Range> = []) {
    const merged: Range[] = []
    for (const range of ranges) {
      const last = merged.at(-1)
      if (last?.to === range.from) merged[merged.length - 1] = { from: last.from, to: range.to }
      else merged.push(range)
    }
    this.ranges = merged
    this.#starts = merged.map(({ from }) => from)
  }

  /** What the function says yes to, when asked at each point and taken at its word until the next. */
  static where(points: Iterable<number>, holds: (position: number) => boolean): Territory {
    const borders = [...new Set([0, ...points])].sort((a, b) => a - b)
    return new Territory(borders.flatMap((from, at) => (holds(from) ? [{ from, to: borders[at + 1] ?? RING_SIZE }] : [])))
  }

  get isEmpty(): boolean {
    return this.ranges.length === 0
  }

  /** 0 to 1. */
  get share(): number {
    return this.ranges.reduce((sum, { from, to }) => sum + (to - from), 0) / RING_SIZE
  }

  has(position: number): boolean {
    const range = this.ranges[lastAtMost(this.#starts, position)]
    return range !== undefined && position < range.to
  }

  minus(other: Territory): Territory {
    return this.#with(other, (here, there) => here && !there)
  }

  plus(other: Territory): Territory {
    return this.#with(other, (here, there) => here || there)
  }

  within(other: Territory): Territory {
    return this.#with(other, (here, there) => here && there)
  }

  #with(other: Territory, holds: (here: boolean, there: boolean) => boolean): Territory {
    const borders = [...this.ranges, ...other.ranges].flatMap(({ from, to }) => [from, to]).filter((border) => border < RING_SIZE)
    return Territory.where(borders, (position) => holds(this.has(position), other.has(position)))
  }
}

export const nothing = new Territory()

/** The index of the last of the ascending values that is not greater; -1 when all are. */
function lastAtMost(values: readonly number[], wanted: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}
