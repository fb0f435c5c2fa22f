import type { Dispatcher } from 'undici'
import { parseRetryAfter } from './retry-after.ts'

/** What came back, whatever its status. */
export interface VaultAnswer {
  readonly status: number
  /** The whole JSON body; `undefined` when there was none. */
  readonly body: unknown
  /** Its field `data`. */
  readonly data: unknown
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** A body that is no JSON, or longer than the limit: not kept, only marked. */
  readonly text: 'html or text' | 'too long' | undefined
  readonly location: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** Vault Enterprise: the state that this answer is part of, to be sent with a later read. */
  readonly index: string | undefined
}

export async function readJson(response: Dispatcher.ResponseData, limit: number): Promise<VaultAnswer> {
  const header = (name: string): string | undefined => {
    const value = response.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  const bytes = await readUpTo(response, limit)
  const { body, text } = parse(bytes)
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return {
    status: response.statusCode,
    body,
    data: fields['data'],
    errors: strings(fields['errors']),
    warnings: strings(fields['warnings']),
    text,
    location: header('location'),
    retryAfterSeconds: parseRetryAfter(header('retry-after')),
    index: header('x-vault-index'),
  }
}

async function readUpTo(response: Dispatcher.ResponseData, limit: number): Promise<Buffer | 'too long'> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response.body as AsyncIterable<Buffer>) {
    length += piece.length
    // Leaving the loop destroys the stream, and the connection with it: nobody waits for the rest.
    if (length > limit) return 'too long'
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function parse(bytes: Buffer | 'too long'): Pick<VaultAnswer, 'body' | 'text'> {
  if (bytes === 'too long') return { body: undefined, text: 'too long' }
  if (bytes.length === 0) return { body: undefined, text: undefined }
  try {
    return { body: JSON.parse(bytes.toString('utf8')) as unknown, text: undefined }
  } catch {
    return { body: undefined, text: 'html or text' }
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
