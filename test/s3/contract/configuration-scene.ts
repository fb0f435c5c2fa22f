import * as S3 from '@aws-sdk/client-s3'
import { byKey, json, outcome } from './recorder.ts'
import type { Scene, Stage } from './scene.ts'

export const configurationScene: Scene = async (stage) => {
  const { record, clients, name } = stage
  const s3 = clients.s3()
  const Bucket = name('conf')
  await s3.send(new S3.CreateBucketCommand({ Bucket }))

  const tagSet = (...tags: readonly (readonly [string, string])[]) =>
    s3.send(new S3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tags.map(([Key, Value]) => ({ Key, Value })) } }))
  const tags = () => s3.send(new S3.GetBucketTaggingCommand({ Bucket }))
  await cycle(stage, Bucket, 'tagging', {
    get: tags,
    put: () => tagSet(['z', '1'], ['a', '']),
    remove: () => s3.send(new S3.DeleteBucketTaggingCommand({ Bucket })),
    shown: ({ TagSet }) => json(byKey(TagSet)),
  })
  await record.call('tagging: put empty set', tagSet())
  await record.call('tagging: get after empty set', tags(), ({ TagSet }) => json(byKey(TagSet)))
  await record.call('tagging: 51 tags', tagSet(...Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'] as const)))
  await record.call('tagging: duplicate keys', tagSet(['a', '1'], ['a', '2']))
  await record.call('tagging: aws: prefix', tagSet(['aws:x', '1']))

  await cycle(stage, Bucket, 'encryption', {
    get: () => s3.send(new S3.GetBucketEncryptionCommand({ Bucket })),
    put: () =>
      s3.send(
        new S3.PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        }),
      ),
    remove: () => s3.send(new S3.DeleteBucketEncryptionCommand({ Bucket })),
    shown: ({ ServerSideEncryptionConfiguration: found }) =>
      json(found?.Rules?.map((rule) => ({ ...rule.ApplyServerSideEncryptionByDefault, bk: rule.BucketKeyEnabled }))) ?? 'undefined',
  })
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: false,
  }
  await cycle(stage, Bucket, 'public access block', {
    get: () => s3.send(new S3.GetPublicAccessBlockCommand({ Bucket })),
    put: () => s3.send(new S3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration })),
    remove: () => s3.send(new S3.DeletePublicAccessBlockCommand({ Bucket })),
    shown: ({ PublicAccessBlockConfiguration: found }) => json(found),
  })
  await cycle(stage, Bucket, 'ownership', {
    get: () => s3.send(new S3.GetBucketOwnershipControlsCommand({ Bucket })),
    put: () =>
      s3.send(
        new S3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }),
      ),
    remove: () => s3.send(new S3.DeleteBucketOwnershipControlsCommand({ Bucket })),
    shown: ({ OwnershipControls: found }) => json(found?.Rules?.map((rule) => rule.ObjectOwnership)) ?? 'undefined',
  })
  const rule = {
    AllowedMethods: ['PUT', 'GET'],
    AllowedOrigins: ['https://b', 'https://a'],
    AllowedHeaders: ['X-Z', 'x-a'],
    ExposeHeaders: ['ETag'],
  }
  const cors = (CORSRules: S3.CORSRule[]) => s3.send(new S3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  await cycle(stage, Bucket, 'cors', {
    get: () => s3.send(new S3.GetBucketCorsCommand({ Bucket })),
    put: () => cors([rule]),
    remove: () => s3.send(new S3.DeleteBucketCorsCommand({ Bucket })),
    shown: ({ CORSRules = [] }) =>
      json(
        CORSRules.map(({ AllowedMethods, AllowedOrigins, AllowedHeaders, ExposeHeaders, MaxAgeSeconds }) => ({
          AllowedMethods,
          AllowedOrigins,
          AllowedHeaders,
          ExposeHeaders,
          MaxAgeSeconds,
        })),
      ),
  })
  await record.call('cors: empty rules', cors([]))
  await record.call('cors: method PATCH', cors([{ AllowedMethods: ['PATCH'], AllowedOrigins: ['*'] }]))

  await record.call('acl: get', s3.send(new S3.GetBucketAclCommand({ Bucket })), ({ Grants = [] }) =>
    json(Grants.map(({ Grantee, Permission }) => [Grantee?.Type, Permission])),
  )
  await record.call('acl: put private', s3.send(new S3.PutBucketAclCommand({ Bucket, ACL: 'private' })))
  await record.call('logging: get', s3.send(new S3.GetBucketLoggingCommand({ Bucket })), ({ LoggingEnabled }) => json({ LoggingEnabled }))
  const empty = { Bucket, BucketLoggingStatus: {} }
  await record.call('logging: put empty', s3.send(new S3.PutBucketLoggingCommand(empty)))
  await record.call('website: get unset', s3.send(new S3.GetBucketWebsiteCommand({ Bucket })))
  const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } }
  await record.call('website: put', s3.send(new S3.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration })))
  await record.call(
    'notification: get',
    s3.send(new S3.GetBucketNotificationConfigurationCommand({ Bucket })),
    ({ $metadata, ...found }) => ($metadata === undefined ? '' : json(found)),
  )
  await record.call('replication: get unset', s3.send(new S3.GetBucketReplicationCommand({ Bucket })), ({ ReplicationConfiguration }) =>
    json({ ReplicationConfiguration }),
  )
  await record.call('request payment: get', s3.send(new S3.GetBucketRequestPaymentCommand({ Bucket })), ({ Payer }) => json({ Payer }))
}

