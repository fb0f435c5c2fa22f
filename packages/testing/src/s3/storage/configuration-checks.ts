import { ApiError, s3Error } from '../protocol/api-error.ts'
import { child, childrenOf, type Element, element, leaf, textOf } from '../protocol/xml.ts'
import type { S3Call } from './call.ts'

/** Each takes what was put and gives what is kept; all throw ApiError for what the server refuses. */
export type Check = (root: Element, call: S3Call) => Element

export const checkTags: Check = (root, { store, key }) => {
  const set = child(root, 'TagSet')
  if (set === undefined) throw s3Error('MalformedXML')
  const { tagging } = store.dialect
  const tags = childrenOf(set, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''] as const)
  const most = key === '' ? store.limits.tags : 10
  if (tags.length > most) {
    throw tagging.tooMany === 'BadRequest'
      ? new ApiError('BadRequest', 400, `Object tags cannot be greater than ${most}`)
      : s3Error(tagging.tooMany)
  }
  for (const [name, value] of tags) {
    if (name === '' || name.length > 128 || value.length > 256)
      throw s3Error('InvalidTag', 'The TagKey or TagValue you have provided is invalid')
    if (tagging.reserved !== undefined && name.startsWith('aws:'))
      throw s3Error(tagging.reserved, 'System tags cannot be added/updated by requester')
  }
  if (tagging.duplicates !== undefined && new Set(tags.map(([name]) => name)).size < tags.length)
    throw s3Error(tagging.duplicates, 'Cannot provide multiple Tags with the same key')
  const kept = [...new Map(tags)]
  if (tagging.sorted) kept.sort(([a], [b]) => (a < b ? -1 : 1))
  return element('Tagging', element('TagSet', ...kept.map(([name, value]) => element('Tag', leaf('Key', name), leaf('Value', value)))))
}

export const tagsOf = (tagging: Element): ReadonlyMap<string, string> =>
  new Map(childrenOf(child(tagging, 'TagSet') ?? tagging, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '']))

export const checkEncryption: Check = (root) => {
  const rules = childrenOf(root, 'Rule')
  if (rules.length !== 1) throw s3Error('MalformedXML')
  const applied = child(rules[0]!, 'ApplyServerSideEncryptionByDefault')
  const algorithm = applied === undefined ? undefined : textOf(applied, 'SSEAlgorithm')
  if (applied === undefined || algorithm === undefined || !['AES256', 'aws:kms', 'aws:kms:dsse'].includes(algorithm))
    throw s3Error('MalformedXML')
  if (algorithm === 'AES256' && child(applied, 'KMSMasterKeyID') !== undefined)
    throw s3Error('InvalidArgument', 'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse')
  return element(
    'ServerSideEncryptionConfiguration',
    element('Rule', applied, leaf('BucketKeyEnabled', textOf(rules[0]!, 'BucketKeyEnabled') === 'true')),
  )
}

const BLOCKS = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']

export const checkPublicAccessBlock: Check = (root) => {
  if (root.children.some(({ name, text }) => !BLOCKS.includes(name) || !/^(?:true|false)$/i.test(text))) throw s3Error('MalformedXML')
  return element('PublicAccessBlockConfiguration', ...BLOCKS.map((name) => leaf(name, textOf(root, name)?.toLowerCase() === 'true')))
}

export const checkOwnership: Check = (root) => {
  const rules = childrenOf(root, 'Rule')
  if (
    rules.length !== 1 ||
    !['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'].includes(textOf(rules[0]!, 'ObjectOwnership') ?? '')
  )
    throw s3Error('MalformedXML')
  return root
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']

export const checkCors: Check = (root, { store }) => {
  const { cors } = store.dialect
  const rules = childrenOf(root, 'CORSRule')
  if (rules.length === 0) throw s3Error(cors.empty)
  if (rules.length > 100) throw s3Error('MalformedXML')
  for (const rule of rules) {
    const methods = childrenOf(rule, 'AllowedMethod')
    if (methods.length === 0 || childrenOf(rule, 'AllowedOrigin').length === 0) throw s3Error('MalformedXML')
    const wrong = methods.find(({ text }) => !METHODS.includes(text))
    if (wrong !== undefined)
      throw s3Error(cors.badMethod, `Found unsupported HTTP method in CORS config. Unsupported method is ${wrong.text}`)
    if (childrenOf(rule, 'AllowedOrigin').some(({ text }) => text.split('*').length > 2))
      throw s3Error('InvalidRequest', 'AllowedOrigin can not have more than one wildcard.')
  }
  return cors.rewrite(root)
}

export const checkLogging: Check = (root, { store, bucket }) => {
  const enabled = child(root, 'LoggingEnabled')
  if (enabled === undefined) return root
  const target = store.buckets.get(textOf(enabled, 'TargetBucket') ?? '')
  if (target === undefined || target.ownerId !== bucket.ownerId) throw s3Error('InvalidTargetBucketForLogging')
  return child(enabled, 'TargetPrefix') === undefined
    ? element(root.name, { ...enabled, children: [...enabled.children, leaf('TargetPrefix', '')] })
    : root
}

export const checkWebsite: Check = (root) => {
  const index = child(root, 'IndexDocument')
  const redirect = child(root, 'RedirectAllRequestsTo')
  if ((index === undefined) === (redirect === undefined))
    throw s3Error('InvalidArgument', 'A website has either an IndexDocument or RedirectAllRequestsTo')
  if (index !== undefined && (textOf(index, 'Suffix') ?? '').match(/^$|\//) !== null)
    throw s3Error('InvalidArgument', 'The IndexDocument Suffix is not well formed')
  return root
}

export const checkNotification: Check = (root, { store }) => ({
  ...root,
  children: root.children.map((part) =>
    child(part, 'Id') !== undefined || part.name === 'EventBridgeConfiguration'
      ? part
      : { ...part, children: [leaf('Id', store.directory.ids.hex(32)), ...part.children] },
  ),
})

export const checkReplication: Check = (root, { store, bucket }) => {
  if (bucket.versioning !== 'Enabled')
    throw s3Error('InvalidRequest', "Versioning must be 'Enabled' on the bucket to apply a replication configuration")
  const rules = childrenOf(root, 'Rule')
  if (rules.length === 0 || textOf(root, 'Role') === undefined) throw s3Error('MalformedXML')
  for (const rule of rules) {
    const destination = textOf(child(rule, 'Destination') ?? element(''), 'Bucket')?.replace(/^arn:aws:s3:::/, '')
    if (destination === undefined) throw s3Error('MalformedXML')
    if (!store.buckets.has(destination)) throw s3Error('InvalidRequest', 'Destination bucket must exist.')
  }
  return {
    ...root,
    children: root.children.map((part) =>
      part.name !== 'Rule' || child(part, 'ID') !== undefined
        ? part
        : { ...part, children: [leaf('ID', store.directory.ids.hex(32)), ...part.children] },
    ),
  }
}

const oneOf =
  (field: string, values: readonly string[]): Check =>
  (root) => {
    if (!values.includes(textOf(root, field) ?? '')) throw s3Error('MalformedXML')
    return root
  }
export const checkAcceleration = oneOf('Status', ['Enabled', 'Suspended'])
export const checkPayer = oneOf('Payer', ['Requester', 'BucketOwner'])
