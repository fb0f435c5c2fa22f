import type { Overview } from '../../model/snapshot.ts'
import { Figure } from '../parts/figure.tsx'
import { age, megabytes, number, rate } from '../parts/format.ts'
import { healthCounts } from '../state/filter.ts'
import type { Model } from '../state/model.ts'
import { hashOf } from '../state/route.ts'

/** Points that make up the last half minute. */
const RECENT = 15

export function KeyFigures({ model, overview, now }: { readonly model: Model; readonly overview: Overview; readonly now: number }) {
  const counts = healthCounts(model.rows.values())
  const { controllers, requests, interval, memory, startedAt, unlisted } = overview
  const recent = controllers.flatMap(({ series }) => series.slice(-RECENT))
  const seconds = (Math.min(RECENT, Math.max(...controllers.map(({ series }) => series.length), 1)) * interval) / 1000
  const reconciles = recent.reduce((sum, point) => sum + point.reconciles, 0) / seconds
  const queued = controllers.reduce((sum, controller) => sum + controller.queued, 0)
  const active = controllers.reduce((sum, controller) => sum + controller.active, 0)
  const errors = controllers.flatMap(({ series }) => series).reduce((sum, point) => sum + point.errors, 0)
  const calls = requests.reduce((sum, { perSecond }) => sum + perSecond, 0)
  return (
    <div class="figures">
      <Figure
        label="Objects"
        value={number(model.rows.size)}
        note={unlisted > 0 ? `${number(unlisted)} more not listed` : `${number(counts.ok)} healthy`}
        href={hashOf({ at: 'objects', filter: '' })}
      />
      <Figure
        label="Failing"
        value={number(counts.failing)}
        tone={counts.failing > 0 ? 'bad' : 'good'}
        note={`${number(counts.progressing)} in progress`}
        href={hashOf({ at: 'objects', filter: 'is:failing' })}
      />
      <Figure label="Waiting" value={number(queued)} note={`${active} being worked on`} />
      <Figure label="Reconciles / s" value={rate(reconciles)} note={`over ${Math.round(seconds)} s`} />
      <Figure label="Errors" value={number(errors)} tone={errors > 0 ? 'bad' : 'good'} note="last 5 min" />
      <Figure label="API calls / s" value={rate(calls)} note={`${number(requests.reduce((sum, { count }) => sum + count, 0))} so far`} />
      <Figure label="Memory" value={megabytes(memory.resident)} note={`heap ${megabytes(memory.heap)}`} />
      <Figure label="Up for" value={age(now - startedAt)} note={overview.life} />
    </div>
  )
}
