import { SUBRESOURCES, type Subresource } from './subresource.ts'

/** A request was about to go out that could do something else than it was meant for. It was not sent. */
export class GuardError extends Error {
  override readonly name = 'GuardError'
}

/** The part of a request that says what it does. */
export interface OutgoingRequest {
  readonly method: string
  readonly path: string
  readonly hostname: string
  readonly query?: Readonly<Record<string, unknown>>
}

/** What the caller means to do. */
export type Intent =
  | { readonly does: 'read' }
  | { readonly does: 'create bucket'; readonly bucket: string }
  | { readonly does: 'delete bucket'; readonly bucket: string }
  /** Objects, versions and uploads of a bucket that is to be emptied. */
  | { readonly does: 'empty bucket'; readonly bucket: string }
  | { readonly does: 'put'; readonly bucket: string; readonly subresource: Subresource }
  /** `proven`: a read has just shown that the server knows the subresource and has it set. */
  | { readonly does: 'remove'; readonly bucket: string; readonly subresource: Subresource; readonly proven: boolean }

/** The SDK's own way of telling servers which operation is meant; no server acts by it. */
const HARMLESS = new Set(['x-id'])

/**
 * Looks at each request to S3 as it leaves. All servers that were tried take `DELETE /bucket?something` with a word that they do not know for
 * `DELETE /bucket`, and many know less than they seem to: without this, removing a setting removes the bucket.
 * @throws GuardError
 */
export function checkRequest({ method, path, query = {} }: OutgoingRequest, intent: Intent): void {
  const words = Object.keys(query).filter((word) => !HARMLESS.has(word))
  const refuse = (problem: string): never => {
    throw new GuardError(`${method} ${path}${words.length === 0 ? '' : `?${words.join('&')}`} was not sent: ${problem}`)
  }
  if (intent.does === 'read') {
    if (method !== 'GET' && method !== 'HEAD') refuse('it was to be a read')
    return
  }
  const only = (expected: string, word: string | undefined) => {
    if (method !== expected) refuse(`${intent.does} is a ${expected}`)
    if (words.length !== (word === undefined ? 0 : 1) || (word !== undefined && words[0] !== word))
      refuse(`${intent.does} has ${word === undefined ? 'no query' : `the query ?${word}`}`)
  }
  switch (intent.does) {
    case 'create bucket':
      only('PUT', undefined)
      break
    case 'delete bucket':
      only('DELETE', undefined)
      break
    case 'put':
      only('PUT', SUBRESOURCES[intent.subresource].query)
      break
    case 'remove': {
      const { query: word, removable } = SUBRESOURCES[intent.subresource]
      if (!removable) refuse(`${intent.subresource} has no DELETE of its own, and servers take it for that of the bucket`)
      if (!intent.proven) refuse(`nothing has shown that the server knows ${intent.subresource}`)
      only('DELETE', word)
      break
    }
    case 'empty bucket': {
      const isBatch = method === 'POST' && words.length === 1 && words[0] === 'delete'
      // An upload is aborted at its object: a DELETE at the bucket would be that of the bucket.
      const isAbort = method === 'DELETE' && words.length === 1 && words[0] === 'uploadId' && depthOf(path, intent.bucket) > 0
      if (!isBatch && !isAbort) refuse('a bucket is emptied by POST ?delete and by DELETE ?uploadId of an object')
    }
  }
}

/** How many characters of an object's key a path has, in either style of addressing. */
function depthOf(path: string, bucket: string): number {
  const rest = path.startsWith(`/${bucket}/`) ? path.slice(bucket.length + 2) : path === `/${bucket}` ? '' : path.slice(1)
  return rest.length
}
