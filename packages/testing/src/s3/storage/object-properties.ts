import { s3Error } from '../protocol/api-error.ts'
import { element, leaf, textOf } from '../protocol/xml.ts'
import { aclAnswer, aclToPut } from './acl.ts'
import { bodyOf, isoTime, type S3Call, type S3Operation, xmlAnswer } from './call.ts'
import { checkTags, tagsOf } from './configuration-checks.ts'
import { checkedRetention, versionHeader, wanted } from './objects.ts'

const right = (before: string, after: string) => (call: S3Call) => `s3:${before}${call.query.has('versionId') ? 'Version' : ''}${after}`

export const PROPERTY_OPERATIONS: Readonly<Record<string, S3Operation>> = {
  'GET tagging': {
    ...{ name: 'GetObjectTagging', action: right('GetObject', 'Tagging'), on: 'object', write: false },
    run(call) {
      const version = wanted(call)
      const tags = [...version.tags].map(([key, value]) => element('Tag', leaf('Key', key), leaf('Value', value)))
      return xmlAnswer(element('Tagging', element('TagSet', ...tags)), 200, versionHeader(call.bucket, version.id))
    },
  },
  'PUT tagging': {
    ...{ name: 'PutObjectTagging', action: right('PutObject', 'Tagging'), on: 'object', write: true },
    run(call) {
      const version = wanted(call)
      version.tags = tagsOf(checkTags(bodyOf(call, 'Tagging'), call))
      return { status: 200, headers: versionHeader(call.bucket, version.id) }
    },
  },
  'DELETE tagging': {
    ...{ name: 'DeleteObjectTagging', action: right('DeleteObject', 'Tagging'), on: 'object', write: true },
    run(call) {
      const version = wanted(call)
      version.tags = new Map()
      return { status: 204, headers: versionHeader(call.bucket, version.id) }
    },
  },
  'GET acl': {
    ...{ name: 'GetObjectAcl', action: right('GetObject', 'Acl'), on: 'object', write: false },
    run(call) {
      const { ownerId, acl } = wanted(call)
      return aclAnswer(call, ownerId, acl)
    },
  },
  'PUT acl': {
    ...{ name: 'PutObjectAcl', action: right('PutObject', 'Acl'), on: 'object', write: true },
    run(call) {
      wanted(call).acl = aclToPut(call)
      return { status: 200 }
    },
  },
  'GET retention': {
    ...{ name: 'GetObjectRetention', action: 's3:GetObjectRetention', on: 'object', write: false },
    run(call) {
      const { retention } = locked(call)
      if (retention === undefined) throw s3Error('NoSuchObjectLockConfiguration')
      return xmlAnswer(element('Retention', leaf('Mode', retention.mode), leaf('RetainUntilDate', isoTime(retention.until))))
    },
  },
  'PUT retention': {
    ...{ name: 'PutObjectRetention', action: 's3:PutObjectRetention', on: 'object', write: true },
    run(call) {
      const version = locked(call)
      const root = bodyOf(call, 'Retention')
      const now = call.store.now()
      const bypass = call.headers['x-amz-bypass-governance-retention'] === 'true' && call.may('s3:BypassGovernanceRetention', call.key)
      const mode = textOf(root, 'Mode')
      const next = mode === undefined ? undefined : checkedRetention(mode, textOf(root, 'RetainUntilDate') ?? '', now)
      const present = version.retention
      const shortens =
        present !== undefined &&
        present.until > now &&
        (next === undefined || next.until < present.until || (present.mode === 'COMPLIANCE' && next.mode !== 'COMPLIANCE'))
      if (shortens && (present.mode === 'COMPLIANCE' || !bypass))
        throw s3Error('AccessDenied', 'Access Denied because object protected by object lock.')
      version.retention = next
      return { status: 200 }
    },
  },
  'GET legal-hold': {
    ...{ name: 'GetObjectLegalHold', action: 's3:GetObjectLegalHold', on: 'object', write: false },
    run: (call) => xmlAnswer(element('LegalHold', leaf('Status', locked(call).legalHold ? 'ON' : 'OFF'))),
  },
  'PUT legal-hold': {
    ...{ name: 'PutObjectLegalHold', action: 's3:PutObjectLegalHold', on: 'object', write: true },
    run(call) {
      const version = locked(call)
      const status = textOf(bodyOf(call, 'LegalHold'), 'Status')
      if (status !== 'ON' && status !== 'OFF') throw s3Error('MalformedXML')
      version.legalHold = status === 'ON'
      return { status: 200 }
    },
  },
}

function locked(call: S3Call) {
  if (call.bucket.lock === undefined) throw s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration')
  return wanted(call)
}
