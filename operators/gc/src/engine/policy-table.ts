import type { Client, Clock, KubeObject } from 'kubewright'
import type { FactSource } from '../facts/fact-source.ts'
import type { Policy } from '../kinds/policies.ts'
import type { Meter } from '../metrics/meter.ts'
import type { PolicyDefaults, PolicyProblem, ReadyPolicy } from '../policy/policy.ts'
import type { Instant } from '../tracker/step.ts'
import type { Tracker } from '../tracker/tracker.ts'
import type { Brakes } from './brakes.ts'
import { fingerprintOf, keyOf, labelsOf, newEntry, type PolicyEntry } from './policy-entry.ts'
import { readObserved } from './policy-reading.ts'
import { PolicyRun } from './policy-run.ts'
import type { Preparer } from './preparer.ts'
import type { RunEnvironment } from './run-environment.ts'
import type { StartingLines } from './starting-lines.ts'
import type { TargetSource } from './target-source.ts'

export interface PolicyTableEnvironment {
  readonly client: Client
  readonly source: TargetSource
  readonly facts: FactSource
  readonly clock: Clock
  readonly meter: Meter
  readonly reachability: RunEnvironment['reachability']
  readonly schemaProblem?: ((kind: string) => PolicyProblem | undefined) | undefined
  readonly options: PolicyDefaults
  readonly tracker: Tracker
  readonly brakes: Brakes
  readonly preparer: Preparer
  readonly lines: StartingLines
  /** Runs end when it aborts. */
  readonly signal: AbortSignal
  /** Why the whole operator stands still. */
  stopped(): string | undefined
  /** There may be work, and another status. */
  changed(key: string): void
  spawn(task: Promise<void>): void
}

/** The policies that there are, each with its run: what comes, changes and goes. */
export class PolicyTable {
  readonly entries = new Map<string, PolicyEntry>()
  readonly #environment: PolicyTableEnvironment
  /** Runs of which something else has put the objects into another light. */
  readonly #outdated = new Set<PolicyRun>()

  constructor(environment: PolicyTableEnvironment) {
    this.#environment = environment
  }

