import type { BucketSpec } from '../kinds/bucket.ts'
import { count, type Fields, fieldsOf, text } from './fields.ts'
import type { Json } from './json.ts'

/** Never enabled, and suspended, are two: the second has versions. MFA delete is left to who has the token. */
export const canonicalVersioning = (answer: unknown): Json => text(fieldsOf(answer)['Status']) ?? 'Off'

/** Nobody but the root user with the token can change it, or delete a version while it is on. */
export const mfaDeleteRemark = (answer: unknown): string | undefined =>
  fieldsOf(answer)['MFADelete'] === 'Enabled'
    ? 'MFA delete is on: only the root user, with the token, can delete versions or change the versioning'
    : undefined

/** Only what a spec can say: servers answer with more from year to year, such as blocked types of encryption. */
export function canonicalEncryption(answer: unknown): Json {
  const rules = fieldsOf(answer)['Rules']
  const rule = fieldsOf(Array.isArray(rules) ? (rules[0] as unknown) : undefined)
  const usual = fieldsOf(rule['ApplyServerSideEncryptionByDefault'])
  const algorithm = text(usual['SSEAlgorithm'])
  if (algorithm === undefined) return 'Off'
  const bucketKey = rule['BucketKeyEnabled'] === true
  // What a server that always encrypts answers for a bucket of which nobody has said anything.
  if (algorithm === 'AES256' && !bucketKey) return 'AES256'
  return { algorithm, key: keyName(text(usual['KMSMasterKeyID'])), bucketKey }
}

/** A key is named by its id, its ARN, or an alias: the last part of an ARN is the id. */
const keyName = (key: string | undefined): string | undefined => (key?.startsWith('arn:') ? key.slice(key.lastIndexOf('/') + 1) : key)

export function encryptionRules({ algorithm, kmsKeyId, bucketKeyEnabled }: NonNullable<BucketSpec['encryption']>): Fields {
  return {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm, ...(kmsKeyId !== undefined && { KMSMasterKeyID: kmsKeyId }) },
        ...(bucketKeyEnabled !== undefined && { BucketKeyEnabled: bucketKeyEnabled }),
      },
    ],
  }
}

/** Nothing said is the same as four times no. */
export function canonicalPublicAccess(answer: unknown): Json {
  const block = fieldsOf(answer)
  return {
    BlockPublicAcls: block['BlockPublicAcls'] === true,
    IgnorePublicAcls: block['IgnorePublicAcls'] === true,
    BlockPublicPolicy: block['BlockPublicPolicy'] === true,
    RestrictPublicBuckets: block['RestrictPublicBuckets'] === true,
  }
}

export const publicAccessBlock = (spec: NonNullable<BucketSpec['publicAccess']>): Fields => ({
  BlockPublicAcls: spec.blockPublicAcls,
  IgnorePublicAcls: spec.ignorePublicAcls,
  BlockPublicPolicy: spec.blockPublicPolicy,
  RestrictPublicBuckets: spec.restrictPublicBuckets,
})

/** `undefined`: the default of the server, whatever that is. */
export function canonicalOwnership(answer: unknown): Json {
  const rules = fieldsOf(answer)['Rules']
  return text(fieldsOf(Array.isArray(rules) ? (rules[0] as unknown) : undefined)['ObjectOwnership']) ?? 'Default'
}

/** Zero years are no years: some servers answer with both. */
export function canonicalObjectLock(answer: unknown): Json {
  const lock = fieldsOf(answer)
  if (lock['ObjectLockEnabled'] !== 'Enabled') return 'Off'
  const retention = fieldsOf(fieldsOf(lock['Rule'])['DefaultRetention'])
  const mode = text(retention['Mode'])
  return { mode, days: mode && count(retention['Days']), years: mode && count(retention['Years']) }
}

export function objectLockConfiguration({ mode, days, years }: NonNullable<BucketSpec['objectLock']>): Fields {
  if (mode === undefined) return { ObjectLockEnabled: 'Enabled' }
  const DefaultRetention = { Mode: mode, ...(days !== undefined && { Days: days }), ...(years !== undefined && { Years: years }) }
  return { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } }
}

export function canonicalLogging(answer: unknown): Json {
  const logging = fieldsOf(fieldsOf(answer)['LoggingEnabled'])
  const bucket = text(logging['TargetBucket'])
  return bucket === undefined ? 'Off' : { bucket, prefix: text(logging['TargetPrefix']) ?? '' }
}

export const loggingStatus = ({ enabled, targetBucket, targetPrefix }: NonNullable<BucketSpec['logging']>): Fields =>
  enabled ? { LoggingEnabled: { TargetBucket: targetBucket, TargetPrefix: targetPrefix } } : {}
