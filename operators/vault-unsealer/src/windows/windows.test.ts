import { expect, test, vi } from 'vitest'
import { Calendar, nextMinute } from './windows.ts'

const isOpenAt: Calendar['isOpenAt'] = (times, now) => new Calendar().isOpenAt(times, now)
const at = (text: string) => Date.parse(text)
// 2026-11-21 is a Saturday.
const NIGHTS = [{ days: ['Fri'], from: '22:00', to: '04:00', timeZone: 'UTC' }] as const

test.each([
  ['2026-11-20T21:59:59Z', false],
  ['2026-11-20T22:00:00Z', true],
  ['2026-11-21T03:59:59Z', true],
  ['2026-11-21T04:00:00Z', false],
  ['2026-11-21T23:00:00Z', false],
])('a window over midnight at %s: %s', (time, open) => {
  expect(isOpenAt({ windows: [...NIGHTS] } as never, at(time))).toBe(open)
  expect(isOpenAt({ freezes: [...NIGHTS] } as never, at(time))).toBe(!open)
})

test('in another time zone, through the change of its clocks', () => {
  const windows = [{ from: '02:00', to: '03:00', timeZone: 'Europe/Berlin' }]
  expect(isOpenAt({ windows } as never, at('2026-07-01T00:30:00Z'))).toBe(true)
  expect(isOpenAt({ windows } as never, at('2026-12-01T00:30:00Z'))).toBe(false)
  expect(isOpenAt({ windows } as never, at('2026-12-01T01:30:00Z'))).toBe(true)
})

test('without windows it is always open, and it may change with the next minute only', () => {
  expect(isOpenAt({}, 0)).toBe(true)
  expect(nextMinute(60_000)).toBe(120_000)
  expect(nextMinute(60_001)).toBe(120_000)
})

test('a calendar sets its time zones up once for a spec, and anew for another one', () => {
  const zones = vi.spyOn(Intl, 'DateTimeFormat')
  try {
    const calendar = new Calendar()
    const berlin = { windows: [{ from: '02:00', to: '03:00', timeZone: 'Europe/Berlin' }] } as never
    calendar.isOpenAt(berlin, 0)
    const once = zones.mock.calls.length
    expect(once).toBeGreaterThan(0)
    for (let minute = 0; minute < 100; minute++) calendar.isOpenAt(berlin, minute * 60_000)
    expect(zones.mock.calls.length).toBe(once)
    expect(calendar.isOpenAt({ windows: [{ from: '00:00', to: '01:00', timeZone: 'UTC' }] } as never, 0)).toBe(true)
    expect(calendar.isOpenAt({}, at('2026-12-01T12:00:00Z'))).toBe(true)
  } finally {
    zones.mockRestore()
  }
})
