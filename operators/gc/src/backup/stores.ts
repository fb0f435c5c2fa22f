import { type Cache, ConfigMap, type Kind, type KubeObject, Secret } from 'kubewright'
import { BACKUP_PART, type StoredPart } from './record.ts'

export const BACKUP_STORES: readonly StoredPart['store'][] = ['Secret', 'ConfigMap']

const KINDS: Readonly<Record<StoredPart['store'], Kind<KubeObject>>> = { Secret, ConfigMap }

/** Where backups are looked for: metadata alone, never what is kept. */
export interface BackupStores {
  /** @throws when they cannot all be read: a part that is not seen must not look like one that is missing */
  parts(store: StoredPart['store'], signal: AbortSignal): Promise<readonly KubeObject[]>
}

/** A server that refuses the watch never says that it is complete. */
const PATIENCE = 60_000

/** In the namespaces that the operator works in, whichever these are. The watch is held no longer than it takes. */
export function cacheStores(cache: Cache): BackupStores {
  return {
    async parts(store, signal) {
      const lease = await cache.informer(KINDS[store], { labelSelector: BACKUP_PART, metadataOnly: true })
      try {
        await lease.informer.whenSynced(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]))
        return [...lease.informer.list()]
      } catch (error) {
        const { failure } = lease.informer.liveness
        throw failure === undefined ? error : new Error(failure.message, { cause: error })
      } finally {
        await lease.release()
      }
    },
  }
}
