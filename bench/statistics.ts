/** Median and range of some rounds. These machines are noisy: quote medians and ratios, never single absolute times. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly rounds: readonly number[]
}

export function summarise(rounds: readonly number[]): Summary {
  if (rounds.length === 0) throw new Error('no rounds to summarise')
  const sorted = [...rounds].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)!, rounds }
}

export function show({ median, min, max }: Summary, unit: string): string {
  const round = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2))
  return `${round(median)} ${unit} (${round(min)}–${round(max)})`
}

/** The value below which so large a portion of all values lies (nearest rank). */
export function quantile(values: readonly number[], portion: number): number {
  if (values.length === 0) throw new Error('no values to rank')
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(portion * sorted.length) - 1)]!
}
