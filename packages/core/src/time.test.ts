import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMicroTime, formatTime, parseTime } from './time.ts'

describe('parseTime', () => {
  test.each([
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02t03:04:05z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02 03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.678Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ['2026-01-02T03:04:05.6Z', Date.UTC(2026, 0, 2, 3, 4, 5, 600)],
    ['2026-01-02T03:04:05.999999999Z', Date.UTC(2026, 0, 2, 3, 4, 5, 999)],
    ['2026-01-02T03:04:05+02:30', Date.UTC(2026, 0, 2, 0, 34, 5)],
    ['2026-01-02T03:04:05-02:30', Date.UTC(2026, 0, 2, 5, 34, 5)],
    ['2026-01-02T03:04:05-00:00', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    // A leap second is the second after it.
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    // Go's zero time, which badly behaved objects carry.
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['0000-02-29T00:00:00Z', -62_162_121_600_000],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('%j', (text, ms) => {
    expect(parseTime(text)).toBe(ms)
  })

  test.each([
    ['no text', ''],
    ['a year alone, which Date.parse takes', '2026'],
    ['a date alone', '2026-01-02'],
    ['no zone, which Date.parse takes for the local one', '2026-01-02T03:04:05'],
    ['words', 'May 1 2026'],
    ['30 February, which Date.parse moves to March', '2026-02-30T00:00:00Z'],
    ['29 February of a common year', '2026-02-29T00:00:00Z'],
    ['29 February of a century', '1900-02-29T00:00:00Z'],
    ['31 April', '2026-04-31T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['day 0', '2026-01-00T00:00:00Z'],
    ['hour 24', '2026-01-01T24:00:00Z'],
    ['minute 60', '2026-01-01T00:60:00Z'],
    ['second 61', '2026-01-01T00:00:61Z'],
    ['an offset of 24 hours', '2026-01-01T00:00:00+24:00'],
    ['an offset of 60 minutes', '2026-01-01T00:00:00+00:60'],
    ['an offset without a colon', '2026-01-01T00:00:00+0000'],
    ['no digit after the point', '2026-01-01T00:00:00.Z'],
    ['ten digits after the point', '2026-01-01T00:00:00.0123456789Z'],
    ['a short year', '26-01-01T00:00:00Z'],
    ['a sign', '+2026-01-01T00:00:00Z'],
    ['white space around it', ' 2026-01-01T00:00:00Z'],
    ['a line break behind it', '2026-01-01T00:00:00Z\n'],
  ])('refuses %s', (_what, text) => {
    expect(parseTime(text)).toBeUndefined()
  })
})

describe('formatting', () => {
  test.each([
    [Date.UTC(2026, 0, 2, 3, 4, 5, 999), '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.999000Z'],
    [Date.UTC(2026, 0, 2, 3, 4, 5) + 0.001, '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000001Z'],
    [0, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
    [-1, '1969-12-31T23:59:59Z', '1969-12-31T23:59:59.999000Z'],
    [-62_135_596_800_000, '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
  ])('%d ms', (ms, time, microTime) => {
    expect(formatTime(ms)).toBe(time)
    expect(formatMicroTime(ms)).toBe(microTime)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, -8.64e15])('refuses %d, which RFC 3339 has no year for', (ms) => {
    expect(() => formatTime(ms)).toThrow('cannot be written as an RFC 3339 time')
    expect(() => formatMicroTime(ms)).toThrow('cannot be written as an RFC 3339 time')
  })

  test('a time that is written reads back the same: to the millisecond, or cut to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
        expect(parseTime(formatMicroTime(ms))).toBe(ms)
        expect(parseTime(formatTime(ms))).toBe(Math.floor(ms / 1000) * 1000)
      }),
    )
  })
})
