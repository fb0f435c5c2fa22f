import type { GroupVersionKind } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import { jsonFields, kindType, messageType } from './kind-type.ts'
import { type BasicType, builtinTypes, type Field, lazy, type TypeRef } from './type-table.ts'

/** Go's decoder takes null for every type (it leaves the zero value), so every node is nullable. */
const nullable = { nullable: true } as const
const preserve = { 'x-kubernetes-preserve-unknown-fields': true } as const

const BASIC_SCHEMAS: Readonly<Record<BasicType, Schema>> = {
  string: { type: 'string', ...nullable },
  bool: { type: 'boolean', ...nullable },
  int32: { type: 'integer', format: 'int32', ...nullable },
  int64: { type: 'integer', format: 'int64', ...nullable },
  uint8: { type: 'integer', ...nullable },
  uint16: { type: 'integer', ...nullable },
  uint32: { type: 'integer', format: 'int64', ...nullable },
  uint64: { type: 'integer', format: 'int64', ...nullable },
  float64: { type: 'number', format: 'double', ...nullable },
  bytes: { type: 'string', format: 'byte', ...nullable },
  any: { ...preserve, ...nullable },
  Time: { type: 'string', format: 'date-time', ...nullable },
  MicroTime: { type: 'string', format: 'date-time', ...nullable },
  Duration: { type: 'string', ...nullable },
  // `cpu: 0.5` and `cpu: "500m"` are both legal, which int-or-string would not allow.
  Quantity: { ...preserve, ...nullable, anyOf: [{ type: 'string' }, { type: 'number' }] },
  IntOrString: { 'x-kubernetes-int-or-string': true, ...nullable },
  RawExtension: { type: 'object', ...preserve, ...nullable, 'x-kubernetes-map-type': 'atomic' },
  FieldsV1: { type: 'object', ...preserve, ...nullable },
  JSON: { ...preserve, ...nullable },
}

/** The recursive message, and those reached through it: as deep as a user writes, so known only as "some JSON". */
const RECURSIVE = new Set(['apiextensions/v1.JSONSchemaProps'])

/** The structural schema of a built-in kind; the same object for the same kind, sharing the nodes of common types. */
export function schemaOf(kind: GroupVersionKind): Schema | undefined {
  const type = kindType(kind)
  return type && schemas().message(type.name)
}

const schemas = lazy(() => new BuiltinSchemas())

/** Each message's schema is made when a kind first needs it, and once. */
class BuiltinSchemas {
  readonly #messages = new Map<string, Schema>()

  message(name: string): Schema {
    if (RECURSIVE.has(name)) return BASIC_SCHEMAS.RawExtension
    const known = this.#messages.get(name)
    if (known) return known
    const type = messageType(name)
    const properties: Record<string, Schema> = {}
    for (const field of jsonFields(type)) properties[field.json] = { ...this.#ref(field.type), ...fieldExtensions(field) }
    const schema: Schema = {
      type: 'object',
      ...nullable,
      properties,
      ...(type.mapType === undefined ? {} : { 'x-kubernetes-map-type': type.mapType }),
    }
    this.#messages.set(name, schema)
    return schema
  }

  #ref(ref: TypeRef): Schema {
    switch (ref.is) {
      case 'basic':
        return BASIC_SCHEMAS[ref.name]
      case 'pointer':
        return this.#ref(ref.element)
      case 'list':
      case 'wrapped':
        return { type: 'array', ...nullable, items: this.#ref(ref.element) }
      case 'map':
        return { type: 'object', ...nullable, additionalProperties: this.#ref(ref.element) }
      case 'named':
        // The values of an enumeration are checked by the kind's own validation: here they are strings, as for Go's decoder.
        return builtinTypes().types.get(ref.name)?.is === 'enum' ? BASIC_SCHEMAS.string : this.message(ref.name)
    }
  }
}

/** What a field says about its value for merging, beside the value's own schema. */
export function fieldExtensions(field: Field): Schema {
  return {
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.listType === undefined ? {} : { 'x-kubernetes-list-type': field.listType }),
    ...(field.listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': field.listMapKeys }),
    ...(field.mapType === undefined ? {} : { 'x-kubernetes-map-type': field.mapType }),
    ...(field.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
    ...(field.patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': field.patchStrategy }),
  }
}
