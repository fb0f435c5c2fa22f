import { isJsonObject } from '../json.ts'
import type { StructuralSchema } from './structural.ts'

/**
 * A value as the API server understands it before it validates: fields that the schema does not know are gone, and so is null where null is not
 * allowed. Shares with the input what has not changed.
 */
export function received(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) return receivedItems(schema, value)
  if (!isJsonObject(value)) return value
  let changed = false
  const entries: [string, unknown][] = []
  for (const [key, given] of Object.entries(value)) {
    const child = fieldOf(schema, key)
    const kept =
      child === undefined
        ? unknownField(schema, key, given)
        : given === null && child.nullable !== true
          ? undefined
          : received(child, given)
    changed ||= kept !== given
    if (kept !== undefined) entries.push([key, kept])
  }
  return changed ? Object.fromEntries(entries) : value
}

function receivedItems({ items }: StructuralSchema, value: readonly unknown[]): readonly unknown[] {
  if (items === undefined) return value
  const mapped = value.map((item) => received(items, item))
  return mapped.every((item, index) => item === value[index]) ? value : mapped
}

function fieldOf(schema: StructuralSchema, key: string): StructuralSchema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key]
  return schema.additionalProperties
}

function unknownField(schema: StructuralSchema, key: string, given: unknown): unknown {
  const kept =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    (schema['x-kubernetes-embedded-resource'] === true && ['apiVersion', 'kind', 'metadata'].includes(key))
  return kept ? given : undefined
}
