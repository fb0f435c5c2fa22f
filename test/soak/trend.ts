// Whether a figure grows, told from samples that go up and down: a straight line through them by least squares.

export interface Point {
  /** Minutes since the beginning. */
  readonly at: number
  readonly value: number
}

export interface Trend {
  /** Of the line: by how much it rises in a minute. */
  readonly perMinute: number
  /** The standard error of {@link perMinute}: how much of it may be noise. */
  readonly error: number
  /** Where the line begins. */
  readonly from: number
  /** By how much it has risen at the last point. */
  readonly growth: number
}

/** How much a line may rise from its first point to its last before it counts as growth: the larger of the two. */
export interface Tolerance {
  /** In the figure's own unit. */
  readonly absolute: number
  /** Of where the line begins. */
  readonly share: number
}

/** Below three points a line fits anything. */
export const FEWEST_POINTS = 3

/** @throws Error for fewer than {@link FEWEST_POINTS} points, or when all are of one time */
export function trendOf(points: readonly Point[]): Trend {
  if (points.length < FEWEST_POINTS) throw new Error(`a trend needs ${FEWEST_POINTS} samples, there are ${points.length}`)
  const [at, value] = [mean(points.map((point) => point.at)), mean(points.map((point) => point.value))]
  const spread = sum(points.map((point) => (point.at - at) ** 2))
  if (spread === 0) throw new Error('a trend needs samples of more than one time')
  const perMinute = sum(points.map((point) => (point.at - at) * (point.value - value))) / spread
  const lineAt = (time: number) => value + perMinute * (time - at)
  const residue = sum(points.map((point) => (point.value - lineAt(point.at)) ** 2))
  const [first, last] = [points[0]!.at, points.at(-1)!.at]
  return {
    perMinute,
    error: Math.sqrt(residue / (points.length - 2) / spread),
    from: lineAt(first),
    growth: perMinute * (last - first),
  }
}

/** Three standard errors: one honest figure in seven hundred would look like growth by chance, and it would have to pass the tolerance, too. */
const CERTAINTY = 3

/** Both are needed: noise has slopes but no certainty, and what is certain may still be too little to matter. */
export function isGrowing(trend: Trend, tolerance: Tolerance): boolean {
  return trend.growth > allowedGrowth(trend, tolerance) && trend.perMinute > CERTAINTY * trend.error
}

export function allowedGrowth({ from }: Trend, { absolute, share }: Tolerance): number {
  return Math.max(absolute, share * Math.abs(from))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length
