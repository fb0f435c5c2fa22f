import { type Client, ConfigMap, isAlreadyExists, type KubeObject, type Resource, Secret } from 'kubewright'
import type { BackupPlace } from '../policy/backup-plan.ts'
import { pack } from './archive.ts'
import { BACKUP_KEY, BACKUP_TYPE, type BackupRecord, metadataOf } from './record.ts'
import type { Kept, Recorded } from './writer.ts'

type InCluster = Exclude<BackupPlace, { readonly to: 'S3' }>

/** Keeps the object in as many Secrets or ConfigMaps as it takes. @throws ApiError, ConnectionError */
export async function keepInCluster(
  client: Client,
  { to, namespace }: InCluster,
  recorded: Recorded,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Kept> {
  const { parts, sha256 } = pack(object)
  const record = { ...recorded, parts: parts.length, sha256 }
  const store = await client.resource<KubeObject>(to === 'Secret' ? Secret : ConfigMap, { signal })
  // The first part last: where it is, all are.
  for (const [part, content] of [...parts.entries()].reverse()) {
    const obstacle = await write(store, namespace, to, { ...record, part }, content, signal)
    if (obstacle !== undefined)
      return { is: 'failed', answer: { is: 'denied', message: `not deleted, because its backup failed: ${obstacle}` } }
  }
  const bytes = parts.reduce((sum, { length }) => sum + length, 0)
  return { is: 'kept', backup: `${namespace}/${metadataOf({ ...record, part: 0 }).name}`, bytes }
}

/** Writes a part, or finds it written by an earlier try. @returns what stands in its place instead. @throws ApiError, ConnectionError */
async function write(
  store: Resource<KubeObject>,
  namespace: string,
  to: InCluster['to'],
  record: BackupRecord,
  content: Buffer,
  signal: AbortSignal,
): Promise<string | undefined> {
  const values = { [BACKUP_KEY]: content.toString('base64') }
  const { name, ...metadata } = metadataOf(record)
  const object = {
    apiVersion: 'v1',
    kind: to,
    metadata: { ...metadata, name, namespace },
    // Nobody can change afterwards what has been kept.
    immutable: true,
    ...(to === 'Secret' ? { type: BACKUP_TYPE, data: values } : { binaryData: values }),
  }
  try {
    await store.create(object, { signal, retry: false })
    return undefined
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
  const fieldSelector = `metadata.name=${name}`
  const [there] = (await store.list({ namespace, fieldSelector, signal, retry: false })).items
  const { data, binaryData, immutable } = (there ?? {}) as { readonly [field in 'data' | 'binaryData' | 'immutable']?: unknown }
  const found = ((to === 'Secret' ? data : binaryData) ?? {}) as Readonly<Record<string, string>>
  if (immutable === true && found[BACKUP_KEY] === values[BACKUP_KEY]) return undefined
  return `${to} "${name}" in namespace "${namespace}" is there already and holds something else: look at it, and delete it`
}
