import { s3Error } from './api-error.ts'

/** A request as it came, before anybody looked into it. */
export interface ApiRequest {
  readonly method: string
  /** Path as sent, with its percent signs. */
  readonly rawPath: string
  readonly query: Query
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The payload; the framing of chunked signatures is taken off by `payloadOf`. */
  readonly body: Buffer
  /** The body has more bytes than the server takes; `body` is empty. @default false */
  readonly isTooLarge?: boolean
  readonly remoteAddress: string
  readonly secure: boolean
}

export interface ApiAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Query parameters in the order they were sent; the empty string for one without a value. */
export type Query = ReadonlyMap<string, string>

/** `+` is no blank here: S3 and its signature take it literally when it is not encoded. */
export function parseQuery(text: string): Query {
  const parameters = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    parameters.set(decoded(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : decoded(pair.slice(at + 1)))
  }
  return parameters
}

/** @throws ApiError InvalidArgument for broken percent encoding */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw s3Error('InvalidArgument', "Couldn't decode the specified URI")
  }
}

/** Percent encoding of RFC 3986, which signatures and `encoding-type=url` use. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`)
}
