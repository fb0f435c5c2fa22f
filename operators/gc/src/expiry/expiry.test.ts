import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NO_FACTS } from '../facts/facts.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import { parseMomentPath } from '../fields/moment.ts'
import { type Expiry, expiryOf, type Mode } from './expiry.ts'

const context = { now: 0, facts: NO_FACTS }
const kind = { group: 'example.dev', version: 'v1', kind: 'Thing' }

const created = '2026-01-01T00:00:00Z'
const createdAt = Date.UTC(2026, 0, 1)
/** A stamp of whole seconds may name the end of its second. */
const grain = 999
const object = (fields: object = {}, annotations: Record<string, string> = {}) => ({
  metadata: { name: 'x', creationTimestamp: created, annotations },
  ...fields,
})
const at = (secondsAfterCreation: number): Expiry => ({
  is: 'at',
  at: createdAt + secondsAfterCreation * 1000 + grain,
  reason: expect.any(String) as string,
})

const fixed = (seconds: number): Mode => ({ mode: 'fixed', milliseconds: seconds * 1000 })
const field = (path: string, more: { mappings?: Record<string, number>; otherwise?: number } = {}): Mode => ({
  mode: 'field',
  path: parseFieldPath(path),
  mappings: more.mappings && new Map(Object.entries(more.mappings).map(([key, seconds]) => [key, seconds * 1000])),
  otherwise: more.otherwise && more.otherwise * 1000,
})
const relative = (path: string, seconds: number): Mode => ({
  mode: 'relative',
  path: parseMomentPath(path, kind),
  milliseconds: seconds * 1000,
})
const byAnnotation = field('metadata.annotations.gc\\.dev/ttl')

test.each<[string, Mode, object, Expiry]>([
  ['T8: fixed: so long after creation, and never within the second of the stamp', fixed(60), object(), at(60)],
  ['T1: fixed: 25 days, which is more than a timer of Node can wait', fixed(25 * 86_400), object(), at(25 * 86_400)],
  ['field: an integer', field('spec.ttl'), object({ spec: { ttl: 60 } }), at(60)],
  ['Z12: field: a numeric annotation', byAnnotation, object({}, { 'gc.dev/ttl': '60' }), at(60)],
  ['field: a duration', byAnnotation, object({}, { 'gc.dev/ttl': '1h' }), at(3600)],
  [
    'field: a date',
    byAnnotation,
    object({}, { 'gc.dev/ttl': '2026-06-01' }),
    { is: 'at', at: Date.UTC(2026, 5, 2), reason: expect.any(String) as string },
  ],
  ['field: nothing there', byAnnotation, object(), { is: 'unset', reason: expect.stringContaining('nothing stands') }],
  ['field: nothing there, with a default', field('spec.ttl', { otherwise: 30 }), object(), at(30)],
  ['field: empty, with a default', field('spec.ttl', { otherwise: 30 }), object({ spec: { ttl: '' } }), at(30)],
  ['mapped: a value of the map', field('spec.tier', { mappings: { gold: 100, tin: 10 } }), object({ spec: { tier: 'tin' } }), at(10)],
  ['mapped: a number that is a key', field('spec.tier', { mappings: { '3': 10 } }), object({ spec: { tier: 3 } }), at(10)],
  [
    'mapped: a value the map does not know',
    field('spec.tier', { mappings: { gold: 100 } }),
    object({ spec: { tier: 'lead' } }),
    { is: 'unset', reason: expect.any(String) },
  ],
  [
    'mapped: the same, with a default',
    field('spec.tier', { mappings: { gold: 100 }, otherwise: 5 }),
    object({ spec: { tier: 'lead' } }),
    at(5),
  ],
  [
    'mapped: a key of the prototype is no key',
    field('spec.tier', { mappings: { gold: 1 } }),
    object({ spec: { tier: 'constructor' } }),
    { is: 'unset', reason: expect.any(String) },
  ],
  ['relative: after a time in the object', relative('status.doneAt', 10), object({ status: { doneAt: created } }), at(10)],
  ['relative: 0 after it', relative('status.doneAt', 0), object({ status: { doneAt: created } }), at(0)],
  // Z4: kube-zen took a time that was over for an error, and never deleted.
  [
    'Z4: relative: long past',
    relative('status.doneAt', 10),
    object({ status: { doneAt: '2001-01-01T00:00:00Z' } }),
    { is: 'at', at: Date.UTC(2001, 0, 1, 0, 0, 10) + grain, reason: expect.any(String) as string },
  ],
  ['relative: not there', relative('status.doneAt', 10), object(), { is: 'unset', reason: expect.any(String) }],
  [
    'relative: no time',
    relative('status.doneAt', 10),
    object({ status: { doneAt: 'yesterday' } }),
    { is: 'blocked', reason: expect.stringContaining('status.doneAt') },
  ],
  [
    'relative: a number',
    relative('status.doneAt', 10),
    object({ status: { doneAt: 1_700_000_000 } }),
    { is: 'blocked', reason: expect.any(String) },
  ],
  [
    'T4: relative: the year 1, which is how Go writes a time that was never set',
    relative('status.doneAt', 10),
    object({ status: { doneAt: '0001-01-01T00:00:00Z' } }),
    { is: 'blocked', reason: expect.any(String) },
  ],
  ['T4: relative: null', relative('status.doneAt', 10), object({ status: { doneAt: null } }), { is: 'unset', reason: expect.any(String) }],
  ['T4: relative: empty', relative('status.doneAt', 10), object({ status: { doneAt: '' } }), { is: 'unset', reason: expect.any(String) }],
  [
    'T4: relative: the year 9999',
    relative('status.doneAt', 10),
    object({ status: { doneAt: '9999-12-31T23:59:59Z' } }),
    { is: 'at', at: Date.UTC(9999, 11, 31, 23, 59, 59) + 10_000 + grain, reason: expect.any(String) as string },
  ],
  [
    'T4: created in the year 1',
    fixed(60),
    { metadata: { name: 'x', creationTimestamp: '0001-01-01T00:00:00Z' } },
    { is: 'blocked', reason: expect.any(String) },
  ],
  [
    'relative: the time of a condition',
    relative('status.conditions[?(@.type=="Complete")].lastTransitionTime', 10),
    object({
      status: {
        conditions: [
          { type: 'Failed', lastTransitionTime: 'x' },
          { type: 'Complete', lastTransitionTime: created },
        ],
      },
    }),
    at(10),
  ],
  ['never', byAnnotation, object({}, { 'gc.dev/ttl': 'never' }), { is: 'never', reason: expect.any(String) }],
  [
    'Z13: unreadable: kept and told',
    byAnnotation,
    object({}, { 'gc.dev/ttl': '-5' }),
    { is: 'blocked', reason: expect.stringContaining('-5') },
  ],
  ['more than a hundred years', fixed(9.3e9), object(), { is: 'never', reason: expect.any(String) }],
  ['no creation time', fixed(1), { metadata: { name: 'x' } }, { is: 'blocked', reason: expect.any(String) }],
])('%s', (_, lifetime, target, expected) => {
  expect(expiryOf(lifetime, target as never, context)).toEqual(expected)
})

test('no time to live, however it is written, lets an object fall due before it was created', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.double(), fc.string(), fc.stringMatching(/^[0-9PTDHMSWdhms.:+-]{1,12}$/)), (ttl) => {
      const expiry = expiryOf(field('spec.ttl'), object({ spec: { ttl } }), context)
      const isDate = typeof ttl === 'string' && /^\s*\d{4}-/.test(ttl)
      return expiry.is !== 'at' || isDate || expiry.at > createdAt
    }),
  )
})
