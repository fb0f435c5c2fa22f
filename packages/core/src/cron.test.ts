import { expect, test } from 'vitest'
import { Cron } from './cron.ts'
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
