import type { DynamicObject } from '@kubewright/core'
import { uidConflict } from '../registry/object-lock.ts'
import type { UpdateOptions } from '../registry/objects.ts'
import type { StoredResource } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import type { Target } from '../registry/target.ts'
import { badRequest, methodNotAllowed } from '../status/index.ts'
import { readBody } from './body.ts'
import { presenterFor, type ResourceRequest, type RestContext, standingWarnings, targetOf } from './context.ts'
import { decodeObject } from './decode.ts'
import type { Answer, ApiRequest } from './exchange.ts'
import { type MutationOptions, mutationOptions } from './options.ts'
import { answerWith } from './presentation.ts'
import { scaled, scaleOf } from './scale.ts'
import { type AdmittedWrite, admissionOf } from './write-admission.ts'

const userAgent = ({ request }: ResourceRequest): string => request.headers['user-agent'] ?? ''

/** POST. @throws Refusal */
export async function create(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { resource, request, namespace } = asked
  if (asked.name !== undefined || (resource.namespaced && namespace === undefined)) throw methodNotAllowed()
  const { representation, presenter } = presenterFor(context, asked)
  const options = mutationOptions(request.query, userAgent(asked), 'CreateOptions')
  const { object, warnings } = decodeObject(resource, await readBody(request, resource.kind), options.fieldValidation)
  request.notes.warn(...standingWarnings(resource), ...warnings)
  const admission = admissionOf(context, asked, writeOf(request, options))
  const made = await inTime(
    context.objects.creation(resource, object, namespace, {
      dryRun: options.dryRun,
      manager: { manager: options.fieldManager },
      user: request.user,
      warn: (text) => request.notes.warn(text),
      annotate: (key, value) => request.notes.annotate(key, value),
      ...(admission === undefined ? {} : { admission }),
    }),
  )
  request.notes.warn(...finalizerWarnings(resource, made))
  return answerWith(201, presenter.loose(made), representation)
}

/** PUT. @throws Refusal */
export async function update(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { resource, request } = asked
  const target = targetOf(asked)
  const { representation, presenter } = presenterFor(context, asked)
  const options = mutationOptions(request.query, userAgent(asked), 'UpdateOptions')
  const body = await readBody(request, asked.subresource === 'scale' ? 'Scale' : resource.kind)
  if (asked.subresource === 'scale') {
    const { object } = await inTime(
      context.objects.updating(
        resource,
        target,
        (current) => scaled(resource, current, body.value),
        updateOptions(context, asked, options),
      ),
    )
    return answerWith(200, JSON.stringify(scaleOf(resource, object)), representation)
  }
  const { object: sent, warnings } = decodeObject(resource, body, options.fieldValidation)
  requireSameName(sent, target)
  request.notes.warn(...standingWarnings(resource), ...warnings)
  const replacement = (current: DynamicObject): DynamicObject => {
    const { uid } = sent.metadata
    if (uid && current.metadata.uid !== undefined && uid !== current.metadata.uid)
      throw uidConflict(resource, target, uid, current.metadata.uid)
    if (asked.subresource !== 'finalize') return sent
    return { ...current, metadata: { ...current.metadata, resourceVersion: sent.metadata.resourceVersion ?? '' }, spec: sent['spec'] }
  }
  const written = await inTime(
    context.objects.updating(resource, target, replacement, {
      ...updateOptions(context, asked, options),
      createMissing: asked.subresource === undefined,
    }),
  )
  request.notes.warn(...finalizerWarnings(resource, written.object))
  return answerWith(written.created ? 201 : 200, presenter.loose(written.object), representation)
}

export function updateOptions(context: RestContext, asked: ResourceRequest, options: MutationOptions): UpdateOptions {
  const { subresource, request } = asked
  const admission = admissionOf(context, asked, writeOf(request, options))
  const known: Pick<UpdateOptions, 'subresource'> =
    subresource === 'status' || subresource === 'scale' || subresource === 'finalize' || subresource === 'approval' ? { subresource } : {}
  return {
    dryRun: options.dryRun,
    manager: { manager: options.fieldManager },
    warn: (text) => request.notes.warn(text),
    annotate: (key, value) => request.notes.annotate(key, value),
    ...known,
    ...(admission === undefined ? {} : { admission }),
  }
}

/** The options as they were given, for those who review the request. */
function writeOf({ query }: ApiRequest, { dryRun }: MutationOptions): AdmittedWrite {
  const given = (name: string) => query.get(name) || undefined
  const options = {
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...(given('fieldManager') === undefined ? {} : { fieldManager: given('fieldManager') }),
    ...(given('fieldValidation') === undefined ? {} : { fieldValidation: given('fieldValidation') }),
  }
  return { dryRun, options }
}

/** @throws Refusal 400 */
export function requireSameName({ metadata }: DynamicObject, { name, namespace }: Target): void {
  if (!metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  if (metadata.namespace && namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

/** Finalizers without a path are legal and unwise: two programs may mean different things by one. */
export function finalizerWarnings({ strategy }: StoredResource, { metadata }: DynamicObject): readonly string[] {
  if (strategy.anyFinalizer) return []
  const standard = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])
  return (metadata.finalizers ?? [])
    .filter((finalizer) => !standard.has(finalizer) && !finalizer.includes('/'))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    )
}
