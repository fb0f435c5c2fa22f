import type { Clock } from '@kubewright/core'
import type { AdmissionChain } from '../admission/admission-chain.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { EscalationGuard } from '../authz/rbac/escalation.ts'
import type { Catalog } from '../registry/catalog.ts'
import type { Objects } from '../registry/objects.ts'
import type { StoredResource } from '../registry/resource.ts'
import type { Target } from '../registry/target.ts'
import { badRequest, methodNotAllowed } from '../status/index.ts'
import type { ApiRequest } from './exchange.ts'
import { negotiate, type Representation } from './media-type.ts'
import { type Presenter, presenterOf } from './presentation.ts'
import type { Watch, WatchSettings } from './watch.ts'

/** What handlers of requests work with. */
export interface RestContext {
  /** Those who are asked about every write; undefined: nobody is. */
  readonly admission?: AdmissionChain
  readonly guard?: EscalationGuard
  /** Asked again where a request turns out to create; undefined: everybody may. */
  readonly authorizer?: Authorizer
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

/** @throws Refusal 406, 400 */
export function presenterFor(
  { clock }: RestContext,
  { request, resource }: ResourceRequest,
): { readonly representation: Representation; readonly presenter: Presenter } {
  const representation = negotiate(request.headers['accept'])
  return {
    representation,
    presenter: presenterOf(resource, { representation, includeObject: includeObject(request, representation), clock }),
  }
}

function includeObject({ query }: ApiRequest, { as }: Representation): 'Metadata' | 'None' | 'Object' {
  const asked = query.get('includeObject') || 'Metadata'
  if (asked === 'Metadata' || asked === 'None' || asked === 'Object') return asked
  if (as !== 'table') return 'Metadata'
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

/** What this resource's users are told with every request. */
export function deprecations({ custom, strategy }: StoredResource): readonly string[] {
  return [...(custom?.warnings ?? []), ...(strategy.deprecation === undefined ? [] : [strategy.deprecation])]
}

/** What they are told with every write. */
export function standingWarnings(resource: StoredResource): readonly string[] {
  const { caveat } = resource.strategy
  return caveat === undefined ? [] : [caveat]
}
