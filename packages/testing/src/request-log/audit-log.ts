/** A request as the audit log of an API server has it (`--audit-log-path`, level Metadata or above); fit for `compareRights`. */
export interface AuditedRequest {
  /** Who asked; the impersonated user, where there was one. */
  readonly user: string
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** The HTTP status; `undefined` while the answer goes on. */
  readonly code: number | undefined
  /** Not allowed by the authorizer: 403 with the reason in the annotations. What admission refuses is something else. */
  readonly forbidden: boolean
}

interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly impersonatedUser?: { readonly username: string }
  readonly responseStatus?: { readonly code?: number }
  readonly annotations?: Readonly<Record<string, string>>
}

const METHODS: Readonly<Record<string, string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  head: 'HEAD',
}

/** Reads the lines of an audit log. A last line that is not whole yet is left out. @throws SyntaxError for another one that is no JSON */
export function readAuditLog(text: string): readonly AuditedRequest[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter(Boolean).map((line) => {
    const { verb, requestURI, user, impersonatedUser = user, responseStatus, annotations } = JSON.parse(line) as AuditEvent
    const { pathname, searchParams } = new URL(requestURI, 'http://local')
    return {
      user: impersonatedUser.username,
      method: METHODS[verb] ?? 'GET',
      path: pathname,
      query: searchParams,
      code: responseStatus?.code,
      forbidden: annotations?.['authorization.k8s.io/decision'] === 'forbid',
    }
  })
}
