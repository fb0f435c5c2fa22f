import type { BackupBucket } from '../bucket/bucket.ts'

interface Stored {
  readonly body: Buffer
  readonly record: string
  readonly writtenAt: number
}

/** For tests: a bucket in this process. `refuse` is what it throws, if anything. */
export interface MemoryBucket extends BackupBucket {
  readonly objects: ReadonlyMap<string, Stored>
  refuse: (() => unknown) | undefined
}

export function memoryBucket({ now }: { readonly now: () => number }): MemoryBucket {
  const objects = new Map<string, Stored>()
  const bucket: MemoryBucket = {
    objects,
    refuse: undefined,
    place: 's3://attic/',
    async put(key, body, record) {
      asked()
      objects.set(key, { body, record, writtenAt: now() })
    },
    async recordOf(key) {
      asked()
      return objects.get(key)?.record
    },
    async get(key) {
      asked()
      return objects.get(key)?.body
    },
    async *list(under) {
      asked()
      for (const [key, { writtenAt }] of objects) if (key.startsWith(under)) yield { key, writtenAt }
    },
    async delete(key) {
      asked()
      objects.delete(key)
    },
  }
  const asked = () => {
    const error = bucket.refuse?.()
    if (error !== undefined) throw error
  }
  return bucket
}
