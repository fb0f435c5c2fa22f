import { expect, test } from 'vitest'
import { ControllerTally } from './controller-tally.ts'

test('counts, the median and the slowest of an interval', () => {
  const tally = new ControllerTally()
  for (const ms of [1, 2, 3, 4, 100]) tally.ended('a', ms)
  tally.sample(7)
  tally.sample(0)
  expect(tally.facts()).toMatchObject({
    ...{ reconciles: 5, errors: 0, median: 3, p99: 100 },
    series: [
      { queued: 7, reconciles: 5, errors: 0, slowest: 100 },
      { queued: 0, reconciles: 0, errors: 0, slowest: 0 },
    ],
  })
})

test('the last error stands until the same object succeeds', () => {
  const tally = new ControllerTally()
  tally.ended('a', 1)
  tally.failed('a', 'boom', 5)
  tally.ended('b', 1)
  expect(tally.facts().lastError).toEqual({ object: 'a', message: 'boom', at: 5 })
  tally.ended('a', 1)
  expect(tally.facts()).toMatchObject({ errors: 1, lastError: undefined })
})

test('its memory is bounded', () => {
  const tally = new ControllerTally()
  for (let at = 0; at < 1_000; at++) {
    tally.ended('a', at)
    tally.sample(0)
  }
  expect(tally.facts().series).toHaveLength(150)
  expect(tally.facts().median).toBeGreaterThanOrEqual(800)
})
