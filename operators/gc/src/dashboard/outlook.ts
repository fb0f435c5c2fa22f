import type { Falling } from '../tracker/falling-due.ts'

/** What the engine of one manager foresees, for whoever looks at it from outside: nothing while it does not run. */
export class Outlook {
  #foreseen: (() => readonly Falling[]) | undefined

  /** Returns the function that ends it. */
  offer(foreseen: () => readonly Falling[]): () => void {
    this.#foreseen = foreseen
    return () => {
      if (this.#foreseen === foreseen) this.#foreseen = undefined
    }
  }

  /** `undefined`: another replica collects. */
  look(): readonly Falling[] | undefined {
    return this.#foreseen?.()
  }
}
