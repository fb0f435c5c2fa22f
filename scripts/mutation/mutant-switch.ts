import { SWITCH } from './instrumented.ts'

/** No mutant: the program as it is written. */
export const NONE = -1

/** Decides which mutant is at work, and sees which ones could have been. */
export class MutantSwitch {
  #active = NONE
  #asked = 0
  #limit = Number.POSITIVE_INFINITY
  #seen = new Set<number>()

  /** Instrumented code finds it under its global name: it has no imports of ours. */
  constructor() {
    Object.defineProperty(globalThis, SWITCH, { configurable: true, value: (id: number) => this.#isActive(id) })
  }

  /** @param limit how often may be asked until it is a loop without an end */
  turnTo(mutant: number, limit: number = Number.POSITIVE_INFINITY): void {
    this.#active = mutant
    this.#asked = 0
    this.#limit = limit
    this.#seen = new Set()
  }

  /** How often was asked since. */
  get asked(): number {
    return this.#asked
  }

  /** The mutants that were asked for since. */
  get seen(): ReadonlySet<number> {
    return this.#seen
  }

  get isEndless(): boolean {
    return this.#asked > this.#limit
  }

  #isActive(id: number): boolean {
    this.#asked++
    if (this.#asked > this.#limit) throw new Error('a loop without an end')
    if (this.#active === NONE) this.#seen.add(id)
    return id === this.#active
  }
}
