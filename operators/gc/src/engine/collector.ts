import type { Client, Clock, KubeObject, Logger, Reachability, ReachabilityState } from 'kubewright'
import type { AuditSink } from '../audit/audit.ts'
import type { BackupBucket } from '../bucket/bucket.ts'
import { EmergencyStop } from '../emergency-stop/emergency-stop.ts'
import type { FactSource } from '../facts/fact-source.ts'
import type { Policy } from '../kinds/policies.ts'
import type { GarbageCollectionStop } from '../kinds/stop.ts'
import { freshRate, type RateState, takeSlot } from '../limits/rate.ts'
import type { Meter } from '../metrics/meter.ts'
import type { PolicyDefaults, PolicyProblem } from '../policy/policy.ts'
import { type Announce, StatusReporter } from '../status/reporter.ts'
import type { Falling } from '../tracker/falling-due.ts'
import type { Instant, Step } from '../tracker/step.ts'
import { Tracker } from '../tracker/tracker.ts'
import { Brakes } from './brakes.ts'
import { Gate } from './gate.ts'
import { HOUSEKEEPING, Housekeeping } from './housekeeping.ts'
import { PolicyTable } from './policy-table.ts'
import { Preparer } from './preparer.ts'
import { Requests } from './requests.ts'
import { Sender } from './sender.ts'
import { StartingLines } from './starting-lines.ts'
import type { TargetSource } from './target-source.ts'
import { TaskGroup } from './task-group.ts'
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
  /** Why no policy of a kind can be relied on: its definition in the cluster is older than the operator. @default none */
  readonly schemaProblem?: (kind: string) => PolicyProblem | undefined
  /** For policies that keep there what they delete. */
  readonly bucket?: BackupBucket | undefined
  /** Requests under way end when it aborts. */
  readonly abandon: AbortSignal
}

/** The one timer never waits longer: a clock that is set, and a machine that slept, are noticed by then. */
const LONGEST_WAIT = 60_000
/** After a delay so many may go back to back, within the rate of all. */
const BURST = 50
/** After the signal, DELETEs under way may still end for so long. */
const LAST_ANSWERS = 5_000

/** Brings together policies, watches, the tracker and the workers. Decides nothing itself. */
export class Collector {
  readonly #environment: CollectorEnvironment
  readonly #options: CollectorOptions
  readonly #tracker: Tracker
  readonly #reporter: StatusReporter
  readonly #policies: PolicyTable
  readonly #lines: StartingLines
  readonly #tasks: TaskGroup
  readonly #requests: Requests
  readonly #wake: Wake
  readonly #stops = new EmergencyStop()
  readonly #gate: Gate
  readonly #brakes: Brakes
  readonly #preparer: Preparer
  readonly #sender: Sender
  readonly #house: Housekeeping
  readonly #stop = new AbortController()
  /** Ends the requests under way. One plain signal: asking one that follows others costs as much as the rest of a deletion's bookkeeping. */
  readonly #cutOff = new AbortController()
  #totalRate: RateState = freshRate
  #standstill: string | undefined

