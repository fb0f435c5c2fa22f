import type { FigureVerdict, Taken } from './verdict.ts'

/** What a soak has found out. */
export interface SoakReport {
  readonly samples: readonly Taken[]
  readonly figures: readonly FigureVerdict[]
  readonly steps: ReadonlyMap<string, number>
  readonly troubles: ReadonlyMap<string, number>
  readonly deletions: number
  /** Seconds until everything was as it has to be. */
  readonly settledIn: number
  /** What was missed, or was wrong, in words. */
  readonly failures: readonly string[]
}

/** What a soak says at its end, for people. */
export function printed(report: SoakReport): string {
  const { figures, samples, steps, troubles, deletions, settledIn, failures } = report
  const rows = figures.map(({ name, unit, trend, allowed, grows }) => [
    unit === '' ? name : `${name} (${unit})`,
    trend.from.toFixed(0),
    signed(trend.growth),
    `${signed(trend.perMinute)} ± ${trend.error.toFixed(2)}`,
    allowed.toFixed(0),
    grows ? 'GROWS' : 'flat',
  ])
  const silence = Math.max(0, ...samples.map(({ sample }) => sample.silence))
  return [
    aligned([['figure', 'from', 'growth', 'a minute', 'allowed', ''], ...rows]),
    '',
    aligned([...steps].map(([name, count]) => [name, String(count)])),
    '',
    aligned([...troubles].sort().map(([name, count]) => [`trouble: ${name}`, String(count)])),
    '',
    `${samples.length} samples, ${deletions} objects gone at their time; the longest silence of a watch ${silence.toFixed(0)} s; all as it has to be ${settledIn.toFixed(1)} s after the last change`,
    ...(failures.length === 0 ? ['nothing missed, nothing wrong'] : failures.map((failure) => `FAILED  ${failure}`)),
    ...problemsOf(report)
      .slice(failures.length)
      .map((problem) => `FAILED  ${problem}`),
    '',
  ].join('\n')
}

/** What makes it a failure, in words. */
export function problemsOf({ figures, failures }: SoakReport): readonly string[] {
  return [...failures, ...figures.filter(({ grows }) => grows).map(({ name }) => `${name} grows`)]
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
