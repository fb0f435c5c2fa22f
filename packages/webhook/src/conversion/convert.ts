import { messageOf } from '@kubewright/core'
import type { ConvertibleObject } from '@kubewright/schema'
import { isRecord, type JsonRecord } from '../wire.ts'
import type { ConversionDefinition, HubConverters } from './converters.ts'

/** apiextensions.k8s.io/v1 ConversionRequest. */
export interface ConversionRequest {
  readonly uid: string
  readonly desiredAPIVersion: string
  readonly objects: readonly unknown[]
}

export interface ConversionResponse {
  readonly uid: string
  readonly convertedObjects: readonly unknown[]
  readonly result: { readonly status: 'Success' } | { readonly status: 'Failure'; readonly message: string }
}

/** An object cannot be converted; the message names it and the reason. */
class ConversionError extends Error {
  override readonly name = 'ConversionError'
}

/** Converts all, in their order, or none. Synchronous on purpose: the API server reads its whole store through this when its caches are cold. */
export function convertAll(definitions: readonly ConversionDefinition[], request: ConversionRequest): ConversionResponse {
  const { uid, desiredAPIVersion, objects } = request
  try {
    return {
      uid,
      convertedObjects: objects.map((object) => convertOne(definitions, object, desiredAPIVersion)),
      result: { status: 'Success' },
    }
  } catch (error) {
    return { uid, convertedObjects: [], result: { status: 'Failure', message: messageOf(error) } }
  }
}

function convertOne(definitions: readonly ConversionDefinition[], object: unknown, desired: string): ConvertibleObject {
  if (!isObject(object)) throw new ConversionError('an object without apiVersion, kind or metadata cannot be converted')
  const { apiVersion, kind, metadata } = object
  if (apiVersion === desired) return object
  const [group = '', from = ''] = apiVersion.split('/')
  const [wantedGroup = '', to = ''] = desired.split('/')
  const what = `${kind} "${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name ?? ''}" from ${apiVersion} to ${desired}`
  const definition = definitions.find((one) => one.group === group && one.kind === kind)
  if (definition === undefined || wantedGroup !== group)
    throw new ConversionError(`cannot convert ${what}: this program does not convert that kind`)
  const { converters } = definition
  for (const version of [from, to]) {
    if (!versionsOf(converters).includes(version))
      throw new ConversionError(`cannot convert ${what}: the versions that are known are ${versionsOf(converters).join(', ')}`)
  }
  try {
    return finished(object, desired, through(converters, object, from, to))
  } catch (error) {
    throw new ConversionError(`cannot convert ${what}: ${messageOf(error)}`)
  }
}

/** The hub first. */
export const versionsOf = ({ hub, versions }: HubConverters): readonly string[] => [...new Set([hub, ...versions])]

/** From one version to another, by way of the hub. */
export function through(converters: HubConverters, object: ConvertibleObject, from: string, to: string): ConvertibleObject {
  const hub = from === converters.hub ? object : converters.toHub(from, object)
  return to === converters.hub ? hub : converters.fromHub(to, hub)
}

/** The API server refuses the whole answer when anything of an object's identity differs, or anything in its metadata but labels and annotations. */
function finished(original: ConvertibleObject, apiVersion: string, converted: ConvertibleObject): ConvertibleObject {
  const { labels: _, annotations: __, ...identity } = original.metadata
  const { labels, annotations } = converted.metadata ?? {}
  return {
    ...converted,
    apiVersion,
    kind: original['kind'] as string,
    metadata: { ...identity, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) },
  }
}

function isObject(value: unknown): value is ConvertibleObject & { readonly apiVersion: string; readonly kind: string } {
  return (
    isRecord(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isRecord(value['metadata'] as JsonRecord)
  )
}
