import { expect, test } from 'vitest'
import { memoryBucket } from '../fake/memory-bucket.ts'
import { keyOf } from './key.ts'
import { bucketShelf } from './shelf.ts'

const HOUR = 3_600_000
const { signal } = new AbortController()

function stored(
  backups: readonly {
    readonly n: number
    readonly hours: number
    readonly last?: number
    readonly at?: number
    readonly policyUid?: string
  }[],
) {
  let now = 0
  const bucket = memoryBucket({ now: () => now })
  return {
    bucket,
    async left(at: number): Promise<readonly string[]> {
      for (const { n, hours, last, at: writtenAt = 0, policyUid = 'policy' } of backups) {
        now = writtenAt
        const name = `gc-backup-${String(n).padStart(16, '0')}`
        await bucket.put(
          keyOf({ namespace: 'team', policyUid, keepForSeconds: hours * 3_600, keepLast: last, name }),
          Buffer.of(n),
          '',
          signal,
        )
      }
      for (const remove of await bucketShelf(bucket).surplus(at, signal)) await remove(signal)
      return [...bucket.objects.keys()].map((key) => /0*(\d+)\.json\.gz$/.exec(key)?.[1] ?? key).sort()
    },
  }
}

test('what is over goes, to the second, and nothing before', async () => {
  expect(await stored([{ n: 1, hours: 1 }]).left(HOUR - 1)).toEqual(['1'])
  expect(
    await stored([
      { n: 1, hours: 1 },
      { n: 2, hours: 2 },
    ]).left(HOUR),
  ).toEqual(['2'])
})

test('of a policy in a namespace the newest stay, as many as the newest says', async () => {
  const three = [
    { n: 1, hours: 9, at: 1, last: 1 },
    { n: 2, hours: 9, at: 2, last: 1 },
    { n: 3, hours: 9, at: 3, last: 2 },
    { n: 4, hours: 9, at: 1, last: 1, policyUid: 'other' },
  ]
  expect(await stored(three).left(HOUR)).toEqual(['2', '3', '4'])
})

test('what is no backup of ours is not touched, however old it is', async () => {
  const shelf = stored([{ n: 1, hours: 1 }])
  await shelf.bucket.put('team/policy/60/photo.json.gz', Buffer.of(1), '', signal)
  expect(await shelf.left(1_000 * HOUR)).toEqual(['team/policy/60/photo.json.gz'])
})
