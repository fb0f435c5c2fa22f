import { expect, test } from 'vitest'
import { z } from 'zod'
import { structuralOf } from '../structural/conversion.ts'
import { localChecksOf } from '../structural/local-checks.ts'
import { cel, immutable, immutableFields, oneOfFields, webhookOnly } from './rules.ts'

const rulesOf = (schema: z.ZodType) => structuralOf(schema, 'spec')['x-kubernetes-validations']

test('a rule reaches the CRD with all that it says, and its check holds here', () => {
  const range = cel(z.object({ min: z.int(), max: z.int() }), 'self.min <= self.max', {
    message: 'min must not be above max',
    reason: 'FieldValueForbidden',
    fieldPath: '.min',
    check: ({ min, max }) => min <= max,
  })
  expect(rulesOf(range)).toEqual([
    { rule: 'self.min <= self.max', message: 'min must not be above max', reason: 'FieldValueForbidden', fieldPath: '.min' },
  ])
  expect(range.safeParse({ min: 1, max: 2 }).success).toBe(true)
  expect(range.safeParse({ min: 3, max: 2 }).error?.issues[0]?.message).toBe('min must not be above max')
})

test('several rules stand beside each other, those of a wrapper too, and nothing else of the metadata is lost', () => {
  const text = cel(cel(z.string().describe('a text'), 'one'), 'two').optional()
  expect(structuralOf(cel(text, 'three'), 'spec')).toMatchObject({
    description: 'a text',
    'x-kubernetes-validations': [{ rule: 'one' }, { rule: 'two' }, { rule: 'three' }],
  })
})

test('immutable says so', () => {
  expect(rulesOf(immutable(z.string()))).toEqual([{ rule: 'self == oldSelf', message: 'is immutable' }])
  expect(rulesOf(immutable(z.string(), { message: 'stays' }))).toEqual([{ rule: 'self == oldSelf', message: 'stays' }])
})

test('immutable fields can be neither changed nor added nor removed', () => {
  expect(rulesOf(immutableFields(z.object({ 'a-b': z.string().optional() }), ['a-b']))).toEqual([
    {
      rule: 'has(self.a__dash__b) == has(oldSelf.a__dash__b) && (!has(self.a__dash__b) || self.a__dash__b == oldSelf.a__dash__b)',
      message: 'a-b is immutable',
      fieldPath: '.a-b',
    },
  ])
})

const sources = z.object({ secret: z.string().optional(), file: z.string().optional(), url: z.string().optional() })

test.each([
  ['exactlyOne', '== 1', [false, true, false]],
  ['atMostOne', '<= 1', [true, true, false]],
  ['atLeastOne', '>= 1', [false, true, true]],
] as const)('%s of some fields: the same in CEL and here', (count, comparison, verdicts) => {
  const schema = oneOfFields(sources, ['secret', 'file', 'url'], { count })
  expect(rulesOf(schema)?.[0]?.rule).toBe(`[has(self.secret), has(self.file), has(self.url)].filter(is, is).size() ${comparison}`)
  expect([{}, { secret: 'a' }, { secret: 'a', url: 'b' }].map((value) => schema.safeParse(value).success)).toEqual(verdicts)
})

test('a field that is always there cannot be one of several', () => {
  expect(() => oneOfFields(z.object({ a: z.string(), b: z.string().optional() }), ['a', 'b'])).toThrow(
    'a: a field of oneOfFields() must be optional',
  )
  expect(() => oneOfFields(z.object({ a: z.string().default('x') }), ['a'])).toThrow('without a default')
})

test('a check for the webhook is held here, is no part of the CRD, and is listed with its path', () => {
  const schema = z.object({ rules: z.array(z.object({ cron: webhookOnly(z.string(), (text) => text !== 'never', 'must come due') })) })
  expect(structuralOf(schema, 'spec').properties?.['rules']?.items?.properties?.['cron']).toEqual({ type: 'string' })
  expect(schema.safeParse({ rules: [{ cron: 'never' }] }).error?.issues[0]?.message).toBe('must come due')
  expect(localChecksOf(schema, 'spec')).toEqual(['spec.rules[].cron'])
})

test('a check that nobody else holds is refused with the mend', () => {
  expect(() => structuralOf(z.object({ s: z.string().refine((s) => s !== 'x') }), 'spec')).toThrow(
    /spec\.s: refine\(\) .* cel\(.* webhookOnly\(/,
  )
})
