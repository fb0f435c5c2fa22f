import { channel } from 'node:diagnostics_channel'

/** What a program was about to run. */
export interface DeclaredProgram {
  readonly definitions: readonly unknown[]
}

/**
 * Who wants to know what a program consists of listens here while it loads the program's module: `run` then tells, and does not run. A channel by
 * name, because the program may have a copy of this package of its own.
 */
export const declared = channel('kubewright:declared')
