// What the controllers do, as lines in the lives of their objects.

import { ControllerTally } from './live/controller-tally.ts'
import type { TimelineEntry } from './model/object-page.ts'
import { kindName, objectId } from './objects/identity.ts'
import type { SourceObservation } from './source.ts'
import { entryErrorOf } from './timeline/entry-error.ts'
import type { NewEntry } from './timeline/timeline.ts'
import { describeWrite } from './timeline/written.ts'

export interface ReconcileEvents {
  add(object: string, entry: NewEntry): TimelineEntry
  replace(object: string, entry: TimelineEntry): void
  readonly hide: (text: string) => string
}

type Began = Extract<SourceObservation, { readonly what: 'began' }>
type Ended = Extract<SourceObservation, { readonly what: 'ended' }>
type Recorded = Extract<SourceObservation, { readonly what: 'recorded' }>

export class Reconciles {
  readonly #events: ReconcileEvents
  readonly #tallies = new Map<string, ControllerTally>()
  /** Those under way, by their ids. */
  readonly #running = new Map<string, TimelineEntry>()
  readonly #kinds = new Set<string>()

  constructor(events: ReconcileEvents) {
    this.#events = events
  }

  /** Whether a controller has worked on objects of the kind. */
  reconciles(kind: string): boolean {
    return this.#kinds.has(kind)
  }

  tally(controller: string): ControllerTally {
    const tally = this.#tallies.get(controller) ?? new ControllerTally()
    this.#tallies.set(controller, tally)
    return tally
  }

  tallies(): ReadonlyMap<string, ControllerTally> {
    return this.#tallies
  }

  observed(observation: SourceObservation): void {
    switch (observation.what) {
      case 'began':
        this.#began(observation)
        break
      case 'ended':
        this.#ended(observation)
        break
      case 'recorded':
        this.#recorded(observation)
    }
  }

  #began(began: Began): void {
    const { id, at, controller, attempt } = began
    this.#kinds.add(kindName(began.kind))
    const line = { what: 'reconcile', at, controller, id, attempt, ms: undefined, result: 'running' } as const
    this.#running.set(id, this.#events.add(objectOf(began), { ...line, again: undefined, error: undefined, writes: [] }))
  }

  #ended(ended: Ended): void {
    const { id, at, controller, attempt, ms, outcome, writes } = ended
    const object = objectOf(ended)
    const begun = this.#running.get(id)
    this.#running.delete(id)
    const { hide } = this.#events
    const error = outcome.error === undefined ? undefined : entryErrorOf(outcome.error, hide)
    const result = outcome.verdict === undefined || outcome.verdict === 'retry' ? outcome.result : outcome.verdict
    const line = {
      what: 'reconcile',
      at,
      controller,
      id,
      attempt,
      ms,
      result,
      again: outcome.again,
      error,
      writes: writes.map(describeWrite),
    } as const
    if (begun === undefined) this.#events.add(object, line)
    else this.#events.replace(object, { ...line, sequence: begun.sequence })
    const tally = this.tally(controller)
    tally.ended(object, ms)
    if (outcome.result === 'error' && error !== undefined) tally.failed(object, error.message, at)
  }

  #recorded({ at, cluster, event: { type, reason, note, reportingController: component, regarding } }: Recorded): void {
    if (cluster !== '') return
    const { apiVersion = '', kind = '' } = regarding
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
    this.#events.add(objectId(kindName({ kind, group }), regarding), {
      what: 'event',
      at,
      type,
      reason,
      note: this.#events.hide(note),
      component,
    })
  }
}

/** Objects of other clusters have lives of their own. */
function objectOf({ kind, request }: Began | Ended): string {
  const id = objectId(kindName(kind), request)
  return request.cluster === '' ? id : `${request.cluster}:${id}`
}
