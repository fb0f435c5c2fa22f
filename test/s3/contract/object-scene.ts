import * as S3 from '@aws-sdk/client-s3'
import { json, outcome } from './recorder.ts'
import type { Scene } from './scene.ts'

export const lockScene: Scene = async ({ record, clients, name }) => {
  const s3 = clients.s3()
  const plain = name('nolock')
  await s3.send(new S3.CreateBucketCommand({ Bucket: plain }))
  const get = (Bucket: string) => s3.send(new S3.GetObjectLockConfigurationCommand({ Bucket }))
  const ObjectLockConfiguration = {
    ObjectLockEnabled: 'Enabled' as const,
    Rule: { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } },
  }
  const put = (Bucket: string) => s3.send(new S3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
  await record.call('lock: get unset', get(plain))
  await record.call('lock: put on a plain bucket', put(plain))
  const Bucket = name('lock')
  await record.call('lock: create bucket with it', s3.send(new S3.CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true })))
  await record.call('lock: get', get(Bucket), ({ ObjectLockConfiguration: found }) => json(found))
  const { Status } = await s3.send(new S3.GetBucketVersioningCommand({ Bucket }))
  record.note('lock: versioning of it', `${json(Status ?? null)}`)
  await outcome(put(Bucket))
  await record.call('lock: put default Days 1', get(Bucket), ({ ObjectLockConfiguration: found }) => json(found?.Rule))
  await record.call(
    'lock: suspend versioning',
    s3.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
  )
  const { VersionId = 'null' } = await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
  const object = { Bucket, Key: 'a', VersionId }
  await record.call('lock: delete a version under GOVERNANCE', s3.send(new S3.DeleteObjectCommand(object)))
  const listed = { Bucket, Delete: { Objects: [{ Key: 'a', VersionId }] } }
  await record.call(
    'lock: DeleteObjects of it',
    s3.send(new S3.DeleteObjectsCommand(listed)),
    ({ Errors = [], Deleted = [] }) => `Errors=${json(Errors.map(({ Code }) => Code))} Deleted=${Deleted.length}`,
  )
  await record.call('lock: with bypass', s3.send(new S3.DeleteObjectCommand({ ...object, BypassGovernanceRetention: true })))
  await outcome(s3.send(new S3.DeleteBucketCommand({ Bucket })))
  record.note(
    'lock: bucket gone after emptying with bypass',
    (await outcome(s3.send(new S3.HeadBucketCommand({ Bucket })))).text.slice(0, 3),
  )
}

const KEYS = ['plain', 'with space', 'plus+sign', 'percent%20', 'ünïcödé', 'a&b<c>', 'quote"\'', 'new\nline', 'trail/', 'dbl//slash']

export const objectScene: Scene = async ({ record, clients, name }) => {
  const s3 = clients.s3()
  const Bucket = name('keys')
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const put: string[] = []
  for (const Key of KEYS) {
    const { text } = await outcome(s3.send(new S3.PutObjectCommand({ Bucket, Key, ...(Key.endsWith('/') ? {} : { Body: 'x' }) })))
    if (text === '200') put.push(Key)
    else record.note(`keys: put ${json(Key)}`, text)
  }
  const { Contents = [], EncodingType } = await s3.send(new S3.ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
  const names = Contents.map(({ Key = '' }) => decodeURIComponent(Key.replaceAll('+', ' ')))
  const missing = put.filter((key) => !names.includes(key))
  record.note(
    'keys: list with EncodingType=url',
    EncodingType === undefined ? 'ignored: answer has no EncodingType' : missing.length === 0 ? 'all' : `missing ${json(missing)}`,
  )
  const remove = (Objects: readonly { readonly Key: string }[], Quiet?: boolean) =>
    s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [...Objects], ...(Quiet !== undefined && { Quiet }) } }))
  const all = [...put, 'never-was'].map((Key) => ({ Key }))
  const { Deleted = [], Errors = [] } = await remove(all)
  record.note(
    'multi-delete: odd names and an absent one',
    `${Deleted.length === all.length ? 'Deleted all' : `Deleted ${Deleted.length}`} Errors ${json(Errors)}`,
  )
  const { Contents: left = [] } = await s3.send(new S3.ListObjectsV2Command({ Bucket }))
  record.note('multi-delete: left after', `${json(left.map(({ Key }) => Key))}`)
  await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'q', Body: 'x' }))
  const quiet = await remove([{ Key: 'q' }], true)
  record.note('multi-delete: Quiet', `Deleted ${quiet.Deleted?.length ?? 0}`)
  const many = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }))
  await record.call('multi-delete: 1001 keys', remove(many), (answer) => `Deleted ${answer.Deleted?.length ?? 0}`)
  await record.call('multi-delete: empty list', remove([]))

  await record.call(
    'compat: PUT with crc32 trailer default (WHEN_SUPPORTED)',
    clients
      .s3(undefined, { requestChecksumCalculation: 'WHEN_SUPPORTED' })
      .send(new S3.PutObjectCommand({ Bucket, Key: 'sum', Body: 'x' })),
  )
  await record.call(
    'compat: PutObject If-None-Match * on existing',
    s3.send(new S3.PutObjectCommand({ Bucket, Key: 'sum', Body: 'y', IfNoneMatch: '*' })),
  )
}

export const signatureScene: Scene = async ({ record, clients, server, name }) => {
  const { admin } = server
  const Bucket = name('sig')
  await clients.s3().send(new S3.CreateBucketCommand({ Bucket }))
  await clients.s3().send(new S3.PutObjectCommand({ Bucket, Key: 'object', Body: 'object' }))
  const list = (client: S3.S3Client) => client.send(new S3.ListBucketsCommand({}))
  await record.call('auth: wrong secret', list(clients.s3({ ...admin, secretAccessKey: 'wrong-secret' })))
  await record.call('auth: unknown key', list(clients.s3({ ...admin, accessKeyId: 'AKIANOBODYNOBODY0000' })))
  const unsigned = await fetch(`${server.s3}/`)
  const code = /<Code>(\w+)</.exec(await unsigned.text())?.[1]
  record.note('auth: no signature, list buckets', `${unsigned.status}${code === undefined ? '' : ` ${code}`}`)
  await record.call('auth: clock 20 min behind', list(clients.s3(admin, { systemClockOffset: -20 * 60_000 })))
  await record.call('auth: clock 20 min ahead', list(clients.s3(admin, { systemClockOffset: 20 * 60_000 })))
  await record.call('auth: client signs with region eu-central-1', list(clients.s3(admin, { region: 'eu-central-1' })))
  await record.call('addressing: path style', clients.s3().send(new S3.GetObjectCommand({ Bucket, Key: 'object' })))
}
