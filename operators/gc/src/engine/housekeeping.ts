import type { Clock } from 'kubewright'
import type { PolicyStatus } from '../kinds/policies.ts'
import type { Meter } from '../metrics/meter.ts'
import { phaseOf, type StatusReporter } from '../status/reporter.ts'
import type { Tracker } from '../tracker/tracker.ts'
import type { Brakes } from './brakes.ts'
import type { PolicyEntry } from './policy-entry.ts'
import { Wake } from './wake.ts'

export interface HousekeepingEnvironment {
  readonly clock: Clock
  readonly meter: Meter
  readonly tracker: Tracker
  readonly reporter: StatusReporter
  readonly brakes: Brakes
  readonly entries: ReadonlyMap<string, PolicyEntry>
  readonly timeInDoubt: () => string | undefined
  spawn(task: Promise<void>): void
}

/** Watches are looked after, and statuses written, so often. */
export const HOUSEKEEPING = 1_000

/** What is done once a second, however much has happened in it: watches are looked after, and what has become of the policies is told. */
export class Housekeeping {
  readonly #environment: HousekeepingEnvironment
  readonly #untold = new Set<string>()
  #doubt: string | undefined

  constructor(environment: HousekeepingEnvironment) {
    this.#environment = environment
  }

  /** There may be something new to tell about the policy. */
  changed(key: string): void {
    this.#untold.add(key)
  }

  /** Until the signal aborts. Without news it does nothing that anybody would notice. */
  run(signal: AbortSignal): Promise<void> {
    const work = () => {
      this.#look()
      this.#tell(signal)
      return HOUSEKEEPING
    }
    return new Wake(this.#environment.clock).run(work, signal)
  }

  #look(): void {
    const { brakes, clock, entries, tracker, timeInDoubt } = this.#environment
    const wall = clock.now()
    for (const { key, work } of entries.values()) {
      if (work.is !== 'run') continue
      work.run.inspect()
      if (work.run.terminating.changed(wall)) this.#untold.add(key)
    }
    brakes.look()
    for (const key of tracker.takeTouched()) this.#untold.add(key)
    const doubt = timeInDoubt()
    if (doubt !== this.#doubt) for (const key of entries.keys()) this.#untold.add(key)
    this.#doubt = doubt
    this.#measure()
  }

  #tell(signal: AbortSignal): void {
    const untold = [...this.#untold]
    this.#untold.clear()
    for (const key of untold) {
      const entry = this.#environment.entries.get(key)
      if (entry !== undefined) this.#environment.spawn(this.#report(entry, signal))
    }
  }

  async #report(entry: PolicyEntry, signal: AbortSignal): Promise<void> {
    if (!(await this.#environment.reporter.report(entry, signal))) this.#untold.add(entry.key)
  }

  #measure(): void {
    const { entries, meter } = this.#environment
    const phases = new Map<NonNullable<PolicyStatus['phase']>, number>()
    let watching = 0
    for (const entry of entries.values()) {
      const phase = phaseOf(entry)
      phases.set(phase, (phases.get(phase) ?? 0) + 1)
      if (phase !== 'Error') watching++
    }
    meter.policies(phases)
    meter.watching(watching, watching)
  }
}
