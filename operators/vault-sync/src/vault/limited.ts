import type { CallOptions, KvV1, KvV2 } from '@kubewright/vault'
import type { Connection } from './connections.ts'

/** What the operator does with a KV 2. */
export type SyncKvV2 = Pick<KvV2, 'read' | 'write' | 'metadata' | 'setMetadata' | 'patchMetadata' | 'deleteVersions' | 'destroy' | 'purge'>
export type SyncKvV1 = Pick<KvV1, 'read' | 'write' | 'delete'>

/** Each call waits for its turn at this Vault, for as long as its own signal lets it. */
export function limitedV2(connection: Connection, mount: string): SyncKvV2 {
  const kv = connection.vault.kvV2(mount)
  const inTurn = turnsAt(connection)
  return {
    read: (path, options) => inTurn(options, () => kv.read(path, options)),
    write: (path, data, options) => inTurn(options, () => kv.write(path, data, options)),
    metadata: (path, options) => inTurn(options, () => kv.metadata(path, options)),
    setMetadata: (path, settings, options) => inTurn(options, () => kv.setMetadata(path, settings, options)),
    patchMetadata: (path, settings, options) => inTurn(options, () => kv.patchMetadata(path, settings, options)),
    deleteVersions: (path, versions, options) => inTurn(options, () => kv.deleteVersions(path, versions, options)),
    destroy: (path, versions, options) => inTurn(options, () => kv.destroy(path, versions, options)),
    purge: (path, options) => inTurn(options, () => kv.purge(path, options)),
  }
}

export function limitedV1(connection: Connection, mount: string): SyncKvV1 {
  const kv = connection.vault.kvV1(mount)
  const inTurn = turnsAt(connection)
  return {
    read: (path, options) => inTurn(options, () => kv.read(path, options)),
    write: (path, data, options) => inTurn(options, () => kv.write(path, data, options)),
    delete: (path, options) => inTurn(options, () => kv.delete(path, options)),
  }
}

function turnsAt({ turn }: Connection) {
  return async <T>(options: CallOptions | undefined, call: () => Promise<T>): Promise<T> => {
    await turn(1, options?.signal)
    return await call()
  }
}
