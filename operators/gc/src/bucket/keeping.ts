import type { KubeObject } from 'kubewright'
import { compressed } from '../backup/archive.ts'
import { backupName } from '../backup/record.ts'
import type { Kept, Recorded } from '../backup/writer.ts'
import type { BackupBucket } from './bucket.ts'
import { keyOf } from './key.ts'
import { encodeRecord } from './record.ts'

/** Keeps the object as one of the bucket: its JSON, compressed. `keepFor`: ms. @throws what the bucket answers */
export async function keepInBucket(
  bucket: BackupBucket,
  keepFor: number,
  recorded: Recorded,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Kept> {
  const { namespace, policyUid, keepLast } = recorded
  const { body, sha256 } = compressed(object)
  const name = backupName({ ...recorded, part: 0 })
  const key = keyOf({ namespace, policyUid, keepForSeconds: keepFor / 1000, keepLast, name })
  await bucket.put(key, body, encodeRecord({ ...recorded, part: 0, parts: 1, sha256 }), signal)
  return { is: 'kept', backup: `${bucket.place}${key}`, bytes: body.length }
}
