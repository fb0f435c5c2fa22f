import { s3Error } from '../protocol/api-error.ts'
import type { ApiAnswer } from '../protocol/request.ts'
import { element, leaf, textOf } from '../protocol/xml.ts'
import { cannedAcl } from './acl.ts'
import { Bucket, isLocked, objectionToName } from './bucket.ts'
import { isoTime, ownerElement, parsed, type S3Call, type S3Operation, xmlAnswer } from './call.ts'

export const LIST_BUCKETS: S3Operation = {
  ...{ name: 'ListBuckets', action: 's3:ListAllMyBuckets', on: 'account', write: false },
  run(call) {
    const { store, caller, query } = call
    const own = [...store.buckets.values()].filter(({ ownerId }) => caller.is !== 'anonymous' && ownerId === caller.accountId)
    const prefix = query.get('prefix') ?? ''
    const after = query.get('continuation-token') ?? ''
    const shown = own.filter(({ name }) => name.startsWith(prefix) && name > after).sort((a, b) => (a.name < b.name ? -1 : 1))
    const most = Number(query.get('max-buckets') ?? shown.length)
    const page = shown.slice(0, most)
    const buckets = page.map(({ name, createdAt, region }) =>
      element('Bucket', leaf('Name', name), leaf('CreationDate', isoTime(createdAt)), leaf('BucketRegion', region)),
    )
    const next = page.length < shown.length ? leaf('ContinuationToken', page.at(-1)!.name) : undefined
    const owner = caller.is === 'anonymous' ? undefined : ownerElement(call, caller.accountId)
    return xmlAnswer(element('ListAllMyBucketsResult', owner, element('Buckets', ...buckets), next))
  },
}

export const CREATE_BUCKET: S3Operation = {
  ...{ name: 'CreateBucket', action: 's3:CreateBucket', on: 'new bucket', write: true },
  run(call) {
    const { store, caller, bucketName, headers } = call
    const { dialect, limits, region } = store
    const objection = objectionToName(bucketName)
    if (objection !== undefined)
      throw s3Error('InvalidBucketName', `The specified bucket is not valid: ${objection}`, { details: { BucketName: bucketName } })
    if (caller.is === 'anonymous') throw s3Error('AccessDenied')
    const location = call.body.length === 0 ? undefined : locationOf(call)
    if (dialect.bucket.wrongLocation !== undefined && location !== undefined && location !== '' && location !== region) {
      throw s3Error(
        dialect.bucket.wrongLocation,
        `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      )
    }
    const done: ApiAnswer = { status: 200, headers: { location: `/${bucketName}` } }
    const there = store.buckets.get(bucketName)
    if (there !== undefined) {
      if (there.ownerId !== caller.accountId) throw s3Error('BucketAlreadyExists', undefined, { details: { BucketName: bucketName } })
      if (dialect.bucket.createAgain === 'ok' && region === 'us-east-1') return done
      throw s3Error('BucketAlreadyOwnedByYou', undefined, { details: { BucketName: bucketName } })
    }
    const own = [...store.buckets.values()].filter(({ ownerId }) => ownerId === caller.accountId)
    if (own.length >= limits.buckets) throw s3Error('TooManyBuckets')
    const ownership = headers['x-amz-object-ownership']
    const bucket = new Bucket({
      ...{ name: bucketName, ownerId: caller.accountId, region, createdAt: store.now(), acl: cannedAcl(headers) ?? 'private' },
      locked: headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true',
      configurations: {
        ...dialect.initial,
        ...(ownership !== undefined && {
          ownershipControls: element('OwnershipControls', element('Rule', leaf('ObjectOwnership', ownership))),
        }),
      },
    })
    store.buckets.set(bucketName, bucket)
    return done
  },
}

function locationOf(call: S3Call): string | undefined {
  const root = parsed(call.body)
  // A request for a subresource that the server does not look at ends here.
  if (root?.name !== 'CreateBucketConfiguration') throw s3Error(call.store.dialect.bucket.strangeBody)
  return textOf(root, 'LocationConstraint')
}

export const HEAD_BUCKET: S3Operation = {
  ...{ name: 'HeadBucket', action: 's3:ListBucket', on: 'bucket', write: false },
  run: ({ bucket }) => ({ status: 200, headers: { 'x-amz-bucket-region': bucket.region, 'content-type': 'application/xml' } }),
}

export const DELETE_BUCKET: S3Operation = {
  ...{ name: 'DeleteBucket', action: 's3:DeleteBucket', on: 'bucket', write: true },
  run({ store, bucket, query }) {
    const { dialect } = store
    const details = { BucketName: bucket.name }
    if (dialect.bucket.forceDelete && query.get('force_delete') === 'true') {
      // Not even by force: locked objects keep their bucket.
      if (bucket.allVersions.some((version) => isLocked(version, store.now(), false)))
        throw s3Error('BucketNotEmpty', undefined, { details })
      bucket.clear()
    }
    const full = dialect.bucket.nonEmpty === 'everything' ? bucket.hasVersions : bucket.hasCurrentObjects && bucket.versioning === 'never'
    if (full)
      throw s3Error(
        'BucketNotEmpty',
        bucket.hasCurrentObjects ? undefined : 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
        { details },
      )
    store.buckets.delete(bucket.name)
    return { status: 204 }
  },
}

/** Wasabi's MOVE: the bucket goes on under another name. */
export const RENAME_BUCKET: S3Operation = {
  ...{ name: 'RenameBucket', action: 's3:DeleteBucket', on: 'bucket', write: true },
  run({ store, bucket, headers }) {
    const name = headers['destination'] ?? ''
    if (objectionToName(name) !== undefined) throw s3Error('InvalidBucketName')
    if (store.buckets.has(name)) throw s3Error('BucketAlreadyExists')
    store.buckets.delete(bucket.name)
    bucket.name = name
    store.buckets.set(name, bucket)
    return { status: 200 }
  },
}

export const GET_LOCATION: S3Operation = {
  ...{ name: 'GetBucketLocation', action: 's3:GetBucketLocation', on: 'bucket', write: false },
  run: ({ store, bucket }) => xmlAnswer(leaf('LocationConstraint', store.dialect.bucket.location(bucket.region))),
}
