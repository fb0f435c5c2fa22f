import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { ApiError, s3Error } from './api-error.ts'
import { type ApiRequest, decoded, encoded } from './request.ts'

/** A version 4 signature as it was sent, in the header or in the query of a presigned address. */
export interface Signature {
  readonly is: 'header' | 'query'
  readonly accessKeyId: string
  /** YYYYMMDD */
  readonly day: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly value: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly time: string
  /** Seconds a presigned address lasts. */
  readonly lasts: number
  readonly sessionToken: string | undefined
}

/** Clocks may differ by this much, in milliseconds. */
export const LARGEST_SKEW = 15 * 60_000
/** A presigned address lasts a week at most. */
const LONGEST_PRESIGNED = 7 * 24 * 3600

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** @returns undefined for an anonymous request. @throws ApiError for one that cannot be read */
export function signatureOf({ headers, query }: ApiRequest): Signature | undefined {
  const header = headers['authorization']
  if (header !== undefined) {
    if (!header.startsWith(`${ALGORITHM} `))
      throw s3Error('InvalidRequest', `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`)
    const field = (name: string) => new RegExp(`${name}=([^,\\s]+)`).exec(header)?.[1]
    const scope = credential(field('Credential'))
    const signed = field('SignedHeaders')
    const value = field('Signature')
    if (scope === undefined || signed === undefined || value === undefined) throw s3Error('AuthorizationHeaderMalformed')
    const time = headers['x-amz-date'] ?? compact(headers['date'])
    if (time === undefined) throw s3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
    return {
      is: 'header',
      ...scope,
      signedHeaders: signed.split(';'),
      value,
      time,
      lasts: 0,
      sessionToken: headers['x-amz-security-token'],
    }
  }
  if (query.get('X-Amz-Algorithm') === undefined) return undefined
  const scope = credential(query.get('X-Amz-Credential'))
  const value = query.get('X-Amz-Signature')
  const time = query.get('X-Amz-Date')
  const lasts = Number(query.get('X-Amz-Expires'))
  if (scope === undefined || value === undefined || time === undefined || !(lasts > 0 && lasts <= LONGEST_PRESIGNED))
    throw s3Error('AuthorizationQueryParametersError')
  const signedHeaders = (query.get('X-Amz-SignedHeaders') ?? 'host').split(';')
  return { is: 'query', ...scope, signedHeaders, value, time, lasts, sessionToken: query.get('X-Amz-Security-Token') }
}

function credential(text: string | undefined) {
  const parts = /^(.+)\/(\d{8})\/([^/]*)\/([^/]+)\/aws4_request$/.exec(text ?? '')
  if (parts === null) return undefined
  const [, accessKeyId = '', day = '', region = '', service = ''] = parts
  return { accessKeyId, day, region, service }
}

function compact(date: string | undefined): string | undefined {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

export function millisecondsOf(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

/** Refuses a request of another time. @throws ApiError */
export function checkTime(signature: Signature, now: number): void {
  const at = millisecondsOf(signature.time)
  if (Number.isNaN(at) || !signature.time.startsWith(signature.day)) throw s3Error('AccessDenied', 'Invalid date in the signature')
  if (signature.is === 'query') {
    if (now < at - LARGEST_SKEW) throw s3Error('AccessDenied', 'Request is not valid yet')
    if (now > at + signature.lasts * 1000) throw s3Error('AccessDenied', 'Request has expired')
    return
  }
  if (Math.abs(now - at) <= LARGEST_SKEW) return
  const details = { RequestTime: signature.time, ServerTime: new Date(now).toISOString(), MaxAllowedSkewMilliseconds: String(LARGEST_SKEW) }
  throw s3Error('RequestTimeTooSkewed', undefined, { details })
}

/** @throws ApiError SignatureDoesNotMatch */
export function checkSignature(request: ApiRequest, signature: Signature, secret: string): void {
  const expected = hmac(signingKey(signature, secret), stringToSign(signature, hash(canonicalRequest(request, signature)))).toString('hex')
  const given = Buffer.from(signature.value)
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
    throw new ApiError(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    )
  }
}

function canonicalRequest({ method, rawPath, query, headers, body }: ApiRequest, signature: Signature): string {
  const path = rawPath
    .split('/')
    .map((segment) => encoded(decoded(segment)))
    .join('/')
  const parameters = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
  const listed = signature.signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`)
  const payload = headers['x-amz-content-sha256'] ?? (signature.is === 'query' ? 'UNSIGNED-PAYLOAD' : hash(body))
  return [method, path, parameters.join('&'), listed.join(''), signature.signedHeaders.join(';'), payload].join('\n')
}

const scopeOf = ({ day, region, service }: Signature) => `${day}/${region}/${service}/aws4_request`
const stringToSign = (signature: Signature, hashed: string) => [ALGORITHM, signature.time, scopeOf(signature), hashed].join('\n')

function signingKey({ day, region, service }: Signature, secret: string): Buffer {
  return [day, region, service, 'aws4_request'].reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`))
}

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const hash = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

/** Signatures of the chunks of one streamed payload: each covers the one before it. */
export interface ChunkSigner {
  chunk(previous: string, bytes: Buffer): string
  trailer(previous: string, text: string): string
}

export function chunkSigner(signature: Signature, secret: string): ChunkSigner {
  const key = signingKey(signature, secret)
  const sign = (kind: string, ...parts: readonly string[]) =>
    hmac(key, [`${ALGORITHM}-${kind}`, signature.time, scopeOf(signature), ...parts].join('\n')).toString('hex')
  return {
    chunk: (previous, bytes) => sign('PAYLOAD', previous, hash(''), hash(bytes)),
    trailer: (previous, text) => sign('TRAILER', previous, hash(text)),
  }
}
