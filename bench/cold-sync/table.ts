import type { Cost } from '../contest/program.ts'
import { show, summarise } from '../statistics.ts'
import type { Contestant } from './contestant.ts'
import type { Rounds } from './race.ts'
import type { Outcome } from './trial.ts'

export const COLUMNS = ['contestant', 'wall', 'CPU', 'peak RSS', 'CPU, of the floor', 'CPU, of ours', 'goal'] as const

export function rowsOf(contestants: readonly Contestant[], rounds: Rounds): readonly (readonly string[])[] {
  return contestants.map((contestant) => {
    const outcomes = rounds.get(contestant)!
    const costs = outcomes.filter((outcome) => outcome.is === 'right')
    if (costs.length < outcomes.length) return [contestant.name, wrong(outcomes), '', '', '', '', '']
    const of = (value: (cost: Cost) => number, unit: string) => show(summarise(costs.map(value)), unit)
    const ours = contestants.find(({ side, keeps }) => side === 'ours' && keeps === contestant.keeps)
    // The last of them is what a program does that keeps up: the others only read, or hold everything twice.
    const floor = contestants.findLast(({ side, keeps }) => side === 'floor' && keeps === contestant.keeps)
    return [
      contestant.name,
      of(({ wallMs }) => wallMs, 'ms'),
      of(({ cpuMs }) => cpuMs, 'ms'),
      of(({ peakMb }) => peakMb, 'MB'),
      ratio(outcomes, floor && rounds.get(floor), 'cpuMs')?.toFixed(2) ?? '',
      ratio(outcomes, ours && rounds.get(ours), 'cpuMs')?.toFixed(2) ?? '',
      goalOf(contestant, outcomes, ours && rounds.get(ours)),
    ]
  })
}

/** A time of something wrong is no time. */
function wrong(outcomes: readonly Outcome[]): string {
  const worst = outcomes.filter(({ is }) => is !== 'right').reduce((one, other) => (other.is === 'failed' ? other : one))
  return worst.is === 'wrong' ? `WRONG: ${worst.missing} missing, ${worst.stale} that are not there` : 'FAILED'
}

function goalOf({ goal }: Contestant, outcomes: readonly Outcome[], ours: readonly Outcome[] | undefined): string {
  if (goal === undefined) return ''
  const said = (what: string, wanted: number | undefined, is: number | undefined) =>
    wanted === undefined || is === undefined
      ? []
      : [`${what} ≥ ${wanted.toFixed(2)} of ours: ${is >= wanted ? 'met' : `not met (${is.toFixed(2)})`}`]
  return [...said('CPU', goal.cpu, ratio(outcomes, ours, 'cpuMs')), ...said('peak', goal.peak, ratio(outcomes, ours, 'peakMb'))].join('; ')
}

/** The median of what the rounds say. `undefined` when anybody was wrong. */
function ratio(outcomes: readonly Outcome[], others: readonly Outcome[] | undefined, what: 'cpuMs' | 'peakMb'): number | undefined {
  const ratios = outcomes.flatMap((outcome, round) => {
    const other = others?.[round]
    return outcome.is === 'right' && other?.is === 'right' ? [outcome[what] / other[what]] : []
  })
  return ratios.length < outcomes.length ? undefined : summarise(ratios).median
}
