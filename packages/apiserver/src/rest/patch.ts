import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  type DynamicObject,
  deepEqual,
  isJsonPatchError,
  isStrategicMergeError,
  type JsonPatchOperation,
  type StrategicMergeError,
  unknownPatchSchema,
} from '@kubewright/core'
import { patchSchemaOf } from '../builtin/index.ts'
import { isFields } from '../registry/fields.ts'
import { apiVersionOfResource, type StoredResource } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import { badRequest, Refusal, storageError, unsupportedMediaType } from '../status/index.ts'
import { applyPatch } from './apply.ts'
import { decodeJson, decodeYaml } from './body.ts'
import { presenterFor, type ResourceRequest, type RestContext, standingWarnings, targetOf } from './context.ts'
import { decodePatched, patchInvalid } from './decode.ts'
import { duplicateFields } from './duplicate-fields.ts'
import type { Answer } from './exchange.ts'
import { contentType } from './media-type.ts'
import { mutationOptions } from './options.ts'
import { answerWith } from './presentation.ts'
import { looseScaleOf, scaled, scaleOf } from './scale.ts'
import { finalizerWarnings, requireSameName, updateOptions } from './write.ts'

type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** @throws Refusal */
export async function patch(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { resource, request } = asked
  const target = targetOf(asked)
  const type = patchType(resource, request.headers['content-type'])
  const options = mutationOptions(request.query, request.headers['user-agent'] ?? '', 'PatchOptions', type === 'apply')
  const { representation, presenter } = presenterFor(context, asked)
  const text = (await request.body()).toString()
  if (type === 'apply') {
    const { value, duplicates = [] } = await decodeYaml(text, (problem) => `error decoding YAML: error converting YAML to JSON: ${problem}`)
    const slips = duplicates.length === 0 || options.fieldValidation === 'Ignore' ? [] : [duplicateKeys(duplicates)]
    if (slips.length > 0 && options.fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: ${slips[0]}`)
    request.notes.warn(...standingWarnings(resource), ...slips)
    const { object, created } = await applyPatch(context, asked, value, options)
    return answerWith(created ? 201 : 200, presenter.loose(object), representation)
  }
  const body = decodeJson(text, (problem) => (type === 'strategic' ? problem : `error decoding patch: ${problem}`)).value
  const slips = options.fieldValidation === 'Ignore' ? [] : type === 'json' ? unknownOperationFields(body) : duplicatesIn(text)
  if (asked.subresource !== 'scale') request.notes.warn(...standingWarnings(resource))
  const change = (current: DynamicObject): DynamicObject => {
    if (asked.subresource === 'scale') return scaledByPatch(resource, current, (scale) => patched(resource, type, scale, body))
    const before = withType(resource, current)
    const next = decodePatched(resource, asWritten(before, patched(resource, type, before, body)), options.fieldValidation, slips)
    requireSameName(next.object, target)
    request.notes.warn(...next.warnings)
    return next.object
  }
  const { object } = await inTime(
    context.objects.updating(resource, target, change, {
      ...updateOptions(context, asked, options),
      unconditional: true,
    }),
  )
  if (asked.subresource === 'scale') return answerWith(200, JSON.stringify(scaleOf(resource, object)), representation)
  request.notes.warn(...finalizerWarnings(resource, object))
  return answerWith(200, presenter.loose(object), representation)
}

/** Strategic merge patches need Go's type tags, which custom resources have not got. @throws Refusal 415 */
function patchType(resource: StoredResource, header: string | undefined): PatchType {
  const type = PATCH_TYPES[contentType(header)]
  if (type !== undefined && !(type === 'strategic' && resource.custom !== undefined)) return type
  if (resource.custom === undefined) throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  throw unsupportedMediaType(Object.keys(PATCH_TYPES).filter((each) => PATCH_TYPES[each] !== 'strategic'))
}

const withType = (resource: StoredResource, object: DynamicObject): DynamicObject => ({
  ...object,
  kind: resource.kind,
  apiVersion: apiVersionOfResource(resource),
})

function patched(resource: StoredResource, type: Exclude<PatchType, 'apply'>, object: DynamicObject, body: unknown): unknown {
  switch (type) {
    case 'json':
      return jsonPatched(object, body)
    case 'merge':
      if (!isFields(body)) throw badRequest(`error decoding patch: ${notAMap(body)}`)
      return applyMergePatch(object, body)
    case 'strategic':
      if (!isFields(body)) throw badRequest(notAMap(body))
      try {
        return applyStrategicMergePatch(object, body, patchSchemaOf(resource) ?? unknownPatchSchema)
      } catch (error) {
        throw isStrategicMergeError(error) ? strategicRefusal(error) : error
      }
  }
}

/** Only what is wrong with the patch's form is the client's fault; the rest the real server tells as a failure of its own, without a reason. */
const strategicRefusal = ({ code, problem }: StrategicMergeError): Refusal =>
  code === 400 ? badRequest(problem) : code === 422 ? new Refusal(422, 'Invalid', problem, {}) : storageError(problem)

/** As Go's library writes a patched document: objects that the patch changed have their fields sorted, all others keep their order. */
function asWritten(before: unknown, after: unknown, isRoot = true): unknown {
  if (!isFields(after) || (!isRoot && deepEqual(before, after))) return after
  const old = isFields(before) ? before : {}
  return Object.fromEntries(
    Object.keys(after)
      .sort()
      .map((name) => [name, asWritten(old[name], after[name], false)]),
  )
}

/** @throws Refusal */
function scaledByPatch(resource: StoredResource, object: DynamicObject, change: (scale: DynamicObject) => unknown): DynamicObject {
  const before = looseScaleOf(resource, object)
  const scale = asWritten(before, change(before))
  const spec = isFields(scale) ? scale['spec'] : undefined
  if (spec !== undefined && spec !== null && !isFields(spec))
    throw patchInvalid(
      scale,
      `json: cannot unmarshal ${Array.isArray(spec) ? 'array' : typeof spec} into Go struct field Scale.spec of type v1.ScaleSpec`,
    )
  return scaled(resource, object, scale)
}

const notAMap = (body: unknown): string =>
  `json: cannot unmarshal ${Array.isArray(body) ? 'array' : body === null ? 'null' : typeof body} into Go value of type map[string]interface {}`

const duplicateKeys = (inYaml: readonly string[]): string =>
  `error converting YAML to JSON: yaml: unmarshal errors:\n  ${inYaml.join('\n  ')}`

const duplicatesIn = (json: string): readonly string[] => duplicateFields(json).map((path) => `duplicate field ${JSON.stringify(path)}`)

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value'])

function unknownOperationFields(body: unknown): readonly string[] {
  return (Array.isArray(body) ? body : []).flatMap((operation: unknown, index) =>
    Object.keys(isFields(operation) ? operation : {})
      .filter((field) => !OPERATION_FIELDS.has(field))
      .map((field) => `json patch unknown field "[${index}].${field}"`),
  )
}

/** A failed test, a missing path: one text for all, with no word of which operation it was. It is the real server's. */
const refusedPatch = (): Refusal => new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {})

function jsonPatched(object: DynamicObject, body: unknown): unknown {
  if (!Array.isArray(body))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp')
  try {
    return applyJsonPatch(object, body as readonly JsonPatchOperation[])
  } catch (error) {
    if (isJsonPatchError(error)) throw refusedPatch()
    throw error
  }
}
