import { type S3ErrorCode, s3Error } from '../protocol/api-error.ts'
import { childrenOf, element, leaf } from '../protocol/xml.ts'
import { bodyOf, type S3Operation, xmlAnswer } from './call.ts'
import * as checks from './configuration-checks.ts'
import { checkLifecycle } from './lifecycle-check.ts'

interface Configuration {
  readonly sub: string
  readonly root: string
  /** What operations call it: Get…, Put…, Delete…. */
  readonly name: string
  readonly deleteName?: string
  /** What rights call it. */
  readonly right: string
  /** Read when it was never put: this error, or a document that says so. */
  readonly unset: S3ErrorCode | ReturnType<typeof element>
  readonly check: checks.Check
}

const CONFIGURATIONS: readonly Configuration[] = [
  {
    sub: 'tagging',
    root: 'Tagging',
    name: 'BucketTagging',
    deleteName: 'DeleteBucketTagging',
    right: 'BucketTagging',
    unset: 'NoSuchTagSet',
    check: checks.checkTags,
  },
  {
    ...{ sub: 'encryption', root: 'ServerSideEncryptionConfiguration', name: 'BucketEncryption', deleteName: 'DeleteBucketEncryption' },
    ...{ right: 'EncryptionConfiguration', unset: 'ServerSideEncryptionConfigurationNotFoundError', check: checks.checkEncryption },
  },
  {
    ...{ sub: 'lifecycle', root: 'LifecycleConfiguration', name: 'BucketLifecycleConfiguration', deleteName: 'DeleteBucketLifecycle' },
    ...{ right: 'LifecycleConfiguration', unset: 'NoSuchLifecycleConfiguration', check: checkLifecycle },
  },
  {
    sub: 'cors',
    root: 'CORSConfiguration',
    name: 'BucketCors',
    deleteName: 'DeleteBucketCors',
    right: 'BucketCORS',
    unset: 'NoSuchCORSConfiguration',
    check: checks.checkCors,
  },
  {
    ...{
      sub: 'publicAccessBlock',
      root: 'PublicAccessBlockConfiguration',
      name: 'PublicAccessBlock',
      deleteName: 'DeletePublicAccessBlock',
    },
    ...{ right: 'BucketPublicAccessBlock', unset: 'NoSuchPublicAccessBlockConfiguration', check: checks.checkPublicAccessBlock },
  },
  {
    ...{
      sub: 'ownershipControls',
      root: 'OwnershipControls',
      name: 'BucketOwnershipControls',
      deleteName: 'DeleteBucketOwnershipControls',
    },
    ...{ right: 'BucketOwnershipControls', unset: 'OwnershipControlsNotFoundError', check: checks.checkOwnership },
  },
  {
    sub: 'logging',
    root: 'BucketLoggingStatus',
    name: 'BucketLogging',
    right: 'BucketLogging',
    unset: element('BucketLoggingStatus'),
    check: checks.checkLogging,
  },
  {
    ...{ sub: 'website', root: 'WebsiteConfiguration', name: 'BucketWebsite', deleteName: 'DeleteBucketWebsite' },
    ...{ right: 'BucketWebsite', unset: 'NoSuchWebsiteConfiguration', check: checks.checkWebsite },
  },
  {
    ...{ sub: 'notification', root: 'NotificationConfiguration', name: 'BucketNotificationConfiguration', right: 'BucketNotification' },
    ...{ unset: element('NotificationConfiguration'), check: checks.checkNotification },
  },
  {
    ...{ sub: 'replication', root: 'ReplicationConfiguration', name: 'BucketReplication', deleteName: 'DeleteBucketReplication' },
    ...{ right: 'ReplicationConfiguration', unset: 'ReplicationConfigurationNotFoundError', check: checks.checkReplication },
  },
  {
    ...{ sub: 'accelerate', root: 'AccelerateConfiguration', name: 'BucketAccelerateConfiguration', right: 'AccelerateConfiguration' },
    ...{ unset: element('AccelerateConfiguration'), check: checks.checkAcceleration },
  },
  {
    ...{ sub: 'requestPayment', root: 'RequestPaymentConfiguration', name: 'BucketRequestPayment', right: 'BucketRequestPayment' },
    ...{ unset: element('RequestPaymentConfiguration', leaf('Payer', 'BucketOwner')), check: checks.checkPayer },
  },
]

/** Subresources that are one document: put, read as it was put but for what the server makes of it, deleted. By `METHOD sub`. */
export const CONFIGURATION_OPERATIONS: Readonly<Record<string, S3Operation>> = Object.fromEntries(CONFIGURATIONS.flatMap(operationsOf))

function operationsOf(configuration: Configuration): readonly (readonly [string, S3Operation])[] {
  const { sub, root, name, deleteName, right, unset, check } = configuration
  const get: S3Operation = {
    ...{ name: `Get${name}`, action: `s3:Get${right}`, on: 'bucket', write: false },
    run({ bucket, store }) {
      const found = bucket.configurations.get(sub) ?? store.dialect.unset[sub] ?? unset
      if (typeof found === 'string') throw s3Error(found, undefined, { details: { BucketName: bucket.name } })
      return xmlAnswer(found)
    },
  }
  const put: S3Operation = {
    ...{ name: `Put${name}`, action: `s3:Put${right}`, on: 'bucket', write: true },
    run(call) {
      const { bucket, store } = call
      const kept = check(bodyOf(call, root), call)
      const empty =
        sub === 'tagging' && store.dialect.tagging.emptySet === 'unset' && childrenOf(kept.children[0] ?? kept, 'Tag').length === 0
      if (empty) bucket.configurations.delete(sub)
      else bucket.configurations.set(sub, kept)
      return { status: store.dialect.statuses[`PUT ${sub}`] ?? (sub === 'tagging' ? 204 : 200) }
    },
  }
  const remove: S3Operation = {
    ...{ name: deleteName ?? '', action: sub === 'website' ? 's3:DeleteBucketWebsite' : `s3:Put${right}`, on: 'bucket', write: true },
    run({ bucket, store }) {
      const missing = store.dialect.deleteUnset[sub]
      if (!bucket.configurations.delete(sub) && missing !== undefined) throw s3Error(missing)
      return { status: store.dialect.statuses[`DELETE ${sub}`] ?? 204 }
    },
  }
  return [[`GET ${sub}`, get], [`PUT ${sub}`, put], ...(deleteName === undefined ? [] : [[`DELETE ${sub}`, remove] as const])]
}
