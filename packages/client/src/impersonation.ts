import type { Impersonation } from './contract.ts'
import type { Headers } from './transport/request.ts'

/** The headers that ask the server to treat a request as another's. */
export function impersonationHeaders(identity: Impersonation): Headers {
  const headers: Record<string, string | readonly string[]> = { 'impersonate-user': identity.user }
  if (identity.uid !== undefined) headers['impersonate-uid'] = identity.uid
  if (identity.groups !== undefined && identity.groups.length > 0) headers['impersonate-group'] = identity.groups
  // Keys such as "example.com/tenant" are no header names: the server undoes the percent encoding.
  for (const [key, values] of Object.entries(identity.extra ?? {}))
    headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = values
  return headers
}
