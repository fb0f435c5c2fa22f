import { expect, test } from 'vitest'
import { structuralOf } from '../structural/conversion.ts'
import { conditions } from './conditions.ts'
import { cidr, duration, intOrString, quantity, timestamp } from './scalars.ts'

test.each([
  ['quantity', quantity(), ['100m', '1.5Gi', '2', 2, '1e3', '.5'], ['1 Gi', 'x', 1.5, '', true]],
  ['duration', duration(), ['0', '90s', '1h30m', '1.5h', '250ms', '3µs'], ['-1s', '1d', '', '90', '9999999h', 5]],
  ['a duration in bounds', duration({ min: '1s', max: '1h' }), ['1s', '1000ms', '60m'], ['999ms', '1h1s', '0']],
  [
    'timestamp',
    timestamp(),
    ['2026-01-02T03:04:05Z', '2024-02-29T00:00:00.5+14:00'],
    ['2026-01-02', '2023-02-29T00:00:00Z', '2026-01-02 03:04:05Z', '2026-01-02T03:04:60Z'],
  ],
  ['cidr', cidr(), ['10.0.0.0/8', 'fd00::/8', '0.0.0.0/0'], ['10.0.0.0', '10.0.0.0/33', '010.0.0.0/8', 'fd00::/129']],
  ['intOrString', intOrString(), [80, 'http', '25%'], [1.5, true]],
  ['an intOrString with a pattern', intOrString({ pattern: /^[0-9]+%$/ }), [3, '25%'], ['25']],
])('%s accepts what it is for, and nothing else', (_, schema, good, bad) => {
  expect(good.filter((value) => !schema.safeParse(value).success)).toEqual([])
  expect(bad.filter((value) => schema.safeParse(value).success)).toEqual([])
})

test('what they say to the API server', () => {
  expect(structuralOf(quantity(), 'q')).toEqual({
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    pattern: expect.stringContaining('KMGTPE') as string,
    'x-kubernetes-int-or-string': true,
  })
  expect(structuralOf(duration({ min: '1s' }), 'd')).toMatchObject({
    format: 'duration',
    'x-kubernetes-validations': [{ rule: "self >= duration('1s')", message: 'must be 1s or more' }],
  })
  expect(structuralOf(cidr(), 'c')).toMatchObject({ format: 'cidr', 'x-kubernetes-validations': [{ rule: 'isCIDR(self)' }] })
})

test('conditions are upstream’s, one of each type', () => {
  const condition = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z', reason: 'Fine', message: '' }
  expect(conditions().safeParse([condition, { ...condition, type: 'example.dev/Synced' }]).success).toBe(true)
  expect(conditions().safeParse([condition, condition]).error?.issues[0]?.message).toBe('has two items with the same type')
  expect(conditions().safeParse([{ ...condition, reason: 'not one word' }]).success).toBe(false)
  expect(structuralOf(conditions(), 'status.conditions')).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
    items: { required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'] },
  })
})
