import { s3Error } from '../protocol/api-error.ts'
import { child, childrenOf, type Element, element, leaf, textOf } from '../protocol/xml.ts'
import { ownerElement, parsed, type S3Call, xmlAnswer } from './call.ts'

const CANNED = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
  'aws-exec-read',
  'log-delivery-write',
]
const EVERYONE = 'http://acs.amazonaws.com/groups/global/AllUsers'
const AUTHENTICATED = 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'
const LOG_DELIVERY = 'http://acs.amazonaws.com/groups/s3/LogDelivery'

/** @throws ApiError InvalidArgument for one that is not known */
export function cannedAcl(headers: Readonly<Record<string, string>>): string | undefined {
  const name = headers['x-amz-acl']
  if (name !== undefined && !CANNED.includes(name))
    throw s3Error('InvalidArgument', undefined, { details: { ArgumentName: 'x-amz-acl', ArgumentValue: name } })
  if (Object.keys(headers).some((each) => each.startsWith('x-amz-grant-')))
    throw s3Error('NotImplemented', 'Grants in headers are not implemented; send a canned ACL or a document')
  return name
}

/**
 * The ACL that a put asks for, canned or as a document of the owner and the known groups.
 * @throws ApiError for one that ownership or the public access block forbid
 */
export function aclToPut(call: S3Call): string {
  const acl = cannedAcl(call.headers) ?? fromDocument(call)
  const { configurations } = call.bucket
  const enforced = child(configurations.get('ownershipControls') ?? element(''), 'Rule')
  if (
    acl !== 'private' &&
    acl !== 'bucket-owner-full-control' &&
    textOf(enforced ?? element(''), 'ObjectOwnership') === 'BucketOwnerEnforced'
  ) {
    throw s3Error('InvalidRequest', 'The bucket does not allow ACLs', { status: 400 })
  }
  const block = configurations.get('publicAccessBlock')
  if (acl.startsWith('public-') && block !== undefined && textOf(block, 'BlockPublicAcls') === 'true') throw s3Error('AccessDenied')
  return acl
}

function fromDocument(call: S3Call): string {
  const root = call.body.length > 0 ? parsed(call.body) : undefined
  if (root?.name !== 'AccessControlPolicy') throw s3Error('MalformedXML')
  const grants = childrenOf(child(root, 'AccessControlList') ?? element(''), 'Grant')
  const toEveryone = grants
    .filter((grant) => textOf(child(grant, 'Grantee') ?? element(''), 'URI') === EVERYONE)
    .map((grant) => textOf(grant, 'Permission'))
  if (toEveryone.includes('WRITE')) return 'public-read-write'
  return toEveryone.includes('READ') ? 'public-read' : 'private'
}

export function aclAnswer(call: S3Call, ownerId: string, acl: string) {
  const owner = ownerElement(call, ownerId)
  const grants: readonly (readonly [string, string])[] =
    {
      'public-read': [[EVERYONE, 'READ'] as const],
      'public-read-write': [[EVERYONE, 'READ'] as const, [EVERYONE, 'WRITE'] as const],
      'authenticated-read': [[AUTHENTICATED, 'READ'] as const],
      'log-delivery-write': [[LOG_DELIVERY, 'WRITE'] as const, [LOG_DELIVERY, 'READ_ACP'] as const],
    }[acl] ?? []
  const full = grant('CanonicalUser', owner.children, 'FULL_CONTROL')
  return xmlAnswer(
    element(
      'AccessControlPolicy',
      owner,
      element('AccessControlList', full, ...grants.map(([uri, permission]) => grant('Group', [leaf('URI', uri)], permission))),
    ),
  )
}

function grant(type: string, grantee: readonly Element[], permission: string): Element {
  const attributes = { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': type }
  return element('Grant', { name: 'Grantee', text: '', children: grantee, attributes }, leaf('Permission', permission))
}

/** What a bucket's ACL lets everybody do. */
export function bucketAclAllows(acl: string, action: string): boolean {
  if (!acl.startsWith('public-')) return false
  if (action === 's3:ListBucket' || action === 's3:ListBucketVersions') return true
  return acl === 'public-read-write' && (action === 's3:PutObject' || action === 's3:DeleteObject')
}

/** What an object's does. */
export const objectAclAllows = (acl: string, action: string) =>
  acl.startsWith('public-') && (action === 's3:GetObject' || action === 's3:GetObjectVersion')
