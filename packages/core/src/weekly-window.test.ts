import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAYS_OF_WEEK, WeeklyWindow, type WeeklyWindowSpec } from './weekly-window.ts'

const at = (text: string) => Date.parse(text)
const HOUR = 3_600_000
const window = (over: Partial<WeeklyWindowSpec> = {}) =>
  new WeeklyWindow({ from: '22:00', to: '06:00', timeZone: 'Europe/Berlin', ...over })

describe('over midnight', () => {
  const nights = window({ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'] })

  test('it belongs to the day on which it opens', () => {
    expect(nights.spanFrom(at('2026-01-05T12:00:00Z'))).toEqual({ from: at('2026-01-05T21:00:00Z'), until: at('2026-01-06T05:00:00Z') })
    expect(nights.spanFrom(at('2026-01-06T04:59:59Z'))?.from).toBe(at('2026-01-05T21:00:00Z'))
    // Friday's runs into Saturday, and the next opens on Monday.
    expect(nights.spanFrom(at('2026-01-10T05:00:00Z'))?.from).toBe(at('2026-01-12T21:00:00Z'))
  })

  // 2026-11-21 is a Saturday.
  test.each([
    ['2026-11-20T21:59:59Z', false],
    ['2026-11-20T22:00:00Z', true],
    ['2026-11-21T03:59:59Z', true],
    ['2026-11-21T04:00:00Z', false],
    ['2026-11-21T23:00:00Z', false],
  ])('on Fridays from 22:00 to 04:00, at %s: %s', (time, open) => {
    expect(window({ days: ['Fri'], to: '04:00', timeZone: 'UTC' }).isOpenAt(at(time))).toBe(open)
  })
})

describe('when clocks are changed', () => {
  test('in the night it is an hour shorter, or longer', () => {
    const sundays = window({ days: ['Sun'], from: '00:00' })
    const length = (day: string) => {
      const span = sundays.spanFrom(at(day))!
      return (span.until - span.from) / HOUR
    }
    expect([length('2026-03-28T22:59:00Z'), length('2026-10-24T21:00:00Z'), length('2026-11-01T00:00:00Z')]).toEqual([5, 7, 6])
  })

  test('the same times of the day are others in summer and in winter', () => {
    const early = window({ from: '02:00', to: '03:00' })
    expect(early.isOpenAt(at('2026-07-01T00:30:00Z'))).toBe(true)
    expect(early.isOpenAt(at('2026-12-01T00:30:00Z'))).toBe(false)
    expect(early.isOpenAt(at('2026-12-01T01:30:00Z'))).toBe(true)
  })

  // In Berlin 2026-03-29 has no hour from 02:00, and 2026-10-25 has two.
  test('an hour that spring leaves out is no time at all, and one that autumn repeats is two hours', () => {
    const early = window({ from: '02:00', to: '03:00' })
    expect(early.spanFrom(at('2026-03-28T12:00:00Z'))?.from).toBe(at('2026-03-30T00:00:00Z'))
    expect(early.spanFrom(at('2026-10-24T12:00:00Z'))).toEqual({ from: at('2026-10-25T00:00:00Z'), until: at('2026-10-25T02:00:00Z') })
  })

  test('what begins in the hour that spring leaves out begins with the jump', () => {
    expect(window({ from: '02:30', to: '05:00' }).spanFrom(at('2026-03-28T12:00:00Z'))).toEqual({
      from: at('2026-03-29T01:00:00Z'),
      until: at('2026-03-29T03:00:00Z'),
    })
  })
})

test('without days it opens every day, and from a time to itself it is open always', () => {
  const always = window({ from: '08:00', to: '08:00', timeZone: 'UTC' })
  for (let hour = 0; hour < 24 * 8; hour++) expect(always.isOpenAt(at('2026-01-01T00:30:00Z') + hour * HOUR)).toBe(true)
})

test.each<[string, Partial<WeeklyWindowSpec>, RegExp]>([
  ['a zone that is none', { timeZone: 'Mars/Base' }, /"Mars\/Base" is no time zone/],
  ['an hour that is none', { from: '24:00' }, /"24:00" is no time of the day/],
  ['a minute that is none', { to: '12:60' }, /"12:60" is no time of the day/],
  ['words', { to: 'noon' }, /write it like 22:00/],
])('refused is %s', (_, over, why) => expect(() => window(over)).toThrow(why))

test('whenever one asks, it is open exactly within the spans that it tells', () => {
  const minute = fc
    .integer({ min: 0, max: 1439 })
    .map((n) => `${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`)
  const days = fc.subarray([...DAYS_OF_WEEK], { minLength: 1 })
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata')
  const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') })
  fc.assert(
    fc.property(days, minute, minute, zone, instants, (on, from, to, timeZone, instant) => {
      const each = new WeeklyWindow({ days: on, from, to, timeZone })
      const span = each.spanFrom(instant)!
      expect(span.until).toBeGreaterThan(instant)
      expect(each.isOpenAt(span.from)).toBe(true)
      expect(each.isOpenAt(span.until - 1)).toBe(true)
      if (span.from > instant) expect(each.isOpenAt(instant)).toBe(false)
    }),
    { numRuns: 100 },
  )
})
