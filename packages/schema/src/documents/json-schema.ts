import { apiVersionOf, type GroupVersionKind } from '@kubewright/core'
import type { JsonObject } from '../json.ts'
import type { StructuralSchema } from '../structural/structural.ts'

/** Keywords that mean the same in JSON Schema. */
const SHARED = [
  'title',
  'description',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'enum',
  'default',
  'required',
] as const

/** Editors complete and check what people write with this; it knows more of an object's frame than a CRD may say. */
export function jsonSchemaOf(kind: GroupVersionKind, root: StructuralSchema): JsonObject {
  const { spec, status } = root.properties!
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: kind.kind,
    ...(root.description !== undefined && { description: root.description }),
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', ...(root.required ?? [])],
    properties: {
      apiVersion: { const: apiVersionOf(kind) },
      kind: { const: kind.kind },
      metadata: { type: 'object' },
      spec: nodeOf(spec!),
      ...(status !== undefined && { status: { ...nodeOf(status), readOnly: true } }),
    },
    additionalProperties: false,
  }
}

function nodeOf(schema: StructuralSchema): JsonObject {
  const shared = Object.fromEntries(SHARED.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])))
  const embedded = schema['x-kubernetes-embedded-resource'] === true ? { metadata: { type: 'object' } } : {}
  return {
    ...shared,
    ...typeOf(schema),
    ...bounds(schema),
    ...(schema.properties !== undefined && { properties: { ...embedded, ...mapValues(schema.properties, nodeOf) } }),
    ...closure(schema),
    ...(schema.items !== undefined && { items: nodeOf(schema.items) }),
    ...(schema['x-kubernetes-list-type'] === 'set' && { uniqueItems: true }),
    ...(schema.example !== undefined && { examples: [schema.example] }),
    ...(schema.allOf !== undefined && { allOf: schema.allOf }),
    ...(schema.oneOf !== undefined && { oneOf: schema.oneOf }),
    ...(schema.not !== undefined && { not: schema.not }),
  }
}

function typeOf(schema: StructuralSchema): JsonObject {
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type]
  const all = schema.nullable === true && types.length > 0 ? [...types, 'null'] : types
  return all.length === 0 ? {} : { type: all.length === 1 ? all[0] : all }
}

/** OpenAPI 3.0 says with a flag what JSON Schema says with a number. */
function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: StructuralSchema): JsonObject {
  return {
    ...(exclusiveMinimum === true && { minimum: undefined, exclusiveMinimum: minimum }),
    ...(exclusiveMaximum === true && { maximum: undefined, exclusiveMaximum: maximum }),
  }
}

function closure(schema: StructuralSchema): JsonObject {
  if (schema.additionalProperties !== undefined) return { additionalProperties: nodeOf(schema.additionalProperties) }
  return schema.type === 'object' && schema['x-kubernetes-preserve-unknown-fields'] !== true ? { additionalProperties: false } : {}
}

function mapValues<V, R>(values: Readonly<Record<string, V>>, map: (value: V) => R): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]))
}
