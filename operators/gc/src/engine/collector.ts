import { type Client, type Clock, InvalidObjectError, type Logger, messageOf, type Reachability, type ReachabilityState } from 'kubewright'
import type { FactSource } from '../facts/fact-source.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy, type PolicyStatus } from '../kinds/policies.ts'
import type { Meter } from '../metrics/meter.ts'
import { type PolicyDefaults, readPolicy } from '../policy/policy.ts'
import { type Announce, phaseOf, StatusReporter } from '../status/reporter.ts'
import type { Instant, Step } from '../tracker/step.ts'
import { Tracker } from '../tracker/tracker.ts'
import { deleteObject, fetchSelected } from './deleter.ts'
import { fingerprintOf, keyOf, labelsOf, newEntry, type PolicyEntry } from './policy-entry.ts'
import { catchUp, NEWS_COMES_WITHIN, type PolicyKnowledge } from './policy-knowledge.ts'
import { PolicyRun, type RunEnvironment } from './policy-run.ts'
import type { TargetSource } from './target-source.ts'
import { Wake } from './wake.ts'

export interface CollectorOptions extends PolicyDefaults {
  /** DELETE requests under way at one time. */
  readonly concurrency: number
}

export interface CollectorEnvironment {
  readonly client: Client
  readonly source: TargetSource
  readonly facts: FactSource
  readonly clock: Clock
  readonly log: Logger
  readonly meter: Meter
  readonly announce: Announce
  readonly random: () => number
  /** Whether this replica still leads; asked before each request, for a process may have been stopped in the meantime. */
  readonly mayAct: () => boolean
  /** The gate: nothing is sent while the server is away, or in doubt. What opens it is the server's own word that it is ready. */
  readonly reachability: Reachability
  /** Whether the watches of policies are open: asked after an outage, before anything is deleted again. */
  readonly policiesKnown: () => boolean
  /** Requests under way end when it aborts. */
  readonly abandon: AbortSignal
}

/** The one timer never waits longer: a clock that is set, and a machine that slept, are noticed by then. */
const LONGEST_WAIT = 60_000
/** Watches are looked after, and statuses written, so often. */
const HOUSEKEEPING = 1_000
/** After the signal, DELETEs under way may still end for so long. */
const LAST_ANSWERS = 5_000

/** What stands in for the fields that a policy of an older schema may lack, so that its problem can be told. */
const UNREADABLE: Policy['spec'] = {
  targetResource: { apiVersion: '', kind: '' },
  ttl: {},
  behavior: { batchSize: 1, dryRun: false, propagationPolicy: 'Background' },
  paused: false,
}

/** Brings together policies, watches, the tracker and the workers. Decides nothing itself. */
export class Collector {
  readonly #environment: CollectorEnvironment
  readonly #options: CollectorOptions
  readonly #tracker: Tracker
  readonly #reporter: StatusReporter
  readonly #entries = new Map<string, PolicyEntry>()
  readonly #untold = new Set<string>()
  readonly #heldLines = new Set<string>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #wake: Wake
  readonly #stop = new AbortController()
  readonly #lateStop = new AbortController()
  readonly #cutOff: AbortSignal
  #deleting = 0
  #knowledge: PolicyKnowledge = { is: 'current' }
  #failure: { readonly error: unknown } | undefined

  constructor(environment: CollectorEnvironment, options: CollectorOptions) {
    this.#environment = environment
    this.#options = options
    this.#tracker = new Tracker(environment.random)
    this.#reporter = new StatusReporter({ ...environment, tracker: this.#tracker })
    this.#wake = new Wake(environment.clock)
    this.#cutOff = AbortSignal.any([environment.abandon, this.#lateStop.signal])
  }

  /** The policy as it is now. Harmless when nothing that counts has changed. */
  setPolicy(observed: Policy): void {
    const key = keyOf(observed)
    const entry = this.#entries.get(key)
    if (entry !== undefined && entry.policy.metadata.uid !== observed.metadata.uid) {
      this.removePolicy(entry.policy)
      this.setPolicy(observed)
      return
    }
    if (entry !== undefined && fingerprintOf(entry.policy) === fingerprintOf(observed)) return
    const before = entry?.work
    const { policy, work } = this.#workFor(key, observed)
    // The old run goes on holding its watch until the new one has opened: it may be the same.
    if (before?.is === 'run') before.run.stop()
    if (entry === undefined) this.#entries.set(key, newEntry(key, policy, work, this.#environment.clock.monotonic()))
    else {
      entry.policy = policy
      entry.work = work
    }
    if (work.is === 'run') this.#spawn(work.run.run(this.#stop.signal, () => this.#successorOf(key, work.run)))
    else this.#dismiss(key)
    this.#changed(key)
  }

