import type { KvV1, KvV2 } from '@kubewright/vault'
import type { Connection } from './connections.ts'

/** What the operator does with a KV 2. */
export type SyncKvV2 = Pick<KvV2, 'read' | 'write' | 'metadata' | 'setMetadata' | 'patchMetadata' | 'deleteVersions' | 'destroy' | 'purge'>
export type SyncKvV1 = Pick<KvV1, 'read' | 'write' | 'delete'>

/** Each call waits for its turn at this Vault. */
export function limitedV2({ vault, turn }: Connection, mount: string, signal: AbortSignal): SyncKvV2 {
  const kv = vault.kvV2(mount)
  const inTurn = async <T>(call: () => Promise<T>): Promise<T> => {
    await turn(1, signal)
    return await call()
  }
  return {
    read: (...args) => inTurn(() => kv.read(...args)),
    write: (...args) => inTurn(() => kv.write(...args)),
    metadata: (...args) => inTurn(() => kv.metadata(...args)),
    setMetadata: (...args) => inTurn(() => kv.setMetadata(...args)),
    patchMetadata: (...args) => inTurn(() => kv.patchMetadata(...args)),
    deleteVersions: (...args) => inTurn(() => kv.deleteVersions(...args)),
    destroy: (...args) => inTurn(() => kv.destroy(...args)),
    purge: (...args) => inTurn(() => kv.purge(...args)),
  }
}

export function limitedV1({ vault, turn }: Connection, mount: string, signal: AbortSignal): SyncKvV1 {
  const kv = vault.kvV1(mount)
  const inTurn = async <T>(call: () => Promise<T>): Promise<T> => {
    await turn(1, signal)
    return await call()
  }
  return {
    read: (...args) => inTurn(() => kv.read(...args)),
    write: (...args) => inTurn(() => kv.write(...args)),
    delete: (...args) => inTurn(() => kv.delete(...args)),
  }
}
