import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDurationNanos, printDuration } from './duration.ts'
import { parseDate, parseTimestamp, printTimestamp, wallClock } from './timestamp.ts'
import { Duration } from './value.ts'

describe('timestamps', () => {
  test.each([
    ['2024-02-29T12:30:45.000000001Z', '2024-02-29T12:30:45.000000001Z'],
    ['2024-02-29T12:30:45.100Z', '2024-02-29T12:30:45.1Z'],
    ['2024-02-29T12:30:45-05:30', '2024-02-29T12:30:45-05:30'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.5Z'],
  ])('%s is read and printed', (text, expected) => {
    expect(printTimestamp(parseTimestamp(text)!)).toBe(expected)
  })

  test.each([
    '2023-02-29T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:00:60Z',
    '2023-01-01',
    '2023-01-01t00:00:00z',
    '0001-01-01T00:00:00+01:00',
    '2023-01-01T00:00:00+25:00',
    '10000-01-01T00:00:00Z',
  ])('%s is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })

  test.each([
    ['UTC', 12],
    ['', 12],
    ['+05:30', 17],
    ['-08:00', 4],
    ['02:00', 14],
    ['Europe/Berlin', 14],
    ['America/New_York', 8],
  ])('the hour in %j', (zone, hour) => {
    expect(wallClock(parseTimestamp('2023-07-01T12:00:00Z')!, zone).getUTCHours()).toBe(hour)
  })

  test('a zone that nobody knows is an error', () => {
    expect(() => wallClock(parseTimestamp('2023-07-01T12:00:00Z')!, 'Nowhere/Land')).toThrow('unknown time zone Nowhere/Land')
  })

  test('a date is its midnight', () => {
    expect(printTimestamp(parseDate('2024-02-29')!)).toBe('2024-02-29T00:00:00Z')
    expect(parseDate('2023-02-29')).toBeUndefined()
  })
})

describe('durations', () => {
  test.each([
    ['1h30m', 5_400_000_000_000n],
    ['1.5s', 1_500_000_000n],
    ['-2m', -120_000_000_000n],
    ['1ns', 1n],
    ['.5us', 500n],
    ['0', 0n],
    ['1h1m1s1ms1us1ns', 3_661_001_001_001n],
  ])('%s', (text, nanos) => {
    expect(parseDurationNanos(text)).toBe(nanos)
  })

  test.each(['', '1', '1d', '1h ', 'h', '1.2.3s', '300000000h'])('%j is none', (text) => {
    expect(parseDurationNanos(text)).toBeUndefined()
  })

  test('what is printed reads back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanos) => {
        expect(parseDurationNanos(printDuration(new Duration(nanos)))).toBe(nanos)
      }),
    )
  })
})
