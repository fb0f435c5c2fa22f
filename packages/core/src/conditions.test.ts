import { describe, expect, test } from 'vitest'
import { type Condition, findCondition, isConditionTrue, removeCondition, setCondition } from './conditions.ts'
import { deepFreeze } from './freeze.ts'

const T1 = Date.UTC(2026, 0, 1, 0, 0, 1)
const T2 = Date.UTC(2026, 0, 1, 0, 0, 2)
const ready: Condition = {
  type: 'Ready',
  status: 'True',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:01Z',
  reason: 'Synced',
  message: 'all is well',
}
const stalled: Condition = { type: 'Stalled', status: 'False', lastTransitionTime: '2026-01-01T00:00:01Z', reason: 'Progress', message: '' }
const conditions = deepFreeze([ready, stalled])

describe('setCondition', () => {
  test('a new type comes last, with the time at which it was set', () => {
    expect(
      setCondition(undefined, { type: 'Ready', status: 'True', reason: 'Synced', message: 'all is well', observedGeneration: 1 }, T1),
    ).toEqual([ready])
    expect(setCondition(conditions, { type: 'New', status: 'Unknown', reason: 'Start' }, T2).at(-1)).toEqual({
      type: 'New',
      status: 'Unknown',
      lastTransitionTime: '2026-01-01T00:00:02Z',
      reason: 'Start',
      message: '',
    })
  })

  test('saying the same again gives the very same list back: there is nothing to write', () => {
    const { lastTransitionTime: _, ...same } = ready
    expect(setCondition(conditions, same, T2)).toBe(conditions)
  })

  test.each([
    ['reason', { reason: 'Other' }],
    ['message', { message: 'still well' }],
    ['observed generation', { observedGeneration: 2 }],
  ])('a change of the %s alone keeps the time of the transition, and the place', (_what, change) => {
    expect(setCondition(conditions, { ...ready, ...change }, T2)).toEqual([{ ...ready, ...change }, stalled])
  })

  test('a change of the status moves the time of the transition', () => {
    const { lastTransitionTime: _, ...before } = ready
    expect(setCondition(conditions, { ...before, status: 'False' }, T2)[0]).toEqual({
      ...ready,
      status: 'False',
      lastTransitionTime: '2026-01-01T00:00:02Z',
    })
  })

  test('a transition that is known to be older keeps its own time; without a transition that time is ignored', () => {
    const lastTransitionTime = '2025-12-31T00:00:00Z'
    expect(setCondition(conditions, { ...ready, status: 'False', lastTransitionTime }, T2)[0]).toMatchObject({ lastTransitionTime })
    expect(setCondition(conditions, { ...ready, lastTransitionTime }, T2)).toBe(conditions)
  })
})

test('findCondition, isConditionTrue and removeCondition go by type', () => {
  expect(findCondition(conditions, 'Stalled')).toBe(stalled)
  expect(findCondition(conditions, 'Missing')).toBeUndefined()
  expect(findCondition(undefined, 'Ready')).toBeUndefined()
  expect(isConditionTrue(conditions, 'Ready')).toBe(true)
  expect(isConditionTrue(conditions, 'Stalled')).toBe(false)
  expect(isConditionTrue(undefined, 'Ready')).toBe(false)
  expect(removeCondition(conditions, 'Ready')).toEqual([stalled])
  expect(removeCondition(conditions, 'Missing')).toBe(conditions)
})
