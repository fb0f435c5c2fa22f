// What a soak has shown: a line for each figure and each promise, and whether it was kept.
import { FIGURES, type Figure, type Sample } from './sample.ts'
import { allowedGrowth, FEWEST_POINTS, isGrowing, type Trend, trendOf } from './trend.ts'

export interface Taken {
  /** Minutes since the churn began. */
  readonly at: number
  readonly sample: Sample
}

export interface FigureVerdict {
  readonly name: string
  readonly unit: string
  readonly trend: Trend
  readonly allowed: number
  readonly grows: boolean
}

/** Until everything is loaded, compiled, connected and met once, figures rise: so much of the time is not looked at, and never more than this, in minutes. */
const WARM_UP = { share: 1 / 3, most: 10 } as const

/** A watch that is dead is found so after 70 s; the next one may wait for 30 s for an answer, and pauses lie between; in s. */
export const LONGEST_SILENCE = 110

/** The samples from when on figures are to be flat. */
export function warm(taken: readonly Taken[]): readonly Taken[] {
  const end = taken.at(-1)?.at ?? 0
  const from = Math.min(end * WARM_UP.share, WARM_UP.most)
  return taken.filter(({ at }) => at >= from)
}

/** @returns none when there are too few samples for a trend */
export function judgeFigures(taken: readonly Taken[]): readonly FigureVerdict[] {
  const looked = warm(taken)
  if (looked.length < FEWEST_POINTS) return []
  return FIGURES.map((figure) => judge(figure, looked))
}

function judge({ name, unit, scale, tolerance }: Figure, taken: readonly Taken[]): FigureVerdict {
  const trend = trendOf(taken.map(({ at, sample }) => ({ at, value: sample[name] / scale })))
  return { name, unit, trend, allowed: allowedGrowth(trend, tolerance), grows: isGrowing(trend, tolerance) }
}

/** What else the samples tell against the operators, in words. */
export function complaints(taken: readonly Taken[]): readonly string[] {
  const longest = Math.max(0, ...taken.map(({ sample }) => sample.silence))
  const warnings = taken.at(-1)?.sample.warnings ?? []
  return [
    ...(longest > LONGEST_SILENCE
      ? [`a watch was silent for ${Math.round(longest)} s: the longest that may be is ${LONGEST_SILENCE} s`]
      : []),
    ...warnings.map((warning) => `Node warns: ${warning}`),
  ]
}
