import * as S3 from '@aws-sdk/client-s3'
import { json, outcome } from './recorder.ts'
import type { Scene } from './scene.ts'

export const bucketScene: Scene = async ({ record, clients, server, name }) => {
  const s3 = clients.s3()
  const Bucket = name('one')
  await record.call('bucket: create', s3.send(new S3.CreateBucketCommand({ Bucket })))
  await record.call('bucket: create again, same owner', s3.send(new S3.CreateBucketCommand({ Bucket })))
  const elsewhere = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } }
  await record.call(
    'bucket: create again with LocationConstraint eu-west-1',
    s3.send(new S3.CreateBucketCommand({ Bucket: name('eu'), ...elsewhere })),
  )
  await record.call('bucket: name with capitals', s3.send(new S3.CreateBucketCommand({ Bucket: name('Caps') })))
  await record.call('bucket: name ab (2 chars)', s3.send(new S3.CreateBucketCommand({ Bucket: 'ab' })))
  await record.call('bucket: head own', s3.send(new S3.HeadBucketCommand({ Bucket })))
  await record.call('bucket: head absent', s3.send(new S3.HeadBucketCommand({ Bucket: name('absent') })))
  await record.call('bucket: delete absent', s3.send(new S3.DeleteBucketCommand({ Bucket: name('absent') })))
  const { LocationConstraint } = await s3.send(new S3.GetBucketLocationCommand({ Bucket }))
  record.note('bucket: location', `${json(LocationConstraint ?? null)}`)
  const { Buckets = [] } = await s3.send(new S3.ListBucketsCommand({}))
  record.note('bucket: list has own', String(Buckets.some((each) => each.Name === Bucket)))

  if (server.stranger !== undefined) {
    const other = clients.s3(server.stranger)
    await record.call('other owner: create same bucket', other.send(new S3.CreateBucketCommand({ Bucket })))
    await record.call('other owner: head', other.send(new S3.HeadBucketCommand({ Bucket })))
    await record.call('other owner: list objects', other.send(new S3.ListObjectsV2Command({ Bucket })))
    await record.call('other owner: delete bucket', other.send(new S3.DeleteBucketCommand({ Bucket })))
    await record.call('other owner: bucket is there after', s3.send(new S3.HeadBucketCommand({ Bucket })))
  }

  const put = (Status: 'Enabled' | 'Suspended', of = Bucket) =>
    s3.send(new S3.PutBucketVersioningCommand({ Bucket: of, VersioningConfiguration: { Status } }))
  const shown = ({ Status, MFADelete }: S3.GetBucketVersioningCommandOutput) => json({ Status, MFADelete })
  await record.call('versioning: get unset', s3.send(new S3.GetBucketVersioningCommand({ Bucket })), shown)
  await record.call('versioning: put', put('Enabled'))
  await record.call('versioning: get', s3.send(new S3.GetBucketVersioningCommand({ Bucket })), shown)
  await record.call('versioning: suspend', put('Suspended'))
  const fresh = name('fresh')
  await s3.send(new S3.CreateBucketCommand({ Bucket: fresh }))
  await put('Suspended', fresh)
  record.note('versioning: suspend on a fresh bucket', `${shown(await s3.send(new S3.GetBucketVersioningCommand({ Bucket: fresh })))}`)
}