  constructor(environment: CollectorEnvironment, options: CollectorOptions) {
    this.#environment = environment
    this.#options = options
    const { clock } = environment
    this.#tracker = new Tracker(environment.random)
    const tracker = this.#tracker
    this.#reporter = new StatusReporter({ ...environment, tracker, unprepared: (key) => this.#preparer.failuresOf(key) })
    this.#wake = new Wake(clock)
    this.#tasks = new TaskGroup((error) => this.#stop.abort(error))
    this.#requests = new Requests(options.concurrency, clock)
    this.#lines = new StartingLines((line, held) => tracker.hold(line, held))
    const spawn = (task: Promise<void>) => this.#tasks.add(task)
    this.#brakes = new Brakes({ ...environment, tracker, changed: (key) => this.#changed(key), spawn })
    this.#preparer = new Preparer(environment)
    this.#sender = new Sender({ ...environment, tracker, signal: this.#cutOff.signal })
    this.#gate = new Gate({ ...environment, stops: this.#stops })
    this.#policies = new PolicyTable({
      ...environment,
      ...{ options, tracker, brakes: this.#brakes, preparer: this.#preparer, lines: this.#lines, signal: this.#stop.signal, spawn },
      stopped: () => this.#stops.reason,
      changed: (key) => this.#changed(key),
    })
    this.#house = new Housekeeping({
      ...environment,
      tracker,
      reporter: this.#reporter,
      brakes: this.#brakes,
      entries: this.#policies.entries,
      spawn,
    })
  }

  /** The policy as it is now. Harmless when nothing that counts has changed. */
  setPolicy(observed: Policy): void {
    this.#policies.set(observed)
  }

  removePolicy(observed: Policy): void {
    this.#policies.remove(observed)
  }

  /** Definitions of policies were updated, or found to be old. */
  schemasChanged(): void {
    this.#policies.schemasChanged()
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

  /** What will be deleted when, as it is foreseen now. */
  fallingDue(): readonly Falling[] {
    return this.#tracker.fallingDue()
  }

  /** Works until the signal aborts; is over when nothing is under way any more. @throws what one of its tasks failed with: a defect */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, reachability, abandon } = this.#environment
    const stop = () => this.#stop.abort(signal.reason)
    const cutOff = () => this.#cutOff.abort(abandon.reason)
    const unsubscribe = reachability.subscribe((state, before) => this.#reachabilityChanged(state, before))
    for (const [of, listener] of [[signal, stop] as const, [abandon, cutOff] as const]) {
      of.addEventListener('abort', listener, { once: true })
      if (of.aborted) listener()
    }
    try {
      this.#tasks.add(this.#house.run(this.#stop.signal))
      await this.#wake.run(() => this.#advance(), this.#stop.signal)
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', stop)
      this.#stop.abort(signal.reason)
      const timer = clock.setTimer(LAST_ANSWERS, () => this.#cutOff.abort(new Error('the operator is stopping')))
      try {
        await this.#tasks.ended()
      } finally {
        timer.cancel()
        abandon.removeEventListener('abort', cutOff)
      }
    }
  }

  #changed(key: string): void {
    this.#house.changed(key)
    this.#wake.call()
  }

  /**
   * Starts what can be started. Returns how long there is nothing more to start, or `undefined` for until something happens. It is called for every answer
   * and every event, so nothing here looks at each policy or each object.
   */
  #advance(): number | undefined {
    if (!this.#requests.hasRoom) return LONGEST_WAIT
    const admittance = this.#gate.ask()
    if (admittance.is === 'closed') return admittance.lookAgain
    // First what has become outdated: a policy that has to read it again holds its line.
    this.#policies.refresh()
    this.#lines.refresh(this.#policies.entries.values())
    while (this.#requests.hasRoom) {
      const slot = this.#totalSlot()
      if ('waitUntil' in slot) return slot.waitUntil - this.#environment.clock.monotonic()
      const step = this.#tracker.next(this.#now())
      if (step.do === 'judge') {
        if (this.#policies.runOf(step.policy)?.judgeAgain(step) === 'fetch')
          this.#start(this.#fetch({ do: 'fetch', policies: [step.policy], object: step.object }))
        continue
      }
      if (step.do === 'delete') this.#begin(step, slot.taken)
      else if (step.do === 'fetch') this.#start(this.#fetch(step))
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
      const entry = this.#policies.entries.get(key)
      if (entry?.work.is !== 'run' || entry.work.run.state.is !== 'watching' || entry.work.run.ready.mode.paused) return false
      return this.#brakes.mayPrepare(entry, this.#preparer.waitingOf(key))
    })
    if (waiting === undefined) return false
    const write = async () => {
      await this.#preparer.write(waiting, this.#cutOff.signal)
      this.#changed(waiting.key)
      return undefined
    }
    this.#start(write())
    return true
  }

  #begin(step: Step & { readonly do: 'delete' }, rate: RateState): void {
    const entry = this.#policies.entries.get(step.policy)
    if (entry?.work.is !== 'run') {
      this.#tracker.answered(step, { is: 'denied', message: 'the policy is gone' }, this.#now())
      return
    }
    const { run } = entry.work
    if (!this.#brakes.mayDelete(entry, run.ready, step)) return
    this.#totalRate = rate
    this.#start(this.#sender.delete(step, entry, run))
  }

  async #fetch(step: Step & { readonly do: 'fetch' }): Promise<undefined> {
    await this.#sender.fetch(step, this.#policies.runs(step.policies))
    return undefined
  }

  /** Where it ends, the next may begin. */
  #start(request: Parameters<Requests['count']>[0]): void {
    this.#tasks.add(this.#requests.count(request).finally(() => this.#wake.call()))
  }

  #totalSlot(): ReturnType<typeof takeSlot> {
    const perSecond = this.#options.maxTotalDeletionsPerSecond
    if (perSecond === undefined) return { taken: freshRate }
    return takeSlot(this.#totalRate, { perSecond, batch: BURST }, this.#environment.clock.monotonic())
  }

  #stopsChanged(): void {
    const { log } = this.#environment
    const { reason } = this.#stops
    if (reason !== this.#standstill) log.warn(reason ?? 'collection goes on: no GarbageCollectionStop is left')
    this.#standstill = reason
    for (const entry of this.#policies.entries.values()) {
      entry.stopped = reason
      this.#house.changed(entry.key)
    }
    this.#wake.call()
  }

  #reachabilityChanged(state: ReachabilityState, before: ReachabilityState): void {
    if (this.#gate.reachabilityChanged(state, before)) {
      this.#tracker.serverIsBack(this.#now())
      for (const entry of this.#policies.entries.values()) this.#reporter.serverIsBack(entry)
    }
    this.#wake.call()
  }

  #now(): Instant {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }
}
