import { expect, test } from 'vitest'
import { fallingDue } from './falling-due.ts'
import type { TrackedObject } from './tracked-object.ts'

const tracked = (uid: string, opinion: object, more: object = {}): TrackedObject =>
  ({
    ...{ seen: { uid }, words: new Map([['p', { opinion }]]), verdict: { is: 'delete', at: 50, by: 'p' }, progress: { is: 'watched' } },
    ...more,
  }) as unknown as TrackedObject
const at = (time: number) => ({ is: 'at', at: time, reason: '' }) as const
const times = (objects: readonly TrackedObject[], dryRun = false, told = new Set<string>()) =>
  fallingDue('p', dryRun, objects, [], told).map((falling) => falling.at)

test.each<[string, TrackedObject, boolean, readonly number[]]>([
  ['by the verdict of all policies', tracked('a', at(10)), false, [50]],
  ['in a dry run by its own word', tracked('a', at(10)), true, [10]],
  ['while nothing is decided, by its own word', tracked('a', at(10), { verdict: { is: 'none' } }), false, [10]],
  ['what is kept never', tracked('a', at(10), { verdict: { is: 'keep' } }), false, []],
  ['what is not selected never', tracked('a', { is: 'unselected', matched: true, reason: '' }), false, []],
  ['what is going already is no more to come', tracked('a', at(10), { progress: { is: 'terminating' } }), false, []],
])('%s', (_, object, dryRun, due) => {
  expect(times([object], dryRun)).toEqual(due)
})

test('an object of two policies is one object', () => {
  const told = new Set<string>()
  expect([times([tracked('a', at(10))], false, told), times([tracked('a', at(10))], false, told)]).toEqual([[50], []])
})

test('those at rest count by what they rest until', () => {
  expect(
    fallingDue(
      'p',
      false,
      [],
      [
        { opinion: at(1), at: 7 },
        { opinion: { is: 'never', reason: '' }, at: 9 },
      ],
      new Set(),
    ),
  ).toEqual([{ policy: 'p', at: 7, dryRun: false }])
})
