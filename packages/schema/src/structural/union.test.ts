import { expect, test } from 'vitest'
import { z } from 'zod'
import { structuralOf } from './conversion.ts'

const shape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Secret'), name: z.string(), key: z.string().optional() }),
  z.strictObject({ type: z.enum(['File', 'Link']), path: z.string(), key: z.string().optional() }),
])

test('a union of objects is its fields side by side, with rules for what belongs together', () => {
  expect(structuralOf(shape, 'spec.from')).toEqual({
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['Secret', 'File', 'Link'] },
      name: { type: 'string' },
      key: { type: 'string' },
      path: { type: 'string' },
    },
    required: ['type'],
    'x-kubernetes-validations': [
      { rule: "self.type != 'Secret' || has(self.name)", message: 'name is required when type is Secret' },
      { rule: "self.type != 'Secret' || !has(self.path)", message: 'path is not allowed when type is Secret' },
      { rule: "!(self.type in ['File', 'Link']) || has(self.path)", message: 'path is required when type is File or Link' },
      { rule: "!(self.type in ['File', 'Link']) || !has(self.name)", message: 'name is not allowed when type is File or Link' },
    ],
  })
})

test('what all shapes require is required, and needs no rule', () => {
  const both = z.discriminatedUnion('t', [z.strictObject({ t: z.literal(1), n: z.int() }), z.strictObject({ t: z.literal(2), n: z.int() })])
  expect(structuralOf(both, 'spec')).toMatchObject({ required: ['t', 'n'], properties: { t: { type: 'integer', enum: [1, 2] } } })
  expect(structuralOf(both, 'spec')).not.toHaveProperty('x-kubernetes-validations')
})

test('a rule of one shape holds for that shape alone', () => {
  const guarded = z.strictObject({ t: z.literal('a'), n: z.int() }).meta({ rules: [{ rule: 'self.n > 0 || self.n < -9', message: 'no' }] })
  const union = z.discriminatedUnion('t', [guarded, z.strictObject({ t: z.literal('b'), n: z.int() })])
  expect(structuralOf(union, 'spec')['x-kubernetes-validations']).toEqual([
    { rule: "self.t != 'a' || (self.n > 0 || self.n < -9)", message: 'no' },
  ])
})

test('fields that CEL spells otherwise are spelled as it does', () => {
  const union = z.discriminatedUnion('in', [
    z.strictObject({ in: z.literal("o'clock"), 'a-b': z.int() }),
    z.strictObject({ in: z.literal('x'), namespace: z.int() }),
  ])
  expect(structuralOf(union, 'spec')['x-kubernetes-validations']?.map(({ rule }) => rule)).toEqual([
    "self.__in__ != 'o\\'clock' || has(self.a__dash__b)",
    "self.__in__ != 'o\\'clock' || !has(self.__namespace__)",
    "self.__in__ != 'x' || has(self.__namespace__)",
    "self.__in__ != 'x' || !has(self.a__dash__b)",
  ])
})

const literal = (value: string) => ({ t: z.literal(value) })

test.each([
  [
    'a field with two shapes',
    z.discriminatedUnion('t', [z.strictObject({ ...literal('a'), x: z.int() }), z.strictObject({ ...literal('b'), x: z.string() })]),
    'spec.u.x',
    'another name',
  ],
  [
    'a default in one shape only',
    z.discriminatedUnion('t', [z.strictObject({ ...literal('a'), x: z.int().default(1) }), z.strictObject(literal('b'))]),
    'spec.u.x',
    'every shape',
  ],
  [
    'a shape that drops fields',
    z.discriminatedUnion('t', [z.object(literal('a')), z.strictObject(literal('b'))]),
    'spec.u',
    'z.strictObject',
  ],
  [
    'a union in a union',
    z.discriminatedUnion('t', [z.discriminatedUnion('t', [z.strictObject(literal('a'))]), z.strictObject(literal('b'))]),
    'spec.u',
    'unions in unions',
  ],
])('refuses %s', (_, union, path, mend) => {
  expect(() => structuralOf(union, 'spec.u')).toThrow(expect.objectContaining({ path, message: expect.stringContaining(mend) as string }))
})
