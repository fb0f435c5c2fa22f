import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyFields, embeddedObject } from '../fields/objects.ts'
import { intOrString, timestamp } from '../fields/scalars.ts'
import { structuralOf } from './conversion.ts'

const rules = [{ rule: 'self.size() > 1', message: 'must be longer' }]

test.each([
  ['a string', z.string(), { type: 'string' }],
  ['its length', z.string().min(1).max(63), { type: 'string', minLength: 1, maxLength: 63 }],
  ['a pattern', z.string().regex(/^[a-z]+$/), { type: 'string', pattern: '^[a-z]+$' }],
  ['two patterns, which must both hold', z.string().regex(/a/).regex(/b/), { type: 'string', allOf: [{ pattern: 'a' }, { pattern: 'b' }] }],
  ['a format with its own pattern', z.ipv4(), { type: 'string', format: 'ipv4', pattern: z.ipv4().def.pattern?.source }],
  ['a format whose pattern RE2 cannot compile, by its name alone', z.email({ pattern: /^(?!x)/ }), { type: 'string', format: 'email' }],
  ['base64 under the name that Kubernetes has for it', z.base64(), { type: 'string', format: 'byte', pattern: expect.any(String) }],
  ['a timestamp', timestamp(), { type: 'string', format: 'date-time', pattern: expect.any(String) }],
  ['a format that only Kubernetes knows', z.string().meta({ format: 'quantity' }), { type: 'string', format: 'quantity' }],
  ['an integer, 64 bits wide', z.int(), { type: 'integer', format: 'int64' }],
  ['an integer with bounds', z.int().min(0).max(100), { type: 'integer', format: 'int64', minimum: 0, maximum: 100 }],
  ['an integer of 32 bits', z.int32(), { type: 'integer', format: 'int32' }],
  ['a positive integer of 32 bits', z.int32().positive(), { type: 'integer', format: 'int32', minimum: 0, exclusiveMinimum: true }],
  [
    'a number with exclusive bounds',
    z.number().gt(0).lt(1),
    { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
  ],
  ['a multiple', z.int().multipleOf(5), { type: 'integer', format: 'int64', multipleOf: 5 }],
  ['a boolean', z.boolean(), { type: 'boolean' }],
  ['an enum', z.enum(['A', 'B']), { type: 'string', enum: ['A', 'B'] }],
  ['a literal', z.literal(3), { type: 'integer', enum: [3] }],
  ['a union of literals', z.union([z.literal('A'), z.enum(['B', 'C'])]), { type: 'string', enum: ['A', 'B', 'C'] }],
  ['a nullable', z.string().nullable(), { type: 'string', nullable: true }],
  ['a union with null', z.union([z.string(), z.null()]), { type: 'string', nullable: true }],
  ['a list', z.array(z.string()).min(1).max(9), { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 9 }],
  [
    'a list that is a set',
    z.array(z.string()).meta({ 'x-kubernetes-list-type': 'set' }),
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  ],
  ['a record', z.record(z.string(), z.int()), { type: 'object', additionalProperties: { type: 'integer', format: 'int64' } }],
  [
    'a record of bounded size',
    z.record(z.string(), z.string()).meta({ maxProperties: 8 }),
    { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 8 },
  ],
  ['anything', z.unknown(), { 'x-kubernetes-preserve-unknown-fields': true }],
  ['any fields', anyFields(), { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
  ['an int or a string', intOrString(), { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true }],
  [
    'an object within an object',
    embeddedObject(),
    {
      type: 'object',
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' } },
      required: ['apiVersion', 'kind'],
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-embedded-resource': true,
    },
  ],
  ['a description', z.string().describe('what it is'), { type: 'string', description: 'what it is' }],
  [
    'a description of a wrapper, which wins',
    z.string().describe('inner').optional().describe('outer'),
    { type: 'string', description: 'outer' },
  ],
  ['CEL rules', z.string().meta({ rules }), { type: 'string', 'x-kubernetes-validations': rules }],
  [
    'a check in this process beside the same rule in CEL',
    z
      .string()
      .refine((text) => text.length > 1)
      .meta({ rules }),
    { type: 'string', 'x-kubernetes-validations': rules },
  ],
  [
    'a strict object, which the API server prunes anyway',
    z.strictObject({ a: z.string() }),
    { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  ],
  ['metadata of somebody else, left out', z.string().meta({ placeholder: 'NAME' }), { type: 'string' }],
])('converts %s', (_, schema, structural) => {
  expect(structuralOf(schema, 'spec')).toEqual(structural)
})

test('a field is required unless it is optional or has a default', () => {
  const schema = z.object({
    required: z.string(),
    nullable: z.string().nullable(),
    optional: z.string().optional(),
    defaulted: z.int().default(1),
    prefault: z.object({ inner: z.string().default('x') }).prefault({}),
    readonlyOptional: z.string().optional().readonly(),
    anything: z.unknown(),
  })
  const structural = structuralOf(schema, 'spec')
  expect(structural.required).toEqual(['required', 'nullable', 'anything'])
  expect(structural.properties?.['defaulted']?.default).toBe(1)
  expect(structural.properties?.['prefault']).toEqual({
    type: 'object',
    properties: { inner: { type: 'string', default: 'x' } },
    default: { inner: 'x' },
  })
})

const recursive: z.ZodObject = z.object({
  get child() {
    return recursive.optional()
  },
})

test.each([
  ['a Date', z.object({ at: z.date() }), 'spec.at', 'timestamp()'],
  ['a bigint', z.object({ n: z.bigint() }), 'spec.n', 'z.int()'],
  ['a tuple', z.object({ pair: z.tuple([z.string(), z.int()]) }), 'spec.pair', 'named fields'],
  [
    'a union of shapes, deep in a list',
    z.object({ ports: z.array(z.object({ range: z.union([z.int(), z.string()]) })) }),
    'spec.ports[].range',
    'intOrString()',
  ],
  [
    'a union of objects',
    z.object({ from: z.discriminatedUnion('t', [z.object({ t: z.literal('a') }), z.object({ t: z.literal('b') })]) }),
    'spec.from',
    'z.strictObject',
  ],
  ['an intersection', z.object({ both: z.intersection(z.object({}), z.object({})) }), 'spec.both', '.shape'],
  ['a transform', z.object({ n: z.string().transform(Number) }), 'spec.n', 'where it is read'],
  ['a preprocess', z.object({ n: z.preprocess(Number, z.int()) }), 'spec.n', 'where it is read'],
  ['a coercion', z.object({ n: z.coerce.number() }), 'spec.n', 'plain type'],
  ['a catch', z.object({ s: z.string().catch('x') }), 'spec.s', '.default()'],
  ['a trim', z.object({ s: z.string().trim() }), 'spec.s', 'pattern'],
  ['a refinement that only this process knows', z.object({ s: z.string().refine((s) => s !== 'x') }), 'spec.s', 'CEL'],
  ['look-ahead', z.object({ s: z.string().regex(/^(?!x)/) }), 'spec.s', 'RE2'],
  ['a back reference', z.object({ s: z.string().regex(/(a)\1/) }), 'spec.s', 'RE2'],
  ['a flag on a pattern', z.object({ s: z.string().regex(/a/i) }), 'spec.s', 'flag "i"'],
  ['constrained keys of a record', z.object({ m: z.record(z.enum(['a', 'b']), z.string()) }), 'spec.m', 'keys of a map'],
  ['the values of a record', z.object({ m: z.record(z.string(), z.date()) }), 'spec.m{}', 'timestamp()'],
  ['named fields beside a type for all others', z.object({ a: z.string() }).catchall(z.string()), 'spec', 'record of their own'],
  ['an enum of mixed types', z.object({ e: z.literal(['a', 1]) }), 'spec.e', 'all be strings'],
  ['a schema that contains itself', recursive, 'spec.child', 'contains itself'],
])('refuses %s, saying where and what instead', (_, schema, path, mend) => {
  expect(() => structuralOf(schema, 'spec')).toThrow(
    expect.objectContaining({ name: 'DefinitionError', path, message: expect.stringContaining(mend) }),
  )
})
