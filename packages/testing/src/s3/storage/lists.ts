import { s3Error } from '../protocol/api-error.ts'
import { encoded } from '../protocol/request.ts'
import { type Element, element, leaf, optional } from '../protocol/xml.ts'
import type { Version } from './bucket.ts'
import { isoTime, ownerElement, type S3Call, type S3Operation, xmlAnswer } from './call.ts'

interface Page<T> {
  readonly entries: readonly T[]
  readonly prefixes: readonly string[]
  /** The last entry or prefix, when there is more. */
  readonly next: { readonly key: string; readonly entry: T | undefined } | undefined
}

/** One page of what comes in the order of keys; keys that share a prefix up to the delimiter are one. */
function pageOf<T>(
  items: Iterable<{ readonly key: string; readonly entry: T }>,
  prefix: string,
  delimiter: string,
  after: string,
  most: number,
): Page<T> {
  const entries: T[] = []
  const prefixes = new Set<string>()
  let last: { key: string; entry: T | undefined } | undefined
  for (const { key, entry } of items) {
    if (!key.startsWith(prefix)) continue
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = at < 0 ? undefined : key.slice(0, at + delimiter.length)
    if (common !== undefined && (prefixes.has(common) || (after !== '' && after >= common && after.startsWith(common)))) continue
    if (entries.length + prefixes.size >= most) return { entries, prefixes: [...prefixes], next: most === 0 ? undefined : last }
    if (common === undefined) entries.push(entry)
    else prefixes.add(common)
    last = common === undefined ? { key, entry } : { key: common, entry: undefined }
  }
  return { entries, prefixes: [...prefixes], next: undefined }
}

function asked({ query, store }: S3Call) {
  const most = Number(query.get('max-keys') ?? query.get('max-uploads') ?? '1000')
  if (!Number.isInteger(most) || most < 0) throw s3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range')
  const type = query.get('encoding-type')
  if (type !== undefined && type !== 'url') throw s3Error('InvalidArgument', 'Invalid Encoding Method specified in Request')
  const write = type === undefined ? (text: string) => text : (text: string) => encoded(text).replace(/%2F/g, '/')
  return {
    most: Math.min(most, 1000, store.pageSize),
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    type,
    write,
  }
}

const commonPrefixes = (prefixes: readonly string[], write: (text: string) => string) =>
  prefixes.map((prefix) => element('CommonPrefixes', leaf('Prefix', write(prefix))))

function content(
  call: S3Call,
  { key, modified, etag, body, ownerId, headers }: Version,
  write: (text: string) => string,
  owner: boolean,
): Element {
  const fields = [leaf('Key', write(key)), leaf('LastModified', isoTime(modified)), leaf('ETag', etag), leaf('Size', body.length)]
  return element(
    'Contents',
    ...fields,
    leaf('StorageClass', headers['x-amz-storage-class'] ?? 'STANDARD'),
    owner ? ownerElement(call, ownerId) : undefined,
  )
}

function* currentFrom({ bucket }: S3Call, after: string) {
  for (const key of bucket.keys) {
    if (after !== '' && Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0) continue
    const entry = bucket.current(key)
    if (entry !== undefined && !entry.isMarker) yield { key, entry }
  }
}

export const LIST_OBJECTS_V2: S3Operation = {
  ...{ name: 'ListObjectsV2', action: 's3:ListBucket', on: 'bucket', write: false },
  run(call) {
    const { query, bucket } = call
    const { most, prefix, delimiter, type, write } = asked(call)
    const token = query.get('continuation-token')
    const after = token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString()
    const page = pageOf(currentFrom(call, after), prefix, delimiter, after, most)
    const next = page.next === undefined ? undefined : Buffer.from(page.next.key).toString('base64url')
    const head = [
      leaf('Name', bucket.name),
      leaf('Prefix', write(prefix)),
      leaf('MaxKeys', most),
      leaf('KeyCount', page.entries.length + page.prefixes.length),
    ]
    const flags = [
      leaf('IsTruncated', next !== undefined),
      optional('NextContinuationToken', next),
      optional('ContinuationToken', token),
    ].flatMap((each) => each ?? [])
    const asks = [
      optional('Delimiter', delimiter === '' ? undefined : write(delimiter)),
      optional('EncodingType', type),
      optional('StartAfter', query.get('start-after')),
    ].flatMap((each) => each ?? [])
    const contents = page.entries.map((entry) => content(call, entry, write, query.get('fetch-owner') === 'true'))
    return xmlAnswer(element('ListBucketResult', head, flags, asks, contents, commonPrefixes(page.prefixes, write)))
  },
}

export const LIST_OBJECTS: S3Operation = {
  ...{ name: 'ListObjects', action: 's3:ListBucket', on: 'bucket', write: false },
  run(call) {
    const { query, bucket } = call
    const { most, prefix, delimiter, type, write } = asked(call)
    const after = query.get('marker') ?? ''
    const page = pageOf(currentFrom(call, after), prefix, delimiter, after, most)
    const head = [
      leaf('Name', bucket.name),
      leaf('Prefix', write(prefix)),
      leaf('Marker', write(after)),
      leaf('MaxKeys', most),
      leaf('IsTruncated', page.next !== undefined),
    ]
    const next = page.next === undefined ? undefined : leaf('NextMarker', write(page.next.key))
    const asks = [optional('Delimiter', delimiter === '' ? undefined : write(delimiter)), optional('EncodingType', type)].flatMap(
      (each) => each ?? [],
    )
    return xmlAnswer(
      element(
        'ListBucketResult',
        head,
        next,
        asks,
        page.entries.map((entry) => content(call, entry, write, true)),
        commonPrefixes(page.prefixes, write),
      ),
    )
  },
}