  removePolicy(observed: Policy): void {
    const key = keyOf(observed)
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.policy.metadata.uid !== observed.metadata.uid) return
    if (entry.work.is === 'run') entry.work.run.stop()
    this.#environment.meter.forget(labelsOf(entry))
    this.#tracker.removePolicy(key, this.#now())
    this.#entries.delete(key)
    this.#changed(key)
  }

  /** Works until the signal aborts; is over when nothing is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, reachability } = this.#environment
    this.#spawn(this.#keepHouse(AbortSignal.any([signal, this.#stop.signal])))
    const unsubscribe = reachability.subscribe((state, before) => this.#reachabilityChanged(state, before))
    try {
      while (!signal.aborted && this.#failure === undefined) await this.#wake.sleep(this.#advance(), signal)
    } finally {
      unsubscribe()
      this.#stop.abort(signal.reason)
      const timer = clock.setTimer(LAST_ANSWERS, () => this.#lateStop.abort(new Error('the operator is stopping')))
      while (this.#tasks.size > 0) await Promise.all(this.#tasks)
      timer.cancel()
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #workFor(key: string, observed: Policy): Pick<PolicyEntry, 'policy' | 'work'> {
    const { meter, clock, source, facts, reachability } = this.#environment
    try {
      const policy =
        observed.kind === 'GarbageCollectionPolicy'
          ? GarbageCollectionPolicy.parse(observed)
          : ClusterGarbageCollectionPolicy.parse(observed)
      const reading = readPolicy(policy, this.#options)
      if ('problem' in reading) return { policy, work: { is: 'idle', problem: reading.problem } }
      const environment: RunEnvironment = {
        tracker: this.#tracker,
        source,
        facts,
        clock,
        reachability,
        isNamespaced: async (kind, signal) => (await this.#environment.client.resource(kind, { signal })).type.namespaced,
        changed: () => this.#changed(key),
        evaluated: (milliseconds) =>
          meter.evaluated(
            { policy_namespace: policy.metadata.namespace ?? '', policy_name: policy.metadata.name ?? '' },
            milliseconds / 1000,
          ),
      }
      return { policy, work: { is: 'run', run: new PolicyRun(key, policy, reading.ready, environment) } }
    } catch (error) {
      if (!(error instanceof InvalidObjectError)) throw error
      // What does not fit the schema (an older CRD let it in) is not acted upon; its status still needs a readable policy.
      const spec = { ...UNREADABLE, ...(observed.spec as Partial<Policy['spec']>) }
      return { policy: { ...observed, spec }, work: { is: 'idle', problem: { reason: 'InvalidSpec', message: messageOf(error) } } }
    }
  }

  #successorOf(key: string, run: PolicyRun): Promise<void> | undefined {
    const work = this.#entries.get(key)?.work
    return work?.is === 'run' && work.run !== run ? work.run.opened : undefined
  }

  /** A policy that cannot work keeps its count and loses its say. */
  #dismiss(key: string): void {
    const entry = this.#entries.get(key)!
    entry.deletedBefore += this.#tracker.deletedBy(key)
    this.#tracker.removePolicy(key, this.#now())
    this.#environment.meter.error(labelsOf(entry), 'invalid_policy')
  }

  #changed(key: string): void {
    this.#untold.add(key)
    this.#wake.call()
  }

  /** Starts what can be started. Returns how long there is nothing more to start, or `undefined` for until something happens. */
  #advance(): number | undefined {
    const { mayAct, reachability } = this.#environment
    if (!mayAct()) return HOUSEKEEPING
    if (reachability.state !== 'reachable') return undefined
    if (!this.#catchUp()) return NEWS_COMES_WITHIN
    this.#holdLines()
    for (const { work } of this.#entries.values()) if (work.is === 'run') work.run.refresh()
    while (this.#deleting < this.#options.concurrency) {
      const step = this.#tracker.next(this.#now())
      if (step.do === 'judge') {
        const work = this.#entries.get(step.policy)?.work
        if (work?.is === 'run') work.run.judgeAgain(step.object)
        continue
      }
      if (step.do === 'wait') return Math.min(step.ms, LONGEST_WAIT)
      if (step.do === 'rest') return undefined
      this.#deleting++
      this.#spawn(step.do === 'delete' ? this.#delete(step) : this.#fetch(step))
    }
    return LONGEST_WAIT
  }

  #reachabilityChanged(state: ReachabilityState, before: ReachabilityState): void {
    const { log } = this.#environment
    if (state === 'unreachable') log.info('nothing is deleted until the API server is ready again')
    if (state === 'reachable' && before === 'unreachable') {
      this.#knowledge = { is: 'outdated' }
      this.#tracker.serverIsBack(this.#now())
      for (const entry of this.#entries.values()) this.#reporter.serverIsBack(entry)
    }
    this.#wake.call()
  }

  #catchUp(): boolean {
    const { clock, log, policiesKnown } = this.#environment
    if (this.#knowledge.is === 'current') return true
    this.#knowledge = catchUp(this.#knowledge, policiesKnown(), clock.monotonic())
    if (this.#knowledge.is === 'current') log.info('deletions go on')
    return this.#knowledge.is === 'current'
  }

  #holdLines(): void {
    const starting = new Set<string>()
    for (const { work } of this.#entries.values()) {
      if (work.is === 'run' && work.run.state.is === 'starting') starting.add(work.run.ready.mode.line)
    }
    for (const line of this.#heldLines.difference(starting)) this.#tracker.hold(line, false)
    for (const line of starting) this.#tracker.hold(line, true)
    this.#heldLines.clear()
    for (const line of starting) this.#heldLines.add(line)
  }

  async #delete(step: Step & { readonly do: 'delete' }): Promise<void> {
    const { clock, meter, log } = this.#environment
    const entry = this.#entries.get(step.policy)
    try {
      if (entry?.work.is !== 'run') {
        this.#tracker.answered(step, { is: 'denied', message: 'the policy is gone' }, this.#now())
        return
      }
      const start = clock.monotonic()
      const answer = await deleteObject(this.#environment, entry.work.run.ready, step.object, this.#cutOff)
      meter.requested(labelsOf(entry), (clock.monotonic() - start) / 1000)
      if ('message' in answer) {
        meter.error(labelsOf(entry), 'deletion_failed')
        log.debug('a deletion failed', {
          policy: step.policy,
          namespace: step.object.namespace,
          name: step.object.name,
          outcome: answer.is,
          answer: answer.message,
        })
      } else log.debug('deleted', { policy: step.policy, namespace: step.object.namespace, name: step.object.name, outcome: answer.is })
      this.#tracker.answered(step, answer, this.#now())
    } finally {
      this.#deleting--
      this.#wake.call()
    }
  }

  async #fetch({ object, policies }: Step & { readonly do: 'fetch' }): Promise<void> {
    const { client, log, reachability } = this.#environment
    const runs = policies.flatMap((key) => {
      const work = this.#entries.get(key)?.work
      return work?.is === 'run' ? [work.run] : []
    })
    try {
      for (const run of runs) {
        const current = await fetchSelected(client, run.ready, object, this.#cutOff)
        if (current === undefined) this.#tracker.leave(run.key, object.uid, this.#now())
        else run.judge(current)
      }
    } catch (error) {
      reachability.failed(error)
      log.debug('an object that has changed could not be read again yet', { namespace: object.namespace, name: object.name, error })
    } finally {
      this.#tracker.fetched(object.uid, this.#now())
      this.#deleting--
      this.#wake.call()
    }
  }

  /** Every second: watches are looked after, and what is untold is told. Without news it does nothing that anybody would notice. */
  async #keepHouse(signal: AbortSignal): Promise<void> {
    const { clock } = this.#environment
    const tick = new Wake(clock)
    while (!signal.aborted) {
      for (const { work } of this.#entries.values()) if (work.is === 'run') work.run.inspect()
      for (const key of this.#tracker.takeTouched()) this.#untold.add(key)
      const untold = [...this.#untold]
      this.#untold.clear()
      this.#measure()
      for (const key of untold) this.#spawn(this.#tell(key, signal))
      await tick.sleep(HOUSEKEEPING, signal)
    }
  }

  async #tell(key: string, signal: AbortSignal): Promise<void> {
    const entry = this.#entries.get(key)
    if (entry !== undefined && !(await this.#reporter.report(entry, signal))) this.#untold.add(key)
  }

  #measure(): void {
    const { meter } = this.#environment
    const phases = new Map<NonNullable<PolicyStatus['phase']>, number>()
    let watching = 0
    for (const entry of this.#entries.values()) {
      const phase = phaseOf(entry)
      phases.set(phase, (phases.get(phase) ?? 0) + 1)
      if (phase !== 'Error') watching++
    }
    meter.policies(phases)
    meter.watching(watching, watching)
  }

  #spawn(task: Promise<void>): void {
    // What fails here is a defect of ours, not the server's trouble: the program ends with it rather than go on half.
    const tracked = task
      .catch((error: unknown) => {
        this.#failure ??= { error }
        this.#wake.call()
      })
      .finally(() => this.#tasks.delete(tracked))
    this.#tasks.add(tracked)
  }

  #now(): Instant {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }
}
