import { type Answer, errors, type FakeRequest, type Json, readBody } from '../answer.ts'
import type { Capability } from './policy-document.ts'

export interface RequestBody {
  readonly data: Json
  readonly hasBody: boolean
}

export const isWrite = (method: string) => method === 'POST' || method === 'PUT'

export function tokenOf({ headers }: FakeRequest): string | undefined {
  const given = headers['x-vault-token'] ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  return typeof given === 'string' && given !== '' ? given : undefined
}

export function bodyOf(request: FakeRequest): Answer | RequestBody {
  if (!isWrite(request.method) && request.method !== 'PATCH') return { data: {}, hasBody: false }
  const type = String(request.headers['content-type'] ?? '').split(';')[0]
  if (request.method === 'PATCH' && type !== 'application/merge-patch+json')
    return errors(415, `PATCH requires Content-Type of application/merge-patch+json, provided ${type}`)
  const read = readBody(request.body)
  if (read.is === 'refused') return read.answer
  return read.is === 'empty' ? { data: {}, hasBody: false } : { data: read.value, hasBody: true }
}

/** What a policy has to grant for a request. `exists`: whether what is written to is there already, where that makes a difference. */
export function capabilityFor(method: string, exists: boolean | undefined): Capability {
  switch (method) {
    case 'LIST':
      return 'list'
    case 'DELETE':
      return 'delete'
    case 'PATCH':
      return 'patch'
    case 'POST':
    case 'PUT':
      return exists === false ? 'create' : 'update'
    default:
      return 'read'
  }
}
