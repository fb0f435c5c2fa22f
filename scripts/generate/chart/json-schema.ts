import { z } from 'zod'

/** What this generator uses of a JSON schema. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly definitions?: Readonly<Record<string, JsonSchema>>
  readonly [keyword: string]: unknown
}

/** Draft 7, which every Helm 3 and 4 understands. */
export function jsonSchemaOf(values: z.ZodType): JsonSchema {
  const schema = z.toJSONSchema(values, { target: 'draft-7', io: 'input', unrepresentable: 'any' }) as JsonSchema
  return JSON.parse(JSON.stringify(schema, withoutNoise)) as JsonSchema
}

/** A parent's default is made of its children's; `placeholder` is for help texts; property names are strings anyway. */
function withoutNoise(key: string, value: unknown): unknown {
  if (key === 'placeholder' || key === 'propertyNames') return undefined
  if (typeof value !== 'object' || value === null || !('properties' in value) || !('default' in value)) return value
  const { default: _, ...rest } = value
  return rest
}

/** A value that has no parts. */
export interface Leaf {
  readonly path: readonly string[]
  readonly schema: JsonSchema
}

/** The leaves of a schema, in its order. */
export function leavesOf(schema: JsonSchema, root: JsonSchema = schema, path: readonly string[] = []): readonly Leaf[] {
  const { properties, ...leaf } = resolved(schema, root)
  if (properties === undefined) return [{ path, schema: leaf }]
  return Object.entries(properties).flatMap(([key, child]) => leavesOf(child, root, [...path, key]))
}

export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = reference(schema)
  if (name === undefined) return schema
  const found = root.definitions?.[name]
  if (found === undefined) throw new Error(`the schema refers to ${name}, which it does not define`)
  return found
}

/** With a default or a description beside it, a reference stands in `allOf`. */
function reference({ $ref, allOf }: JsonSchema): string | undefined {
  const ref = $ref ?? (allOf as readonly JsonSchema[] | undefined)?.[0]?.$ref
  return ref?.slice('#/definitions/'.length)
}
