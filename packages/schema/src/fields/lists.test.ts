import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { structuralOf } from '../structural/conversion.ts'
import { atomic, listMap, listSet } from './lists.ts'

const port = z.object({ name: z.string(), protocol: z.enum(['TCP', 'UDP']).default('TCP'), target: z.int().optional() })

test('a list with keys says them to the API server, and refuses twins here', () => {
  const ports = listMap(port, ['name', 'protocol'], { min: 1, max: 3 })
  expect(structuralOf(ports, 'spec.ports')).toMatchObject({
    minItems: 1,
    maxItems: 3,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name', 'protocol'],
  })
  expect(ports.safeParse([{ name: 'a' }, { name: 'a', protocol: 'UDP' }]).success).toBe(true)
  expect(ports.safeParse([{ name: 'a' }, { name: 'a', protocol: 'TCP' }]).error?.issues[0]?.message).toBe(
    'has two items with the same name and protocol',
  )
})

test('keys are fields of the item: others do not compile', () => {
  // @ts-expect-error -- "nam" is no field
  expect(() => structuralOf(listMap(port, ['nam']), 'spec.ports')).toThrow('"nam" is no field of the items')
  expectTypeOf<z.output<ReturnType<typeof listSet<z.ZodString>>>>().toEqualTypeOf<string[]>()
})

test('a set has each item once, whatever the items are', () => {
  expect(listSet(z.string()).safeParse(['a', 'b', 'a']).success).toBe(false)
  expect(listSet(z.union([z.literal('1'), z.literal('2')])).safeParse(['1', '2']).success).toBe(true)
  expect(listSet(atomic(z.object({ a: z.int() }))).safeParse([{ a: 1 }, { a: 1 }]).success).toBe(false)
})

test('atomic lists, maps and objects say so', () => {
  expect(structuralOf(atomic(z.array(z.string()).describe('x')), 's')).toMatchObject({
    description: 'x',
    'x-kubernetes-list-type': 'atomic',
  })
  expect(structuralOf(atomic(z.record(z.string(), z.int())), 's')).toMatchObject({ 'x-kubernetes-map-type': 'atomic' })
  expect(structuralOf(atomic(z.object({})), 's')).toMatchObject({ 'x-kubernetes-map-type': 'atomic' })
})

test.each<[string, z.ZodType, string, string]>([
  ['a key that may be absent', listMap(port, ['target'] as never), 's[].target', 'required'],
  ['a key that may be null', listMap(z.object({ a: z.string().nullable() }), ['a']), 's[].a', 'nullable'],
  ['a key that is no scalar', listMap(z.object({ a: z.array(z.string()) }), ['a']), 's[].a', 'scalar'],
  ['a set of objects that merge', listSet(z.object({ a: z.string() })), 's', 'atomic'],
  ['a set with null in it', listSet(z.string().nullable()), 's', 'nullable'],
])('refuses %s', (_, schema, path, mend) => {
  expect(() => structuralOf(schema, 's')).toThrow(expect.objectContaining({ path, message: expect.stringContaining(mend) as string }))
})
