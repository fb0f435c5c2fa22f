import { type FakeS3, fakeS3 } from '@kubewright/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { answerOfBucketError } from './failure.ts'
import { sdkBucket } from './sdk-bucket.ts'

const { signal } = new AbortController()
let server: FakeS3

beforeEach(async () => {
  server = await fakeS3({ pageSize: 2 })
  server.addBucket('attic')
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await server.stop()
})

const open = (bucket = 'attic', prefix = 'one/') => sdkBucket({ bucket, prefix, endpoint: server.address, region: server.region })
const listed = async (under = '', bucket = open()) => {
  const keys: string[] = []
  for await (const { key } of bucket.list(under, signal)) keys.push(key)
  return keys
}

test('what was put is there with its record, under its prefix, and is written over', async () => {
  const bucket = open()
  expect(bucket.place).toBe('s3://attic/one/')
  await bucket.put('team/a', Buffer.from('first'), 'r1', signal)
  await bucket.put('team/a', Buffer.from('second'), 'r2', signal)
  expect(await bucket.recordOf('team/a', signal)).toBe('r2')
  expect((await bucket.get('team/a', signal))?.toString()).toBe('second')
  expect(await listed('', open('attic', ''))).toEqual(['one/team/a'])
})

test('a list tells of all, however many pages it takes, with the time in which each was written', async () => {
  const bucket = open()
  for (const key of ['team/a', 'team/b', 'team/c', 'other/d', 'team/e']) await bucket.put(key, Buffer.from(key), '', signal)
  expect(await listed('team/')).toEqual(['team/a', 'team/b', 'team/c', 'team/e'])
  for await (const { writtenAt } of bucket.list('', signal)) expect(Math.abs(Date.now() - writtenAt)).toBeLessThan(60_000)
})

test('what is not there is told, or gone already', async () => {
  const bucket = open()
  expect([await bucket.recordOf('a', signal), await bucket.get('a', signal)]).toEqual([undefined, undefined])
  await bucket.put('a', Buffer.from('a'), 'r', signal)
  for (let twice = 0; twice < 2; twice++) await bucket.delete('a', signal)
  expect(await listed()).toEqual([])
})

test.each<[string, () => Promise<unknown>, string, RegExp]>([
  ['a bucket that is not there', () => open('nobodys').put('a', Buffer.of(1), '', signal), 'forbidden', /NoSuchBucket/],
  [
    'a key that is not known',
    () => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIANOBODY')
      return open().put('a', Buffer.of(1), '', signal)
    },
    'forbidden',
    /InvalidAccessKeyId/,
  ],
  [
    'a server that is away',
    async () => {
      await server.down()
      await open().put('a', Buffer.of(1), '', signal)
    },
    'unsent',
    /ECONNREFUSED/,
  ],
])('%s is an answer that says what to do, without a secret', async (_, work, is, says) => {
  const error: unknown = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const answer = answerOfBucketError(error, 's3://attic/')
  expect(answer).toMatchObject({ is, message: expect.stringMatching(says) as unknown })
  expect(JSON.stringify(answer)).not.toContain(server.credentials.secretAccessKey)
})
