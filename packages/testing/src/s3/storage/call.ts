import type { Dialect } from '../dialect/dialect.ts'
import type { Directory } from '../directory.ts'
import type { Caller } from '../iam/entities.ts'
import type { Limits } from '../limits.ts'
import { s3Error } from '../protocol/api-error.ts'
import type { ApiAnswer, ApiRequest, Query } from '../protocol/request.ts'
import { type Element, leaf, parseXml, writeXml } from '../protocol/xml.ts'
import type { Bucket } from './bucket.ts'

/** What all calls share. */
export interface Store {
  readonly dialect: Dialect
  readonly limits: Limits
  readonly region: string
  readonly directory: Directory
  /** Of all accounts: names are taken once in the world. */
  readonly buckets: Map<string, Bucket>
  readonly pageSize: number
  now(): number
}

/** A call of S3 whose caller is known. */
export interface S3Call {
  readonly store: Store
  readonly request: ApiRequest
  readonly query: Query
  readonly headers: Readonly<Record<string, string>>
  /** Checked and without the framing of chunks. */
  readonly body: Buffer
  readonly caller: Caller
  readonly bucketName: string
  /** @throws ApiError NoSuchBucket; AccessDenied for another owner than the one that is expected; PermanentRedirect */
  readonly bucket: Bucket
  readonly key: string
  /** May the caller do this, too? */
  readonly may: (action: string, key?: string) => boolean
}

export interface S3Operation {
  /** As AWS names it. */
  readonly name: string
  /** The right it takes. */
  readonly action: string | ((call: S3Call) => string)
  readonly on: 'account' | 'new bucket' | 'bucket' | 'object'
  readonly write: boolean
  readonly run: (call: S3Call) => ApiAnswer
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

export function xmlAnswer(root: Element, status = 200, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body: writeXml(root, NAMESPACE) }
}

/** @throws ApiError MalformedXML when it is not a document of this root */
export function bodyOf(call: S3Call, root: string): Element {
  if (call.body.length === 0) throw s3Error('MissingRequestBodyError')
  const found = parsed(call.body)
  if (found?.name !== root) throw s3Error('MalformedXML')
  return found
}

export function parsed(body: Buffer): Element | undefined {
  try {
    return parseXml(body.toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
    throw s3Error('MalformedXML')
  }
}

export const isoTime = (at: number) => new Date(at).toISOString()

export function ownerElement({ store }: S3Call, accountId: string): Element {
  const { canonicalId, name } = store.directory.account(accountId)
  return { name: 'Owner', text: '', children: [leaf('ID', canonicalId), leaf('DisplayName', name)] }
}
