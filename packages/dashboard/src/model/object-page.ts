import type { Health, ObjectRow } from './snapshot.ts'

/** One difference between two states of an object. Values are JSON, cut when they are long, and hidden where they are secret. */
export interface Change {
  readonly path: string
  readonly from: string | undefined
  readonly to: string | undefined
}

export interface EntryError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** What to do about it, where that is known. */
  readonly hint: string | undefined
}

export interface EntryWrite {
  readonly verb: string
  /** For people: `Deployment.apps shop/web`. */
  readonly target: string
  /** Of the object, where it can be opened. */
  readonly object: string | undefined
  readonly ms: number | undefined
}

/** One line of an object's life. */
export type TimelineEntry = { readonly sequence: number; readonly at: number } & (
  | { readonly what: 'appeared' | 'deleted'; readonly note: string }
  | { readonly what: 'changed'; readonly by: string; readonly changes: readonly Change[]; readonly more: number }
  | {
      readonly what: 'condition'
      readonly type: string
      readonly from: string | undefined
      readonly to: string
      readonly reason: string
      readonly message: string
    }
  | {
      readonly what: 'reconcile'
      readonly controller: string
      readonly id: string
      readonly attempt: number
      /** `undefined`: it is under way. */
      readonly ms: number | undefined
      readonly result: string
      readonly again: number | undefined
      readonly error: EntryError | undefined
      readonly writes: readonly EntryWrite[]
    }
  | { readonly what: 'event'; readonly type: string; readonly reason: string; readonly note: string; readonly component: string }
)

/** One sentence of the answer to "why is it not ready". */
export interface Reason {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain'
  readonly text: string
  /** What to do, or a command to copy. */
  readonly hint: string | undefined
}

/** An object of the graph. */
export interface Relative {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly health: Health
  readonly reason: string
  /** Whether it is among the watched objects and can be opened. */
  readonly known: boolean
}

export interface ConditionFacts {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly since: number | undefined
}

export interface ObjectPage {
  readonly row: ObjectRow
  readonly deleted: boolean
  readonly why: readonly Reason[]
  readonly conditions: readonly ConditionFacts[]
  /** The newest first. */
  readonly entries: readonly TimelineEntry[]
  /** From the top down. */
  readonly owners: readonly Relative[]
  readonly children: readonly Relative[]
  /** The object without its secrets, as indented JSON; `undefined` when it is gone. */
  readonly text: string | undefined
}
