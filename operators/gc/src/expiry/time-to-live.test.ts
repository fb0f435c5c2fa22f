import { expect, test } from 'vitest'
import { LONGEST, parseTimeToLive } from './time-to-live.ts'

const seconds = (count: number) => ({ is: 'after', milliseconds: count * 1000 })
const minute = 60
const hour = 60 * minute
const day = 24 * hour

test.each<[unknown, object]>([
  // Z12: zen-gc could read integers only, so that no annotation, which is always a string, could say a time to live.
  [3600, seconds(3600)],
  ['3600', seconds(3600)],
  [' 3600 ', seconds(3600)],
  [0.5, seconds(0.5)],
  ['90s', seconds(90)],
  ['1h30m', seconds(hour + 30 * minute)],
  ['7d', seconds(7 * day)],
  ['2w', seconds(14 * day)],
  ['1w2d', seconds(9 * day)],
  ['1d12h', seconds(day + 12 * hour)],
  ['P1D', seconds(day)],
  ['P1DT2H', seconds(day + 2 * hour)],
  ['P2W', seconds(14 * day)],
  ['PT15M30S', seconds(15 * minute + 30)],
  ['never', { is: 'never' }],
  ['Forever', { is: 'never' }],
  ['2026-01-31T12:00:00Z', { is: 'until', at: Date.UTC(2026, 0, 31, 12, 0, 0, 999) }],
  ['2026-01-31T12:00:00.250Z', { is: 'until', at: Date.UTC(2026, 0, 31, 12, 0, 0, 250) }],
  ['2026-01-31t13:00:00.0+01:00', { is: 'until', at: Date.UTC(2026, 0, 31, 12) }],
  // A date alone lasts to its end.
  ['2026-01-31', { is: 'until', at: Date.UTC(2026, 1, 1) }],
])('T5, T6, Z12: reads %o', (value, ttl) => {
  expect(parseTimeToLive(value)).toEqual(ttl)
})

test.each<[unknown]>([
  // Z13: each of these made zen-gc delete at once, or never, without a word.
  [0],
  [-1],
  ['0'],
  ['-5'],
  ['0s'],
  ['-1h'],
  [Number.NaN],
  ['1e3'],
  ['0.5'],
  ['soon'],
  ['1 hour'],
  ['7days'],
  ['P'],
  ['PT'],
  ['P1Y'],
  ['P1M'],
  ['2026-02-30'],
  ['2026-02-30T00:00:00Z'],
  ['2026-01-31T24:00:00Z'],
  // Without a zone it would be the machine's own time, another on each machine.
  ['2026-01-31T12:00:00'],
  ['2026-01-31 12:00'],
  [true],
  [{}],
  [['1h']],
])('K6, T5, T6, Z13: refuses %o, so that the object is kept', (value) => {
  expect(parseTimeToLive(value)).toMatchObject({ is: 'invalid', problem: expect.any(String) })
})

test.each<[unknown]>([[9.3e9], [2 ** 53], ['9300000000'], ['99999999999999999999999'], ['53000w'], [Number.POSITIVE_INFINITY]])(
  'K6, T6, Z13: takes %o, more than a hundred years, for never (in zen-gc the sum overflowed into the past)',
  (value) => {
    expect(parseTimeToLive(value)).toEqual({ is: 'never' })
  },
)

test('a hundred years themselves are still a time', () => {
  expect(parseTimeToLive(LONGEST / 1000)).toEqual({ is: 'after', milliseconds: LONGEST })
})

test('a long text is not repeated whole in a message: it may be anything', () => {
  const problem = parseTimeToLive('x'.repeat(1000))
  expect(problem.is === 'invalid' && problem.problem.length).toBeLessThan(200)
})
