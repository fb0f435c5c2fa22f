import { createHash } from 'node:crypto'
import { ApiError, s3Error } from '../protocol/api-error.ts'
import { type ApiAnswer, decoded } from '../protocol/request.ts'
import { element, leaf } from '../protocol/xml.ts'
import { aclToPut, cannedAcl } from './acl.ts'
import { type Bucket, isLocked, type Retention, retentionFrom, type Version } from './bucket.ts'
import { lockHeaders } from './bucket-states.ts'
import { isoTime, type S3Call, type S3Operation, xmlAnswer } from './call.ts'

/** Headers that are kept with an object and come back when it is read. */
const KEPT =
  /^(?:content-(?:type|language|disposition|encoding)|cache-control|expires|x-amz-meta-.*|x-amz-website-redirect-location|x-amz-storage-class)$/

export const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`

export function keptHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => KEPT.test(name) && !(name === 'content-encoding' && value === 'aws-chunked'),
  )
  return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept) }
}

/** What an object is put with beside its bytes. @throws ApiError for what is not possible in this bucket */
export function attributesOf(call: S3Call): Pick<Version, 'headers' | 'tags' | 'acl' | 'retention' | 'legalHold'> {
  const { headers, bucket, store } = call
  const mode = headers['x-amz-object-lock-mode']
  const until = headers['x-amz-object-lock-retain-until-date']
  const hold = headers['x-amz-object-lock-legal-hold']
  if ((mode !== undefined || hold !== undefined) && bucket.lock === undefined)
    throw s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration')
  if ((mode === undefined) !== (until === undefined))
    throw s3Error('InvalidArgument', 'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied')
  const tags = new Map(
    (headers['x-amz-tagging'] ?? '')
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => [decoded(pair.split('=')[0]!), decoded(pair.split('=')[1] ?? '')]),
  )
  return {
    headers: keptHeaders(headers),
    tags,
    acl: cannedAcl(headers) === undefined ? 'private' : aclToPut(call),
    retention: mode === undefined ? retentionFrom(bucket.lock?.rule, store.now()) : checkedRetention(mode, until!, store.now()),
    legalHold: hold === 'ON',
  }
}

export function checkedRetention(mode: string, until: string, now: number): Retention {
  const at = Date.parse(until)
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || Number.isNaN(at)) throw s3Error('InvalidArgument', 'Unknown wormMode directive.')
  if (at <= now) throw s3Error('InvalidArgument', 'The retain until date must be in the future!')
  return { mode, until: at }
}

export const versionHeader = (bucket: Bucket, id: string) => (bucket.versioning === 'never' ? {} : { 'x-amz-version-id': id })

function checkKey({ key, store }: S3Call): void {
  if (Buffer.byteLength(key) > 1024) throw new ApiError('KeyTooLongError', 400, 'Your key is too long')
  const refused = store.dialect.lists.refusedKey(key)
  if (refused !== undefined) throw new ApiError(refused.code, 400, `Object name is not supported: ${key}`)
}

function checkPreconditions({ headers, bucket, key }: S3Call): void {
  const current = bucket.current(key)
  const there = current !== undefined && !current.isMarker
  if (headers['if-none-match'] === '*' && there) throw s3Error('PreconditionFailed')
  const match = headers['if-match']
  if (match !== undefined && !there) throw s3Error('NoSuchKey')
  if (match !== undefined && current?.etag !== match) throw s3Error('PreconditionFailed')
}

export const PUT_OBJECT: S3Operation = {
  ...{ name: 'PutObject', action: 's3:PutObject', on: 'object', write: true },
  run(call) {
    checkKey(call)
    checkPreconditions(call)
    const source = call.headers['x-amz-copy-source']
    return source === undefined ? put(call, call.body, attributesOf(call)) : copy(call, source)
  },
}

function put(call: S3Call, body: Buffer, attributes: ReturnType<typeof attributesOf>, etag = etagOf(body)): ApiAnswer {
  const version = store(call, body, attributes, etag)
  const checksums = Object.entries(call.headers).filter(
    ([name]) => name.startsWith('x-amz-checksum-') && name !== 'x-amz-checksum-algorithm',
  )
  return { status: 200, headers: { etag, ...versionHeader(call.bucket, version.id), ...Object.fromEntries(checksums) } }
}

/** Adds a version. */
export function store(call: S3Call, body: Buffer, attributes: ReturnType<typeof attributesOf>, etag: string): Version {
  const { bucket, key, caller } = call
  const id = bucket.newVersionId(() => call.store.directory.ids.hex(32))
  const replaced = id === 'null' ? bucket.version(key, id) : undefined
  if (replaced !== undefined && isLocked(replaced, call.store.now(), false)) throw s3Error('AccessDenied')
  const ownerId = caller.is === 'anonymous' ? bucket.ownerId : caller.accountId
  const version: Version = { key, id, isMarker: false, body, etag, modified: call.store.now(), ownerId, ...attributes }
  bucket.add(version)
  return version
}

function copy(call: S3Call, source: string): ApiAnswer {
  const [path = '', query = ''] = source.replace(/^\//, '').split('?')
  const name = path.split('/')[0]!
  const key = decoded(path.slice(name.length + 1))
  const from = call.store.buckets.get(name)
  if (from === undefined) throw s3Error('NoSuchBucket')
  if (from !== call.bucket) throw new ApiError('NotImplemented', 501, 'Copies from another bucket are not implemented')
  if (!call.may('s3:GetObject', key)) throw s3Error('AccessDenied')
  const id = /versionId=([^&]+)/.exec(query)?.[1]
  const original = id === undefined ? from.current(key) : from.version(key, id)
  if (original === undefined || original.isMarker) throw s3Error(id === undefined ? 'NoSuchKey' : 'NoSuchVersion')
  const given = attributesOf(call)
  const replaces = call.headers['x-amz-metadata-directive'] === 'REPLACE'
  const version = store(
    call,
    original.body,
    { ...given, headers: replaces ? given.headers : original.headers, tags: original.tags },
    original.etag,
  )
  const result = element('CopyObjectResult', leaf('ETag', original.etag), leaf('LastModified', isoTime(version.modified)))
  return xmlAnswer(result, 200, versionHeader(call.bucket, version.id))
}

/** The version a read means. @throws ApiError */
export function wanted(call: S3Call): Version {
  const { bucket, key, query } = call
  const id = query.get('versionId')
  const version = id === undefined ? bucket.current(key) : bucket.version(key, id)
  if (version === undefined) {
    // Who may not list does not learn what is not there.
    if (!call.may('s3:ListBucket')) throw s3Error('AccessDenied')
    throw id === undefined
      ? s3Error('NoSuchKey', undefined, { details: { Key: key } })
      : s3Error('NoSuchVersion', undefined, { details: { Key: key, VersionId: id } })
  }
  const marker = { headers: { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, version.id) } }
  if (version.isMarker) throw id === undefined ? s3Error('NoSuchKey', undefined, marker) : s3Error('MethodNotAllowed', undefined, marker)
  return version
}

function read(call: S3Call): ApiAnswer {
  const { bucket, headers } = call
  const version = wanted(call)
  if (headers['if-none-match'] === version.etag) throw s3Error('NotModified', undefined, { headers: { etag: version.etag } })
  if (headers['if-match'] !== undefined && headers['if-match'] !== version.etag) throw s3Error('PreconditionFailed')
  const common = {
    ...version.headers,
    ...lockHeaders(version),
    ...versionHeader(bucket, version.id),
    etag: version.etag,
    'last-modified': new Date(version.modified).toUTCString(),
    'accept-ranges': 'bytes',
    ...(version.tags.size > 0 && { 'x-amz-tagging-count': String(version.tags.size) }),
  }
  const range = /^bytes=(\d*)-(\d*)$/.exec(headers['range'] ?? '')
  if (range === null) return { status: 200, headers: common, body: version.body }
  const size = version.body.length
  const start = range[1] === '' ? Math.max(0, size - Number(range[2])) : Number(range[1])
  const end = range[1] === '' || range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1)
  if (start > end) throw s3Error('InvalidRange')
  return {
    status: 206,
    headers: { ...common, 'content-range': `bytes ${start}-${end}/${size}` },
    body: version.body.subarray(start, end + 1),
  }
}

const versioned = (name: string) => (call: S3Call) => `s3:${name}${call.query.has('versionId') ? 'Version' : ''}`

export const GET_OBJECT: S3Operation = { name: 'GetObject', action: versioned('GetObject'), on: 'object', write: false, run: read }
export const HEAD_OBJECT: S3Operation = { name: 'HeadObject', action: versioned('GetObject'), on: 'object', write: false, run: read }
