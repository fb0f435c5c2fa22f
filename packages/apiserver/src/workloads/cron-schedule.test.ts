import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSchedule } from './cron-schedule.ts'

const at = (text: string) => Date.parse(`${text}Z`)
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 16))

test.each([
  ['* * * * *', '2026-01-01T00:00', '2026-01-01T00:01'],
  ['*/15 * * * *', '2026-01-01T00:50', '2026-01-01T01:00'],
  ['5/20 * * * *', '2026-01-01T00:26', '2026-01-01T00:45'],
  ['30 4 * * *', '2026-01-01T04:30', '2026-01-02T04:30'],
  ['0 0 29 2 *', '2026-01-01T00:00', '2028-02-29T00:00'],
  ['0 0 1,15 * fri', '2026-01-03T00:00', '2026-01-09T00:00'],
  ['0 0 * * 7', '2026-01-01T00:00', '2026-01-04T00:00'],
  ['0 9-17/4 * jan-mar mon-fri', '2026-01-02T17:00', '2026-01-05T09:00'],
  ['@weekly', '2026-01-01T00:00', '2026-01-04T00:00'],
  ['0 0 30 2 *', '2026-01-01T00:00', undefined],
])('after %s at %s comes %s', (text, after, next) => {
  expect(iso(parseSchedule(text)?.next(at(after)))).toBe(next)
})

test('a time zone moves with its summer', () => {
  const noon = parseSchedule('0 12 * * *', 'Europe/Berlin')
  expect(iso(noon?.next(at('2026-01-01T00:00')))).toBe('2026-01-01T11:00')
  expect(iso(noon?.next(at('2026-07-01T00:00')))).toBe('2026-07-01T10:00')
})

test.each(['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '5-1 * * * *', '*/0 * * * *', 'x * * * *', '1-2-3 * * * *', '@never'])(
  '%j is no schedule',
  (text) => {
    expect(parseSchedule(text)).toBeUndefined()
  },
)

test('a zone that is none is none', () => {
  expect(parseSchedule('* * * * *', 'Mars/Olympus')).toBeUndefined()
})

test('the next time is the first that fits, and later than what it was asked for', () => {
  const minutes = fc.integer({ min: 0, max: 59 })
  const hours = fc.integer({ min: 0, max: 23 })
  fc.assert(
    fc.property(minutes, hours, fc.integer({ min: 0, max: 400_000_000_000 }), (minute, hour, after) => {
      const next = parseSchedule(`${minute} ${hour} * * *`)!.next(after)!
      const date = new Date(next)
      expect([date.getUTCMinutes(), date.getUTCHours()]).toEqual([minute, hour])
      expect(next).toBeGreaterThan(after)
      expect(next - after).toBeLessThanOrEqual(24 * 60 * 60_000)
    }),
  )
})
