import type { StatusCause } from '@kubewright/core'
import { isFields } from '../registry/fields.ts'
import { isRefusal, type PropagationPolicy, type Removal, type RemovalOptions, removing } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import { badRequest, invalid, invalidValue, methodNotAllowed, unsupportedValue } from '../status/index.ts'
import { readBody } from './body.ts'
import { presenterFor, type ResourceRequest, type RestContext, targetOf } from './context.ts'
import { type Answer, jsonAnswer } from './exchange.ts'
import { listPage } from './list.ts'
import { dryRunCauses, integer, listOptions } from './options.ts'
import { answerWith } from './presentation.ts'
import { selectionOf } from './selection.ts'
import { admissionOf } from './write-admission.ts'

/** DELETE of one object. @throws Refusal */
export async function deleteOne(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { resource } = asked
  const { representation, presenter } = presenterFor(context, asked)
  const target = targetOf(asked)
  const how = await removalOptions(context, asked)
  const removal = await inTime(removing(context.objects, resource, target, how))
  if (removal.gone && !resource.strategy.returnsDeleted) return jsonAnswer(200, success(resource, removal))
  return answerWith(200, presenter.loose(removal.object), representation)
}

/** DELETE of all that match. The answer lists them as they were. @throws Refusal */
export async function deleteCollection(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { resource, namespace, request } = asked
  if (resource.namespaced && namespace === undefined) throw methodNotAllowed()
  const { representation, presenter } = presenterFor(context, asked)
  const options = listOptions(request.query)
  const how = await removalOptions(context, asked)
  const { entries, metadata } = await inTime(listPage(context.objects.store, resource, namespace, options, selectionOf(resource, options)))
  for (const { object } of entries) {
    try {
      await inTime(removing(context.objects, resource, { namespace: object.metadata.namespace, name: object.metadata.name ?? '' }, how))
    } catch (error) {
      // It went as a consequence of one before it.
      if (!isRefusal(error, 404)) throw error
    }
  }
  return answerWith(200, presenter.list(entries, metadata), representation)
}

function success({ group, plural }: StoredResource, { object }: Removal): object {
  const { name, uid } = object.metadata
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
  }
}

/** From the body, or where there is none from the query. @throws Refusal 400, 422 */
async function removalOptions(context: RestContext, asked: ResourceRequest): Promise<RemovalOptions> {
  const { request } = asked
  const bytes = await request.body()
  const given = bytes.length === 0 ? fromQuery(request.query) : (await readBody(request, 'DeleteOptions')).value
  if (!isFields(given)) throw badRequest('DeleteOptions are an object')
  const {
    kind = 'DeleteOptions',
    apiVersion = 'v1',
    propagationPolicy,
    orphanDependents,
    gracePeriodSeconds,
    preconditions,
    dryRun,
  } = given
  if (kind !== 'DeleteOptions')
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    )
  const dryRuns = Array.isArray(dryRun) ? dryRun.map(String) : []
  const causes: StatusCause[] = [...propagationCauses(propagationPolicy, orphanDependents), ...dryRunCauses(dryRuns)]
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', causes)
  const { deletionWarning } = asked.resource.strategy
  if (deletionWarning !== undefined && propagationPolicy === undefined && orphanDependents === undefined)
    request.notes.warn(deletionWarning)
  const policy = propagationPolicy ?? (orphanDependents === true ? 'Orphan' : orphanDependents === false ? 'Background' : undefined)
  const options = { ...given, kind: 'DeleteOptions', apiVersion: given['apiVersion'] ?? 'meta.k8s.io/v1' }
  const admission = admissionOf(context, asked, { dryRun: dryRuns.length > 0, options })
  return {
    dryRun: dryRuns.length > 0,
    ...(admission === undefined ? {} : { admission }),
    ...(policy === undefined ? {} : { propagationPolicy: policy as PropagationPolicy }),
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(isFields(preconditions) ? { preconditions } : {}),
  }
}

const POLICIES = ['Foreground', 'Background', 'Orphan']

function propagationCauses(policy: unknown, orphan: unknown): StatusCause[] {
  if (policy === undefined || policy === null) return []
  if (orphan !== undefined)
    return [invalidValue('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set')]
  return POLICIES.includes(String(policy)) ? [] : [unsupportedValue('propagationPolicy', policy, [...POLICIES, 'nil'])]
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  const orphan = query.get('orphanDependents')
  const policy = query.get('propagationPolicy')
  const grace = integer(query, 'gracePeriodSeconds')
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  return {
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: orphan !== 'false' && orphan !== '0' }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(dryRun.length === 0 ? {} : { dryRun }),
  }
}
