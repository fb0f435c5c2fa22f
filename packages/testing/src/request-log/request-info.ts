/** What an API request asks for, as RBAC and audit see it (kube-apiserver's RequestInfo). */
export type RequestInfo =
  | {
      readonly is: 'resource'
      /** get, list, watch, create, update, patch, delete, deletecollection. */
      readonly verb: string
      readonly group: string
      readonly version: string
      readonly resource: string
      readonly subresource: string | undefined
      readonly namespace: string | undefined
      readonly name: string | undefined
    }
  | { readonly is: 'path'; readonly verb: string; readonly path: string }

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
const READ = new Set(['get', 'list', 'watch'])

/** Reads a request as the server's authorizer does. */
export function requestInfo(request: { readonly method: string; readonly path: string; readonly query: URLSearchParams }): RequestInfo {
  const parts = request.path.split('/').filter(Boolean).map(decodeURIComponent)
  const [root, ...rest] = parts
  const isLegacy = root === 'api' && rest.length >= 2
  if (!isLegacy && !(root === 'apis' && rest.length >= 3)) return { is: 'path', verb: request.method.toLowerCase(), path: request.path }
  const [group, version, ...path] = isLegacy ? ['', ...rest] : rest
  const at = placeOf(path)
  const verb = verbOf(request, at.name)
  const name = verb === 'list' || verb === 'watch' ? (at.name ?? namedBy(request.query.get('fieldSelector'))) : at.name
  return { is: 'resource', verb, group: group!, version: version!, ...at, name }
}

/** A list of one object by its name is allowed to those who may list that one object. */
function namedBy(fieldSelector: string | null): string | undefined {
  const requirement = fieldSelector?.split(',').find((part) => /^metadata\.name==?[^=]/.test(part))
  return requirement?.slice(requirement.lastIndexOf('=') + 1)
}

/** Whether the request changes nothing. */
export function isRead(info: RequestInfo): boolean {
  return info.is === 'path' ? info.verb === 'get' || info.verb === 'head' : READ.has(info.verb)
}

/** Subresources of namespaces look like the beginning of a path to namespaced objects. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

function placeOf(path: readonly string[]) {
  const [first, namespace, third, ...rest] = path
  if (first === 'namespaces' && namespace !== undefined && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third))
    return { resource: third, namespace, name: rest[0], subresource: rest[1] }
  // A namespace itself is checked as an object in the namespace that it is.
  return { resource: first!, namespace: first === 'namespaces' ? namespace : undefined, name: namespace, subresource: third }
}

function verbOf({ method, query }: { readonly method: string; readonly query: URLSearchParams }, name: string | undefined): string {
  const verb = VERBS[method]
  if (verb !== undefined) return verb === 'delete' && name === undefined ? 'deletecollection' : verb
  if (['true', '1'].includes(query.get('watch') ?? '')) return 'watch'
  return name === undefined ? 'list' : 'get'
}
