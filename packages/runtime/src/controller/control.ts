import { keyOf, type ReconcileTarget } from './request.ts'

/** A hand on a controller that runs, for programs, tests and dashboards. */
export interface ControllerControl {
  /** Nothing new is begun from now on; changes are still taken up, and what is under way is finished. Holds for later runs, too. */
  pause(): void
  resume(): void
  readonly paused: boolean
  /** Has the object reconciled, if it can: see {@link TriggerResult}. */
  trigger(target: ReconcileTarget): TriggerResult
  /** Keys that are ready and wait for a worker. */
  readonly queueLength: number
  /** How many reconciles are under way. */
  readonly active: number
}

/**
 * What came of telling a controller to look at an object:
 * - `queued`: it is looked at, if it is there.
 * - `elsewhere`: another replica works on it, where replicas share the objects, and has not heard of this. Whoever must reach that one changes the
 *   annotation `kubewright.dev/reconcile` of the object.
 * - `unknown cluster`: the target names a cluster in which the controller does not work.
 * - `not running`: it looks at everything when it starts.
 */
export type TriggerResult = 'queued' | 'elsewhere' | 'unknown cluster' | 'not running'

/** The best of what came of it in several places. */
export function bestOf(results: Iterable<TriggerResult>): TriggerResult {
  const found = new Set(results)
  return RESULTS.find((result) => found.has(result)) ?? 'not running'
}

const RESULTS: readonly TriggerResult[] = ['queued', 'elsewhere', 'unknown cluster', 'not running']

/** What a run of a controller offers its control. */
export interface Controlled {
  trigger(key: string, priority: number): TriggerResult
  queueLength(): number
  active(): number
}

/** One hand on all runs of a definition: usually there is one. */
export class SharedControl implements ControllerControl {
  readonly #runs = new Set<Controlled>()
  readonly #changed = new Set<() => void>()
  #paused = false

  pause(): void {
    this.#set(true)
  }

  resume(): void {
    this.#set(false)
  }

  get paused(): boolean {
    return this.#paused
  }

  trigger(target: ReconcileTarget): TriggerResult {
    return bestOf([...this.#runs].map((run) => run.trigger(keyOf(target), target.priority ?? 0)))
  }

  get queueLength(): number {
    return sum(this.#runs, (run) => run.queueLength())
  }

  get active(): number {
    return sum(this.#runs, (run) => run.active())
  }

  /** Returns the function that takes it out again. */
  attach(run: Controlled): () => void {
    this.#runs.add(run)
    return () => void this.#runs.delete(run)
  }

  /** Called when it is paused or resumed. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener)
    return () => void this.#changed.delete(listener)
  }

  #set(paused: boolean): void {
    if (this.#paused === paused) return
    this.#paused = paused
    for (const listener of this.#changed) listener()
  }
}

function sum(runs: Iterable<Controlled>, of: (run: Controlled) => number): number {
  let total = 0
  for (const run of runs) total += of(run)
  return total
}
