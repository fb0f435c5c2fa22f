import { expect, test } from 'vitest'
import { type Concurrency, fullConcurrency, onAnswer } from './concurrency.ts'

test.each([
  ['a 429', 'throttled', 5],
  ['no answer', 'unknown', 5],
  ['an answer after more than a second', 'gone', 1_001],
] as const)('%s halves what may be under way, and what comes in the same second does not halve it again', (_, is, ms) => {
  const once = onAnswer(fullConcurrency(16), { is }, ms, 0)
  expect(once.limit).toBe(8)
  expect(onAnswer(once, { is }, ms, 999).limit).toBe(8)
  expect(onAnswer(once, { is }, ms, 1_000).limit).toBe(4)
})

test('it never falls below one, and good answers bring it all back, a step for each round', () => {
  let state: Concurrency = fullConcurrency(4)
  for (let n = 0; n < 10; n++) state = onAnswer(state, { is: 'throttled' }, 5, n * 2_000)
  expect(state.limit).toBe(1)
  const limits = Array.from({ length: 6 }, () => {
    state = onAnswer(state, { is: 'gone' }, 5, 60_000)
    return state.limit
  })
  expect(limits).toEqual([2, 2, 3, 3, 3, 4])
})

test('what the object alone is to blame for says nothing about the server', () => {
  const full = fullConcurrency(16)
  for (const is of ['changed', 'replaced', 'already-gone', 'denied', 'refused', 'forbidden'] as const)
    expect(onAnswer(full, { is }, 5, 0)).toBe(full)
})
