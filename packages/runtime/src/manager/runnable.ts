import type { Manager } from './manager.ts'

/** Something that runs as long as the program does. */
export interface Runnable {
  /** In messages and in the list of what did not stop in time. */
  readonly name: string
  /** Whether only the leader may run it. @default true */
  readonly needsLeaderElection?: boolean
  /**
   * It works on this replica's shards, and so on every replica where the manager has shards, with or without leadership. Without shards it counts
   * for nothing. @default false
   */
  readonly sharded?: boolean
  /**
   * It answers the API server's own calls: it starts before the caches (their first list may need the conversion that this program serves), on
   * every replica, and stops after them and after `preStopDelay`. @default false
   */
  readonly servesWebhooks?: boolean
  /** Of one that serves webhooks: resolves when it answers. Caches wait for it. */
  whenServing?(signal: AbortSignal): Promise<void>
  /**
   * Gets ready to work at once when leadership comes: fills caches and a queue that is held. Called on every replica before it campaigns, unless
   * `warmStandby` is off; resolves when it is warm. What it opened stays open until {@link run} has taken it over or the signal aborts. It must not
   * write: this replica does not lead. A rejection stops the program, as one of {@link run} does.
   */
  warmUp?(signal: AbortSignal, manager: Manager): Promise<void>
  /**
   * Resolves when it has really stopped: after the signal has aborted, or when it has nothing left to do. A rejection stops the program.
   * The signal means "take up nothing new"; what may not go on for long after it must listen to `manager.abandon`. It begins when its
   * {@link warmUp}, if any, is over.
   * @param manager where only the leader runs it, its clients refuse to write when this replica may not be the leader any more (NotLeaderError)
   */
  run(signal: AbortSignal, manager: Manager): Promise<void>
  /** What there is to tell about it in {@link Manager.overview}. */
  inspect?(): RunnableDetail
}

/** For people: what a runnable is busy with. */
export interface RunnableDetail {
  /** Keys that wait. */
  readonly queued?: number
  /** Keys that are worked on. */
  readonly active?: number
  /** It takes up nothing new. */
  readonly paused?: true
}