  /** Has judged again what has become outdated, or sees to it that it is before it is deleted. Costs nothing when nothing has. */
  refresh(): void {
    for (const run of this.#outdated) run.refresh()
    this.#outdated.clear()
  }

  /** Those of them that are at work. */
  runs(keys: readonly string[]): readonly PolicyRun[] {
    return keys.flatMap((key) => this.runOf(key) ?? [])
  }

  runOf(key: string): PolicyRun | undefined {
    const work = this.entries.get(key)?.work
    return work?.is === 'run' ? work.run : undefined
  }

  /** The policy as it is now. Harmless when nothing that counts has changed. */
  set(observed: Policy): void {
    const key = keyOf(observed)
    const entry = this.entries.get(key)
    if (entry !== undefined && entry.policy.metadata.uid !== observed.metadata.uid) {
      this.remove(entry.policy)
      this.set(observed)
      return
    }
    if (entry !== undefined && fingerprintOf(entry.policy) === fingerprintOf(observed)) return
    this.#take(key, entry, observed)
  }

  /** Definitions of policies were updated, or found to be old. */
  schemasChanged(): void {
    for (const [key, entry] of this.entries) {
      const wasOutdated = entry.work.is === 'idle' && entry.work.problem.reason === 'CRDOutdated'
      const isOutdated = this.#environment.schemaProblem?.(entry.policy.kind ?? '') !== undefined
      if (wasOutdated !== isOutdated) this.#take(key, entry, entry.policy)
    }
  }

  #take(key: string, entry: PolicyEntry | undefined, observed: Policy): void {
    const before = entry?.work
    const { policy, work } = this.#workFor(key, observed)
    // The old run goes on holding its watch until the new one has opened: it may be the same.
    if (before?.is === 'run') this.#stopRun(before.run)
    const brake = work.is === 'run' ? this.#environment.brakes.for(work.run.ready.limits, policy, entry) : undefined
    if (entry === undefined)
      this.entries.set(key, { ...newEntry(key, policy, work, this.#environment.clock.monotonic()), stopped: this.#environment.stopped() })
    else {
      entry.policy = policy
      entry.work = work
    }
    const current = this.entries.get(key)!
    this.#environment.brakes.forget(current)
    this.#environment.preparer.dropPolicy(key)
    current.brake = brake
    current.samples.clear()
    this.#environment.lines.outdate()
    if (work.is === 'run') this.#environment.spawn(work.run.run(this.#environment.signal, () => this.#successorOf(key, work.run)))
    else this.#dismiss(key)
    this.#environment.changed(key)
  }

  remove(observed: Policy): void {
    const key = keyOf(observed)
    const entry = this.entries.get(key)
    if (entry === undefined || entry.policy.metadata.uid !== observed.metadata.uid) return
    if (entry.work.is === 'run') this.#stopRun(entry.work.run)
    this.#environment.brakes.forget(entry)
    this.#environment.preparer.dropPolicy(key)
    this.#environment.meter.forget(labelsOf(entry))
    this.#environment.tracker.removePolicy(key, this.#now())
    this.entries.delete(key)
    this.#environment.lines.outdate()
    this.#environment.changed(key)
  }

  #workFor(key: string, observed: Policy): Pick<PolicyEntry, 'policy' | 'work'> {
    const { policy, reading } = readObserved(observed, this.#environment.options)
    const outdated = this.#environment.schemaProblem?.(policy.kind ?? '')
    if (outdated !== undefined) return { policy, work: { is: 'idle', problem: outdated } }
    if ('problem' in reading) return { policy, work: { is: 'idle', problem: reading.problem } }
    const run: PolicyRun = new PolicyRun(
      key,
      policy,
      reading.ready,
      this.#runEnvironment(key, policy, reading.ready, () => this.#outdated.add(run)),
    )
    return { policy, work: { is: 'run', run } }
  }

  #runEnvironment(key: string, policy: Policy, ready: ReadyPolicy, outdated: () => void): RunEnvironment {
    const { meter, clock, source, facts, reachability, client } = this.#environment
    const { namespace: policy_namespace = '', name: policy_name = '' } = policy.metadata
    return {
      ...{ tracker: this.#environment.tracker, source, facts, clock, reachability, outdated },
      isNamespaced: async (kind, signal) => (await client.resource(kind, { signal })).type.namespaced,
      changed: () => this.#environment.changed(key),
      entered: () => {
        this.#environment.lines.outdate()
        this.#environment.changed(key)
      },
      evaluated: (milliseconds) => meter.evaluated({ policy_namespace, policy_name }, milliseconds / 1000),
      appeared: (object) => this.entries.get(key)?.brake?.recreations.appeared(object, clock.monotonic()),
      left: (uid) => {
        this.#environment.preparer.drop(key, uid)
        this.entries.get(key)?.samples.delete(uid)
      },
      prepare: (object: KubeObject, preparation) => {
        if (preparation === undefined) this.#environment.preparer.drop(key, object.metadata.uid ?? '')
        else if (!ready.mode.dryRun) this.#environment.preparer.add(key, policy, ready, object, preparation)
      },
    }
  }

  #stopRun(run: PolicyRun): void {
    this.#outdated.delete(run)
    run.stop()
  }

  #successorOf(key: string, run: PolicyRun): Promise<void> | undefined {
    const work = this.entries.get(key)?.work
    return work?.is === 'run' && work.run !== run ? work.run.opened : undefined
  }

  /** A policy that cannot work keeps its count and loses its say. */
  #dismiss(key: string): void {
    const entry = this.entries.get(key)!
    entry.deletedBefore += this.#environment.tracker.deletedBy(key)
    this.#environment.tracker.removePolicy(key, this.#now())
    this.#environment.meter.error(labelsOf(entry), 'invalid_policy')
  }

  #now(): Instant {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }
}
