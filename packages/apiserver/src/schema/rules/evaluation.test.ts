import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, Schema } from '../schema.ts'
import { evaluateRules } from './evaluation.ts'
import { ruleTree } from './rule-tree.ts'

const rule = (text: string, more: object = {}) => ({ 'x-kubernetes-validations': [{ rule: text, ...more }] })
const object = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({ type: 'object', properties, ...more })
const positive: Schema = { type: 'integer', ...rule('self > 0') }

function judged(schema: Schema, value: Json, old?: Json): { errors: string[]; warnings: readonly string[] } {
  const { errors, warnings } = evaluateRules(ruleTree(schema)!, value, old)
  return { errors: errors.map(({ field, message }) => `${field}: ${message}`), warnings }
}

test('a schema without rules has no tree, so that nothing is asked', () => {
  expect(ruleTree(object({ a: { type: 'string' } }))).toBeUndefined()
})

test('errors of the root stand on no field', () => {
  const { errors } = judged(object({ a: { type: 'integer' } }, rule('self.a > 0')), { a: 0 })
  expect(errors).toEqual(['<nil>: Invalid value: failed rule: self.a > 0'])
})

describe('the budget', () => {
  const dear = (count: number): Schema =>
    object({
      lists: {
        type: 'array',
        maxItems: 100,
        items: { type: 'array', maxItems: count, items: { type: 'integer' }, ...rule('self.all(x, self.all(y, x + y > 0))') },
      },
    })
  const ones = (count: number) => Array.from({ length: count }, () => 1)

  test('is that of one rule', () => {
    const { errors } = judged(dear(1000), { lists: [ones(1000), [0]] })
    expect(errors).toEqual([
      'lists[0]: Invalid value: "array": \'operation cancelled: actual cost limit exceeded\': no further validation rules will be run due to call cost exceeds limit for rule: self.all(x, self.all(y, x + y > 0))',
    ])
  })

  test('and that of all rules of one object', () => {
    const { errors } = judged(dear(300), { lists: Array.from({ length: 60 }, () => ones(300)) })
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/^lists\[\d+\]: Invalid value: "array": validation failed due to running out of cost budget/)
  })
})

test('a key of the user’s that JavaScript knows is a key like any other', () => {
  const map: Schema = object({ map: { type: 'object', additionalProperties: positive } })
  const value = JSON.parse('{"map": {"__proto__": 0, "constructor": 0}}') as Json
  expect(judged(map, value, { map: {} }).errors).toHaveLength(2)
})

test('whatever is in an object, an update that changes nothing is told of, and not refused', () => {
  const keyed: Schema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: object({ k: { type: 'string' }, n: positive }),
  }
  const schema = object({
    n: positive,
    keyed,
    list: { type: 'array', items: positive, ...rule('self.size() < 2') },
    map: { type: 'object', additionalProperties: positive },
  })
  const number = fc.integer({ min: -3, max: 3 })
  const objects = fc.record({
    n: number,
    keyed: fc.uniqueArray(fc.record({ k: fc.string(), n: number }), { selector: ({ k }) => k }),
    list: fc.array(number),
    map: fc.dictionary(fc.string(), number),
  })
  fc.assert(
    fc.property(objects, (value) => {
      const fresh = judged(schema, value)
      const again = judged(schema, value, structuredClone(value))
      expect(again.errors).toEqual([])
      expect(again.warnings).toEqual(fresh.errors)
    }),
  )
})
