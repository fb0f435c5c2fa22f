import { deepFreeze } from '@kubewright/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileSchema, type Json, type JsonMap, type Schema, unrecognizedFormats } from './index.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 3 },
        size: { type: 'integer', default: 1 },
        tags: { type: 'object', additionalProperties: { type: 'string' } },
        parts: {
          type: 'array',
          items: { type: 'object', properties: { id: { type: 'string' }, weight: { type: 'integer', default: 5 } } },
        },
      },
    },
  },
}
const compiled = compileSchema(schema)

/** Objects that have something to do with the schema, and much that has not. */
const keys = fc.constantFrom(
  'spec',
  'name',
  'size',
  'tags',
  'parts',
  'id',
  'weight',
  'other',
  '__proto__',
  'constructor',
  'toString',
  'metadata',
)
const { object: anyObject } = fc.letrec<{ object: JsonMap; value: Json }>((tie) => ({
  object: fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ maxLength: 5 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
}))

describe('whatever the object is', () => {
  test('pruning leaves nothing to prune, and what it drops is what it reports', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const pruned = compiled.prune(object)
        expect(compiled.unknownFields(pruned)).toEqual([])
        expect(compiled.unknownFields(object).length > 0).toBe(pruned !== object)
      }),
    )
  })

  test('defaults are complete after one time', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const once = compiled.applyDefaults(object)
        expect(compiled.applyDefaults(once)).toBe(once)
      }),
    )
  })

  test('nothing is changed in place, and validation does not throw', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        const before = JSON.stringify(object)
        deepFreeze(object)
        compiled.validate(compiled.applyDefaults(compiled.prune(object)), object)
        expect(JSON.stringify(object)).toBe(before)
      }),
    )
  })

  test('an object has no errors against itself', () => {
    fc.assert(
      fc.property(anyObject, (object) => {
        expect(compiled.validate(object, object)).toEqual([])
      }),
    )
  })
})

test('a result shares with its input what has not changed', () => {
  const object = { spec: { tags: { a: 'b' }, parts: [{ id: 'x', weight: 1 }], unknown: 1 } }
  const pruned = compiled.prune(object) as typeof object
  expect(pruned).not.toBe(object)
  expect(pruned.spec.tags).toBe(object.spec.tags)
  expect(pruned.spec.parts).toBe(object.spec.parts)
  const complete = { spec: { size: 2, parts: [{ id: 'x', weight: 1 }] } }
  expect(compiled.applyDefaults(complete)).toBe(complete)
})

test('a key called __proto__ is an unknown field like any other', () => {
  const object = JSON.parse('{"spec": {"__proto__": {"polluted": true}, "tags": {"__proto__": "kept"}}}') as JsonMap
  expect(compiled.unknownFields(object)).toEqual(['spec.__proto__'])
  const pruned = compiled.prune(object)
  expect(JSON.stringify(pruned)).toBe('{"spec":{"tags":{"__proto__":"kept"}}}')
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('a property called constructor needs a schema of its own', () => {
  expect(compiled.unknownFields({ spec: { constructor: 1 } })).toEqual(['spec.constructor'])
})

test('a default is itself completed by the defaults below it', () => {
  const nested = compileSchema({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        default: {},
        properties: { a: { type: 'object', default: {}, properties: { b: { type: 'integer', default: 7 } } } },
      },
    },
  })
  expect(nested.applyDefaults({})).toEqual({ spec: { a: { b: 7 } } })
})

test('formats that nothing checks are told of, each once', () => {
  const formats: Schema = {
    type: 'object',
    properties: {
      a: { type: 'string', format: 'phone' },
      b: { type: 'string', format: 'date-time' },
      c: { type: 'string', format: 'phone' },
    },
  }
  expect(unrecognizedFormats(formats)).toEqual(['phone'])
})
