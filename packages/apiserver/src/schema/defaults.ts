import { mapEntries } from './prune.ts'
import { childSchema, isJsonMap, type Json, type JsonMap, type Schema } from './schema.ts'

/**
 * Sets the defaults, and before them drops null where it is not allowed, so that a default takes its place: in lists, where nothing can be
 * dropped, null stays for the validation to refuse. The result shares with the input what has not changed, and with the schema its defaults.
 */
export function applyDefaults(value: Json, schema: Schema): Json {
  if (Array.isArray(value)) return defaultItems(value, schema.items)
  if (!isJsonMap(value)) return value
  return defaultEntries(value, schema)
}

function defaultItems(items: readonly Json[], schema: Schema | undefined): readonly Json[] {
  if (!schema) return items
  const mapped = items.map((item) => applyDefaults(item === null ? (replaceNull(schema) ?? null) : item, schema))
  return mapped.every((item, index) => item === items[index]) ? items : mapped
}

function defaultEntries(object: JsonMap, schema: Schema): JsonMap {
  const present = mapEntries(object, (value, key) => {
    const child = childSchema(schema, key)
    if (!child) return value
    const given = value === null ? replaceNull(child) : value
    return given === undefined ? undefined : applyDefaults(given, child)
  })
  const missing = Object.entries(schema.properties ?? {}).filter(
    ([key, child]) => child.default !== undefined && !Object.hasOwn(present, key),
  )
  if (missing.length === 0) return present
  return { ...present, ...Object.fromEntries(missing.map(([key, child]) => [key, applyDefaults(child.default as Json, child)])) }
}

/** What stands in for a null: itself where it is allowed, else the default, else nothing. */
function replaceNull(schema: Schema): Json | undefined {
  return schema.nullable ? null : (schema.default as Json | undefined)
}
