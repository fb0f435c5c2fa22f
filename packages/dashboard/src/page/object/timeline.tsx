import { conditionTone } from '../../model/condition-tone.ts'
import type { TimelineEntry } from '../../model/object-page.ts'
import { Card, Empty } from '../parts/card.tsx'
import { age, clockTime, duration } from '../parts/format.ts'
import { Differences } from './differences.tsx'
import { ReconcileLine } from './reconcile-line.tsx'

export function Timeline({ entries, now }: { readonly entries: readonly TimelineEntry[]; readonly now: number }) {
  return (
    <Card
      title="Timeline"
      note={entries.length === 0 ? undefined : `the newest first; ${entries.length} ${entries.length === 1 ? 'line' : 'lines'}`}
    >
      {entries.length === 0 ? (
        <Empty>Nothing has happened to it since this program started to look.</Empty>
      ) : (
        <ol class="timeline">
          {entries.map((entry) => (
            <li key={entry.sequence} class={`entry entry-${toneOf(entry)}`}>
              <time dateTime={new Date(entry.at).toISOString()} title={new Date(entry.at).toISOString()}>
                {clockTime(entry.at)}
                <span class="aside">{age(now - entry.at)}</span>
              </time>
              <div class="entry-body">
                <Line entry={entry} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}

function Line({ entry }: { readonly entry: TimelineEntry }) {
  switch (entry.what) {
    case 'appeared':
      return <p class="lead">Created</p>
    case 'deleted':
      return <p class="lead">Deleted{entry.note === '' ? '' : `: ${entry.note}`}</p>
    case 'changed':
      return <Differences changes={entry.changes} more={entry.more} />
    case 'condition':
      return (
        <p>
          <span class="lead">{entry.type}</span>{' '}
          {entry.from !== undefined && entry.from !== entry.to && <span class="aside">{entry.from} → </span>}
          <span class={`condition-status tone-${conditionTone(entry.type, entry.to)}`}>{entry.to}</span> {entry.reason}
          {entry.message !== '' && <span class="message"> {entry.message}</span>}
        </p>
      )
    case 'event':
      return (
        <p>
          <span class="lead">{entry.reason}</span> <span class="message">{entry.note}</span>{' '}
          <span class="aside">event of {entry.component}</span>
        </p>
      )
    case 'reconcile':
      return <ReconcileLine entry={entry} durationText={entry.ms === undefined ? undefined : duration(entry.ms)} />
  }
}

function toneOf(entry: TimelineEntry): 'good' | 'warn' | 'bad' | 'plain' | 'quiet' {
  switch (entry.what) {
    case 'condition':
      return conditionTone(entry.type, entry.to)
    case 'event':
      return entry.type === 'Warning' ? 'warn' : 'quiet'
    case 'reconcile':
      if (entry.error !== undefined && entry.result !== 'requeue') return 'bad'
      return entry.writes.length > 0 ? 'plain' : 'quiet'
    default:
      return 'plain'
  }
}
