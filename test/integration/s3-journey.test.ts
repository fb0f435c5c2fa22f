// The same way on every server: everything from creation to Ready, a key that opens what it should and not more, a rotation, and the end of it all.
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { AccessKey, Bucket, BucketPolicy, Provider, User } from '@kubewright/operator-s3'
import { eventually, expectNoWrites } from '@kubewright/testing'
import { afterAll, beforeAll, expect } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type ServerUnderTest, startServer } from './s3-servers.ts'
import { KINDS, s3Test } from './s3-site.ts'

const bench = useCluster()
let server: ServerUnderTest & AsyncDisposable

beforeAll(async () => {
  for (const kind of KINDS) await installKind(bench.client, kind as never)
  server = await startServer()
}, 90_000)
afterAll(() => server[Symbol.asyncDispose]())

const test = s3Test(bench, async () => server)

test('a bucket with all that belongs to it, from the first day to the last', async ({ site }) => {
  const [name, other] = [`${site.namespace}-journey`, `${site.namespace}-other`]
  const providerRef = { name: 'store' }
  await site.provider()
  await site.create(Bucket, 'other', { providerRef, name: other, autoManage: { enabled: false }, deletionPolicy: 'Delete' })
  await site.create(Bucket, 'journey', {
    ...{ providerRef, name, versioning: { enabled: true }, tagging: { tags: { team: 'web' } } },
    cors: { rules: [{ allowedOrigins: ['https://a'], allowedMethods: ['GET'], exposedHeaders: ['ETag'] }] },
    ...{ unsupported: 'Ignore', deletionPolicy: 'Delete', forceDelete: true },
  })
  for (const [kind, object] of [
    [Bucket, 'other'],
    [Bucket, 'journey'],
    [User, 'journey-user'],
    [AccessKey, 'journey-accesskey'],
    [BucketPolicy, 'journey-policy'],
  ] as const)
    await site.ready(kind, object)
  const open = async () => {
    const secret = await site.secret('journey-accesskey-credentials')
    const credentials = { accessKeyId: secret['access-key-id']!, secretAccessKey: secret['secret-access-key']! }
    return new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  }
  const client = await open()
  await client.send(new PutObjectCommand({ Bucket: name, Key: 'a', Body: 'x' }))
  await client.send(new PutObjectCommand({ Bucket: name, Key: 'a', Body: 'y' }))
  expect((await client.send(new ListObjectsV2Command({ Bucket: name }))).KeyCount).toBe(1)
  await expect(client.send(new ListObjectsV2Command({ Bucket: other }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })

  await eventually(async () => expect(Object.keys((await site.get(Provider, 'store')).status?.capabilities ?? {})).toContain('policy'), {
    timeout: 20_000,
  })
  await expectNoWrites(site.proxy, { for: 6_000 })

  const before = await site.secret('journey-accesskey-credentials')
  await site.patch(AccessKey, 'journey-accesskey', { metadata: { annotations: { 's3.kubewright.dev/rotate': 'now' } } })
  await eventually(async () => expect(await site.secret('journey-accesskey-credentials')).not.toEqual(before), { timeout: 20_000 })
  await client.send(new ListObjectsV2Command({ Bucket: name }))
  const fresh = await open()
  await fresh.send(new ListObjectsV2Command({ Bucket: name }))
  client.destroy()
  fresh.destroy()

  await site.delete(Provider, 'store')
  await site.delete(User, 'journey-user')
  await site.delete(Bucket, 'journey')
  await site.delete(Bucket, 'other')
  for (const [kind, object] of [
    [AccessKey, 'journey-accesskey'],
    [BucketPolicy, 'journey-policy'],
  ] as const)
    await site.delete(kind as never, object).catch(() => undefined)
  for (const [kind, object] of [
    [Bucket, 'journey'],
    [Bucket, 'other'],
    [User, 'journey-user'],
    [AccessKey, 'journey-accesskey'],
    [Provider, 'store'],
  ] as const)
    await site.gone(kind, object)
}, 120_000)
