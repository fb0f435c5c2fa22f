import { isJsonObject } from '../json.ts'
import type { StructuralSchema } from './structural.ts'

/** The value with the schema's defaults filled in, whatever else is wrong with it. Shares with the input what has not changed. */
export function withDefaults(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? value : value.map((item: unknown) => withDefaults(items, item))
  }
  if (!isJsonObject(value)) return value
  const { properties = {}, additionalProperties } = schema
  const filled: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, given]) => {
      const child = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
      return [key, child === undefined ? given : withDefaults(child, given)]
    }),
  )
  for (const [key, child] of Object.entries(properties)) {
    if (child.default !== undefined && !Object.hasOwn(filled, key)) filled[key] = withDefaults(child, child.default)
  }
  return filled
}
