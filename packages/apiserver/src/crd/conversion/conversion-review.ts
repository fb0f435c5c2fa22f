import { type DynamicObject, messageOf } from '@kubewright/core'
import { type Fields, isFields } from '../../registry/fields.ts'

export type ConversionVersion = 'v1' | 'v1beta1'

export interface ConversionRequest {
  readonly version: ConversionVersion
  readonly uid: string
  readonly objects: readonly DynamicObject[]
  /** `group/version` in which the objects are wanted. */
  readonly desired: string
}

/** A converter did not do its work. The text is the real server's, and reaches the one who asked for the object. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError'
}

export function conversionReview({ version, uid, objects, desired }: ConversionRequest): object {
  return {
    kind: 'ConversionReview',
    apiVersion: `apiextensions.k8s.io/${version}`,
    request: { uid, desiredAPIVersion: desired, objects },
  }
}

/** The version in which to ask: the first of the webhook's that is known. */
export function conversionVersion(accepted: readonly string[]): ConversionVersion {
  return accepted.find((each) => each === 'v1' || each === 'v1beta1') === 'v1beta1' ? 'v1beta1' : 'v1'
}

/** The text of a failure, with the kind of what was to be converted. */
export function conversionFailure(objects: readonly DynamicObject[], why: string): ConversionError {
  const { apiVersion = '', kind = '' } = objects[0] ?? {}
  return new ConversionError(`conversion webhook for ${apiVersion}, Kind=${kind} ${why}`)
}

/** The converted objects, in the order of the ones sent, with the metadata that no converter may change as it was. @throws ConversionError */
export function convertedObjects(request: ConversionRequest, answer: Fields): readonly DynamicObject[] {
  const { objects, version, uid } = request
  const response = responseOf(answer, request)
  const given = Array.isArray(response['convertedObjects']) ? (response['convertedObjects'] as readonly unknown[]) : []
  if (version === 'v1' && response['uid'] !== uid)
    throw conversionFailure(objects, `failed: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}`)
  requireSuccess(objects, response['result'])
  if (given.length !== objects.length) throw conversionFailure(objects, `returned ${given.length} objects, expected ${objects.length}`)
  return objects.map((object, index) =>
    checked(object, given[index], request.desired, (what, why) => invalidObject(objects, index, what, why)),
  )
}

type Flaw = 'object' | 'identity' | 'metadata'

/** The real server has one text for an object by itself and another for one of several. */
function invalidObject(objects: readonly DynamicObject[], index: number, flaw: Flaw, why: string): ConversionError {
  if (objects.length === 1) {
    const what = flaw === 'object' ? 'object at index 0' : flaw === 'identity' ? 'object' : 'metadata'
    return conversionFailure(objects, `returned invalid ${what}: ${why}`)
  }
  const what = flaw === 'metadata' ? 'metadata in object' : 'converted object'
  return conversionFailure(objects, `returned invalid ${what} at index ${index}: ${why}`)
}

function responseOf(answer: Fields, { objects, version }: ConversionRequest): Fields {
  const expected = `apiextensions.k8s.io/${version}`
  if (version === 'v1' && (answer['apiVersion'] !== expected || answer['kind'] !== 'ConversionReview')) {
    const got = `${String(answer['apiVersion'] ?? '')}, Kind=${String(answer['kind'] ?? '')}`
    throw conversionFailure(objects, `failed: expected webhook response of ${expected}, Kind=ConversionReview, got ${got}`)
  }
  const { response } = answer
  if (!isFields(response)) throw conversionFailure(objects, 'failed: no response provided')
  return response
}

function requireSuccess(objects: readonly DynamicObject[], result: unknown): void {
  const { status = '', message = '' } = (isFields(result) ? result : {}) as { readonly status?: string; readonly message?: string }
  if (status === 'Success') return
  throw conversionFailure(objects, `failed: ${message || `response.result.status was '${status}', not 'Success'`}`)
}

function checked(object: DynamicObject, converted: unknown, desired: string, invalid: (flaw: Flaw, why: string) => Error): DynamicObject {
  if (!isFields(converted)) throw invalid('object', 'it is no object')
  const {
    apiVersion = '',
    kind = '',
    metadata,
  } = converted as { readonly apiVersion?: string; readonly kind?: string; readonly metadata?: unknown }
  if (apiVersion !== desired) throw invalid('object', `invalid groupVersion (expected ${desired}, received ${apiVersion})`)
  if (kind !== object.kind) throw invalid('object', `invalid kind (expected ${object.kind}, received ${kind})`)
  if (!isFields(metadata)) throw invalid('metadata', 'missing metadata in converted object')
  for (const [field, label] of IDENTITY) {
    const [before, after] = [object.metadata[field] ?? '', metadata[field] ?? '']
    if (before !== after) throw invalid('identity', `must have the same ${label}: ${before} != ${String(after)}`)
  }
  const { labels: _labels, annotations: _annotations, ...kept } = object.metadata
  try {
    return { ...converted, metadata: { ...kept, ...texts('labels', metadata), ...texts('annotations', metadata) } } as DynamicObject
  } catch (error) {
    throw invalid('metadata', messageOf(error))
  }
}

const IDENTITY = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const

function texts(field: 'labels' | 'annotations', metadata: Fields): object {
  const value = metadata[field]
  if (value === undefined || value === null) return {}
  if (!isFields(value)) throw new Error(`invalid metadata.${field} in converted object`)
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new Error(`metadata.${field}[${key}] must be a string, but is ${typeof text} in converted object`)
  }
  return { [field]: value }
}
