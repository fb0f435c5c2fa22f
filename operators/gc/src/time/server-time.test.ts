import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServerTime } from './server-time.ts'

const T = Date.UTC(2026, 0, 1)
const MINUTE = 60_000

test('T3: a clock five minutes ahead goes by the server’s time, one that is behind by its own', () => {
  const time = new ServerTime()
  time.observe({ date: T, at: 0 })
  expect(time.now(T + 5 * MINUTE, 0)).toBe(T)
  expect(time.now(T + 6 * MINUTE, MINUTE)).toBe(T + MINUTE)
  expect(time.now(T - 5 * MINUTE, 0)).toBe(T - 5 * MINUTE)
  expect([time.isSkewed(T + 5 * MINUTE, 0), time.isSkewed(T - 5 * MINUTE, 0), time.isSkewed(T + 900, 0)]).toEqual([true, true, false])
})

test('T3: a clock that is ahead by less than the second to which dates are cut off deletes nothing early either', () => {
  const time = new ServerTime()
  time.observe({ date: T, at: 0 })
  expect(time.now(T + 900, 0)).toBe(T)
  // As far as anybody can tell it is right, and nobody need hear of it.
  expect(time.skew(T + 900, 0)).toBe(0)
})

test('T3: whatever the server’s dates, the time never runs ahead of its clock', () => {
  const seen = fc.record({ pause: fc.integer({ min: 0, max: 5_000 }), latency: fc.integer({ min: 0, max: 400 }) })
  fc.assert(
    fc.property(fc.integer({ min: -5_000, max: 5_000 }), fc.array(seen, { minLength: 1 }), (ahead, dates) => {
      const time = new ServerTime()
      let mono = 0
      for (const { pause, latency } of dates) {
        mono += pause
        time.observe({ date: Math.floor((T + mono) / 1000) * 1000, at: mono + latency })
        mono += latency
        expect(time.now(T + mono + ahead, mono)).toBeLessThanOrEqual(T + mono)
      }
    }),
  )
})

test('several dates narrow it down to less than the second', () => {
  const time = new ServerTime()
  for (const at of [100, 600, 1_050, 1_900]) time.observe({ date: T + Math.floor(at / 1000) * 1000, at })
  // Seen at 1,050: the server had reached the second 1 by then.
  expect(time.now(T + 10 * MINUTE, 2_000)).toBe(T + 1_950)
})

test('without a date of the server our own clock is all there is', () => expect(new ServerTime().now(T, 5)).toBe(T))

test.each([
  ['T2: an hour forward', 60 * MINUTE],
  ['T2: an hour back', -60 * MINUTE],
  ['T2: ten years forward', 3_650 * 1_440 * MINUTE],
])('%s on the server: in doubt until three dates over a minute agree', (_, step) => {
  const time = new ServerTime()
  time.observe({ date: T, at: 0 })
  expect(time.doubt).toBeUndefined()
  time.observe({ date: T + step, at: 1_000 })
  expect(time.doubt).toContain('jumped')
  time.observe({ date: T + step + 1_000, at: 2_000 })
  time.observe({ date: T + step + 2_000, at: 3_000 })
  expect(time.doubt).toContain('jumped')
  time.observe({ date: T + step + 60_000, at: 61_000 })
  expect(time.doubt).toBeUndefined()
  expect(time.now(T + step + 60_000, 61_000)).toBe(T + step + 60_000)
})

test('T2: a step that is taken back at once was a mistake, and is forgotten', () => {
  const time = new ServerTime()
  time.observe({ date: T, at: 0 })
  time.observe({ date: T + 60 * MINUTE, at: 1_000 })
  time.observe({ date: T + 2_000, at: 2_000 })
  expect(time.doubt).toBeUndefined()
  expect(time.now(T + 60 * MINUTE, 2_000)).toBe(T + 2_000)
})

test('T2: a machine that slept for two hours deletes nothing early when it wakes', () => {
  const time = new ServerTime()
  time.observe({ date: T, at: 0 })
  // The monotonic clock of Linux stands still meanwhile: what the server says then looks like a jump, and is in doubt for a minute.
  time.observe({ date: T + 120 * MINUTE, at: 1_000 })
  expect(time.now(T + 120 * MINUTE, 1_000)).toBe(T + 1_000)
})

test('dates that come late do not turn back what newer ones have said', () => {
  const time = new ServerTime()
  time.observe({ date: T + 10_000, at: 10_000 })
  time.observe({ date: T - 60 * MINUTE, at: 9_000 })
  expect([time.doubt, time.now(T + 10_000, 10_000)]).toEqual([undefined, T + 10_000])
})
