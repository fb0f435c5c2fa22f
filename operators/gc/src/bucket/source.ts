import { unpack } from '../backup/archive.ts'
import { type BucketBackup, holds } from '../restore/backup.ts'
import { newestFirst } from '../restore/catalogue.ts'
import type { BackupSource } from '../restore/source.ts'
import type { BackupBucket } from './bucket.ts'
import { folderOf, parseKey } from './key.ts'
import { decodeRecord } from './record.ts'

/** Records are asked for one by one; so many questions at one time. */
const AT_ONCE = 16

/** What a bucket holds. Whoever names the bucket says that what is in it is to be trusted. */
export function bucketSource(bucket: BackupBucket): BackupSource<BucketBackup> {
  return {
    async list(namespace, signal) {
      const keys: string[] = []
      for await (const { key } of bucket.list(namespace === undefined ? '' : folderOf(namespace), signal))
        if (parseKey(key) !== undefined) keys.push(key)
      const backups: BucketBackup[] = []
      let strange = 0
      const rest = keys.values()
      const look = async () => {
        for (const key of rest) {
          const record = decodeRecord(await bucket.recordOf(key, signal))
          if (record === undefined || record.namespace !== parseKey(key)?.namespace) strange++
          else backups.push({ store: 'S3', namespace: undefined, name: `${bucket.place}${key}`, record })
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, look))
      const notes = strange === 0 ? [] : [`${strange} objects in ${bucket.place} look like backups, and do not say of what they are`]
      return { backups: newestFirst(backups), notes }
    },
    async contents({ name, record }, signal) {
      const body = await bucket.get(name.slice(bucket.place.length), signal)
      if (body === undefined) throw new Error(`${name} is gone`)
      const object = unpack({ parts: [body], sha256: record.sha256 })
      if (!holds(record, object)) throw new Error(`it holds another object than it says: look at who wrote ${name}`)
      return object
    },
  }
}