export const deletionScene: Scene = async ({ record, clients, name }) => {
  const s3 = clients.s3()
  const remove = (Bucket: string) => s3.send(new S3.DeleteBucketCommand({ Bucket }))
  const head = (Bucket: string) => s3.send(new S3.HeadBucketCommand({ Bucket }))
  const put = (Bucket: string, Key: string) => s3.send(new S3.PutObjectCommand({ Bucket, Key, Body: 'x' }))
  const enable = (Bucket: string) => s3.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))

  const plain = name('full')
  await s3.send(new S3.CreateBucketCommand({ Bucket: plain }))
  await put(plain, 'a')
  await record.call('delete: current object in it', remove(plain))
  await s3.send(new S3.DeleteObjectCommand({ Bucket: plain, Key: 'a' }))
  await record.call('delete: empty again', remove(plain))

  const versioned = name('versions')
  await s3.send(new S3.CreateBucketCommand({ Bucket: versioned }))
  await enable(versioned)
  await put(versioned, 'a')
  await put(versioned, 'a')
  await s3.send(new S3.DeleteObjectCommand({ Bucket: versioned, Key: 'a' }))
  const list = await s3.send(new S3.ListObjectVersionsCommand({ Bucket: versioned }))
  record.note('versions: list', `${list.Versions?.length ?? 0} versions ${list.DeleteMarkers?.length ?? 0} markers`)
  record.note('versions: page MaxKeys=1', await pages(s3, versioned))
  await record.call('delete: versions and marker in it', remove(versioned))
  for (const { Key, VersionId } of list.Versions ?? [])
    await outcome(s3.send(new S3.DeleteObjectCommand({ Bucket: versioned, Key: Key!, VersionId })))
  await record.call('delete: only a delete marker in it', remove(versioned))
  for (const { Key, VersionId } of list.DeleteMarkers ?? [])
    await outcome(s3.send(new S3.DeleteObjectCommand({ Bucket: versioned, Key: Key!, VersionId })))
  await outcome(remove(versioned))
  record.note('delete: gone after emptying', (await outcome(head(versioned))).text.slice(0, 3))

  const current = name('current')
  await s3.send(new S3.CreateBucketCommand({ Bucket: current }))
  await enable(current)
  await put(current, 'a')
  const { text } = await outcome(remove(current))
  record.note('delete: versioned bucket with a current object', text === '204' ? '204 DATA LOST' : text)

  const pending = name('upload')
  await s3.send(new S3.CreateBucketCommand({ Bucket: pending }))
  await s3.send(new S3.CreateMultipartUploadCommand({ Bucket: pending, Key: 'a' }))
  const { Uploads = [] } = await s3.send(new S3.ListMultipartUploadsCommand({ Bucket: pending }))
  record.note(
    'delete: unfinished multipart upload in it',
    `${(await outcome(remove(pending))).text === '204' ? '200' : 'refused'} (uploads listed: ${Uploads.length})`,
  )
}

async function pages(s3: S3.S3Client, Bucket: string): Promise<string> {
  let entries = 0
  let count = 0
  let next: { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined } | undefined = {}
  while (next !== undefined && count < 20) {
    const page: S3.ListObjectVersionsCommandOutput = await s3.send(new S3.ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...next }))
    entries += (page.Versions?.length ?? 0) + (page.DeleteMarkers?.length ?? 0)
    count++
    next = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined
  }
  return `${entries} entries in ${count} pages`
}

const SUBRESOURCES = [
  ...[
    'tagging',
    'encryption',
    'cors',
    'lifecycle',
    'policy',
    'website',
    'replication',
    'ownershipControls',
    'publicAccessBlock',
    'versioning',
    'logging',
  ],
  ...[
    'notification',
    'acl',
    'object-lock',
    'accelerate',
    'requestPayment',
    'intelligent-tiering',
    'analytics',
    'metrics',
    'inventory',
    'compliance',
  ],
  ...['metadataTable', 'metadataConfiguration', 'policyStatus', 'abac', 'unknown-thing'],
]

/** The most dangerous difference: what deletes a bucket although something else was meant. */
export const fallThroughScene: Scene = async ({ record, clients, name }) => {
  const s3 = clients.s3()
  const deleting: string[] = []
  const bucket = name('fall')
  for (const sub of SUBRESOURCES) {
    await outcome(s3.send(new S3.CreateBucketCommand({ Bucket: bucket })))
    const { text } = await outcome(withSubresource(clients.s3(), sub).send(new S3.DeleteBucketCommand({ Bucket: bucket })))
    const there = await outcome(s3.send(new S3.HeadBucketCommand({ Bucket: bucket })))
    if (there.text.startsWith('404')) deleting.push(`${sub}(${text})`)
    if (sub === 'unknown-thing') record.note('FALL-THROUGH: DELETE ?unknown-thing', `${text}, bucket ${there.text.slice(0, 3)}`)
  }
  record.note('FALL-THROUGH: DELETE ?sub deletes an empty bucket', deleting.sort().join(' '))
  const creating: string[] = []
  for (const sub of SUBRESOURCES) {
    const Bucket = name(`put-${sub.toLowerCase()}`)
    const { text } = await outcome(withSubresource(clients.s3(), sub).send(new S3.CreateBucketCommand({ Bucket })))
    const there = await outcome(s3.send(new S3.HeadBucketCommand({ Bucket })))
    if (there.text === '200') creating.push(`${sub}(${text})`)
  }
  record.note('FALL-THROUGH: PUT ?sub creates a bucket', creating.sort().join(' '))
}

function withSubresource(s3: S3.S3Client, sub: string): S3.S3Client {
  s3.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { query: Record<string, string> }
      request.query = { ...request.query, [sub]: '' }
      return next(args)
    },
    { step: 'build', name: 'subresource' },
  )
  return s3
}
