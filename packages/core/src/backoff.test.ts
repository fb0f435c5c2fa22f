import { describe, expect, test } from 'vitest'
import { backoff } from './backoff.ts'

const delays = (count: number, next: () => number) => Array.from({ length: count }, next)

describe('backoff', () => {
  test('doubles from 800 ms to 30 s by default', () => {
    const { next } = backoff({ random: () => 0 })
    expect(delays(8, () => next(0))).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000])
  })

  test('chance adds at most one more delay, so that many clients do not come in step', () => {
    const { next } = backoff({ random: () => 0.5 })
    expect(delays(3, () => next(0))).toEqual([1_200, 2_400, 4_800])
  })

  test('the cap is meant before jitter', () => {
    const { next } = backoff({ initial: 10, cap: 10, jitter: 0.5, random: () => 1 })
    expect(delays(2, () => next(0))).toEqual([15, 15])
  })

  test('starts again after two minutes without use, and not a millisecond before', () => {
    const { next } = backoff({ random: () => 0 })
    expect(next(1_000)).toBe(800)
    expect(next(1_000)).toBe(1_600)
    expect(next(121_000)).toBe(3_200)
    expect(next(241_001)).toBe(800)
  })

  test('starts again when it is told of a success', () => {
    const { next, reset } = backoff({ random: () => 0 })
    next(0)
    next(0)
    reset()
    expect(next(0)).toBe(800)
  })

  test('two of them do not know of each other', () => {
    const one = backoff({ random: () => 0 })
    one.next(0)
    expect(backoff({ random: () => 0 }).next(0)).toBe(800)
  })

  test.each([
    [{ initial: 0 }, '"initial" is 0 ms and must be more than 0'],
    [{ initial: Number.NaN }, '"initial" is NaN'],
    [{ factor: 0.5 }, '"factor" is 0.5 and must be 1 or more'],
    [{ initial: 100, cap: 50 }, '"cap" (50 ms) is shorter than "initial" (100 ms)'],
    [{ jitter: -1 }, '"jitter" is -1'],
    [{ resetAfter: 0 }, '"resetAfter" is 0 ms'],
  ])('refuses %j', (options, problem) => {
    expect(() => backoff(options)).toThrow(`backoff: ${problem}`)
  })
})
