import { isServerTrouble, type KubeObject } from 'kubewright'
import type { World } from '../facts/fact-source.ts'
import type { Opinion } from '../judgement/opinion.ts'
import type { Policy } from '../kinds/policies.ts'
import { type PolicyProblem, type ReadyPolicy, scopeMismatch } from '../policy/policy.ts'
import type { Instant, Step } from '../tracker/step.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import type { HeldObjects } from './held.ts'
import { PolicyJudge } from './policy-judge.ts'
import { Reopening } from './reopening.ts'
import type { RunEnvironment } from './run-environment.ts'
import type { RunState } from './run-state.ts'
import { RunTasks } from './run-tasks.ts'
import { problemOfError, type TargetHandler, type TargetWatch } from './target-source.ts'
import { Terminating } from './terminating.ts'
import { until } from './until.ts'

/** Should the object not have been read by then, it is asked for once more. */
const REREAD = 10_000

/** One policy at work on one version of its spec: watches its target and tells the tracker what the policy says about each object. */
export class PolicyRun {
  readonly key: string
  readonly ready: ReadyPolicy
  readonly #policy: Policy
  readonly #environment: RunEnvironment
  readonly #world: World
  readonly #judge: PolicyJudge
  readonly #stop = new AbortController()
  readonly terminating = new Terminating()
  readonly #opened = Promise.withResolvers<void>()
  #watch: TargetWatch | undefined
  readonly #tasks = new RunTasks()
  /** Whether every object there was has been judged once. */
  #complete = false
  #state: RunState = { is: 'starting' }
  #sweptAt: number

