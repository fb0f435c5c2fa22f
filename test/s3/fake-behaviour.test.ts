import { Agent } from 'node:http'
import { get } from 'node:https'
import type { LookupFunction } from 'node:net'
import * as IAM from '@aws-sdk/client-iam'
import * as S3 from '@aws-sdk/client-s3'
import { type FakeS3, fakeS3 } from '@kubewright/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outcome } from './contract/recorder.ts'
import { Clients } from './contract/server-under-test.ts'

let fake: FakeS3
let clients: Clients
let s3: S3.S3Client
let iam: IAM.IAMClient

beforeAll(async () => {
  fake = await fakeS3()
  const common = { name: 'fake', s3: fake.address, iam: fake.address, admin: fake.credentials, stranger: undefined, domain: 's3.localhost' }
  clients = new Clients({ ...common, [Symbol.asyncDispose]: () => fake.stop() })
  s3 = clients.s3()
  iam = clients.iam()
})
afterAll(async () => {
  clients.destroy()
  await fake.stop()
})

const text = async (sent: Promise<{ readonly $metadata: object }>) => (await outcome(sent)).text
const read = async (input: S3.GetObjectCommandInput) => (await s3.send(new S3.GetObjectCommand(input))).Body!.transformToString()

test('pages of keys, with and without a delimiter, hold every key or prefix once and in order', async () => {
  const Bucket = 'pages'
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'ü', '𐀀', '\uffee'), minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { maxLength: 8 }),
      fc.constantFrom(undefined, '/'),
      fc.integer({ min: 1, max: 3 }),
      async (keys, Delimiter, MaxKeys) => {
        for (const Key of keys) await s3.send(new S3.PutObjectCommand({ Bucket, Key, Body: '' }))
        const found: string[] = []
        for await (const page of S3.paginateListObjectsV2(
          { client: s3 },
          { Bucket, ...(Delimiter !== undefined && { Delimiter }), MaxKeys },
        )) {
          const names = [...(page.Contents ?? []).map(({ Key }) => Key!), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!)]
          expect(names.length).toBeLessThanOrEqual(MaxKeys)
          found.push(...names)
        }
        const expected = new Set(
          keys.map((each) => (Delimiter !== undefined && each.includes('/') ? each.slice(0, each.indexOf('/') + 1) : each)),
        )
        expect(found.toSorted()).toEqual([...expected].toSorted())
        if (keys.length > 0) await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }))
      },
    ),
    { numRuns: 25 },
  )
})

test('pages of versions hold every version and marker once, whatever is deleted between two pages', async () => {
  const Bucket = 'version-pages'
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  await s3.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  for (const Key of ['a', 'a', 'b', 'b', 'b']) await s3.send(new S3.PutObjectCommand({ Bucket, Key, Body: 'x' }))
  await s3.send(new S3.DeleteObjectCommand({ Bucket, Key: 'a' }))
  let rounds = 0
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new S3.ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }))
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key!, VersionId }))
    if (Objects.length === 0) break
    await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    rounds++
  }
  expect(rounds).toBe(3)
  expect(await text(s3.send(new S3.DeleteBucketCommand({ Bucket })))).toBe('204')
})

