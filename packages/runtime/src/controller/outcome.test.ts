import { describe, expect, test } from 'vitest'
import { outcomeOf } from './outcome.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const again = (ms: number, prune: boolean) => ({ result: 'requeue_after', ms, prune })

describe('when a reconcile wants to be called again', () => {
  test.each([
    ['never', undefined, { result: 'success', prune: true }],
    ['never, with an empty answer', {}, { result: 'success', prune: true }],
    ['after no time at all is never', { requeueAfter: 0 }, { result: 'success', prune: true }],
    ['after a while', { requeueAfter: '1m' }, again(60_000, false)],
    ['at a time', { requeueAt: new Date(NOW + 5_000) }, again(5_000, true)],
    ['at a time in milliseconds', { requeueAt: NOW + 5_000 }, again(5_000, true)],
    ['at a time that is now', { requeueAt: NOW }, again(100, true)],
    ['at a time that has passed', { requeueAt: NOW - 86_400_000 }, again(100, true)],
    ['at a time or after a while: the time is earlier', { requeueAt: NOW + 1_000, requeueAfter: '1m' }, again(1_000, false)],
    ['at a time or after a while: the while is earlier', { requeueAt: NOW + 100_000, requeueAfter: '1m' }, again(60_000, false)],
    ['at a time, with what it has not said yet', { requeueAt: NOW + 1_000, prune: false }, again(1_000, false)],
  ])('%s', (_, result, expected) => {
    expect(outcomeOf(result, NOW)).toMatchObject(expected)
  })

  test('at no time is a mistake that is told', () => {
    expect(() => outcomeOf({ requeueAt: new Date('soon') }, NOW)).toThrow('"requeueAt" is not a time: give a valid Date')
  })
})
