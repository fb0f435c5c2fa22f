import { type Client, ConfigMap, isNotFound, type KubeObject, Secret } from 'kubewright'
import { unpack } from '../backup/archive.ts'
import { BACKUP_KEY, backupName, type StoredPart, storedPart } from '../backup/record.ts'
import { holds } from './backup.ts'

type Holder = KubeObject & { readonly data?: Readonly<Record<string, string>>; readonly binaryData?: Readonly<Record<string, string>> }

/**
 * The object that a backup holds. What it says about itself has to be what is in it: who may write Secrets can write one that looks like a backup.
 * @throws Error when parts are missing, or do not fit; ApiError, ConnectionError
 */
export async function contentsOf(client: Client, { store, namespace, record }: StoredPart, signal: AbortSignal): Promise<KubeObject> {
  const resource = await client.resource<Holder>(store === 'Secret' ? Secret : ConfigMap, { signal })
  const parts: Buffer[] = []
  for (let part = 0; part < record.parts; part++) {
    const name = backupName({ ...record, part })
    try {
      const holder = await resource.get({ name, namespace }, { signal })
      const found = storedPart(store, holder)?.record
      if (found?.sha256 !== record.sha256 || found.part !== part) throw new Error(`${store} "${name}" is no part of this backup`)
      parts.push(Buffer.from((store === 'Secret' ? holder.data : holder.binaryData)?.[BACKUP_KEY] ?? '', 'base64'))
    } catch (error) {
      if (!isNotFound(error)) throw error
      throw new Error(`part ${part + 1} of ${record.parts}, ${store} "${name}", is gone`, { cause: error })
    }
  }
  const object = unpack({ parts, sha256: record.sha256 })
  if (!holds(record, object))
    throw new Error(`it holds another object than it says: look at who wrote ${store} "${namespace}/${backupName({ ...record, part: 0 })}"`)
  return object
}
