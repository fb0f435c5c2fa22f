/** What a URL asks for, as the real server's RequestInfo resolver reads it. */
export type RequestInfo =
  | { readonly is: 'other'; readonly path: string }
  | {
      readonly is: 'resource'
      readonly group: string
      readonly version: string
      readonly resource: string
      readonly namespace: string | undefined
      readonly name: string | undefined
      readonly subresource: string | undefined
      /** The deprecated `/watch/` prefix. */
      readonly watchPrefix: boolean
    }

/** Paths below a namespace that belong to the Namespace itself and are no resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize'])

/** `path` is decoded. */
export function requestInfo(path: string): RequestInfo {
  const parts = segmentsOf(path)
  const prefix = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : 0
  if (prefix === 0 || parts.length <= prefix) return { is: 'other', path }
  const group = parts[0] === 'api' ? '' : parts[1]!
  const version = parts[prefix - 1]!
  const watchPrefix = parts[prefix] === 'watch'
  let rest = parts.slice(watchPrefix ? prefix + 1 : prefix)
  let namespace: string | undefined
  if (rest[0] === 'namespaces' && rest[1] !== undefined) {
    namespace = rest[1]
    if (rest.length > 2 && !(NAMESPACE_SUBRESOURCES.has(rest[2]!) && rest.length === 3)) rest = rest.slice(2)
    else namespace = undefined
  }
  const [resource, name, subresource] = rest
  if (resource === undefined) return { is: 'other', path }
  return { is: 'resource', group, version, resource, namespace: namespace || undefined, name, subresource, watchPrefix }
}

/** Slashes at the end mean nothing; between two in a row lies an empty name. The root has one empty segment. */
export function segmentsOf(path: string): readonly string[] {
  let end = path.length
  while (end > 1 && path[end - 1] === '/') end--
  return path.slice(1, end).split('/')
}
