import { type Client, isConflict, isNotFound, type KubeObject } from 'kubewright'
import { type StoredPart, storedPart } from './record.ts'
import { surplusOf } from './retention.ts'
import { BACKUP_STORES, type BackupStores } from './stores.ts'

/** Deletes one thing. @throws what went wrong */
export type Removal = (signal: AbortSignal) => Promise<void>

/** Where backups stand until their time is over. */
export interface Shelf {
  /** What may go, in the order in which it has to. `now`: wall clock, ms. @throws when it cannot all be seen */
  surplus(now: number, signal: AbortSignal): Promise<readonly Removal[]>
}

/** The Secrets and ConfigMaps of the cluster. */
export function clusterShelf(client: Client, stores: BackupStores): Shelf {
  return {
    async surplus(now, signal) {
      const parts = (await Promise.all(BACKUP_STORES.map((store) => stores.parts(store, signal)))).flatMap((objects, index) =>
        objects.flatMap((object: KubeObject) => storedPart(BACKUP_STORES[index]!, object) ?? []),
      )
      return surplusOf(parts, now).map(
        (part) =>
          (ending): Promise<void> =>
            remove(client, part, ending),
      )
    },
  }
}

/** Somebody else may have deleted it, or protected it in this moment. @throws ApiError, ConnectionError */
async function remove(client: Client, part: StoredPart, signal: AbortSignal): Promise<void> {
  const { store, name, namespace, uid, resourceVersion } = part
  const resource = await client.resource<KubeObject>({ group: '', version: 'v1', kind: store }, { signal })
  try {
    await resource.delete({ name, namespace }, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background', signal })
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}
