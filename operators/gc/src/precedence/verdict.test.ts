import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Opinion } from '../judgement/opinion.ts'
import { decide } from './verdict.ts'

const at = (time: number): Opinion => ({ is: 'at', at: time, reason: 'x' })
const never: Opinion = { is: 'never', reason: 'kept' }
const blocked: Opinion = { is: 'blocked', reason: 'unreadable' }
const unset: Opinion = { is: 'unset', reason: 'no ttl' }
const unselected: Opinion = { is: 'unselected', matched: true, reason: 'x' }

test.each<[string, [string, Opinion][], object]>([
  ['nobody', [], { is: 'none' }],
  ['one that says when', [['a', at(5)]], { is: 'delete', at: 5, until: Number.POSITIVE_INFINITY, by: 'a' }],
  // In zen-gc any policy's word sufficed to delete.
  [
    'two times: the later',
    [
      ['a', at(5)],
      ['b', at(9)],
    ],
    { is: 'delete', at: 9, until: Number.POSITIVE_INFINITY, by: 'b' },
  ],
  [
    'equal times: the first name',
    [
      ['b', at(5)],
      ['a', at(5)],
    ],
    { is: 'delete', at: 5, until: Number.POSITIVE_INFINITY, by: 'a' },
  ],
  [
    'one that keeps',
    [
      ['a', at(5)],
      ['b', never],
    ],
    { is: 'keep', reason: 'kept', by: 'b' },
  ],
  [
    'one whose time cannot be read keeps, too',
    [
      ['a', at(5)],
      ['b', blocked],
    ],
    { is: 'keep', reason: 'unreadable', by: 'b' },
  ],
  [
    'one without an opinion does not keep',
    [
      ['a', at(5)],
      ['b', unset],
      ['c', unselected],
    ],
    { is: 'delete', at: 5, until: Number.POSITIVE_INFINITY, by: 'a' },
  ],
  [
    'only such',
    [
      ['b', unset],
      ['c', unselected],
    ],
    { is: 'none' },
  ],
])('%s', (_, opinions, verdict) => {
  expect(decide(opinions)).toEqual(verdict)
})

test('the order of the words does not matter, and one more word never makes it earlier', () => {
  const opinions = fc.uniqueArray(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof(fc.nat(9).map(at), fc.constantFrom(never, blocked, unset, unselected))),
    { selector: ([name]) => name },
  )
  const time = (verdict: ReturnType<typeof decide>) => (verdict.is === 'delete' ? verdict.at : verdict.is === 'keep' ? Infinity : -Infinity)
  fc.assert(
    fc.property(opinions, (words) => {
      expect(decide(words.toReversed())).toEqual(decide(words))
      expect(time(decide(words))).toBeGreaterThanOrEqual(time(decide(words.slice(1))))
    }),
  )
})
