// What controllers do, told while they do it: for pages and tests that show an operator at work. Nobody listens: nothing is made to be told.
import type { GroupVersionKind } from '@kubewright/core'
import type { ReconcileRequest } from '../controller/request.ts'
import type { RecordedEvent } from '../events/correlator.ts'
import type { Logger } from '../log/logger.ts'
import type { ReconcileWrite } from './reconcile-writes.ts'

/** One pass of a controller over one object. */
export interface ReconcileSighting {
  readonly controller: string
  readonly kind: GroupVersionKind
  readonly request: ReconcileRequest
  /** The one in its log lines and its span. */
  readonly id: string
  /** 1 for the first try, one more after each failure in a row. */
  readonly attempt: number
  /** When it began; wall-clock ms. */
  readonly at: number
}

/** How it went. `again` in ms: when the controller asked to see the object again. */
export type SightedOutcome =
  | { readonly result: 'success' | 'paused' | 'not ours' }
  | { readonly result: 'requeue_after'; readonly again: number }
  /** Another writer was faster; once more. */
  | { readonly result: 'requeue'; readonly error: unknown }
  | { readonly result: 'error'; readonly error: unknown; readonly verdict: 'retry' | 'terminal' | 'given up' }

/** What a controller did, as it does it. */
export type Observation =
  | ({ readonly what: 'began' } & ReconcileSighting)
  | ({
      readonly what: 'ended'
      readonly ms: number
      readonly outcome: SightedOutcome
      readonly writes: readonly ReconcileWrite[]
    } & ReconcileSighting)
  /** An event was recorded of an object of the cluster; `at`: wall-clock ms. */
  | { readonly what: 'recorded'; readonly at: number; readonly cluster: string; readonly event: RecordedEvent }

/** Is told of each observation; what it throws is logged. */
export type ObservationListener = (observation: Observation) => void

/** Where controllers tell what they do, for who wants to watch: a dashboard, a test. */
export class Observations {
  readonly #listeners = new Set<ObservationListener>()
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** Whether anybody listens. */
  get wanted(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns the function that ends it. */
  subscribe(listener: ObservationListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Never throws: a page that cannot show a reconcile must not fail it. */
  tell(observation: Observation): void {
    for (const listener of this.#listeners) {
      try {
        listener(observation)
      } catch (error) {
        this.#log.warn('what was observed could not be shown', { observed: observation.what, error })
      }
    }
  }
}
