import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { itemBackoff } from './item-backoff.ts'
import { slowestOf } from './rate-limiter.ts'
import { tokenBucket } from './token-bucket.ts'

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

describe('the backoff of a key', () => {
  test('is 5 ms, then twice as long each time, up to 1000 s, however often it fails', () => {
    const backoff = itemBackoff()
    const delays = times(2000, () => backoff.when('a'))
    expect(delays.slice(0, 5)).toEqual([5, 10, 20, 40, 80])
    expect(delays.slice(17, 20)).toEqual([655_360, 1_000_000, 1_000_000])
    expect(delays.at(-1)).toBe(1_000_000)
    expect(backoff.retries('a')).toBe(2000)
  })

  test('starts over when the key is forgotten, and remembers nothing of it then', () => {
    const backoff = itemBackoff({ base: 1 })
    times(5, () => backoff.when('a'))
    backoff.when('b')
    backoff.forget('a')
    expect([backoff.retries('a'), backoff.size, backoff.when('a')]).toEqual([0, 1, 1])
  })

  test('is stretched by chance, as far as the jitter says', () => {
    const chances = [0, 0.5, 0.999]
    const backoff = itemBackoff({ base: 100, cap: 200, jitter: 0.2, random: () => chances.shift()! })
    expect([backoff.when('a'), backoff.when('a'), backoff.when('a')]).toEqual([100, 220, 239.96].map((delay) => expect.closeTo(delay)))
  })

  test.each([
    [{ base: 0 }, '"base" is 0 ms'],
    [{ base: 10, cap: 5 }, '"cap" (5 ms) is shorter than "base" (10 ms)'],
    [{ jitter: -1 }, '"jitter" is -1'],
    [{ base: Number.NaN }, '"base" is NaN'],
  ])('is refused with %j', (options, problem) => {
    expect(() => itemBackoff(options)).toThrow(problem)
  })
})

describe('a token bucket', () => {
  test('lets a burst through, then spaces the rest, each with a time of its own', async () => {
    const clock = virtualClock()
    const bucket = tokenBucket({ clock, qps: 10, burst: 3 })
    expect(times(6, () => bucket.when('any'))).toEqual([0, 0, 0, 100, 200, 300])
    await clock.advance(250)
    expect(bucket.when('any')).toBeCloseTo(150)
  })

  test('fills up again, never over its brim', async () => {
    const clock = virtualClock()
    const bucket = tokenBucket({ clock, qps: 10, burst: 2 })
    times(2, () => bucket.when('any'))
    await clock.advance(3_600_000)
    expect(times(3, () => bucket.when('any'))).toEqual([0, 0, 100])
  })

  test.each([
    [{ qps: 0, burst: 1 }, '"qps" is 0'],
    [{ qps: 1, burst: 0 }, '"burst" is 0'],
  ])('is refused with %j', (options, problem) => {
    expect(() => tokenBucket({ clock: virtualClock(), ...options })).toThrow(problem)
  })
})

test('of several limiters the slowest decides, and each counts every failure', () => {
  const clock = virtualClock()
  const both = slowestOf(itemBackoff(), tokenBucket({ clock, qps: 10, burst: 1 }))
  expect([both.when('a'), both.when('b'), both.when('a')]).toEqual([5, 100, 200])
  expect([both.retries('a'), both.retries('b'), both.size]).toEqual([2, 1, 2])
  both.forget('a')
  both.forget('b')
  expect([both.retries('a'), both.size]).toEqual([0, 0])
})
