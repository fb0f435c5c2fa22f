import { createHash } from 'node:crypto'
import { s3Error } from '../protocol/api-error.ts'
import { childrenOf, element, leaf, textOf } from '../protocol/xml.ts'
import type { Part, Upload } from './bucket.ts'
import { bodyOf, isoTime, type S3Call, type S3Operation, xmlAnswer } from './call.ts'
import { attributesOf, etagOf, store, versionHeader } from './objects.ts'

/** Every part but the last has at least this many bytes. */
const SMALLEST_PART = 5 * 1024 * 1024

function uploadOf({ bucket, query, key }: S3Call): Upload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '')
  if (upload === undefined || upload.key !== key)
    throw s3Error('NoSuchUpload', undefined, { details: { UploadId: query.get('uploadId') ?? '' } })
  return upload
}

export const UPLOAD_OPERATIONS: Readonly<Record<string, S3Operation>> = {
  'POST uploads': {
    ...{ name: 'CreateMultipartUpload', action: 's3:PutObject', on: 'object', write: true },
    run(call) {
      const { bucket, key, caller } = call
      const id = call.store.directory.ids.hex(48)
      const initiator = caller.is === 'anonymous' ? 'anonymous' : call.store.directory.account(caller.accountId).callerArn(caller)
      bucket.uploads.set(id, { id, key, startedAt: call.store.now(), ...attributesOf(call), initiator, parts: new Map() })
      return xmlAnswer(element('InitiateMultipartUploadResult', leaf('Bucket', bucket.name), leaf('Key', key), leaf('UploadId', id)))
    },
  },
  'PUT uploadId': {
    ...{ name: 'UploadPart', action: 's3:PutObject', on: 'object', write: true },
    run(call) {
      const { query, body, headers } = call
      const upload = uploadOf(call)
      if (headers['x-amz-copy-source'] !== undefined) throw s3Error('NotImplemented', 'UploadPartCopy is not implemented')
      const number = Number(query.get('partNumber'))
      if (!Number.isInteger(number) || number < 1 || number > 10_000)
        throw s3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
      const part: Part = { number, body, etag: etagOf(body), modified: call.store.now() }
      upload.parts.set(number, part)
      return { status: 200, headers: { etag: part.etag } }
    },
  },
  'POST uploadId': {
    ...{ name: 'CompleteMultipartUpload', action: 's3:PutObject', on: 'object', write: true },
    run(call) {
      const { bucket, key } = call
      const upload = uploadOf(call)
      const parts = partsOf(call, upload)
      const digest = createHash('md5').update(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'))))
      const etag = `"${digest.digest('hex')}-${parts.length}"`
      const version = store(call, Buffer.concat(parts.map(({ body }) => body)), upload, etag)
      bucket.uploads.delete(upload.id)
      const result = element(
        'CompleteMultipartUploadResult',
        leaf('Location', `/${bucket.name}/${key}`),
        leaf('Bucket', bucket.name),
        leaf('Key', key),
        leaf('ETag', etag),
      )
      return xmlAnswer(result, 200, versionHeader(bucket, version.id))
    },
  },
  'DELETE uploadId': {
    ...{ name: 'AbortMultipartUpload', action: 's3:AbortMultipartUpload', on: 'object', write: true },
    run(call) {
      call.bucket.uploads.delete(uploadOf(call).id)
      return { status: 204 }
    },
  },
  'GET uploadId': {
    ...{ name: 'ListParts', action: 's3:ListMultipartUploadParts', on: 'object', write: false },
    run(call) {
      const { bucket, key, query } = call
      const upload = uploadOf(call)
      const after = Number(query.get('part-number-marker') ?? '0')
      const most = Math.min(Number(query.get('max-parts') ?? '1000'), 1000, call.store.pageSize)
      const left = [...upload.parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number)
      const shown = left.slice(0, most)
      const rows = shown.map(({ number, etag, modified, body }) =>
        element('Part', leaf('PartNumber', number), leaf('LastModified', isoTime(modified)), leaf('ETag', etag), leaf('Size', body.length)),
      )
      const truncated = shown.length < left.length
      const head = [
        leaf('Bucket', bucket.name),
        leaf('Key', key),
        leaf('UploadId', upload.id),
        leaf('IsTruncated', truncated),
        leaf('MaxParts', most),
      ]
      return xmlAnswer(element('ListPartsResult', head, truncated ? leaf('NextPartNumberMarker', shown.at(-1)!.number) : undefined, rows))
    },
  },
}

function partsOf(call: S3Call, { parts }: Upload): readonly Part[] {
  const listed = childrenOf(bodyOf(call, 'CompleteMultipartUpload'), 'Part')
  if (listed.length === 0) throw s3Error('MalformedXML')
  const numbers = listed.map((part) => Number(textOf(part, 'PartNumber')))
  if (numbers.some((number, index) => index > 0 && number <= numbers[index - 1]!)) throw s3Error('InvalidPartOrder')
  const found = listed.map((part, index) => {
    const there = parts.get(numbers[index]!)
    if (there === undefined || there.etag.replaceAll('"', '') !== textOf(part, 'ETag')?.replaceAll('"', '')) throw s3Error('InvalidPart')
    return there
  })
  if (found.slice(0, -1).some(({ body }) => body.length < SMALLEST_PART)) throw s3Error('EntityTooSmall')
  return found
}
