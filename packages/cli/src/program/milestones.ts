// What a program tells whoever has started it as a process (`kubewright dev`). Channels by name, because the program may have a copy of this
// package of its own.
import { channel } from 'node:diagnostics_channel'

/** Before anything is done: what the program is, and room for flags that depend on it. */
export interface Starting {
  readonly program: string
  /** Whether the API server is to call it. */
  readonly isCalled: boolean
  /** Flags put here are read after those of the command line. */
  readonly flags: string[]
}

export const starting = channel('kubewright:starting')

/** Told once, with `{ program }`, when the controllers are at work. */
export const started = channel('kubewright:started')
