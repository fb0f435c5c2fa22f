import type { Schema } from '../schema/index.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** How the fields of a value are owned. */
export type Shape =
  /** As a whole. */
  | { readonly is: 'leaf' }
  /** Field by field. */
  | { readonly is: 'fields'; readonly fields: JsonObject }
  /** Item by item, told apart by {@link Shape.keys}. */
  | { readonly is: 'keyed'; readonly items: ReadonlyMap<string, JsonObject>; readonly keys: readonly string[] }
  /** Item by item, each a scalar. */
  | { readonly is: 'set'; readonly items: ReadonlyMap<string, unknown> }

const LEAF: Shape = { is: 'leaf' }

/** Where nothing is known of the type, objects are owned field by field and lists as a whole. */
export function shapeOf(value: unknown, schema: Schema | undefined): Shape {
  if (Array.isArray(value)) return listShape(value, schema)
  if (!isJsonObject(value) || schema?.['x-kubernetes-map-type'] === 'atomic') return LEAF
  return { is: 'fields', fields: value }
}

function listShape(list: readonly unknown[], schema: Schema | undefined): Shape {
  switch (schema?.['x-kubernetes-list-type']) {
    case 'set':
      return { is: 'set', items: new Map(list.map((item) => [`v:${JSON.stringify(item)}`, item])) }
    case 'map': {
      const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort()
      if (!list.every(isJsonObject)) return LEAF
      return { is: 'keyed', keys, items: new Map(list.map((item) => [keyStep(item, keys, schema.items), item])) }
    }
    default:
      return LEAF
  }
}

/** A key that an item leaves out has its default: a Service's port without a protocol is its TCP port. */
export function keyStep(item: JsonObject, keys: readonly string[], schema: Schema | undefined): string {
  const entries = keys.flatMap((key) => {
    const value = item[key] ?? schema?.properties?.[key]?.default
    return value === undefined ? [] : [[key, value] as const]
  })
  return `k:${JSON.stringify(Object.fromEntries(entries))}`
}

export function schemaAt(schema: Schema | undefined, step: string): Schema | undefined {
  if (schema === undefined) return undefined
  if (!step.startsWith('f:')) return schema.items
  const property = schema.properties?.[step.slice(2)]
  if (property !== undefined) return property
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

/** The parts of a shape by the steps that lead to them. */
export function partsOf(shape: Shape): ReadonlyMap<string, unknown> {
  switch (shape.is) {
    case 'leaf':
      return new Map()
    case 'fields':
      return new Map(
        Object.entries(shape.fields)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [`f:${name}`, value]),
      )
    default:
      return shape.items
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
