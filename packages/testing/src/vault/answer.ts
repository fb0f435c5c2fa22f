import type { IncomingHttpHeaders } from 'node:http'

/** A request as the in-process Vault sees it. */
export interface FakeRequest {
  /** `LIST` also for a GET with `?list=true`. */
  readonly method: string
  /** Decoded, without `/v1/`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly remoteAddress: string
  /** PEM of the verified client certificate. */
  readonly clientCertificate: string | undefined
}

/** What a Vault answers. */
export interface Answer {
  readonly status: number
  /** JSON; `undefined` for no body at all. */
  readonly body?: unknown
  /** Instead of JSON. */
  readonly text?: { readonly type: string; readonly content: string }
  readonly headers?: Readonly<Record<string, string>>
  /** From below Vault's own handler: none of its headers. */
  readonly bare?: boolean
}

export const errors = (status: number, ...messages: readonly string[]): Answer => ({ status, body: { errors: messages } })
export const NO_CONTENT: Answer = { status: 204 }
export const NOTHING_THERE: Answer = errors(404)
export const SEALED: Answer = errors(503, 'Vault is sealed')
export const METHOD_NOT_ALLOWED: Answer = errors(405)
export const UNSUPPORTED_OPERATION: Answer = errors(405, '1 error occurred:\n\t* unsupported operation\n\n')
/** Without any token. */
export const DENIED: Answer = errors(403, 'permission denied')
/** By the policies. */
export const FORBIDDEN: Answer = errors(403, '1 error occurred:\n\t* permission denied\n\n')
export const INVALID_TOKEN: Answer = errors(403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n')

export type Json = Readonly<Record<string, unknown>>

export type BodyResult =
  | { readonly is: 'json'; readonly value: Json }
  | { readonly is: 'empty' }
  | { readonly is: 'refused'; readonly answer: Answer }

/** As Vault reads a body, with the limits of its JSON reader (1.16.25, 1.18.14, 1.19.9, 1.20.3 and later). */
export function readBody(body: Buffer): BodyResult {
  if (body.length === 0) return { is: 'empty' }
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    return { is: 'refused', answer: errors(500, 'malformed JSON, unclosed containers') }
  }
  const problem = beyondLimits(value)
  if (problem !== undefined) return { is: 'refused', answer: errors(500, problem) }
  // Vault reads the body as a stream and stops at a string that is too long; only what passes that meets the limit of the whole.
  if (body.length > MAX_BODY) return { is: 'refused', answer: errors(413, 'http: request body too large') }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { is: 'refused', answer: errors(400, 'failed to parse JSON input: json: cannot unmarshal into map[string]interface {}') }
  return { is: 'json', value: value as Json }
}

const MAX_BODY = 32 * 1024 * 1024
const MAX_STRING = 1024 * 1024
const MAX_ENTRIES = 10_000

function beyondLimits(value: unknown): string | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value) > MAX_STRING ? 'JSON string value exceeds allowed length' : undefined
  if (typeof value !== 'object' || value === null) return undefined
  const items = Object.values(value)
  if (!Array.isArray(value) && items.length > MAX_ENTRIES) return 'JSON object exceeds allowed entry count'
  for (const item of items) {
    const problem = beyondLimits(item)
    if (problem !== undefined) return problem
  }
  return undefined
}
