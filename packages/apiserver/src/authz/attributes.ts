import type { User } from '../authn/user.ts'
import { isSet } from '../rest/options.ts'
import { requestInfo } from '../rest/request-info.ts'

/** What somebody wants to do, as authorizers and audit policies see it. */
export type Attributes = ResourceAttributes | PathAttributes

export interface ResourceAttributes {
  readonly is: 'resource'
  readonly user: User
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** Empty for the cluster's own. A Namespace lies in itself: who may read everything in one may read it too. */
  readonly namespace: string
  /** Empty for a collection. */
  readonly name: string
}

export interface PathAttributes {
  readonly is: 'path'
  readonly user: User
  /** The method in lower case. */
  readonly verb: string
  readonly path: string
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** A selection by name is a request about that one object, so that a right to its name alone suffices for a list or a watch of it. */
const ONE_NAME = /^metadata\.name={1,2}([^=,!]+)$/

export function attributesOf({ method, path, query }: Asked, user: User): Attributes {
  const info = requestInfo(path)
  if (info.is === 'other') return { is: 'path', user, verb: method.toLowerCase(), path }
  const { group, version, resource, subresource = '' } = info
  const namespace = info.namespace ?? (group === '' && resource === 'namespaces' ? (info.name ?? '') : '')
  // The deprecated prefix makes a watch of one object's path too: who may get it may not yet watch it.
  const isWatchPath = info.watchPrefix && info.subresource === undefined && VERBS[method] === 'get'
  const verb = isWatchPath ? 'watch' : verbOf(method, info.name === undefined, isSet(query, 'watch'))
  const selected =
    verb === 'list' || verb === 'watch' || verb === 'deletecollection' ? ONE_NAME.exec(query.get('fieldSelector') ?? '')?.[1] : undefined
  return { is: 'resource', user, verb, group, version, resource, subresource, namespace, name: info.name ?? selected ?? '' }
}

function verbOf(method: string, isCollection: boolean, isWatch: boolean): string {
  const verb = VERBS[method] ?? ''
  if (!isCollection) return verb
  if (verb === 'get') return isWatch ? 'watch' : 'list'
  return verb === 'delete' ? 'deletecollection' : verb
}
