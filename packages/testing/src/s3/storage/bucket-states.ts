import { s3Error } from '../protocol/api-error.ts'
import { child, element, leaf, textOf } from '../protocol/xml.ts'
import { aclAnswer, aclToPut } from './acl.ts'
import type { LockConfiguration } from './bucket.ts'
import { bodyOf, type S3Operation, xmlAnswer } from './call.ts'

/** Versioning, object lock, ACL: subresources that are more than a document that is kept. */
export const STATE_OPERATIONS: Readonly<Record<string, S3Operation>> = {
  'GET versioning': {
    ...{ name: 'GetBucketVersioning', action: 's3:GetBucketVersioning', on: 'bucket', write: false },
    run({ bucket, store }) {
      if (bucket.versioning === 'never') return xmlAnswer(element('VersioningConfiguration'))
      return xmlAnswer(element('VersioningConfiguration', leaf('Status', bucket.versioning), ...store.dialect.bucket.versioningExtra))
    },
  },
  'PUT versioning': {
    ...{ name: 'PutBucketVersioning', action: 's3:PutBucketVersioning', on: 'bucket', write: true },
    run(call) {
      const { bucket, store } = call
      const status = textOf(bodyOf(call, 'VersioningConfiguration'), 'Status')
      if (status !== 'Enabled' && status !== 'Suspended') throw s3Error('MalformedXML')
      if (status === 'Suspended' && bucket.lock !== undefined) {
        const message = 'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.'
        throw s3Error('InvalidBucketState', message, { status: store.dialect.lock.suspendStatus })
      }
      bucket.versioning = status
      return { status: 200 }
    },
  },
  'GET object-lock': {
    ...{ name: 'GetObjectLockConfiguration', action: 's3:GetBucketObjectLockConfiguration', on: 'bucket', write: false },
    run({ bucket }) {
      if (bucket.lock === undefined)
        throw s3Error('ObjectLockConfigurationNotFoundError', undefined, { details: { BucketName: bucket.name } })
      const { rule } = bucket.lock
      const written = rule && element('Rule', element('DefaultRetention', leaf('Mode', rule.mode), leaf(rule.unit, rule.length)))
      return xmlAnswer(element('ObjectLockConfiguration', leaf('ObjectLockEnabled', 'Enabled'), written))
    },
  },
  'PUT object-lock': {
    ...{ name: 'PutObjectLockConfiguration', action: 's3:PutBucketObjectLockConfiguration', on: 'bucket', write: true },
    run(call) {
      const { bucket, store } = call
      const root = bodyOf(call, 'ObjectLockConfiguration')
      if (textOf(root, 'ObjectLockEnabled') !== 'Enabled') throw s3Error('MalformedXML')
      const retention = child(child(root, 'Rule') ?? element(''), 'DefaultRetention')
      const rule = retention === undefined ? undefined : lockRule(retention)
      if (bucket.lock === undefined && (store.dialect.lock.existingBucket === 'refused' || bucket.versioning !== 'Enabled')) {
        throw s3Error(
          'InvalidBucketState',
          'Object Lock configuration cannot be enabled on existing buckets: versioning must be Enabled on the bucket',
        )
      }
      bucket.lock = { rule }
      return { status: 200 }
    },
  },
  'GET acl': {
    ...{ name: 'GetBucketAcl', action: 's3:GetBucketAcl', on: 'bucket', write: false },
    run: (call) => aclAnswer(call, call.bucket.ownerId, call.bucket.acl),
  },
  'PUT acl': {
    ...{ name: 'PutBucketAcl', action: 's3:PutBucketAcl', on: 'bucket', write: true },
    run(call) {
      call.bucket.acl = aclToPut(call)
      return { status: 200 }
    },
  },
}

function lockRule(retention: ReturnType<typeof element>): LockConfiguration {
  const mode = textOf(retention, 'Mode')
  const units = (['Days', 'Years'] as const).filter((unit) => child(retention, unit) !== undefined)
  const [unit] = units
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || unit === undefined || units.length !== 1) throw s3Error('MalformedXML')
  const length = Number(textOf(retention, unit))
  if (!Number.isInteger(length) || length < 1 || length > (unit === 'Days' ? 36_500 : 100))
    throw s3Error('InvalidArgument', `Default retention period must be a positive integer value.`)
  return { mode, unit, length }
}

export const lockHeaders = (version: {
  readonly retention: { readonly mode: string; readonly until: number } | undefined
  readonly legalHold: boolean
}) => ({
  ...(version.retention !== undefined && {
    'x-amz-object-lock-mode': version.retention.mode,
    'x-amz-object-lock-retain-until-date': new Date(version.retention.until).toISOString(),
  }),
  ...(version.legalHold && { 'x-amz-object-lock-legal-hold': 'ON' }),
})
