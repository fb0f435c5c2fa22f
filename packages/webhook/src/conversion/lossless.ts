import { deepEqual, diffJsonPatch, type JsonPatchOperation, parsePointer } from '@kubewright/core'
import type { ConvertibleObject } from '@kubewright/schema'
import { isRecord, type JsonRecord, wireCopy } from '../wire.ts'
import type { HubConverters } from './converters.ts'

/** Followed by the version whose data is kept. */
export const KEPT_ANNOTATION_PREFIX = 'conversion.kubewright.dev/'

/** What a version said at a place, and what came back of it: it is put back as long as that is still what comes back. */
interface Kept {
  readonly path: string
  /** Absent: nothing came back. */
  readonly instead?: unknown
  /** Absent: there was nothing. */
  readonly value?: unknown
}

/**
 * HubConverters that lose nothing: what one version cannot say is found by converting back, and kept in an annotation of the object in that version,
 * `conversion.kubewright.dev/VERSION`. It is put back on the way back, field by field, and not where somebody has changed what the other version
 * does say about the field. Costs a second conversion each way.
 */
export function lossless(converters: HubConverters): HubConverters {
  const { hub, versions } = converters
  return {
    hub,
    versions,
    toHub(version, object) {
      const [spoke, kept] = takeKept(object, hub)
      const plain = carried(spoke, converters.toHub(version, spoke))
      const lost = differences(converters.fromHub(version, plain), spoke)
      return withKept(putBack(plain, kept), version, lost)
    },
    fromHub(version, object) {
      const [own, kept] = takeKept(object, version)
      const plain = carried(own, converters.fromHub(version, own))
      const lost = differences(converters.toHub(version, plain), own)
      return withKept(putBack(plain, kept), hub, lost)
    },
  }
}

/** HubConverters need not copy the metadata. */
function carried(from: ConvertibleObject, to: ConvertibleObject): ConvertibleObject {
  return to.metadata === undefined ? { ...to, metadata: from.metadata } : to
}

/** What has to be kept for `back` to become `original`, outside of identity and metadata. */
function differences(back: ConvertibleObject, original: ConvertibleObject): readonly Kept[] {
  const [from, to] = [fieldsOf(back), fieldsOf(original)]
  return diffJsonPatch(from, to).map((operation) => keptOf(operation, from))
}

function keptOf(operation: JsonPatchOperation, from: JsonRecord): Kept {
  const { path } = operation
  const instead = valueAt(from, parsePointer(path))
  return { path, ...(instead !== undefined && { instead }), ...('value' in operation && { value: operation.value }) }
}

function fieldsOf(object: ConvertibleObject): JsonRecord {
  const { apiVersion: _, kind: __, metadata: ___, ...fields } = object
  return fields
}

function takeKept(object: ConvertibleObject, version: string): readonly [ConvertibleObject, readonly Kept[]] {
  const key = KEPT_ANNOTATION_PREFIX + version
  const { [key]: text, ...annotations } = object.metadata.annotations ?? {}
  if (text === undefined) return [object, []]
  const { annotations: _, ...metadata } = object.metadata
  const rest = { ...object, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } }
  return [rest, parseKept(text, key)]
}

function parseKept(text: string, key: string): readonly Kept[] {
  const refuse = () => new Error(`the annotation ${key} is not as it was written: remove it, and what it kept is lost`)
  try {
    const kept: unknown = JSON.parse(text)
    if (Array.isArray(kept) && kept.every((item) => isRecord(item) && typeof item['path'] === 'string')) return kept as Kept[]
  } catch (error) {
    throw Object.assign(refuse(), { cause: error })
  }
  throw refuse()
}

function withKept(object: ConvertibleObject, version: string, kept: readonly Kept[]): ConvertibleObject {
  if (kept.length === 0) return object
  const annotations = { ...object.metadata.annotations, [KEPT_ANNOTATION_PREFIX + version]: JSON.stringify(kept) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function putBack(object: ConvertibleObject, kept: readonly Kept[]): ConvertibleObject {
  if (kept.length === 0) return object
  const copy = wireCopy(object) as unknown as JsonRecord
  for (const { path, instead, value } of kept) {
    const parts = parsePointer(path)
    const last = parts.at(-1)
    const parent = valueAt(copy, parts.slice(0, -1))
    // Where the place is gone, or says something new, the newer word counts.
    if (last === undefined || !isRecord(parent) || !deepEqual(valueAt(parent, [last]), instead)) continue
    if (value === undefined) delete parent[last]
    else Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true })
  }
  return copy as unknown as ConvertibleObject
}

function valueAt(document: unknown, parts: readonly string[]): unknown {
  return parts.reduce<unknown>((value, part) => (isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined), document)
}
