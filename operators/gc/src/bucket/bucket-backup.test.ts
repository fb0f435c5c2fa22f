import { afterEach, beforeEach, expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'
import { type MemoryBucket, memoryBucket } from '../fake/memory-bucket.ts'
import { bucketSource } from './source.ts'

const bench = useCollector()
const SECOND = 1_000
const { signal } = new AbortController()
let bucket: MemoryBucket

beforeEach(async () => {
  await bench.end()
  bucket = memoryBucket({ now: () => bench.clock.now() })
  bench.bucket = bucket
  bench.start({ backups: { bucket: 'attic' } })
})
afterEach(() => {
  bench.bucket = undefined
})

test('what is deleted was written to the bucket before, and comes back as it was', async () => {
  bench.configMap('a', { managedFields: [{ manager: 'kubectl' }] }, { data: { key: 'value' } })
  const { uid } = bench.cluster.get('ConfigMap', 'a')!.metadata
  await bench.apply({ backup: { to: 'S3', keepForSeconds: 3_600, keepLast: 7 } })
  await bench.clock.advance(20 * SECOND)
  expect(bench.left()).toEqual([])
  expect(bench.cluster.requests.filter(({ verb }) => verb !== 'patch').map(({ verb, kind }) => `${verb} ${kind}`)).toEqual([
    'list ConfigMap',
    'delete ConfigMap',
  ])
  const source = bucketSource(bucket)
  const { backups, notes } = await source.list('team', signal)
  expect(notes).toEqual([])
  expect(backups).toMatchObject([
    { store: 'S3', name: expect.stringMatching(/^s3:\/\/attic\/team\/policy\/3600-7\/gc-backup-a-/) as unknown },
  ])
  expect(backups[0]!.record).toMatchObject({ name: 'a', namespace: 'team', uid, policy: 'team/p' })
  const object = await source.contents(backups[0]!, signal)
  expect(object).toMatchObject({ kind: 'ConfigMap', data: { key: 'value' }, metadata: { uid } })
  expect(object.metadata.managedFields).toBeUndefined()
  expect(bench.audited).toMatchObject([{ name: 'a', outcome: 'gone', backup: backups[0]!.name }])
  expect(bench.backups).toEqual(['kept'])
  expect((await source.list('elsewhere', signal)).backups).toEqual([])
})

test.each([
  ['refuses', 'AccessDenied', 403],
  ['has too much to do', 'SlowDown', 503],
  ['does not answer', 'TimeoutError', undefined],
] as const)('while the bucket %s nothing is deleted, and afterwards it is', async (_, name, httpStatusCode) => {
  bench.configMap('a')
  bucket.refuse = () => Object.assign(new Error('not now'), { name, $metadata: { httpStatusCode } })
  await bench.apply({ backup: { to: 'S3' } })
  await bench.clock.advance(120 * SECOND)
  expect(bench.left()).toEqual(['a'])
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.audited.every(({ backup, message }) => backup === undefined && message?.includes('s3://attic/'))).toBe(true)
  bucket.refuse = undefined
  await bench.clock.advance(1_200 * SECOND)
  expect(bench.left()).toEqual([])
  expect(bucket.objects.size).toBe(1)
})

test('without a bucket nothing is deleted, and the status says who can mend it', async () => {
  await bench.end()
  bench.bucket = undefined
  bench.start()
  bench.configMap('a')
  await bench.apply({ backup: { to: 'S3' } })
  await bench.clock.advance(120 * SECOND)
  expect(bench.left()).toEqual(['a'])
  expect(bench.statuses().at(-1)?.samples?.[0]?.reason).toContain('--gc-backup-s3-bucket')
})

test('a body that is not what its record says is not restored', async () => {
  bench.configMap('a')
  await bench.apply({ backup: { to: 'S3' } })
  await bench.clock.advance(20 * SECOND)
  const [key] = bucket.objects.keys()
  const { record } = bucket.objects.get(key!)!
  const source = bucketSource(bucket)
  const [backup] = (await source.list(undefined, signal)).backups
  await bucket.put(key!, Buffer.from('something else'), record, signal)
  await expect(source.contents(backup!, signal)).rejects.toThrow()
  await bucket.delete(key!, signal)
  await expect(source.contents(backup!, signal)).rejects.toThrow('is gone')
  await bucket.put(key!, Buffer.from('x'), 'no record', signal)
  expect((await source.list(undefined, signal)).notes).toEqual([expect.stringContaining('1 objects in s3://attic/')])
})
