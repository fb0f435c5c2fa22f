import type { Schema } from './schema.ts'

/** Where a node stands: for what it must say of itself. */
export type Place = 'root' | 'property' | 'items' | 'additional' | 'metadata'

export interface Visit {
  readonly schema: Schema
  /** The field path of the node: `….properties[spec].items`. */
  readonly path: string
  readonly place: Place
}

/** The nodes that describe values: properties, items and additional properties, not those of anyOf and its kin. Parents come first. */
export function* walkSchema(schema: Schema, path: string, place: Place = 'root'): Iterable<Visit> {
  yield { schema, path, place }
  if (schema.items) yield* walkSchema(schema.items, `${path}.items`, 'items')
  if (typeof schema.additionalProperties === 'object')
    yield* walkSchema(schema.additionalProperties, `${path}.additionalProperties`, 'additional')
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const isMetadata = place === 'metadata' || (place === 'root' && key === 'metadata')
    yield* walkSchema(property, `${path}.properties[${key}]`, isMetadata ? 'metadata' : 'property')
  }
}

/** The nodes under anyOf, oneOf, allOf and not of a node, with their paths, themselves only. */
export function* junctorsOf(schema: Schema, path: string): Iterable<readonly [schema: Schema, path: string]> {
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, each] of (schema[key] ?? []).entries()) yield [each, `${path}.${key}[${index}]`]
  }
  if (schema.not) yield [schema.not, `${path}.not`]
}
