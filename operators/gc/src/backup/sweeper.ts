import {
  type Client,
  type Clock,
  isConflict,
  isKindNotFound,
  isNotFound,
  type KubeObject,
  type Logger,
  messageOf,
  sleepOrAbort,
} from 'kubewright'
import { GarbageCollectionStop } from '../kinds/stop.ts'
import { type StoredPart, storedPart } from './record.ts'
import { surplusOf } from './retention.ts'
import { BACKUP_STORES, type BackupStores } from './stores.ts'

/** A backup may be kept so much longer than asked for. */
const EVERY = 15 * 60_000
/** The start of an operator has better things to do. */
const AFTER_START = 60_000

export interface SweeperEnvironment {
  readonly client: Client
  readonly stores: BackupStores
  readonly clock: Clock
  readonly log: Logger
  /** Whether this replica leads, and the time can be trusted. */
  readonly mayAct: () => boolean
}

/** Deletes backups whose time is over, until the signal aborts. They say themselves when that is: policies may be gone. */
export async function sweepBackups(environment: SweeperEnvironment, signal: AbortSignal): Promise<void> {
  const { clock } = environment
  for (let pause = AFTER_START; !signal.aborted; pause = EVERY) {
    await sleepOrAbort(pause, { clock, signal })
    if (!signal.aborted && environment.mayAct()) await sweep(environment, signal)
  }
}

async function sweep(environment: SweeperEnvironment, signal: AbortSignal): Promise<void> {
  const { log, clock, stores } = environment
  try {
    const parts = (await Promise.all(BACKUP_STORES.map((store) => stores.parts(store, signal)))).flatMap((objects, index) =>
      objects.flatMap((object: KubeObject) => storedPart(BACKUP_STORES[index]!, object) ?? []),
    )
    const surplus = surplusOf(parts, clock.now())
    if (surplus.length === 0 || (await isStopped(environment, signal))) return
    for (const part of surplus) {
      if (signal.aborted || !environment.mayAct()) return
      await remove(environment, part, signal)
    }
    log.info('backups whose time was over were deleted', { count: surplus.length })
  } catch (error) {
    if (!signal.aborted) log.warn('backups could not be looked through, and are again in a while', { error: messageOf(error) })
  }
}

/** Somebody else may have deleted it, or protected it in this moment. @throws ApiError, ConnectionError */
async function remove({ client }: SweeperEnvironment, part: StoredPart, signal: AbortSignal): Promise<void> {
  const { store, name, namespace, uid, resourceVersion } = part
  const resource = await client.resource<KubeObject>({ group: '', version: 'v1', kind: store }, { signal })
  try {
    await resource.delete({ name, namespace }, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background', signal })
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error
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
