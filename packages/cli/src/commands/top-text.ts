import { formatDuration } from '@kubewright/core'
import type { Overview } from '@kubewright/dashboard'

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** Points of a line: the last minute. */
const POINTS = 30

/** The overview as lines of at most so many characters. */
export function topText(overview: Overview, columns: number): string {
  const { program, leads, leader, server, now, startedAt, controllers, watches, requests } = overview
  const role = leads ? 'leads' : `stands by${leader === undefined ? '' : `, ${leader} leads`}`
  const lines = [
    `${program}: ${role}, up ${seconds(now - startedAt)}, ${server} ${overview.reachable}`,
    '',
    ...table(
      ['CONTROLLER', 'WAITING', 'ACTIVE', 'RECONCILES', 'ERRORS', 'MEDIAN', '99%', 'QUEUE'],
      controllers.map(({ name, paused, queued, active, reconciles, errors, median, p99, series }) => [
        paused ? `${name} (paused)` : name,
        ...[queued, active, reconciles, errors].map(String),
        milliseconds(median),
        milliseconds(p99),
        sparkline(series.slice(-POINTS).map((point) => point.queued)),
      ]),
    ),
    '',
    ...table(
      ['WATCH', 'OBJECTS', 'LAST BYTE', 'REOPENED', 'RELISTED', ''],
      watches.map(({ kind, cluster, objects, silence, reconnects, relists, failure = '' }) => [
        cluster === '' ? kind : `${kind} (${cluster})`,
        String(objects),
        silence === undefined ? 'never' : seconds(silence),
        String(reconnects),
        String(relists),
        failure,
      ]),
    ),
    '',
    `API calls: ${requests.map(({ verb, count, perSecond }) => `${verb} ${count} (${perSecond.toFixed(1)}/s)`).join(', ') || 'none'}`,
  ]
  return lines.map((line) => `${line.slice(0, columns).trimEnd()}\n`).join('')
}

export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 1)
  return values.map((value) => BARS[Math.round((value / most) * (BARS.length - 1))]).join('')
}

/** The first column to the left, numbers to the right, the last as it is. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const last = head.length - 1
  const padded = (cell: string, column: number) => {
    const width = widths[column] ?? 0
    return column === 0 ? cell.padEnd(width) : column === last ? cell : cell.padStart(width)
  }
  return all.map((row) => row.map(padded).join('  '))
}

const seconds = (ms: number): string => formatDuration(Math.round(ms / 1000) * 1000)

const milliseconds = (ms: number | undefined): string => (ms === undefined ? '-' : ms < 1 ? '<1ms' : `${Math.round(ms)}ms`)
