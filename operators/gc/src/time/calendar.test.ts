import { expect, test } from 'vitest'
import { Cron } from './cron.ts'
import { anyOpening, cronOpening, firstOpen, opening, weeklyOpening } from './opening.ts'
import { before, since } from './spans.ts'
import { Zone } from './zone.ts'

const utc = new Zone('UTC')
const berlin = new Zone('Europe/Berlin')
const at = (text: string) => Date.parse(text)
const text = (instant: number | undefined) => (instant === undefined ? undefined : new Date(instant).toISOString().replace('.000', ''))
const ticks = (cron: Cron, from: string, count: number) => {
  const found: (string | undefined)[] = []
  for (let next = cron.nextFrom(at(from)); found.length < count; next = next === undefined ? undefined : cron.nextFrom(next + 1))
    found.push(text(next))
  return found
}

test.each([
  ['*/15 * * * *', '2026-01-01T00:01:00Z', '2026-01-01T00:15:00Z'],
  ['0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-01T03:00:00Z'],
  ['0 3 * * *', '2026-01-01T03:00:00.001Z', '2026-01-02T03:00:00Z'],
  ['@daily', '2026-01-01T00:00:01Z', '2026-01-02T00:00:00Z'],
  ['30 22 * * mon-fri', '2026-01-02T23:00:00Z', '2026-01-05T22:30:00Z'],
  ['0 0 * * 7', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['0 0 13 * 5', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00Z'],
  ['5,10 8-9/1 1 jan,jul *', '2026-01-01T08:06:00Z', '2026-01-01T08:10:00Z'],
])('%s after %s ticks at %s', (expression, from, next) => {
  expect(text(new Cron(expression, utc).nextFrom(at(from)))).toBe(next)
})

test('T7: 29 February waits for a leap year, over 2100 too', () => {
  expect(ticks(new Cron('0 0 29 2 *', utc), '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'])
  expect(ticks(new Cron('0 0 29 2 *', utc), '2097-01-01T00:00:00Z', 1)).toEqual(['2104-02-29T00:00:00Z'])
})

test.each([
  ['0 0 31 2 *', 'never comes'],
  ['* * * *', 'five fields'],
  ['60 * * * *', 'no minute'],
  ['* 24 * * *', 'no hour'],
  ['* * 0 * *', 'no day of month'],
  ['* * * foo *', 'no month'],
  ['*/0 * * * *', 'step'],
  ['5-2 * * * *', 'backwards'],
  ['a-b-c * * * *', 'no minute'],
])('"%s" is refused: %s', (expression, problem) => {
  expect(() => new Cron(expression, utc)).toThrow(problem)
})

test('T7: an unknown zone is refused', () => expect(() => new Zone('Europe/Atlantis')).toThrow('IANA'))

// In Berlin 2026-03-29 has no 02:30, and 2026-10-25 has two.
test('T7: a time that spring leaves out ticks when the clock has jumped, once', () => {
  expect(ticks(new Cron('30 2 * * *', berlin), '2026-03-28T00:00:00Z', 3)).toEqual([
    '2026-03-28T01:30:00Z',
    '2026-03-29T01:00:00Z',
    '2026-03-30T00:30:00Z',
  ])
})

test('T7: a time that autumn repeats ticks once; what ticks every hour ticks in both', () => {
  expect(ticks(new Cron('30 2 * * *', berlin), '2026-10-24T22:00:00Z', 2)).toEqual(['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'])
  expect(ticks(new Cron('30 * * * *', berlin), '2026-10-25T00:00:00Z', 3)).toEqual([
    '2026-10-25T00:30:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-25T02:30:00Z',
  ])
})

test('T7: a missed tick is made up for within its deadline, and after that waits for the next', () => {
  const nightly = cronOpening(new Cron('0 3 * * *', utc), 600_000)
  const due = at('2026-01-01T12:00:00Z')
  const firstAt = (now: string) => text(firstOpen([nightly], due, at(now))?.from)
  expect(firstAt('2026-01-01T13:00:00Z')).toBe('2026-01-02T03:00:00Z')
  expect(firstAt('2026-01-02T03:09:59Z')).toBe('2026-01-02T03:00:00Z')
  expect(firstAt('2026-01-02T03:10:00Z')).toBe('2026-01-03T03:00:00Z')
})

const nights = weeklyOpening({ days: new Set([1, 2, 3, 4, 5]), from: 22 * 60, to: 6 * 60, zone: berlin })

test('a window over midnight belongs to the day on which it opens', () => {
  expect(nights.spanFrom(at('2026-01-05T12:00:00Z'))).toEqual({ from: at('2026-01-05T21:00:00Z'), until: at('2026-01-06T05:00:00Z') })
  expect(nights.spanFrom(at('2026-01-06T04:59:59Z'))?.from).toBe(at('2026-01-05T21:00:00Z'))
  // Friday's runs into Saturday, and the next opens on Monday.
  expect(nights.spanFrom(at('2026-01-10T05:00:00Z'))?.from).toBe(at('2026-01-12T21:00:00Z'))
})

test('a window in the night of a clock change is an hour shorter, or longer', () => {
  const sundays = weeklyOpening({ days: new Set([0]), from: 0, to: 6 * 60, zone: berlin })
  const length = (day: string) => {
    const span = sundays.spanFrom(at(day))!
    return (span.until - span.from) / 3_600_000
  }
  expect([length('2026-03-28T22:59:00Z'), length('2026-10-24T21:00:00Z'), length('2026-11-01T00:00:00Z')]).toEqual([5, 7, 6])
})

test('of several constraints the first moment counts at which all allow it, and until the first of them ends', () => {
  const frozen = opening([...before(at('2026-01-05T00:00:00Z')), ...since(at('2026-01-07T23:00:00Z'))])
  expect(firstOpen([nights, frozen], at('2026-01-05T12:00:00Z'), 0)).toEqual({
    from: at('2026-01-07T23:00:00Z'),
    until: at('2026-01-08T05:00:00Z'),
  })
  const due = at('2026-01-06T01:00:00Z')
  expect(firstOpen([nights], due, 0)?.from).toBe(due)
})

test('constraints that never meet are never, and not an endless search', () => {
  const mornings = weeklyOpening({ days: new Set([1]), from: 8 * 60, to: 9 * 60, zone: utc })
  const evenings = weeklyOpening({ days: new Set([1]), from: 18 * 60, to: 19 * 60, zone: utc })
  expect(firstOpen([mornings, evenings], 0, 0)).toBeUndefined()
  expect(firstOpen([anyOpening([mornings, evenings])], at('2026-01-05T09:30:00Z'), 0)?.from).toBe(at('2026-01-05T18:00:00Z'))
})
