import { expect, test } from 'vitest'
import type { ApiError } from './api-error.ts'
import { payloadOf } from './payload.ts'
import { type ApiRequest, parseQuery } from './request.ts'
import { checkSignature, checkTime, chunkSigner, LARGEST_SKEW, signatureOf } from './signature.ts'

// The worked examples of AWS's documentation of signature version 4 for S3.
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const AT = Date.UTC(2013, 4, 24)

const request = (more: Partial<ApiRequest>): ApiRequest => ({
  ...{ method: 'GET', rawPath: '/test.txt', query: new Map(), body: Buffer.alloc(0), remoteAddress: '', secure: false },
  headers: {},
  ...more,
})

const signed = (signature: string, names: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`

const get = request({
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    authorization: signed('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41', 'host;range;x-amz-content-sha256;x-amz-date'),
  },
})

const presigned = request({
  headers: { host: 'examplebucket.s3.amazonaws.com' },
  query: parseQuery(
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z' +
      '&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  ),
})

test.each([
  ['a signature in the header', get],
  ['a presigned address', presigned],
])('accepts the documented example of %s', (_, example) => {
  expect(() => checkSignature(example, signatureOf(example)!, SECRET)).not.toThrow()
})

test.each([
  ['another secret', get, `${SECRET}x`],
  ['another path', { ...get, rawPath: '/other.txt' }, SECRET],
  ['another method', { ...get, method: 'DELETE' }, SECRET],
  ['a query that was not signed', { ...get, query: new Map([['delete', '']]) }, SECRET],
  ['a signed header that has changed', { ...get, headers: { ...get.headers, range: 'bytes=0-10' } }, SECRET],
])('refuses %s', (_, example, secret) => {
  expect(() => checkSignature(example, signatureOf(example)!, secret)).toThrow('does not match')
})

test.each([
  ['a header within the skew', get, AT + LARGEST_SKEW, undefined],
  ['a header after it', get, AT + LARGEST_SKEW + 1, 'RequestTimeTooSkewed'],
  ['a header before it', get, AT - LARGEST_SKEW - 1, 'RequestTimeTooSkewed'],
  ['an address to its last second', presigned, AT + 86_400_000, undefined],
  ['an address that is over', presigned, AT + 86_400_001, 'AccessDenied'],
])('the time of %s', (_, example, now, code) => {
  const check = () => checkTime(signatureOf(example)!, now)
  if (code === undefined) expect(check).not.toThrow()
  else expect(check).toThrow(expect.objectContaining({ code }) as ApiError)
})

/** 66,560 times "a" in chunks of 64 KB, 1 KB and nothing. */
function streamed(spoil = false): ApiRequest {
  const chunk = (length: number, signature: string) =>
    `${length.toString(16)};chunk-signature=${signature}\r\n${(spoil ? 'b' : 'a').repeat(length)}\r\n`
  const body = [
    chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
    chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
    chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
  ]
  return request({
    ...{ method: 'PUT', rawPath: '/examplebucket/chunkObject.txt', body: Buffer.from(body.join('')) },
    headers: {
      host: 's3.amazonaws.com',
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-date': '20130524T000000Z',
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization: signed(
        '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
        'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
      ),
    },
  })
}

test('the documented example of signed chunks is accepted and its framing taken off', () => {
  const example = streamed()
  const signature = signatureOf(example)!
  checkSignature(example, signature, SECRET)
  expect(payloadOf(example, signature, chunkSigner(signature, SECRET)).toString()).toBe('a'.repeat(66_560))
})

test('a chunk that has changed on the way is refused', () => {
  const example = streamed(true)
  const signature = signatureOf(example)!
  expect(() => payloadOf(example, signature, chunkSigner(signature, SECRET))).toThrow('does not match')
})

// Check values of the catalogue of parametrised CRC algorithms for "123456789".
test.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
])('a trailing checksum %s is checked', (algorithm, hex) => {
  const framed = (value: string) =>
    request({
      headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-decoded-content-length': '9' },
      body: Buffer.from(`9\r\n123456789\r\n0\r\nx-amz-checksum-${algorithm}:${value}\r\n\r\n`),
    })
  expect(payloadOf(framed(Buffer.from(hex, 'hex').toString('base64')), undefined, undefined).toString()).toBe('123456789')
  expect(() => payloadOf(framed('AAAAAA=='), undefined, undefined)).toThrow('did not match')
})

test.each([
  [
    'a body cut in a chunk',
    { headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }, body: Buffer.from('9\r\n1234') },
    'ends too early',
  ],
  ['a wrong hash of the payload', { headers: { 'x-amz-content-sha256': '0'.repeat(64) }, body: Buffer.from('x') }, 'x-amz-content-sha256'],
  ['a wrong MD5', { headers: { 'content-md5': Buffer.alloc(16).toString('base64') }, body: Buffer.from('x') }, 'did not match'],
  ['an MD5 of another length', { headers: { 'content-md5': 'AAAA' }, body: Buffer.from('x') }, 'not valid'],
])('refuses %s', (_, broken, words) => {
  expect(() => payloadOf(request(broken), undefined, undefined)).toThrow(words)
})
