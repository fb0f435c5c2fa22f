import { createHash } from 'node:crypto'
import { s3Error } from './api-error.ts'
import { CHECKSUMS, checksum } from './checksums.ts'
import type { ApiRequest } from './request.ts'
import type { ChunkSigner, Signature } from './signature.ts'

/**
 * The bytes that are meant: with the framing of `aws-chunked` taken off, and every hash that came with them checked.
 * @throws ApiError when a hash or a chunk's signature is wrong
 */
export function payloadOf(request: ApiRequest, signature: Signature | undefined, signer: ChunkSigner | undefined): Buffer {
  const declared = request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD'
  const { bytes, trailers } = declared.startsWith('STREAMING-')
    ? unframed(request.body, declared.startsWith('STREAMING-AWS4') ? { signer, seed: signature?.value ?? '' } : undefined)
    : { bytes: request.body, trailers: {} as Readonly<Record<string, string>> }
  if (/^[0-9a-f]{64}$/.test(declared) && createHash('sha256').update(bytes).digest('hex') !== declared)
    throw s3Error('XAmzContentSHA256Mismatch')
  const length = request.headers['x-amz-decoded-content-length']
  if (length !== undefined && Number(length) !== bytes.length)
    throw s3Error('InvalidRequest', 'The decoded length is not the one that was announced')
  const md5 = request.headers['content-md5']
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw s3Error('InvalidDigest')
    if (createHash('md5').update(bytes).digest('base64') !== md5) throw s3Error('BadDigest')
  }
  for (const algorithm of CHECKSUMS) {
    const name = `x-amz-checksum-${algorithm}`
    const given = trailers[name] ?? request.headers[name]
    if (given !== undefined && given !== checksum(algorithm, bytes))
      throw s3Error('BadDigest', `The ${name} you specified did not match the calculated checksum.`)
  }
  return bytes
}

interface ChunkSignatures {
  readonly signer: ChunkSigner | undefined
  readonly seed: string
}

/** `SIZE[;chunk-signature=…]\r\n…bytes…\r\n`, a chunk of no bytes at the end, then trailers. */
function unframed(
  body: Buffer,
  signed: ChunkSignatures | undefined,
): { readonly bytes: Buffer; readonly trailers: Readonly<Record<string, string>> } {
  const pieces: Buffer[] = []
  let previous = signed?.seed ?? ''
  let at = 0
  for (;;) {
    const end = body.indexOf('\r\n', at)
    if (end < 0) throw s3Error('InvalidRequest', 'The chunked body ends too early')
    const [size = '', ...extensions] = body.toString('latin1', at, end).split(';')
    if (!/^[0-9a-fA-F]+$/.test(size)) throw s3Error('InvalidRequest', 'The chunked body is malformed')
    const length = Number.parseInt(size, 16)
    const piece = body.subarray(end + 2, end + 2 + length)
    if (piece.length < length) throw s3Error('InvalidRequest', 'The chunked body ends too early')
    if (signed !== undefined) {
      const given = extensions.find((each) => each.startsWith('chunk-signature='))?.slice('chunk-signature='.length)
      if (given === undefined || signed.signer === undefined || signed.signer.chunk(previous, piece) !== given)
        throw s3Error('SignatureDoesNotMatch')
      previous = given
    }
    at = end + 2 + length
    if (length === 0) return { bytes: Buffer.concat(pieces), trailers: trailersOf(body.toString('latin1', at), previous, signed) }
    pieces.push(piece)
    at += 2
  }
}

function trailersOf(text: string, previous: string, signed: ChunkSignatures | undefined): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'))
  const entries = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const)
  const trailers = Object.fromEntries(entries)
  const { 'x-amz-trailer-signature': given, ...rest } = trailers
  if (given !== undefined) {
    const hashed = Object.entries(rest).map(([name, value]) => `${name}:${value}\n`)
    if (signed?.signer?.trailer(previous, hashed.join('')) !== given) throw s3Error('SignatureDoesNotMatch')
  }
  return rest
}