test('parts make one object, and an upload that was given up leaves nothing', async () => {
  const Bucket = 'parts'
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const { UploadId } = await s3.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'k', ContentType: 'text/plain' }))
  const part = { Bucket, Key: 'k', UploadId }
  const large = Buffer.alloc(5 * 1024 * 1024, 'a')
  const { ETag: first } = await s3.send(new S3.UploadPartCommand({ ...part, PartNumber: 1, Body: large }))
  const { ETag: second } = await s3.send(new S3.UploadPartCommand({ ...part, PartNumber: 2, Body: 'b' }))
  const complete = (Parts: S3.CompletedPart[]) => s3.send(new S3.CompleteMultipartUploadCommand({ ...part, MultipartUpload: { Parts } }))
  const parts = [
    { PartNumber: 1, ETag: first },
    { PartNumber: 2, ETag: second },
  ]
  expect(await text(complete(parts.toReversed()))).toBe('400 InvalidPartOrder')
  expect(await text(complete([{ PartNumber: 1, ETag: '"other"' }]))).toBe('400 InvalidPart')
  expect((await complete(parts)).ETag).toMatch(/-2"$/)
  expect(await s3.send(new S3.HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({
    ContentLength: large.length + 1,
    ContentType: 'text/plain',
  })
  const again = await s3.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'k' }))
  await s3.send(new S3.AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId: again.UploadId }))
  expect((await s3.send(new S3.ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined()
})

test('an object comes back with what it was put with: ranges, copies, tags, metadata', async () => {
  const Bucket = 'whole'
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'a b', Body: '0123456789', Metadata: { x: 'y' }, Tagging: 't=1' }))
  expect(await read({ Bucket, Key: 'a b', Range: 'bytes=2-4' })).toBe('234')
  expect(await read({ Bucket, Key: 'a b', Range: 'bytes=-2' })).toBe('89')
  expect(await text(s3.send(new S3.GetObjectCommand({ Bucket, Key: 'a b', Range: 'bytes=10-' })))).toBe('416 InvalidRange')
  await s3.send(new S3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a%20b` }))
  expect((await s3.send(new S3.HeadObjectCommand({ Bucket, Key: 'copy' }))).Metadata).toEqual({ x: 'y' })
  expect((await s3.send(new S3.GetObjectTaggingCommand({ Bucket, Key: 'copy' }))).TagSet).toEqual([{ Key: 't', Value: '1' }])
})

test('a legal hold keeps a version from its deletion until it is taken off', async () => {
  const Bucket = 'held'
  await s3.send(new S3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  const { VersionId } = await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
  const object = { Bucket, Key: 'k', VersionId }
  await s3.send(new S3.PutObjectLegalHoldCommand({ ...object, LegalHold: { Status: 'ON' } }))
  const remove = () => text(s3.send(new S3.DeleteObjectCommand({ ...object, BypassGovernanceRetention: true })))
  expect(await remove()).toBe('403 AccessDenied')
  await s3.send(new S3.PutObjectLegalHoldCommand({ ...object, LegalHold: { Status: 'OFF' } }))
  expect(await remove()).toBe('204')
})

test('rights follow the default version of a managed policy, through a group, and end with the membership', async () => {
  const { AccessKey } = await iam
    .send(new IAM.CreateUserCommand({ UserName: 'member' }))
    .then(() => iam.send(new IAM.CreateAccessKeyCommand({ UserName: 'member' })))
  const user = clients.s3({ accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! })
  const ask = () => text(user.send(new S3.ListBucketsCommand({})))
  const document = (Effect: string) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action: 's3:*', Resource: '*' }] })
  const { Policy } = await iam.send(new IAM.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: document('Allow') }))
  const PolicyArn = Policy!.Arn!
  await iam.send(new IAM.CreateGroupCommand({ GroupName: 'g' }))
  await iam.send(new IAM.AttachGroupPolicyCommand({ GroupName: 'g', PolicyArn }))
  expect(await ask()).toBe('403 AccessDenied')
  await iam.send(new IAM.AddUserToGroupCommand({ GroupName: 'g', UserName: 'member' }))
  expect(await ask()).toBe('200')
  await iam.send(new IAM.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document('Deny') }))
  expect(await ask()).toBe('200')
  await iam.send(new IAM.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
  expect(await ask()).toBe('403 AccessDenied')
  await iam.send(new IAM.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
  await iam.send(new IAM.RemoveUserFromGroupCommand({ GroupName: 'g', UserName: 'member' }))
  expect(await ask()).toBe('403 AccessDenied')
})

test('a policy of the bucket reaches another account only with that account’s consent', async () => {
  const Bucket = 'shared'
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const root = fake.addAccount('888888888888')
  const theirIam = clients.iam(root)
  await theirIam.send(new IAM.CreateUserCommand({ UserName: 'guest' }))
  const { AccessKey } = await theirIam.send(new IAM.CreateAccessKeyCommand({ UserName: 'guest' }))
  const guest = clients.s3({ accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! })
  const list = () => text(guest.send(new S3.ListObjectsV2Command({ Bucket })))
  const Statement = [{ Effect: 'Allow', Principal: { AWS: '888888888888' }, Action: 's3:ListBucket', Resource: `arn:aws:s3:::${Bucket}` }]
  await s3.send(new S3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }))
  expect(await list()).toBe('403 AccessDenied')
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] })
  await theirIam.send(new IAM.PutUserPolicyCommand({ UserName: 'guest', PolicyName: 'all', PolicyDocument }))
  expect(await list()).toBe('200')
})

test('buckets of AWS are closed to public policies until somebody opens them', async () => {
  const Bucket = 'closed'
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` }]
  const put = () => text(s3.send(new S3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) })))
  expect(await put()).toBe('403 AccessDenied')
  await s3.send(new S3.DeletePublicAccessBlockCommand({ Bucket }))
  expect(await put()).toBe('204')
})

test('a bucket has an address of its own below the domain', async () => {
  await s3.send(new S3.CreateBucketCommand({ Bucket: 'hosted' }))
  await s3.send(new S3.PutObjectCommand({ Bucket: 'hosted', Key: 'dir/k', Body: 'here' }))
  const endpoint = fake.address.replace('127.0.0.1', 's3.localhost')
  // No name server knows the names below localhost.
  const lookup: LookupFunction = (_, { all }, callback) =>
    all === true ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)
  const hosted = clients.s3(undefined, { endpoint, forcePathStyle: false, requestHandler: { httpAgent: new Agent({ lookup }) } })
  expect(await (await hosted.send(new S3.GetObjectCommand({ Bucket: 'hosted', Key: 'dir/k' }))).Body!.transformToString()).toBe('here')
})

test('https is served with a certificate of its authority', async () => {
  await using secure = await fakeS3({ tls: true, names: ['storage.test'] })
  const status = await new Promise<number | undefined>((resolve, reject) => {
    get(secure.address, { ca: secure.ca, agent: false, servername: 'storage.test' }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject)
  })
  expect(status).toBe(403)
})