interface Cycle<Got> {
  readonly get: () => Promise<Got>
  readonly put: () => Promise<S3.PutBucketTaggingCommandOutput>
  readonly remove: () => Promise<S3.DeleteBucketTaggingCommandOutput>
  readonly shown: (found: Got) => string | undefined
}

/** A configuration is read, put, read, deleted, read, deleted again; and the bucket had better be there after that. */
async function cycle<Got extends S3.PutBucketTaggingCommandOutput>(
  { record, clients }: Stage,
  Bucket: string,
  what: string,
  { get, put, remove, shown }: Cycle<Got>,
): Promise<void> {
  const s3 = clients.s3()
  const head = () => outcome(s3.send(new S3.HeadBucketCommand({ Bucket })))
  const again = () => outcome(s3.send(new S3.CreateBucketCommand({ Bucket })))
  await record.call(`${what}: get unset`, get(), shown)
  await record.call(`${what}: put`, put())
  await record.call(`${what}: get`, get(), shown)
  await record.call(`${what}: delete`, remove())
  record.note(`${what}: bucket after delete`, (await head()).text.slice(0, 3))
  await again()
  await record.call(`${what}: get after delete`, get(), shown)
  const { text } = await outcome(remove())
  record.note(`${what}: delete when unset`, text.startsWith('2') ? `${text} bucket ${(await head()).text.slice(0, 3)}` : text)
  await again()
}

const days = { Expiration: { Days: 1 } }
const everything = { Filter: { Prefix: '' } }

const RULES: Readonly<Record<string, readonly Omit<S3.LifecycleRule, 'Status'>[]>> = {
  'Filter{Prefix:""}': [{ ID: 'a', ...everything, ...days }],
  'And{Prefix, one tag}': [{ ID: 'a', Filter: { And: { Prefix: 'p/', Tags: [{ Key: 'k', Value: 'v' }] } }, ...days }],
  'legacy Prefix': [{ ID: 'a', Prefix: 'p/', ...days }],
  NewerNoncurrentVersions: [{ ID: 'a', ...everything, NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 } }],
  'abort multipart': [{ ID: 'a', ...everything, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } }],
  'size filter': [{ ID: 'a', Filter: { ObjectSizeGreaterThan: 10 }, ...days }],
  ExpiredObjectDeleteMarker: [{ ID: 'a', ...everything, Expiration: { ExpiredObjectDeleteMarker: true } }],
  Date: [{ ID: 'a', ...everything, Expiration: { Date: new Date('2030-01-01T00:00:00Z') } }],
  Transition: [{ ID: 'a', ...everything, Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] }],
  'duplicate IDs': [
    { ID: 'a', Filter: { Prefix: 'x' }, ...days },
    { ID: 'a', Filter: { Prefix: 'y' }, ...days },
  ],
  'no action': [{ ID: 'a', ...everything }],
  'Days 0': [{ ID: 'a', ...everything, Expiration: { Days: 0 } }],
  'empty list': [],
  'two rules, order kept?': [
    { ID: 'z', Filter: { Prefix: 'z' }, ...days },
    { ID: 'b', Filter: { Prefix: 'b' }, ...days },
  ],
}

export const lifecycleScene: Scene = async (stage) => {
  const { record, clients, name } = stage
  const s3 = clients.s3()
  const Bucket = name('life')
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const put = (rules: readonly Omit<S3.LifecycleRule, 'Status'>[]) => {
    const Rules = rules.map((rule) => ({ ...rule, Status: rule.ID === 'b' ? ('Disabled' as const) : ('Enabled' as const) }))
    return s3.send(new S3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
  }
  const get = () => s3.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket }))
  const shown = ({ Rules }: S3.GetBucketLifecycleConfigurationCommandOutput) => json(Rules) ?? 'undefined'
  await cycle(stage, Bucket, 'lifecycle', {
    get,
    put: () => put([{ Filter: { Prefix: 'p/' }, ...days }]),
    remove: () => s3.send(new S3.DeleteBucketLifecycleCommand({ Bucket })),
    shown: ({ Rules }) => json(Rules?.map(({ ID, ...rule }) => ({ ...rule, ...(ID !== undefined && { ID: 'made' }) }))),
  })
  for (const [title, rules] of Object.entries(RULES)) {
    const { text } = await outcome(put(rules))
    if (text === '200') await record.call(`lifecycle: ${title}`, get(), shown)
    else record.note(`lifecycle: ${title}`, text)
  }
}
