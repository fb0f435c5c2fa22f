import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts'
import { pathSegmentName } from '../registry/object-meta.ts'
import type { ServedResource, StoredResource } from '../registry/resource.ts'
import { badRequest, methodNotAllowed, noSuchPath, notImplemented } from '../status/index.ts'
import { deprecations, type ResourceRequest, type RestContext } from './context.ts'
import { deleteCollection, deleteOne } from './delete.ts'
import { type Answer, type ApiRequest, textAnswer } from './exchange.ts'
import type { MetaPaths } from './meta-paths.ts'
import { isSet } from './options.ts'
import { patch } from './patch.ts'
import { actOnPod, bindNamed, isPodAction } from './pod-actions.ts'
import { get, list } from './read.ts'
import { type RequestInfo, requestInfo } from './request-info.ts'
import { requireTimeout } from './request-timeout.ts'
import { type Judges, review } from './reviews.ts'
import { requestToken } from './token-request.ts'
import { create, update } from './write.ts'

export interface Dispatch extends Judges {
  readonly context: RestContext
  readonly meta: MetaPaths
  readonly tokens: ServiceAccountTokens
}

const NO_PAGE = '404 page not found\n'

type Handler = (context: RestContext, asked: ResourceRequest) => Promise<Answer>

/** What each method does to a collection, to one object, and to a part of one. The second word is the verb that discovery must offer for it. */
const COLLECTION: Readonly<Record<string, readonly [Handler, string]>> = {
  GET: [list, 'list'],
  POST: [create, 'create'],
  DELETE: [deleteCollection, 'deletecollection'],
}
const OBJECT: Readonly<Record<string, readonly [Handler, string]>> = {
  GET: [get, 'get'],
  PUT: [update, 'update'],
  PATCH: [patch, 'patch'],
  DELETE: [deleteOne, 'delete'],
}

/** The subresources that the handlers know. Others of a real server are refused by name. */
const KNOWN_SUBRESOURCES = new Set(['status', 'scale', 'finalize', 'approval'])
const FOREIGN_SUBRESOURCES = new Set(['attach', 'ephemeralcontainers', 'exec', 'log', 'portforward', 'proxy', 'resize'])

/** Finds out what a request is about and has it answered. @throws Refusal */
export async function dispatch({ context, meta, authenticator, authorizer, tokens }: Dispatch, request: ApiRequest): Promise<Answer> {
  requireTimeout(request)
  // Go's mux knows no other: neither `*` nor `//api`.
  if (!/^\/(?!\/)/.test(request.path)) return textAnswer(404, NO_PAGE)
  const info = requestInfo(request.path)
  if (info.is === 'other') return (await meta.answer(request)) ?? textAnswer(404, NO_PAGE)
  const resource = context.catalog.find(info.group, info.version, info.resource)
  if (resource === undefined || !fitsScope(resource, info)) {
    if (context.catalog.hasOwnGroup(info.group)) throw noSuchPath()
    return textAnswer(404, NO_PAGE)
  }
  if (resource.is === 'action' && resource.action === 'Binding') return bindNamed(context, request, info.namespace)
  if (resource.is === 'action') return review(resource, request, info.namespace, { authenticator, authorizer }, context.clock.now())
  const { namespace, name, subresource } = info
  if (name === '') throw noSuchPath()
  const asked: ResourceRequest = { request, resource, namespace, name, subresource, isWatchPath: info.watchPrefix }
  request.notes.warn(...deprecations(resource))
  if (resource.storage.table === '/serviceaccounts' && subresource === 'token') return requestToken(context, asked, tokens)
  if (isPodAction(asked)) return actOnPod(context, asked)
  const handler = handlerOf(resource, asked)
  // Of an update the real server says only that the object has another name.
  if (name !== undefined && request.method !== 'PUT') requirePathName(name)
  return handler(context, asked)
}

/** @throws Refusal 400 for a name that another program on the way might take for a part of the path */
function requirePathName(name: string): void {
  const problems = pathSegmentName(name)
  if (problems.length > 0) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${problems.join(', ')}`)
}

type ResourceInfo = Extract<RequestInfo, { readonly is: 'resource' }>

/** A cluster's resource is not found below a namespace, and one object of a namespaced one only there. */
function fitsScope({ namespaced }: ServedResource, { namespace, name }: ResourceInfo): boolean {
  return namespaced ? namespace !== undefined || name === undefined : namespace === undefined
}

function handlerOf(resource: StoredResource, { request, name, subresource, isWatchPath }: ResourceRequest): Handler {
  const { method, query } = request
  if (subresource !== undefined) {
    const known = resource.subresources.find((each) => each.name === subresource)
    if (known === undefined || !KNOWN_SUBRESOURCES.has(subresource)) {
      throw FOREIGN_SUBRESOURCES.has(subresource) ? notImplemented(`${resource.plural}/${subresource}`) : noSuchPath()
    }
    return checked(OBJECT[method], known.verbs)
  }
  // On the path of one object the parameter means nothing, as in the real server; only the old prefix watches one object.
  const isWatch = isWatchPath || (name === undefined && isSet(query, 'watch'))
  if (method === 'GET' && isWatch) return checked([list, 'watch'], resource.verbs)
  return checked((name === undefined ? COLLECTION : OBJECT)[method], resource.verbs)
}

function checked(entry: readonly [Handler, string] | undefined, verbs: readonly string[]): Handler {
  if (entry === undefined || !verbs.includes(entry[1])) throw methodNotAllowed()
  return entry[0]
}
