import { Card, Empty } from '../parts/card.tsx'
import { HealthMark } from '../parts/health-mark.tsx'
import { ObjectLink } from '../parts/object-link.tsx'
import type { Actions } from '../state/actions.ts'
import type { Model } from '../state/model.ts'
import { hashOf } from '../state/route.ts'
import { Controllers } from './controllers.tsx'
import { Happenings } from './happenings.tsx'
import { KeyFigures } from './key-figures.tsx'
import { Requests } from './requests.tsx'
import { Watches } from './watches.tsx'

const MOST_UNWELL = 8

interface OverviewPageProps {
  readonly model: Model
  readonly actions: Actions
  readonly now: number
}

export function OverviewPage({ model, actions, now }: OverviewPageProps) {
  const { overview } = model
  if (overview === undefined) return <Empty>Waiting for the first word from the program…</Empty>
  const unwell = [...model.rows.values()].filter(({ health }) => health === 'failing')
  return (
    <div class="overview">
      <h1 class="visually-hidden">Overview</h1>
      <KeyFigures model={model} overview={overview} now={now} />
      {unwell.length > 0 && (
        <Card title="Not well" wide>
          <ul class="unwell">
            {unwell.slice(0, MOST_UNWELL).map(({ id, health, reason }) => (
              <li key={id}>
                <HealthMark health={health} />
                <ObjectLink id={id} />
                <span class="reason">{reason}</span>
              </li>
            ))}
            {unwell.length > MOST_UNWELL && (
              <li>
                <a href={hashOf({ at: 'objects', filter: 'is:failing' })}>{unwell.length - MOST_UNWELL} more</a>
              </li>
            )}
          </ul>
        </Card>
      )}
      <div class="stack">
        <Controllers overview={overview} actions={actions} now={now} />
        <Watches watches={overview.watches} />
      </div>
      <div class="stack">
        <Happenings happenings={model.happenings} now={now} />
        <Requests requests={overview.requests} />
      </div>
    </div>
  )
}
