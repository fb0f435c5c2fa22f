import { describe, expect, test } from 'vitest'
import { chanceOf } from './random.ts'
import type { Sample } from './sample.ts'
import { complaints, judgeFigures, type Taken, warm } from './verdict.ts'

const SAMPLE: Sample = { heap: 40e6, handles: 60, timers: 80, listeners: 8, series: 1_200, delay: 15, silence: 4, warnings: [] }

/** Five minutes, a sample each five seconds, with the ups and downs that real ones have. */
function soak(over: (minute: number) => Partial<Sample> = () => ({})): readonly Taken[] {
  const chance = chanceOf(7)
  const about = (value: number, portion: number) => value * (1 + (portion * (chance.below(2_001) - 1_000)) / 1_000)
  return Array.from({ length: 60 }, (_, index) => {
    const at = index / 12
    const { heap, handles, timers, delay, ...same } = SAMPLE
    const noisy = {
      heap: about(heap, 0.01),
      handles: Math.round(about(handles, 0.2)),
      timers: Math.round(about(timers, 0.3)),
      delay: about(delay, 0.8),
    }
    return { at, sample: { ...same, ...noisy, ...over(at) } }
  })
}
const growing = (taken: readonly Taken[]) =>
  judgeFigures(taken)
    .filter(({ grows }) => grows)
    .map(({ name }) => name)

describe('the verdict', () => {
  test('of a healthy soak names nothing', () => expect([growing(soak()), complaints(soak())]).toEqual([[], []]))

  test.each<[string, (minute: number) => Partial<Sample>]>([
    ['heap', (minute) => ({ heap: 40e6 + minute * 1_600e3 })],
    ['handles', (minute) => ({ handles: Math.round(60 + 8 * minute) })],
    ['timers', (minute) => ({ timers: Math.round(80 + 15 * minute) })],
    ['listeners', (minute) => ({ listeners: Math.round(8 + minute) })],
    ['series', (minute) => ({ series: Math.round(1_200 + 40 * minute) })],
    ['delay', (minute) => ({ delay: 15 + 30 * minute })],
  ])('names %s when it leaks, and nothing else', (name, leak) => expect(growing(soak(leak))).toEqual([name]))

  test('does not take what is loaded in the beginning for a leak', () =>
    expect(growing(soak((minute) => ({ heap: 40e6 + Math.min(minute, 1.5) * 20e6 })))).toEqual([]))

  test('looks at no more than ten minutes of a long soak as its beginning', () => {
    const long = Array.from({ length: 121 }, (_, minute) => ({ at: minute, sample: SAMPLE }))
    expect(warm(long)[0]!.at).toBe(10)
  })

  test('is not given on too few samples', () => expect(judgeFigures(soak().slice(0, 2))).toEqual([]))

  test('names a watch that was silent, though it has come back, and what Node warns of', () => {
    const silent = soak((minute) => ({
      silence: minute > 2 && minute < 3 ? 111 : 3,
      warnings: ['MaxListenersExceededWarning: 11 abort listeners'],
    }))
    expect(complaints(silent)).toEqual([
      'a watch was silent for 111 s: the longest that may be is 110 s',
      'Node warns: MaxListenersExceededWarning: 11 abort listeners',
    ])
  })
})