  constructor(key: string, policy: Policy, ready: ReadyPolicy, environment: RunEnvironment) {
    this.key = key
    this.ready = ready
    this.#policy = policy
    this.#environment = environment
    this.#sweptAt = environment.clock.monotonic()
    const needs = { ...ready.needs, namespace: ready.target.namespace, kind: ready.target.kind.kind, target: ready.target.kind }
    this.#world = environment.facts.open(needs, (change) => {
      this.#judge.outdate(change, this.#objects)
      if (this.#judge.isOutdated) environment.outdated()
      environment.changed()
    })
    this.#judge = new PolicyJudge({
      key,
      ready,
      tracker: environment.tracker,
      clock: environment.clock,
      world: this.#world,
      judged: (object, opinion) => this.#judged(object, opinion),
    })
    this.#begin()
  }

  get state(): RunState {
    return this.#state
  }

  /** From now on nothing is told to the tracker. {@link run} ends soon. */
  stop(): void {
    this.#watch?.close()
    this.#stop.abort(new Error(`policy ${this.key} changed or went`))
  }

  /** Resolves when its watch is open, or when there will be none for now. */
  get opened(): Promise<void> {
    return this.#opened.promise
  }

  /** Until {@link stop} or the signal. `successor` is awaited before the watch is given back, so that it can be taken over. */
  async run(signal: AbortSignal, successor: () => Promise<void> | undefined = () => undefined): Promise<void> {
    const stopped = AbortSignal.any([signal, this.#stop.signal])
    try {
      const reopening = new Reopening()
      while (!stopped.aborted) {
        if (await this.#open(stopped)) {
          await this.#watchOn(stopped)
          // What was read once is soon read again, most of the time.
          reopening.expectSoon()
        }
        // A kind is served a moment after its definition has come.
        else if (await this.#pause(reopening.next(), stopped)) reopening.expectSoon()
      }
    } catch (error) {
      if (!stopped.aborted) throw error
    } finally {
      this.#opened.resolve()
      this.#watch?.close()
      await successor()
      await this.#watch?.release()
      await this.#world.close()
    }
  }

  /** Looks at the watch's health, and sweeps when it is time. Costs no request. */
  inspect(): void {
    this.#world.inspect()
    if (this.#watch === undefined) return
    const problem = this.#watch.problem()
    if (problem !== undefined && problem.reason !== 'Unavailable') this.#fail(problem)
    else if (problem === undefined && this.#state.is === 'failing' && this.#complete) this.#recover()
    const interval = this.ready.evaluationInterval
    const { clock } = this.#environment
    if (this.#state.is === 'watching' && interval !== undefined && clock.monotonic() - this.#sweptAt >= interval) this.#sweep()
  }

  /** What the policy says about an object, told to the tracker. */
  judge(object: KubeObject): void {
    this.#judge.judge(object, this.#objects)
  }

  /** The object as it was seen last, if it is still the same one; as far as that is kept. */
  current({ uid, name, namespace }: Sighting): KubeObject | undefined {
    if (this.ready.target.keep === 'keys') return { metadata: { uid, name, ...(namespace !== undefined && { namespace }) } }
    const object = this.#objects?.get(name, namespace)
    return object?.metadata.uid === uid ? object : undefined
  }

  /** What the policy said about it was good until now. `fetch`: only the object itself can tell what holds now, and it is to be fetched. */
  judgeAgain({ object: seen, opinion }: Step & { readonly do: 'judge' }): 'judged' | 'fetch' {
    if (this.ready.target.keep === 'keys') {
      if (this.#judge.sayAgain(seen, opinion)) return 'judged'
      const now = this.#now()
      // Kept until it has been read, and asked for again should that fail.
      this.#environment.tracker.observe(this.key, seen, { is: 'never', reason: 'it is being read again', until: now.wall + REREAD }, now)
      return 'fetch'
    }
    const object = this.current(seen)
    if (object !== undefined) this.judge(object)
    return 'judged'
  }

  /** Judges what something else has put into another light, or sees to it before anything is deleted; before everything has been seen it is not worth it. */
  refresh(): void {
    if (!this.#complete) return
    if (this.ready.target.keep === 'objects') {
      this.#judge.refresh(this.#objects)
      return
    }
    const { tracker } = this.#environment
    const outdated = this.#judge.takeOutdated()
    if (outdated === undefined) return
    if (outdated === 'all') {
      this.#begin('rereading')
      this.#tasks.ask({ do: 'open' })
      return
    }
    const namespaces = new Set([...outdated].filter((namespace) => tracker.knows(this.key, namespace)))
    if (namespaces.size === 0) return
    this.#begin('rereading')
    this.#tasks.ask({ do: 'read', namespaces })
  }

  get #objects(): HeldObjects | undefined {
    return this.#watch?.held.is === 'objects' ? this.#watch.held : undefined
  }

  /** Until the target is to be opened anew. */
  async #watchOn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const task = await this.#tasks.next(signal)
      const { held } = this.#watch!
      if (task.do === 'open' || held.is === 'objects') {
        if (this.#complete) this.#begin('starting')
        return
      }
      try {
        for (const namespace of task.namespaces)
          await held.read({ ...this.ready.target, namespace }, (object) => this.judge(object), signal)
      } catch (error) {
        if (signal.aborted) throw error
        this.#environment.reachability.failed(error)
        // The whole of it is read anew, with all patience that this takes.
        return
      }
      this.#completed()
    }
  }

  #recover(): void {
    if (this.ready.target.keep === 'keys') {
      this.#begin('rereading')
      this.#tasks.ask({ do: 'open' })
    } else {
      this.#enter({ is: 'watching' })
      this.#sweep()
    }
  }

  #judged(object: KubeObject, opinion: Opinion): void {
    this.terminating.seen(object, opinion.is !== 'unselected')
    const { steps } = this.ready.code
    if (steps.notice === undefined && steps.finalizer === undefined) return
    const isGoing = object.metadata.deletionTimestamp !== undefined
    this.#environment.prepare?.(object, opinion.is === 'at' && !isGoing ? opinion.prepare : undefined)
  }

  /** Nothing is deleted before everything has been seen; what was said until now stands meanwhile, but is not acted upon. */
  #begin(as: 'starting' | 'rereading' = 'starting'): void {
    const { tracker } = this.#environment
    this.#complete = false
    tracker.setPolicy(this.key, { ...this.ready.mode, paused: true }, this.#now())
    if (this.#state.is !== as) this.#enter({ is: as })
  }

  /** Everything has been seen and judged. */
  #completed(): void {
    this.#complete = true
    // What has become outdated while it was read; where that has to be read again, it has begun anew.
    this.refresh()
    if (!this.#complete) return
    this.#environment.tracker.setPolicy(this.key, this.ready.mode, this.#now())
    this.#enter({ is: 'watching' })
  }

  /** `first` gathers what is told before everything has been seen; then it is let go, for it names every object. */
  #handler(first: { uids: Set<string> | undefined }): TargetHandler {
    const { tracker, changed, appeared, left } = this.#environment
    return {
      policy: this.key,
      shown: (uid) => tracker.policiesOf(uid),
      seen: (object, before) => {
        first.uids?.add(object.metadata.uid ?? '')
        if (this.#complete && before === undefined) appeared?.(object)
        this.judge(object)
        changed()
      },
      left: (object) => {
        const { uid = '' } = object.metadata
        first.uids?.delete(uid)
        tracker.leave(this.key, uid, this.#now())
        this.#judge.left(object, this.#objects)
        this.terminating.left(uid)
        left?.(uid)
        changed()
      },
      outgrown: () => this.#tasks.ask({ do: 'open' }),
    }
  }

  /** Everything has been seen: what is not among it has gone unseen, or is not of the target. */
  #retain(uids: ReadonlySet<string>): void {
    const { tracker, left } = this.#environment
    this.#judge.complete(uids)
    this.terminating.retain(uids)
    for (const uid of tracker.retain(this.key, uids, this.#now())) left?.(uid)
  }

  async #open(signal: AbortSignal): Promise<boolean> {
    const { source, isNamespaced } = this.#environment
    const { target } = this.ready
    this.#tasks.clear()
    try {
      const mismatch = scopeMismatch(this.#policy, await isNamespaced(target.kind, signal))
      if (mismatch !== undefined) {
        this.#fail(mismatch)
        return false
      }
      // What is read by keys is judged once, as it comes: with all that is known around it.
      if (target.keep === 'keys') await until(this.#world.settled, signal)
      // Everything is shown from here on, and judged with what is known then: what was learned until now is no reason to read it once more.
      this.#judge.takeOutdated()
      const first: { uids: Set<string> | undefined } = { uids: new Set() }
      const before = this.#watch
      this.#watch = await source.open(target, this.#handler(first))
      before?.close()
      await before?.release()
      this.#opened.resolve()
      await until(this.#watch.synced, signal)
      this.#retain(first.uids ?? new Set())
      first.uids = undefined
      this.#completed()
      return true
    } catch (error) {
      if (signal.aborted) throw error
      this.#watch?.close()
      await this.#watch?.release()
      this.#watch = undefined
      this.#opened.resolve()
      // A server that is away says nothing about the target. The start goes on, and with it the wait of the policies in this one's line.
      if (!(await this.#isOutage(error, signal))) this.#couldNotOpen(problemOfError(error, target))
      return false
    }
  }

  /** Until it may be worth another try. Whether a kind has come or gone. */
  async #pause(ms: number, signal: AbortSignal): Promise<boolean> {
    const { reachability, facts } = this.#environment
    const over = new AbortController()
    const ended = AbortSignal.any([signal, over.signal])
    const waits = [reachability.pause(ms, ended).then(() => false), facts.kindsChanged(ended).then(() => true)]
    try {
      return await Promise.race(waits)
    } finally {
      over.abort(new Error('the wait is over'))
      await Promise.allSettled(waits)
    }
  }

  async #isOutage(error: unknown, signal: AbortSignal): Promise<boolean> {
    const { reachability } = this.#environment
    reachability.failed(error)
    return isServerTrouble(error) && (await reachability.whenDecided(signal)) === 'unreachable'
  }

  #sweep(): void {
    const { clock, evaluated, changed } = this.#environment
    const start = clock.monotonic()
    this.#sweptAt = start
    for (const object of this.#objects?.all() ?? []) this.judge(object)
    evaluated(clock.monotonic() - start)
    changed()
  }

  /** What was read before goes on to count, and holds up who would delete it, until the server answers again. */
  #couldNotOpen(problem: PolicyProblem): void {
    if (this.#state.is === 'rereading' && problem.reason === 'Unavailable') this.#enter({ is: 'rereading', problem })
    else this.#fail(problem)
  }

  /** Words about objects that are no longer seen would hold other policies up. */
  #fail(problem: PolicyProblem): void {
    const { tracker } = this.#environment
    this.#opened.resolve()
    if (this.#state.is === 'failing' && this.#state.problem.message === problem.message) return
    tracker.retain(this.key, new Set(), this.#now())
    this.#enter({ is: 'failing', problem })
  }

  #enter(state: RunState): void {
    this.#state = state
    this.#environment.entered()
  }

  #now(): Instant {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }
}
