import {
  type Client,
  type Clock,
  InvalidObjectError,
  type KubeObject,
  type Logger,
  messageOf,
  type Reachability,
  type ReachabilityState,
} from 'kubewright'
import type { AuditSink } from '../audit/audit.ts'
import { EmergencyStop } from '../emergency-stop/emergency-stop.ts'
import type { FactSource } from '../facts/fact-source.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy, type PolicyStatus } from '../kinds/policies.ts'
import type { GarbageCollectionStop } from '../kinds/stop.ts'
import { type Concurrency, fullConcurrency, onAnswer } from '../limits/concurrency.ts'
import { freshRate, type RateState, takeSlot } from '../limits/rate.ts'
import type { Meter } from '../metrics/meter.ts'
import { type PolicyDefaults, readPolicy } from '../policy/policy.ts'
import { type Announce, phaseOf, StatusReporter } from '../status/reporter.ts'
import type { Instant, Step } from '../tracker/step.ts'
import { Tracker } from '../tracker/tracker.ts'
import { Brakes } from './brakes.ts'
import { fingerprintOf, keyOf, labelsOf, newEntry, type PolicyEntry } from './policy-entry.ts'
import { catchUp, NEWS_COMES_WITHIN, type PolicyKnowledge } from './policy-knowledge.ts'
import { PolicyRun, type RunEnvironment } from './policy-run.ts'
import { Preparer } from './preparer.ts'
import { Sender } from './sender.ts'
import type { TargetSource } from './target-source.ts'
import { Wake } from './wake.ts'

export interface CollectorOptions extends PolicyDefaults {
  /** Requests under way at one time. */
  readonly concurrency: number
  /** At most so many deletions a second, of all policies together. @default no limit beside those of the policies */
  readonly maxTotalDeletionsPerSecond?: number | undefined
}

