import type { ObjectPage } from '../../model/object-page.ts'
import { Card, Empty } from '../parts/card.tsx'
import { clockTime, relative } from '../parts/format.ts'
import { HealthBadge } from '../parts/health-mark.tsx'
import type { Actions } from '../state/actions.ts'
import { useJson } from '../state/json.ts'
import type { Model } from '../state/model.ts'
import { Conditions } from './conditions.tsx'
import { Family } from './family.tsx'
import { Timeline } from './timeline.tsx'
import { Why } from './why.tsx'

interface ObjectDetailProps {
  readonly id: string
  readonly model: Model
  readonly actions: Actions
  readonly now: number
}

export function ObjectDetail({ id, model, actions, now }: ObjectDetailProps) {
  const fetched = useJson<ObjectPage>(`/api/object?id=${encodeURIComponent(id)}`, model.touches.get(id) ?? 0)
  if (fetched.is === 'loading') return <Empty>Reading…</Empty>
  if (fetched.is === 'failed')
    return (
      <div class="object">
        <h1>{id}</h1>
        <Empty>{fetched.why}</Empty>
      </div>
    )
  const { row, deleted, why, conditions, entries, owners, children, text } = fetched.value
  const { kind, namespace, name, health, reason, created } = row
  return (
    <div class="object">
      <header class="object-head">
        <p class="crumb">
          {kind}
          {namespace !== '' && <> in {namespace}</>}
        </p>
        <h1>{name}</h1>
        {deleted ? <span class="badge health-none">Deleted</span> : <HealthBadge health={health} reason={reason} />}
        {created > 0 && (
          <span class="aside" title={new Date(created).toISOString()}>
            made {relative(created, now)}
            {now - created < 86_400_000 && ` at ${clockTime(created)}`}
          </span>
        )}
        {actions.allowed && !deleted && model.overview?.actsOn?.includes(kind) === true && (
          <button type="button" class="act" onClick={() => void actions.take('requeue', { id })}>
            Reconcile now
          </button>
        )}
      </header>
      <div class="object-side">
        <Why reasons={why} health={health} />
        {conditions.length > 0 && <Conditions conditions={conditions} now={now} />}
        {(owners.length > 0 || children.length > 0) && <Family page={fetched.value} />}
        {text !== undefined && (
          <Card title="Object" note="without secrets">
            <details>
              <summary>Show as JSON</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre class="document" tabIndex={0}>
                {text}
              </pre>
            </details>
          </Card>
        )}
      </div>
      <Timeline entries={entries} now={now} />
    </div>
  )
}
