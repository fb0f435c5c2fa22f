import { badRequest } from '../status/index.ts'

/** Where a list that is read in pages goes on. */
export interface ContinueToken {
  /** The revision of the first page; -1: whatever is newest. */
  readonly revision: number
  /** The first key that may follow, without the namespace that the request is confined to. */
  readonly start: string
}

/** Keeps the real server's form, so that a token says as much, or as little, as a person may be used to reading in it. */
export function writeContinueToken({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `/${start}` })).toString('base64url')
}

/** @throws Refusal 400 */
export function readContinueToken(text: string): ContinueToken {
  let token: unknown
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw badRequest('invalid continue token: continue key is not valid: it is no base64 of JSON')
  }
  const { v, rv, start } = (token ?? {}) as Readonly<Record<string, unknown>>
  if (v !== 'meta.k8s.io/v1')
    throw badRequest(`continue key is not valid: server does not recognize this encoded version ${JSON.stringify(v ?? '')}`)
  if (typeof rv !== 'number' || !Number.isInteger(rv) || rv === 0)
    throw badRequest('continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (typeof start !== 'string' || !start.startsWith('/'))
    throw badRequest('continue key is not valid: encoded start key empty (version meta.k8s.io/v1)')
  return { revision: rv, start: start.slice(1) }
}