function* versionsFrom({ bucket }: S3Call, keyMarker: string, versionMarker: string | undefined) {
  for (const key of bucket.keys) {
    const order = keyMarker === '' ? 1 : Buffer.compare(Buffer.from(key), Buffer.from(keyMarker))
    if (order < 0 || (order === 0 && versionMarker === undefined)) continue
    const versions = bucket.versions(key)
    // A version that is gone since leaves its key's others to be listed again rather than not at all.
    const start = order === 0 ? versions.findIndex(({ id }) => id === versionMarker) + 1 : 0
    for (const entry of versions.slice(start)) yield { key, entry }
  }
}

export const LIST_VERSIONS: S3Operation = {
  ...{ name: 'ListObjectVersions', action: 's3:ListBucketVersions', on: 'bucket', write: false },
  run(call) {
    const { query, bucket } = call
    const { most, prefix, delimiter, type, write } = asked(call)
    const keyMarker = query.get('key-marker') ?? ''
    const versionMarker = query.get('version-id-marker')
    if (versionMarker !== undefined && keyMarker === '')
      throw s3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.')
    const page = pageOf(versionsFrom(call, keyMarker, versionMarker), prefix, delimiter, keyMarker, most)
    const head = [
      leaf('Name', bucket.name),
      leaf('Prefix', write(prefix)),
      leaf('KeyMarker', write(keyMarker)),
      leaf('VersionIdMarker', versionMarker ?? ''),
      leaf('MaxKeys', most),
    ]
    const next =
      page.next === undefined
        ? []
        : [leaf('NextKeyMarker', write(page.next.key)), optional('NextVersionIdMarker', page.next.entry?.id)].flatMap((each) => each ?? [])
    const asks = [optional('Delimiter', delimiter === '' ? undefined : write(delimiter)), optional('EncodingType', type)].flatMap(
      (each) => each ?? [],
    )
    const rows = page.entries.map((version) => row(call, version, write))
    return xmlAnswer(
      element(
        'ListVersionsResult',
        head,
        leaf('IsTruncated', page.next !== undefined),
        next,
        asks,
        rows,
        commonPrefixes(page.prefixes, write),
      ),
    )
  },
}

function row(call: S3Call, version: Version, write: (text: string) => string): Element {
  const { key, id, isMarker, modified, etag, body, ownerId } = version
  const fields = [
    leaf('Key', write(key)),
    leaf('VersionId', id),
    leaf('IsLatest', call.bucket.current(key) === version),
    leaf('LastModified', isoTime(modified)),
  ]
  const owner = ownerElement(call, ownerId)
  if (isMarker) return element('DeleteMarker', fields, owner)
  return element('Version', fields, leaf('ETag', etag), leaf('Size', body.length), leaf('StorageClass', 'STANDARD'), owner)
}

export const LIST_UPLOADS: S3Operation = {
  ...{ name: 'ListMultipartUploads', action: 's3:ListBucketMultipartUploads', on: 'bucket', write: false },
  run(call) {
    const { query, bucket } = call
    const { most, prefix, delimiter, type, write } = asked(call)
    const keyMarker = query.get('key-marker') ?? ''
    const idMarker = query.get('upload-id-marker') ?? ''
    const all = [...bucket.uploads.values()].sort((a, b) => (a.key === b.key ? (a.id < b.id ? -1 : 1) : a.key < b.key ? -1 : 1))
    const left = all.filter(({ key, id }) => key > keyMarker || (key === keyMarker && idMarker !== '' && id > idMarker))
    const page = pageOf(
      left.map((entry) => ({ key: entry.key, entry })),
      prefix,
      delimiter,
      keyMarker,
      most,
    )
    const rows = page.entries.map(({ key, id, startedAt, initiator }) => {
      const owner = ownerElement(call, bucket.ownerId)
      return element(
        'Upload',
        leaf('Key', write(key)),
        leaf('UploadId', id),
        element('Initiator', leaf('ID', initiator)),
        owner,
        leaf('StorageClass', 'STANDARD'),
        leaf('Initiated', isoTime(startedAt)),
      )
    })
    const next =
      page.next === undefined
        ? []
        : [leaf('NextKeyMarker', write(page.next.key)), optional('NextUploadIdMarker', page.next.entry?.id)].flatMap((each) => each ?? [])
    const head = [
      leaf('Bucket', bucket.name),
      leaf('KeyMarker', write(keyMarker)),
      leaf('UploadIdMarker', idMarker),
      leaf('Prefix', write(prefix)),
      leaf('MaxUploads', most),
    ]
    return xmlAnswer(
      element(
        'ListMultipartUploadsResult',
        head,
        leaf('IsTruncated', page.next !== undefined),
        next,
        optional('EncodingType', type),
        rows,
        commonPrefixes(page.prefixes, write),
      ),
    )
  },
}
