import type { Removal, Shelf } from '../backup/shelf.ts'
import type { BackupBucket, BucketEntry } from './bucket.ts'
import { type BackupKey, parseKey } from './key.ts'

type Entry = BackupKey & Pick<BucketEntry, 'key' | 'writtenAt'>

/** The backups in a bucket, as what their time may be over for. What their keys do not tell is none of our business, whoever put it there. */
export function bucketShelf(bucket: BackupBucket): Shelf {
  return {
    async surplus(now, signal): Promise<readonly Removal[]> {
      const entries: Entry[] = []
      for await (const { key, writtenAt } of bucket.list('', signal)) {
        const told = parseKey(key)
        if (told !== undefined) entries.push({ ...told, key, writtenAt })
      }
      return surplusOf(entries, now).map(
        ({ key }) =>
          (ending) =>
            bucket.delete(key, ending),
      )
    },
  }
}

/** Those whose time is over, and of the others what is beyond the last so many of a policy in a namespace. `now`: wall clock, ms. */
export function surplusOf(entries: readonly Entry[], now: number): readonly Entry[] {
  const isOver = ({ writtenAt, keepForSeconds }: Entry) => writtenAt + keepForSeconds * 1000 <= now
  const current = entries.filter((entry) => !isOver(entry))
  const groups = Map.groupBy(current, ({ namespace = '', policyUid }) => `${namespace} ${policyUid}`)
  return [...entries.filter(isOver), ...[...groups.values()].flatMap(beyondTheLast)]
}

/** The newest says how many: what the policy said last, even when it is gone. */
function beyondTheLast(entries: readonly Entry[]): readonly Entry[] {
  const newestFirst = entries.toSorted((a, b) => b.writtenAt - a.writtenAt || (a.key < b.key ? -1 : 1))
  return newestFirst.slice(newestFirst[0]?.keepLast ?? newestFirst.length)
}
