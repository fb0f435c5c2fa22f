import { objectMetaSchema } from './object-meta-schema.ts'
import { childPath } from './path.ts'
import { allowsOtherKeys, childSchema, isJsonMap, type Json, type JsonMap, type Schema } from './schema.ts'

/** Told of every field that is dropped. */
export type Report = (path: string) => void

/** Fields that an object has by being one, whether its schema names them or not. */
const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * Drops what the schema does not know, and unknown fields of the metadata. The result shares with the input what has not changed.
 * Paths are reported as the server prints them in `unknown field "spec.list[0].x"`: sorted, those of metadata after the others.
 */
export function pruneObject(value: Json, schema: Schema, report: Report): Json {
  return pruneValue(value, { ...schema, 'x-kubernetes-embedded-resource': true }, report)
}

/** The same for a value that is no object of its own, such as a default. */
export function pruneValue(value: Json, schema: Schema, report: Report): Json {
  const unknown: string[] = []
  const metadata: string[] = []
  const pruned = prune(
    value,
    { ...schema, 'x-kubernetes-embedded-resource': true },
    '',
    (path) => unknown.push(path),
    (path) => metadata.push(path),
  )
  for (const path of [...unknown.sort(), ...metadata]) report(path)
  return pruned
}

function prune(value: Json, schema: Schema | undefined, path: string, report: Report, reportMetadata: Report): Json {
  if (Array.isArray(value)) {
    const keep = schema?.['x-kubernetes-preserve-unknown-fields'] && schema.items === undefined
    return keep ? value : mapItems(value, (item, index) => prune(item, itemSchema(schema), `${path}[${index}]`, report, reportMetadata))
  }
  if (!isJsonMap(value)) return value
  return mapEntries(value, (each, key) => {
    const child = childPath(path, key)
    if (schema?.['x-kubernetes-embedded-resource'] && META_FIELDS.has(key))
      return key === 'metadata' ? pruneMetadata(each, schema, child, reportMetadata) : each
    const known = schema && childSchema(schema, key)
    if (known) return prune(each, known, child, report, reportMetadata)
    if (schema?.['x-kubernetes-preserve-unknown-fields']) return each
    if (schema && allowsOtherKeys(schema)) return prune(each, undefined, child, report, reportMetadata)
    report(child)
    return undefined
  })
}

/** Items of a list that preserves unknown fields preserve them too: the server hands the permission down with the list. */
function itemSchema(schema: Schema | undefined): Schema | undefined {
  if (!schema?.['x-kubernetes-preserve-unknown-fields'] || !schema.items) return schema?.items
  return { ...schema.items, 'x-kubernetes-preserve-unknown-fields': true }
}

function pruneMetadata(value: Json, parent: Schema, path: string, report: Report): Json {
  // A built-in kind's own schema knows its metadata whole; a custom resource's may only restrict it.
  const own = parent.properties?.['metadata']
  return prune(value, own?.properties?.['ownerReferences'] ? own : objectMetaSchema, path, report, report)
}

function mapItems(items: readonly Json[], map: (item: Json, index: number) => Json): readonly Json[] {
  const mapped = items.map(map)
  return mapped.every((item, index) => item === items[index]) ? items : mapped
}

/** `undefined` drops the entry. */
export function mapEntries(object: JsonMap, map: (value: Json, key: string) => Json | undefined): JsonMap {
  let changed = false
  const entries: [string, Json][] = []
  for (const [key, value] of Object.entries(object)) {
    const mapped = map(value, key)
    if (mapped !== value) changed = true
    if (mapped !== undefined) entries.push([key, mapped])
  }
  // fromEntries defines what it is given, so a key called __proto__ stays a key.
  return changed ? Object.fromEntries(entries) : object
}
