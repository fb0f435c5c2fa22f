import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['-0s', 0],
    ['5s', 5_000],
    ['+5s', 5_000],
    ['-5s', -5_000],
    ['1h30m', 5_400_000],
    ['1h30m0.5s', 5_400_500],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['5.s', 5_000],
    ['0.1h', 360_000],
    ['0.3ms', 0.3],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['1μs', 0.001],
    ['1500ns', 0.0015],
    ['10m10m', 1_200_000],
    ['2562047h47m16.854775807s', 9_223_372_036_854.775],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each([
    ['', 'it is empty'],
    ['-', 'it is empty'],
    ['5', '"5" has no unit'],
    ['1h5', '"5" has no unit'],
    ['5d', '"d" is no unit'],
    ['1 h', '" h" is no unit'],
    ['1hour', '"hour" is no unit'],
    ['s', '"s" does not start with a number'],
    ['.s', '".s" does not start with a number'],
    ['--5s', '"-5s" does not start with a number'],
    ['1e3s', '"e" is no unit'],
    ['2562048h', 'longer than 292 years'],
    ['1constructor', '"constructor" is no unit'],
  ])('refuses %j and says why', (text, problem) => {
    expect(() => parseDuration(text)).toThrow(`duration "${text}" is malformed: `)
    expect(() => parseDuration(text)).toThrow(problem)
  })
})

describe('formatDuration', () => {
  // As Go prints them.
  test.each([
    [0, '0s'],
    [-0, '0s'],
    [1, '1ms'],
    [1.5, '1.5ms'],
    [0.001, '1µs'],
    [0.0015, '1.5µs'],
    [0.000001, '1ns'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [59_999, '59.999s'],
    [60_000, '1m0s'],
    [3_600_000, '1h0m0s'],
    [5_400_500, '1h30m0.5s'],
    [-90_000, '-1m30s'],
    [100 * 3_600_000, '100h0m0s'],
  ])('%d ms is %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (ms) => {
    expect(() => formatDuration(ms)).toThrow(RangeError)
  })

  test('what is printed reads back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms)) === ms).toBe(true)
      }),
    )
  })
})
