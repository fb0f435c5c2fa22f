import type { ControllerFacts, Overview } from '../../model/snapshot.ts'
import { Card, Empty, Scrolling } from '../parts/card.tsx'
import { duration, number, relative } from '../parts/format.ts'
import { ObjectLink } from '../parts/object-link.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import type { Actions } from '../state/actions.ts'

interface ControllersProps {
  readonly overview: Overview
  readonly actions: Actions
  readonly now: number
}

export function Controllers({ overview, actions, now }: ControllersProps) {
  const { controllers } = overview
  return (
    <Card title="Controllers" note={`${controllers.length}; lines show 5 min`}>
      {controllers.length === 0 ? (
        <Empty>No controller has been added to this manager.</Empty>
      ) : (
        <Scrolling label="Controllers, scrolls sideways">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class="numeric">
                  Waiting
                </th>
                <th scope="col">Queue</th>
                <th scope="col">Slowest</th>
                <th scope="col" class="numeric">
                  Median
                </th>
                <th scope="col" class="numeric">
                  99 %
                </th>
                <th scope="col" class="numeric">
                  Reconciles
                </th>
                <th scope="col" class="numeric">
                  Errors
                </th>
              </tr>
            </thead>
            <tbody>
              {controllers.map((controller) => (
                <Line key={controller.name} controller={controller} actions={actions} now={now} />
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </Card>
  )
}

interface LineProps {
  readonly controller: ControllerFacts
  readonly actions: Actions
  readonly now: number
}

function Line({ controller, actions, now }: LineProps) {
  const { name, state, paused, queued, active, series, median, p99, reconciles, errors, lastError } = controller
  const depth = series.map((point) => point.queued)
  const slowest = series.map((point) => point.slowest)
  return (
    <tr>
      <th scope="row">
        <span class={`state state-${state}`} title={state} />
        {name}
        {state !== 'running' && <span class="aside"> {state}</span>}
        {paused && <span class="tone-warn"> paused</span>}
        {actions.allowed && (
          <>
            {' '}
            <button type="button" class="act" onClick={() => void actions.take(paused ? 'resume' : 'pause', { controller: name })}>
              {paused ? 'Resume' : 'Pause'}
              <span class="visually-hidden"> {name}</span>
            </button>
          </>
        )}
        {lastError !== undefined && (
          <div class="last-error">
            <span class="tone-bad">failed {relative(lastError.at, now)}</span> <ObjectLink id={lastError.object} short />{' '}
            <span class="message">{lastError.message}</span>
          </div>
        )}
      </th>
      <td class="numeric">
        {number(queued)}
        {active > 0 && <span class="aside"> +{active}</span>}
      </td>
      <td>
        <Sparkline values={depth} label={`waiting objects, at most ${Math.max(0, ...depth)} in the last five minutes`} />
      </td>
      <td>
        <Sparkline
          values={slowest}
          label={`slowest reconcile, at most ${duration(Math.max(0, ...slowest))} in the last five minutes`}
          tone="soft"
        />
      </td>
      <td class="numeric">{median === undefined ? '–' : duration(median)}</td>
      <td class="numeric">{p99 === undefined ? '–' : duration(p99)}</td>
      <td class="numeric">{number(reconciles)}</td>
      <td class={errors > 0 ? 'numeric tone-bad' : 'numeric'}>{number(errors)}</td>
    </tr>
  )
}
