import type { Clock } from '@kubewright/core'
import type { Catalog } from '../registry/catalog.ts'
import type { Objects } from '../registry/objects.ts'
import type { StoredResource } from '../registry/resource.ts'
import type { Target } from '../registry/target.ts'
import { methodNotAllowed } from '../status/index.ts'
import type { ApiRequest, Headers } from './exchange.ts'
import { negotiate, type Representation } from './media-type.ts'
import { type Presenter, presenterOf } from './presentation.ts'
import type { Watch, WatchSettings } from './watch.ts'

/** What handlers of requests work with. */
export interface RestContext {
  readonly clock: Clock
  readonly objects: Objects
  readonly catalog: Catalog
  readonly watches: Set<Watch>
  readonly watchSettings: WatchSettings
}

/** A request that has been understood to concern one stored resource. */
export interface ResourceRequest {
  readonly request: ApiRequest
  readonly resource: StoredResource
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
  readonly isWatchPath: boolean
}

/** @throws Refusal 405: a collection has been asked for what only an object can do */
export function targetOf({ namespace, name }: ResourceRequest): Target {
  if (name === undefined) throw methodNotAllowed()
  return { namespace, name }
}

/** @throws Refusal 406 */
export function presenterFor(
  context: RestContext,
  { request, resource }: ResourceRequest,
): { readonly representation: Representation; readonly presenter: Presenter } {
  const representation = negotiate(request.headers['accept'])
  const include = request.query.get('includeObject')
  const includeObject = include === 'None' || include === 'Object' ? include : 'Metadata'
  return { representation, presenter: presenterOf(resource, { representation, includeObject, now: context.clock.now() }) }
}

/** `Warning` headers as RFC 7234 has them; each text once. */
export function warningHeaders(...texts: readonly string[]): Headers {
  const distinct = [...new Set(texts)].map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n]+/g, ' ')}"`)
  return distinct.length === 0 ? {} : { warning: distinct }
}

/** What this resource's users are told with every write. */
export function standingWarnings({ custom, strategy }: StoredResource): readonly string[] {
  return [...(custom?.warnings ?? []), ...(strategy.caveat === undefined ? [] : [strategy.caveat])]
}
