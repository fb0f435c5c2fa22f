import type { Manager } from './manager.ts'

/** Something that runs as long as the program does. */
export interface Runnable {
  /** In messages and in the list of what did not stop in time. */
  readonly name: string
  /** Whether only the leader may run it. @default true */
  readonly needsLeaderElection?: boolean
  /**
   * Resolves when it has really stopped: after the signal has aborted, or when it has nothing left to do. A rejection stops the program.
   * The signal means "take up nothing new"; what may not go on for long after it must listen to `manager.abandon`.
   */
  run(signal: AbortSignal, manager: Manager): Promise<void>
}
