import { type Clock, isServerTrouble, type KubeObject, type Reachability } from 'kubewright'
import type { FactSource, World } from '../facts/fact-source.ts'
import type { Opinion, Preparation } from '../judgement/opinion.ts'
import type { Policy } from '../kinds/policies.ts'
import { type PolicyProblem, type ReadyPolicy, scopeMismatch } from '../policy/policy.ts'
import type { Instant } from '../tracker/step.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import type { Tracker } from '../tracker/tracker.ts'
import { PolicyJudge } from './policy-judge.ts'
import { problemOfError, type TargetHandler, type TargetSource, type TargetWatch } from './target-source.ts'
import { Terminating } from './terminating.ts'

export type RunState =
  /** The objects are being read for the first time. */
  { readonly is: 'starting' } | { readonly is: 'watching' } | { readonly is: 'failing'; readonly problem: PolicyProblem }

/** Discovery is asked again so often about a kind that is not there; it is shared by all policies and costs the server little. */
const RETRY = 30_000
const SOON = 1_000
/** 1, 2, 4 and 8 seconds. */
const SOON_TRIES = 4

export interface RunEnvironment {
  readonly tracker: Tracker
  readonly source: TargetSource
  readonly facts: FactSource
  readonly clock: Clock
  readonly reachability: Pick<Reachability, 'failed' | 'whenDecided' | 'pause'>
  /** Whether the kind is namespaced. @throws KindNotFoundError, ApiError or ConnectionError */
  isNamespaced(kind: ReadyPolicy['target']['kind'], signal: AbortSignal): Promise<boolean>
  /** Something changed: there may be work, and another status. */
  changed(): void
  /** It is in another state. */
  entered(): void
  /** Something else has put objects into another light: {@link PolicyRun.refresh} is to be called before anything is deleted. */
  outdated(): void
  evaluated(milliseconds: number): void
  /** An object came that was not there when the policy began. */
  appeared?(object: KubeObject): void
  /** What has to be written on the object first; `undefined`: nothing. */
  prepare?(object: KubeObject, preparation: Preparation | undefined): void
  /** The object is no longer in the target. */
  left?(uid: string): void
}

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
  /** Resolves when the target is to be opened anew. */
  #outgrown = Promise.withResolvers<void>()
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
      this.#judge.outdate(change, this.#watch)
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
      // A kind is served a moment after its definition has come: then asking soon again is worth it.
      let soon = 0
      while (!stopped.aborted) {
        if (await this.#open(stopped)) {
          await until(this.#outgrown.promise, stopped)
          this.#begin()
          continue
        }
        const wait = soon > 0 ? Math.min(RETRY, SOON * 2 ** (SOON_TRIES - soon)) : RETRY
        const woken = await this.#pause(wait, stopped)
        soon = woken ? SOON_TRIES : Math.max(0, soon - 1)
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
    else if (problem === undefined && this.#state.is === 'failing' && this.#complete) {
      this.#enter({ is: 'watching' })
      this.#sweep()
    }
    const interval = this.ready.evaluationInterval
    const { clock } = this.#environment
    if (this.#state.is === 'watching' && interval !== undefined && clock.monotonic() - this.#sweptAt >= interval) this.#sweep()
  }

  /** What the policy says about an object, told to the tracker. */
  judge(object: KubeObject): void {
    this.#judge.judge(object, this.#watch)
  }

  /** The object as it was seen last, if it is still the same one. */
  current({ uid, name, namespace }: Sighting): KubeObject | undefined {
    const object = this.#watch?.get(name, namespace)
    return object?.metadata.uid === uid ? object : undefined
  }

  /** What the policy said about it was good until now. */
  judgeAgain(seen: Sighting): void {
    const object = this.current(seen)
    if (object !== undefined) this.judge(object)
  }

  /** Judges what something else has put into another light; before everything has been seen that is not worth it. */
  refresh(): void {
    if (this.#complete) this.#judge.refresh(this.#watch)
  }

  #judged(object: KubeObject, opinion: Opinion): void {
    this.terminating.seen(object, opinion.is !== 'unselected')
    const { steps } = this.ready.code
    if (steps.notice === undefined && steps.finalizer === undefined) return
    const isGoing = object.metadata.deletionTimestamp !== undefined
    this.#environment.prepare?.(object, opinion.is === 'at' && !isGoing ? opinion.prepare : undefined)
  }

  /** Nothing is deleted before everything has been seen; what was said until now stands meanwhile, but is not acted upon. */
  #begin(): void {
    const { tracker } = this.#environment
    this.#complete = false
    this.#outgrown = Promise.withResolvers()
    tracker.setPolicy(this.key, { ...this.ready.mode, paused: true }, this.#now())
    if (this.#state.is !== 'starting') this.#enter({ is: 'starting' })
  }

  /** `first` gathers what is told before everything has been seen. */
  #handler(first: Set<string>): TargetHandler {
    const { tracker, changed, appeared, left } = this.#environment
    const outgrown = this.#outgrown
    return {
      seen: (object, before) => {
        if (!this.#complete) first.add(object.metadata.uid ?? '')
        else if (before === undefined) appeared?.(object)
        this.judge(object)
        changed()
      },
      left: (object) => {
        const { uid = '' } = object.metadata
        first.delete(uid)
        tracker.leave(this.key, uid, this.#now())
        this.#judge.left(object, this.#watch)
        this.terminating.left(uid)
        left?.(uid)
        changed()
      },
      outgrown: () => outgrown.resolve(),
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
    const { source, tracker, isNamespaced } = this.#environment
    const { target, mode } = this.ready
    try {
      const mismatch = scopeMismatch(this.#policy, await isNamespaced(target.kind, signal))
      if (mismatch !== undefined) {
        this.#fail(mismatch)
        return false
      }
      const first = new Set<string>()
      const before = this.#watch
      this.#watch = await source.open(target, this.#handler(first))
      before?.close()
      await before?.release()
      this.#opened.resolve()
      await until(this.#watch.synced, signal)
      this.#complete = true
      this.#retain(first)
      this.#judge.refresh(this.#watch)
      tracker.setPolicy(this.key, mode, this.#now())
      this.#enter({ is: 'watching' })
      return true
    } catch (error) {
      if (signal.aborted) throw error
      this.#watch?.close()
      await this.#watch?.release()
      this.#watch = undefined
      this.#opened.resolve()
      // A server that is away says nothing about the target. The start goes on, and with it the wait of the policies in this one's line.
      if (!(await this.#isOutage(error, signal))) this.#fail(problemOfError(error, target))
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
    for (const object of this.#watch?.objects() ?? []) this.judge(object)
    evaluated(clock.monotonic() - start)
    changed()
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** @throws the signal's reason when it aborts first. */
async function until(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const stopped = AbortSignal.any([signal, done.signal])
  try {
    await Promise.race([promise, aborted(stopped)])
    signal.throwIfAborted()
  } finally {
    done.abort()
  }
}
