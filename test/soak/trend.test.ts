import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chanceOf } from './random.ts'
import { isGrowing, type Point, type Tolerance, trendOf } from './trend.ts'

const TOLERANCE: Tolerance = { absolute: 5, share: 0.05 }

/** One sample each ten seconds for so many minutes. */
function samples(minutes: number, valueAt: (minute: number) => number): readonly Point[] {
  return Array.from({ length: minutes * 6 }, (_, index) => ({ at: index / 6, value: valueAt(index / 6) }))
}

/** Up and down by as much as `size`. */
function noise(size: number, seed = 1): () => number {
  const chance = chanceOf(seed)
  return () => (size * (chance.below(2_001) - 1_000)) / 1_000
}

describe('a line', () => {
  test('that is straight is found as it is, without error', () => {
    const trend = trendOf(samples(2, (minute) => 7 + 3 * minute))
    expect(trend.perMinute).toBeCloseTo(3, 10)
    expect(trend.error).toBeCloseTo(0, 10)
    expect(trend.from).toBeCloseTo(7, 10)
    expect(trend.growth).toBeCloseTo((3 * 11) / 6, 10)
  })

  test('is the same wherever the clock began', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 1_000 }), (slope, shift) => {
        const trend = trendOf(samples(3, (minute) => slope * minute).map(({ at, value }) => ({ at: at + shift, value })))
        expect(trend.perMinute).toBeCloseTo(slope, 6)
      }),
    )
  })

  test.each([
    ['two samples', samples(1, () => 1).slice(0, 2)],
    ['samples of one time', [1, 2, 3].map((value) => ({ at: 1, value }))],
  ])('needs more than %s', (_, points) => expect(() => trendOf(points)).toThrow('a trend needs'))
})

describe('a figure', () => {
  const level = 100
  test.each<[string, number, (minute: number) => number, boolean]>([
    ['that stays is flat', 10, () => level, false],
    ['that falls is flat', 10, (minute) => level - 5 * minute, false],
    ['that rises by less than the tolerance is flat', 10, (minute) => level + 0.4 * minute, false],
    ['that rises by more grows', 10, (minute) => level + 0.8 * minute, true],
    ['that rises a little all the time grows, when one looks for longer', 120, (minute) => level + 0.1 * minute, true],
    ['that jumps once, halfway, grows', 10, (minute) => level + (minute > 5 ? 12 : 0), true],
  ])('%s', (_, minutes, valueAt, grows) => expect(isGrowing(trendOf(samples(minutes, valueAt)), TOLERANCE)).toBe(grows))

  test('that only goes up and down is flat for each of 200 seeds, far above the tolerance as its samples may be', () => {
    for (let seed = 0; seed < 200; seed++) {
      const off = noise(40, seed)
      const points = samples(10, () => level + off())
      expect([seed, isGrowing(trendOf(points), TOLERANCE)]).toEqual([seed, false])
    }
  })

  test('that leaks under the same noise is found for each of 200 seeds', () => {
    for (let seed = 0; seed < 200; seed++) {
      const off = noise(40, seed)
      const points = samples(10, (minute) => level + 8 * minute + off())
      expect([seed, isGrowing(trendOf(points), TOLERANCE)]).toEqual([seed, true])
    }
  })
})