export interface CollectorEnvironment {
  readonly client: Client
  readonly source: TargetSource
  readonly facts: FactSource
  readonly clock: Clock
  readonly log: Logger
  readonly meter: Meter
  readonly announce: Announce
  readonly audit: AuditSink
  /** Tells the owner of an object that it will go. */
  readonly notify: (object: KubeObject, note: string) => void
  /** Why the time is not to be trusted at the moment: nothing is deleted by it. */
  readonly timeInDoubt: () => string | undefined
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
/** After a delay so many may go back to back, within the rate of all. */
const BURST = 50
/** Watches are looked after, and statuses written, so often. */
const HOUSEKEEPING = 1_000
/** After the signal, DELETEs under way may still end for so long. */
const LAST_ANSWERS = 5_000

/** What stands in for the fields that a policy of an older schema may lack, so that its problem can be told. */
const UNREADABLE: Policy['spec'] = {
  targetResource: { apiVersion: '', kind: '' },
  ttl: {},
  behavior: { batchSize: 1, dryRun: false, propagationPolicy: 'Background', owned: 'Keep' },
  action: 'Delete',
  priority: 0,
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
  readonly #stops = new EmergencyStop()
  readonly #brakes: Brakes
  readonly #preparer: Preparer
  readonly #sender: Sender
  readonly #stop = new AbortController()
  readonly #lateStop = new AbortController()
  readonly #cutOff: AbortSignal
  #busy = 0
  #concurrency: Concurrency
  #totalRate: RateState = freshRate
  #standstill: string | undefined
  #knowledge: PolicyKnowledge = { is: 'current' }
  #failure: { readonly error: unknown } | undefined

  constructor(environment: CollectorEnvironment, options: CollectorOptions) {
    this.#environment = environment
    this.#options = options
    this.#tracker = new Tracker(environment.random)
    this.#reporter = new StatusReporter({
      ...environment,
      tracker: this.#tracker,
      unprepared: (key) => this.#preparer.failuresOf(key),
    })
    this.#wake = new Wake(environment.clock)
    this.#cutOff = AbortSignal.any([environment.abandon, this.#lateStop.signal])
    this.#concurrency = fullConcurrency(options.concurrency)
    this.#brakes = new Brakes({
      ...environment,
      tracker: this.#tracker,
      changed: (key) => this.#changed(key),
      spawn: (task) => this.#spawn(task),
    })
    this.#preparer = new Preparer(environment)
    this.#sender = new Sender({ ...environment, tracker: this.#tracker, signal: this.#cutOff })
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
    const brake = work.is === 'run' ? this.#brakes.for(work.run.ready.limits, policy, entry) : undefined
    if (entry === undefined)
      this.#entries.set(key, { ...newEntry(key, policy, work, this.#environment.clock.monotonic()), stopped: this.#stops.reason })
    else {
      entry.policy = policy
      entry.work = work
    }
    const current = this.#entries.get(key)!
    this.#brakes.forget(current)
    this.#preparer.dropPolicy(key)
    current.brake = brake
    current.samples.clear()
    if (work.is === 'run') this.#spawn(work.run.run(this.#stop.signal, () => this.#successorOf(key, work.run)))
    else this.#dismiss(key)
    this.#changed(key)
  }

  removePolicy(observed: Policy): void {
    const key = keyOf(observed)
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.policy.metadata.uid !== observed.metadata.uid) return
    if (entry.work.is === 'run') entry.work.run.stop()
    this.#brakes.forget(entry)
    this.#preparer.dropPolicy(key)
    this.#environment.meter.forget(labelsOf(entry))
    this.#tracker.removePolicy(key, this.#now())
    this.#entries.delete(key)
    this.#changed(key)
  }

  /** Nothing is deleted from now on, until the stop is removed. */
  setStop(stop: GarbageCollectionStop): void {
    this.#stops.set(stop)
    this.#stopsChanged()
  }

  removeStop(stop: GarbageCollectionStop): void {
    this.#stops.remove(stop)
    this.#stopsChanged()
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
      const { ready } = reading
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
        appeared: (object) => this.#entries.get(key)?.brake?.recreations.appeared(object, clock.monotonic()),
        left: (uid) => {
          this.#preparer.drop(key, uid)
          this.#entries.get(key)?.samples.delete(uid)
        },
        prepare: (object, preparation) => {
          if (preparation === undefined) this.#preparer.drop(key, object.metadata.uid ?? '')
          else if (!ready.mode.dryRun) this.#preparer.add(key, policy, ready, object, preparation)
        },
      }
      return { policy, work: { is: 'run', run: new PolicyRun(key, policy, ready, environment) } }
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
    const { mayAct, reachability, timeInDoubt } = this.#environment
    if (!mayAct()) return HOUSEKEEPING
    if (reachability.state !== 'reachable') return undefined
    if (!this.#catchUp()) return NEWS_COMES_WITHIN
    if (this.#stops.reason !== undefined) return undefined
    if (timeInDoubt() !== undefined) return HOUSEKEEPING
    this.#holdLines()
    for (const { work } of this.#entries.values()) if (work.is === 'run') work.run.refresh()
    while (this.#busy < this.#concurrency.limit) {
      const slot = this.#totalSlot()
      if ('waitUntil' in slot) return slot.waitUntil - this.#environment.clock.monotonic()
      const step = this.#tracker.next(this.#now())
      if (step.do === 'judge') {
        const work = this.#entries.get(step.policy)?.work
        if (work?.is === 'run') work.run.judgeAgain(step.object)
        continue
      }
      if (step.do === 'delete') this.#begin(step, slot.taken)
      else if (step.do === 'fetch') this.#work(this.#sender.fetch(step, this.#runs(step.policies)))
      else if (!this.#prepare()) return this.#untilNext(step)
    }
    return LONGEST_WAIT
  }

  #untilNext(step: Step & { readonly do: 'wait' | 'rest' }): number | undefined {
    // What could not be written on objects is tried again by the clock.
    const wait = step.do === 'wait' ? Math.min(step.ms, LONGEST_WAIT) : undefined
    return this.#preparer.size === 0 ? wait : Math.min(wait ?? HOUSEKEEPING, HOUSEKEEPING)
  }

  /** Notices and finalizers are written when there is nothing to delete: they are early by the whole notice. */
  #prepare(): boolean {
    const waiting = this.#preparer.take((key) => {
      const entry = this.#entries.get(key)
      if (entry?.work.is !== 'run' || entry.work.run.state.is !== 'watching' || entry.work.run.ready.mode.paused) return false
      return this.#brakes.mayPrepare(entry, this.#preparer.waitingOf(key))
    })
    if (waiting === undefined) return false
    this.#work(this.#preparer.write(waiting, this.#cutOff).then(() => this.#changed(waiting.key)))
    return true
  }

  #begin(step: Step & { readonly do: 'delete' }, rate: RateState): void {
    const entry = this.#entries.get(step.policy)
    if (entry?.work.is !== 'run') {
      this.#tracker.answered(step, { is: 'denied', message: 'the policy is gone' }, this.#now())
      return
    }
    const { run } = entry.work
    if (!this.#brakes.mayDelete(entry, run.ready, step)) return
    this.#totalRate = rate
    const { clock } = this.#environment
    this.#work(
      this.#sender.delete(step, entry, run).then(({ answer, ms }) => {
        this.#concurrency = onAnswer(this.#concurrency, answer, ms, clock.monotonic())
      }),
    )
  }

  /** Counts a request among those under way. */
  #work(request: Promise<void>): void {
    this.#busy++
    this.#spawn(
      request.finally(() => {
        this.#busy--
        this.#wake.call()
      }),
    )
  }

  #totalSlot(): ReturnType<typeof takeSlot> {
    const perSecond = this.#options.maxTotalDeletionsPerSecond
    if (perSecond === undefined) return { taken: freshRate }
    return takeSlot(this.#totalRate, { perSecond, batch: BURST }, this.#environment.clock.monotonic())
  }

  #runs(policies: readonly string[]): readonly PolicyRun[] {
    return policies.flatMap((key) => {
      const work = this.#entries.get(key)?.work
      return work?.is === 'run' ? [work.run] : []
    })
  }

  #stopsChanged(): void {
    const { log } = this.#environment
    const { reason } = this.#stops
    if (reason !== this.#standstill) log.warn(reason ?? 'collection goes on: no GarbageCollectionStop is left')
    this.#standstill = reason
    for (const key of this.#entries.keys()) this.#untold.add(key)
    for (const entry of this.#entries.values()) entry.stopped = reason
    this.#wake.call()
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

  /** Every second: watches are looked after, and what is untold is told. Without news it does nothing that anybody would notice. */
  async #keepHouse(signal: AbortSignal): Promise<void> {
    const { clock } = this.#environment
    const tick = new Wake(clock)
    while (!signal.aborted) {
      for (const { work } of this.#entries.values()) if (work.is === 'run') work.run.inspect()
      this.#brakes.look()
      for (const { key, work } of this.#entries.values())
        if (work.is === 'run' && work.run.terminating.changed(clock.now())) this.#untold.add(key)
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
