import type { DynamicObject } from '@kubewright/core'
import type { ReviewedRequest } from '../admission/reviewed-request.ts'
import type { Admission } from '../registry/admission.ts'
import type { ResourceRequest, RestContext } from './context.ts'
import { scaled, scaleOf } from './scale.ts'

export interface AdmittedWrite {
  readonly dryRun: boolean
  /** As they were given; of a write without their kind. */
  readonly options: object
}

/** Who has a say in a request that writes; undefined when nobody has, as for most. */
export function admissionOf(context: RestContext, asked: ResourceRequest, write: AdmittedWrite): Admission | undefined {
  const { resource, request, subresource = '', namespace } = asked
  const { guard, webhooks } = context
  const check: Admission['check'] = guard?.concerns(resource)
    ? (object, old) =>
        guard.check({ user: request.user, resource, target: { namespace, name: object.metadata.name ?? asked.name ?? '' }, object, old })
    : undefined
  const review = webhooks?.concerns(resource) ? webhooks.reviewOf(reviewedRequest(asked, write)) : undefined
  if (check === undefined && review === undefined) return undefined
  const seen = review !== undefined && subresource === 'scale' ? throughScale(asked, review) : review
  return { ...(check === undefined ? {} : { check }), ...(seen === undefined ? {} : { review: seen }) }
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

/** Of a scaled object webhooks see the Scale, and change that. */
function throughScale({ resource }: ResourceRequest, review: NonNullable<Admission['review']>): NonNullable<Admission['review']> {
  const view = (object: DynamicObject) => scaleOf(resource, object)
  return {
    async mutate(object, old) {
      const shown = view(object)
      const changed = await review.mutate(shown, old && view(old))
      return changed === shown ? object : { ...scaled(resource, object, changed), metadata: object.metadata }
    },
    validate: (object, old) => review.validate(view(object), old && view(old)),
    remove: (old) => review.remove(old),
  }
}
