import { type Client, type Clock, isKindNotFound, isNotFound, type Logger, messageOf, sleepOrAbort } from 'kubewright'
import { GarbageCollectionStop } from '../kinds/stop.ts'
import type { Shelf } from './shelf.ts'

/** A backup may be kept so much longer than asked for. */
const EVERY = 15 * 60_000
/** The start of an operator has better things to do. */
const AFTER_START = 60_000

export interface SweeperEnvironment {
  readonly client: Client
  readonly shelves: readonly Shelf[]
  readonly clock: Clock
  readonly log: Logger
  /** Whether this replica leads, and the time can be trusted. */
  readonly mayAct: () => boolean
}

/** Deletes backups whose time is over, until the signal aborts. They say themselves when that is: policies may be gone. */
export async function sweepBackups(environment: SweeperEnvironment, signal: AbortSignal): Promise<void> {
  const { clock, shelves } = environment
  for (let pause = AFTER_START; !signal.aborted; pause = EVERY) {
    await sleepOrAbort(pause, { clock, signal })
    for (const shelf of shelves) if (!signal.aborted && environment.mayAct()) await sweep(environment, shelf, signal)
  }
}

async function sweep(environment: SweeperEnvironment, shelf: Shelf, signal: AbortSignal): Promise<void> {
  const { log, clock } = environment
  try {
    const surplus = await shelf.surplus(clock.now(), signal)
    if (surplus.length === 0 || (await isStopped(environment, signal))) return
    for (const remove of surplus) {
      if (signal.aborted || !environment.mayAct()) return
      await remove(signal)
    }
    log.info('backups whose time was over were deleted', { count: surplus.length })
  } catch (error) {
    if (!signal.aborted) log.warn('backups could not be looked through, and are again in a while', { error: messageOf(error) })
  }
}

/** An emergency stop is for these deletions, too. @throws ApiError, ConnectionError: whoever cannot know deletes nothing */
async function isStopped({ client }: SweeperEnvironment, signal: AbortSignal): Promise<boolean> {
  try {
    const stops = await client.resource(GarbageCollectionStop, { signal })
    return (await stops.list({ limit: 1, signal })).items.length > 0
  } catch (error) {
    // Its path is known without discovery: a server that does not serve the kind answers 404.
    if (isKindNotFound(error) || isNotFound(error)) return false
    throw error
  }
}
