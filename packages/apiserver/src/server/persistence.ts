import type { Clock } from '@kubewright/core'
import { DataDirectory, type Store, type WriteAhead } from '../storage/index.ts'
import { freshIdentity, type Identity, keptIdentity } from './identity.ts'

/** What of a server there is before and after it. */
export interface Persistence {
  readonly identity: Identity
  /** From which the store counts on. */
  readonly firstRevision: number
  /** Where writes go first; undefined: nowhere. */
  readonly ahead: WriteAhead | undefined
  /** Whether an earlier server has left its objects. */
  readonly isRestored: boolean
  /** Puts into the store what an earlier server left. Once, when all who follow the store follow it. */
  restore(store: Store): void
  /** When what was written until now outlives the machine. @throws StorageError */
  synced(): Promise<void>
  close(): Promise<void>
}

/** All is gone with the process. */
export const inMemory = (clock: Clock): Persistence => ({
  identity: freshIdentity(clock),
  // On from the clock, so that a client which still holds a revision of an earlier server's is told that it is too old.
  firstRevision: clock.now(),
  ahead: undefined,
  isRestored: false,
  restore: () => {},
  synced: async () => {},
  close: async () => {},
})

/** @throws ConfigurationError when the directory cannot be used, or is damaged */
export async function inDirectory(path: string, clock: Clock, log: (line: string) => void): Promise<Persistence> {
  const directory = new DataDirectory({ path, log })
  try {
    return durable(directory, keptIdentity(path, clock), clock)
  } catch (error) {
    await directory.close()
    throw error
  }
}

function durable(directory: DataDirectory, identity: Identity, clock: Clock): Persistence {
  const { revision } = directory.contents
  return {
    identity,
    // A crash may have lost writes that nobody was told of but watchers have seen: none of their revisions comes again.
    firstRevision: Math.max(clock.now(), revision + 1),
    ahead: directory,
    isRestored: revision > 0,
    restore(store) {
      store.restore(directory.contents.take())
      store.subscribe(() => directory.tidy(store.revision, () => store.contents()))
    },
    synced: () => directory.synced(),
    close: () => directory.close(),
  }
}
