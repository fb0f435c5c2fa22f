import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { structuralOf } from './conversion.ts'
import type { StructuralSchema } from './structural.ts'

/** What an API server does with a value, in the few lines that the generated schemas need: the judge of the property below. */
function accepts(schema: StructuralSchema, value: unknown): boolean {
  if (value === null) return schema.nullable === true
  if (schema.enum !== undefined) return schema.enum.includes(value as string)
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && value.length >= (schema.minLength ?? 0) && value.length <= (schema.maxLength ?? Infinity)
    case 'integer':
      return Number.isInteger(value) && Number(value) >= (schema.minimum ?? -Infinity) && Number(value) <= (schema.maximum ?? Infinity)
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
      return Array.isArray(value) && value.length <= (schema.maxItems ?? Infinity) && value.every((item) => accepts(schema.items!, item))
    case 'object': {
      if (typeof value !== 'object' || Array.isArray(value)) return false
      const fields = value as Record<string, unknown>
      if (schema.additionalProperties !== undefined)
        return Object.values(fields).every((field) => accepts(schema.additionalProperties!, field))
      return (
        (schema.required ?? []).every((name) => Object.hasOwn(fields, name)) &&
        Object.entries(schema.properties ?? {}).every(([name, field]) => !Object.hasOwn(fields, name) || accepts(field, fields[name]))
      )
    }
    default:
      return schema['x-kubernetes-preserve-unknown-fields'] === true
  }
}

const schemas = fc.letrec<{ any: z.ZodType }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<z.ZodType>(z.string(), z.int(), z.boolean(), z.enum(['a', 'b']), z.string().min(1).max(2), z.int().min(0).max(3)),
    tie('any').map((inner) => z.array(inner).max(2)),
    tie('any').map((inner) => z.record(z.string(), inner)),
    // Of a choice of values the API server accepts no null, and so it is refused.
    tie('any').map((inner) => (inner.type === 'enum' ? inner : inner.nullable())),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => z.object({ a, b: b.optional() })),
  ),
}))

const values = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>('', 'a', 'b', 'abc', 0, 3, 4, -1, 1.5, true, null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.record({ a: tie('any'), b: tie('any') }, { requiredKeys: [] }),
  ),
}))

test('the API server accepts what zod accepts, and nothing else', () => {
  fc.assert(
    fc.property(schemas.any, values.any, (schema, value) => {
      expect(accepts(structuralOf(schema, 'spec'), value)).toBe(schema.safeParse(value).success)
    }),
    { numRuns: 500 },
  )
})

test('every schema that comes out is structural: a type at each node, items in each list, never fields beside a type for all others', () => {
  const check = (node: StructuralSchema): void => {
    expect(node.type ?? node['x-kubernetes-preserve-unknown-fields']).toBeTruthy()
    if (node.type === 'array') expect(node.items).toBeDefined()
    if (node.additionalProperties !== undefined) expect(node.properties).toBeUndefined()
    for (const child of [...Object.values(node.properties ?? {}), node.items, node.additionalProperties])
      if (child !== undefined) check(child)
  }
  fc.assert(fc.property(schemas.any, (schema) => check(structuralOf(schema, 'spec'))))
})
