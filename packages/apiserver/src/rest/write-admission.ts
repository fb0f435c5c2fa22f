import type { DynamicObject } from '@kubewright/core'
import type { ReviewedRequest } from '../admission/reviewed-request.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { Admission } from '../registry/admission.ts'
import { forbidden } from '../status/index.ts'
import type { ResourceRequest, RestContext } from './context.ts'
import { scaled, scaleOf } from './scale.ts'

export interface AdmittedWrite {
  readonly dryRun: boolean
  /** As they were given; of a write without their kind. */
  readonly options: object
}

/** Who has a say in a request that writes; undefined when nobody has, as for most. */
export function admissionOf(context: RestContext, asked: ResourceRequest, write: AdmittedWrite): Admission | undefined {
  const { resource, subresource = '' } = asked
  const { admission } = context
  const check = checkOf(context, asked)
  const review = admission?.concerns(resource) ? admission.reviewOf(reviewedRequest(asked, write)) : undefined
  if (check === undefined && review === undefined) return undefined
  const seen = review !== undefined && subresource === 'scale' ? throughScale(asked, review) : review
  return { ...(check === undefined ? {} : { check }), ...(seen === undefined ? {} : { review: seen }) }
}

/** What the right to the request itself does not cover. */
function checkOf({ guard, authorizer }: RestContext, asked: ResourceRequest): Admission['check'] {
  const { resource, request, namespace, name: requestedName = '' } = asked
  const guarded = guard?.concerns(resource) ? guard : undefined
  // A PUT or an apply of what is not there creates it: as on the real server, that is a right of its own.
  const mayTurnOut = authorizer !== undefined && (request.method === 'PUT' || request.method === 'PATCH') ? authorizer : undefined
  if (guarded === undefined && mayTurnOut === undefined) return undefined
  return (object, old) => {
    if (old === undefined && mayTurnOut !== undefined) requireCreate(mayTurnOut, asked)
    const target = { namespace, name: object.metadata.name ?? requestedName }
    guarded?.check({ user: request.user, resource, target, requestedName, object, old })
  }
}

/** @throws Refusal 403 */
function requireCreate(authorizer: Authorizer, { resource, request, namespace = '', name = '' }: ResourceRequest): void {
  const { group, version, plural } = resource
  const asked = {
    is: 'resource',
    user: request.user,
    verb: 'create',
    group,
    version,
    resource: plural,
    subresource: '',
    namespace,
    name,
  } as const
  const { allowed, reason } = authorizer.decide(asked)
  if (!allowed) throw forbidden(resource, name, reason)
}

function reviewedRequest(
  { resource, request, namespace, name = '', subresource = '' }: ResourceRequest,
  write: AdmittedWrite,
): ReviewedRequest {
  const { group, version, kind, plural } = resource
  const sent = resource.subresources.find((each) => each.name === subresource)?.kind ?? { group, version, kind }
  return {
    resource,
    form: { ...sent, resourceGroup: group, resourceVersion: version, resource: plural },
    subresource,
    operation: 'CREATE',
    name,
    namespace: namespace ?? (group === '' && plural === 'namespaces' ? name : ''),
    user: request.user,
    dryRun: write.dryRun,
    options: write.options,
    signal: request.signal,
    warn: (text) => request.notes.warn(text),
    annotate: (key, value) => request.notes.annotate(key, value),
  }
}

/** Of a scaled object webhooks and policies see the Scale, and change that. */
function throughScale({ resource }: ResourceRequest, review: NonNullable<Admission['review']>): NonNullable<Admission['review']> {
  const view = (object: DynamicObject) => scaleOf(resource, object)
  return {
    async mutate(object, old, _again) {
      const shown = view(object)
      const changed = await review.mutate(shown, old && view(old), (scale) => scale)
      return changed === shown ? object : { ...scaled(resource, object, changed), metadata: object.metadata }
    },
    validate: (object, old) => review.validate(view(object), old && view(old)),
    remove: (old) => review.remove(old),
  }
}
