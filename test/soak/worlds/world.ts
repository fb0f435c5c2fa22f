import type { Chance } from '../random.ts'

/** Something that goes wrong for a while, and is over when the promise is. */
export interface Trouble {
  readonly name: string
  readonly strike: (chance: Chance, signal: AbortSignal) => Promise<void>
}

/** What one operator works on: who changes it, what has to become of it, and how it can be had to fail. */
export interface World {
  readonly name: string
  /** Milliseconds between two steps. */
  readonly pace: number
  /** Puts into the cluster what is there from the start. */
  prepare(): Promise<void>
  /** Changes something. @returns what, in a word; `undefined` when what was chosen is on its way out */
  step(chance: Chance): Promise<string | undefined>
  /** What must never be, in words: asked again and again, and each answer is a failure. */
  wrong(): Promise<readonly string[]>
  /** What has yet to come about, in words: after the last step there is nothing of it any more in the end. */
  unsettled(): Promise<readonly string[]>
  readonly troubles: readonly Trouble[]
  stop(): Promise<void>
}
