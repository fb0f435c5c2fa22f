import type { DynamicObject } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import { appliedFields, compareFields } from './comparison.ts'
import { FieldSet } from './field-set.ts'
import { isJsonObject } from './shape.ts'

/** Whoever applies under this name is kubectl, which may have applied on the client before: its annotation tells what. */
const KUBECTL = 'kubectl'
const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'
/** Bytes of all annotations: with more of them no object is taken, so that one too long is left out. */
const LARGEST = 256 * 1024

/**
 * What kubectl wrote when it last applied on the client, as far as it is still so: these fields are its own, whoever managedFields name, or the first
 * `kubectl apply --server-side` would conflict with the `kubectl apply` before it.
 */
export function fieldsOfLastApplied(manager: string, live: DynamicObject, schema: Schema | undefined): FieldSet {
  const text = manager === KUBECTL ? live.metadata.annotations?.[ANNOTATION] : undefined
  const config = text === undefined ? undefined : parsed(text)
  if (config === undefined) return FieldSet.empty
  const { added, modified, removed } = compareFields(config, live, schema)
  return appliedFields(config, schema).difference(added).difference(modified).difference(removed)
}

/** The annotation follows what is applied on the server, so that a `kubectl apply` after it still knows what was there. */
export function withLastApplied(manager: string, result: DynamicObject, config: DynamicObject): DynamicObject {
  const { annotations = {} } = result.metadata
  if (manager !== KUBECTL || !annotations[ANNOTATION]) return result
  const { [ANNOTATION]: _before, ...others } = annotations
  const complete = { ...others, [ANNOTATION]: lastApplied(config) }
  return { ...result, metadata: { ...result.metadata, annotations: sizeOf(complete) > LARGEST ? others : complete } }
}

function lastApplied(config: DynamicObject): string {
  const { [ANNOTATION]: _before, ...annotations } = config.metadata.annotations ?? {}
  const metadata = config.metadata.annotations === undefined ? config.metadata : { ...config.metadata, annotations }
  return `${goJson({ ...config, metadata })}\n`
}

/** As Go writes JSON: fields in their order, and what HTML would take for its own escaped. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    isJsonObject(each) ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1))) : each,
  )
  return text.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function parsed(text: string): DynamicObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? (value as DynamicObject) : undefined
  } catch {
    // Somebody wrote something else there: then nothing is known of what was applied.
    return undefined
  }
}

const sizeOf = (annotations: Readonly<Record<string, string>>): number =>
  Object.entries(annotations).reduce((size, [name, value]) => size + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
