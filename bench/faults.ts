// B5: what a program on a bad network misses, and how long a program without its leader stands still. On a real kube-apiserver.
import { measureFailover } from './faults/failover.ts'
import { measureNetwork, type Run } from './faults/network.ts'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'

/** LeaseDuration after the last renewal, then the longest pause between two tries (2.2 × RetryPeriod). */
const AFTER_KILL = '≤ 15 s lease + 2.2 × 2 s'
const AFTER_TERM = 'one retry period, 2 s × (1 to 2.2)'

export async function measure(): Promise<Measurement> {
  const network = await measureNetwork()
  const failover = await measureFailover()
  const total = (runs: readonly Run[], of: (run: Run) => number) => runs.reduce((sum, run) => sum + of(run), 0)
  const networkRows = [...network].map(([{ name, limit, lists }, runs]) => {
    const figures = Object.keys(runs[0]!.figures).map((figure) => {
      const { median, min, max } = summarise(runs.map((run) => run.figures[figure]!))
      return `${figure} ${median.toFixed(1)} (${min.toFixed(1)}–${max.toFixed(1)})`
    })
    return [
      name,
      String(total(runs, ({ made }) => made)),
      `${total(runs, ({ missed }) => missed)}${total(runs, ({ folded }) => folded) > 0 ? ` (${total(runs, ({ folded }) => folded)} folded by the list)` : ''}`,
      String(total(runs, ({ doubled }) => doubled)),
      String(total(runs, ({ stale }) => stale)),
      `${Math.max(...runs.map((run) => run.lists))} of ${lists}`,
      figures.join(', '),
      limit,
    ]
  })
  const failoverRows = (['SIGKILL', 'SIGTERM'] as const).map((signal) => {
    const double = failover[signal].reduce((sum, { doubleSeconds }) => sum + doubleSeconds, 0)
    const gaps = summarise(failover[signal].map(({ gapSeconds }) => gapSeconds))
    return [
      `leader ended by ${signal}, ${failover[signal].length} times`,
      '',
      '',
      '',
      '',
      '',
      `nobody led for ${show(gaps, 's')}; two led for ${double} s`,
      signal === 'SIGKILL' ? AFTER_KILL : AFTER_TERM,
    ]
  })
  return {
    title: `faults: a kube-apiserver behind a network that misbehaves; sums over ${[...network.values()][0]!.length} rounds, times as median (range)`,
    columns: ['fault', 'changes', 'missed', 'doubled', 'stale reconciles', 'lists', 'measured', 'limit'],
    rows: [...networkRows, ...failoverRows],
    raw: { network: Object.fromEntries([...network].map(([{ name }, runs]) => [name, runs])), failover },
  }
}
