import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryOf } from '../testing/arbitrary.ts'
import { withDefaults } from './defaults.ts'
import { received } from './received.ts'
import type { StructuralSchema } from './structural.ts'

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    maybe: { type: 'string', nullable: true },
    count: { type: 'integer', default: 3 },
    list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string', default: 'x' } } } },
    map: { type: 'object', additionalProperties: { type: 'integer' } },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'string' } } },
    inner: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object' } } },
  },
}

test.each<[string, unknown, unknown]>([
  ['an unknown field goes', { name: 'a', other: 1 }, { name: 'a' }],
  ['unknown fields in the items of a list go', { list: [{ a: 'b', c: 1 }] }, { list: [{ a: 'b' }] }],
  ['null goes where it is not allowed', { name: null, count: null, map: { a: null, b: 1 } }, { map: { b: 1 } }],
  ['null stays where it is allowed', { maybe: null }, { maybe: null }],
  ['null among the items of a list stays: nothing can go there', { list: [null] }, { list: [null] }],
  ['an open object keeps what it does not know, null too', { open: { x: null, known: null } }, { open: { x: null } }],
  [
    'an object in an object keeps its frame',
    { inner: { kind: 'A', apiVersion: 'v1', metadata: {}, data: 1 } },
    { inner: { kind: 'A', apiVersion: 'v1', metadata: {} } },
  ],
  ['what is no object stays for the validation to refuse', 'text', 'text'],
])('%s', (_, given, understood) => {
  expect(received(schema, given)).toEqual(understood)
})

test('what fits the schema comes back as the same object', () => {
  fc.assert(
    fc.property(
      arbitraryOf(fc, { ...schema, properties: { ...schema.properties, inner: { type: 'string' }, open: { type: 'string' } } }),
      (value) => {
        expect(
          received({ ...schema, properties: { ...schema.properties, inner: { type: 'string' }, open: { type: 'string' } } }, value),
        ).toBe(value)
      },
    ),
  )
})

test('defaults are filled in at every depth, and nothing that is there is touched', () => {
  expect(withDefaults(schema, { name: 'a', list: [{}, { a: 'y' }] })).toEqual({ name: 'a', count: 3, list: [{ a: 'x' }, { a: 'y' }] })
  expect(withDefaults(schema, { count: 0, other: 1 })).toEqual({ count: 0, other: 1 })
})
