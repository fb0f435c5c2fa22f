import type { Resource, Selection, WatchEvent } from '@kubewright/client'
import { ApiError, type Clock, type KubeObject, sleep } from '@kubewright/core'
import type { Reachability } from '../reachability/reachability.ts'
import { type Failure, failureOf } from './failure.ts'
import { type CurrentFailure, type Liveness, Pulse } from './liveness.ts'
import { type Effect, type Fact, initial, type ReflectorState, step } from './machine.ts'

/** Where a reflector puts what it learns. All calls are made one after the other. */
export interface ReflectorSink<T extends KubeObject> {
  replace(pages: readonly (readonly T[])[], resourceVersion: string): void
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T, resourceVersion: string): void
  /** Nothing changed up to here. */
  progress(resourceVersion: string): void
  /** Resolves when there is room for more; the socket is not read meanwhile. `undefined`: there is. */
  room(): Promise<void> | undefined
}

/** What happened to a watch, once: for counters. */
export type WatchIncident = 'relist' | 'reconnect' | 'expired' | 'silence'

export interface ReflectorObserver {
  happened(incident: WatchIncident): void
  failed(failure: Failure, how: { readonly current: CurrentFailure; readonly retryIn: number; readonly passing: boolean }): void
  /** The server was heard again after a failure. */
  recovered(): void
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly resource: Pick<Resource<T>, 'list' | 'watch'>
  readonly selection: Selection
  readonly sink: ReflectorSink<T>
  readonly clock: Clock
  readonly observer?: ReflectorObserver
  /** Ends the waits for a server that was away. @default none: every wait lasts its time */
  readonly reachability?: Pick<Reachability, 'state' | 'pause'>
  /** @default Math.random */
  readonly random?: () => number
  /**
   * Silence after which a watch is taken for dead, in ms.
   * @default 70 000: servers send a bookmark about every 60 s, and keep at least 75 s of history, so that nothing is lost by then
   */
  readonly silence?: number
}

const SILENCE = 70_000
/** What a watch may take beyond the time it asked for before it is cut (kube-rs's figure). */
const DEADLINE_MARGIN = 5_000

/** Lists, then watches, for ever: the thin shell around the state machine of machine.ts. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>
  readonly #pulse = new Pulse()
  #state: ReflectorState<T> = initial<T>()

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
  }

  get liveness(): Liveness {
    return this.#pulse.liveness(this.#state.is)
  }

  /** The machine's state, for a debugger's eyes. */
  get state(): ReflectorState<T> {
    return this.#state
  }

  /** Runs until the signal aborts; is over when nothing is under way any more. Failures of the server do not end it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const state = this.#state
      if (state.is === 'listing') await this.#list(state, signal)
      else if (state.is === 'watching') await this.#watch(state, signal)
      else await this.#pause(state, signal)
    }
  }

  #take(fact: Fact<T>): void {
    const { clock, random = Math.random } = this.#options
    const [state, effects] = step(this.#state, fact, { now: clock.monotonic(), random })
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: Effect<T>): void {
    const { sink, observer, clock } = this.#options
    switch (effect.do) {
      case 'replace':
        sink.replace(effect.pages, effect.resourceVersion)
        return
      case 'apply':
        sink.apply(effect.type, effect.object, effect.object.metadata.resourceVersion ?? '')
        return
      case 'progress':
        sink.progress(effect.resourceVersion)
        return
      case 'count':
        this.#pulse.counts[effect.what]++
        observer?.happened(effect.what)
        return
      case 'report': {
        const current = this.#pulse.failed(effect.failure, clock.monotonic())
        observer?.failed(effect.failure, { current, retryIn: effect.retryIn, passing: effect.passing })
      }
    }
  }

  #heard(): void {
    if (this.#pulse.heard(this.#options.clock.monotonic())) this.#options.observer?.recovered()
  }

  async #list(state: Extract<ReflectorState<T>, { is: 'listing' }>, signal: AbortSignal): Promise<void> {
    const { resource, selection } = this.#options
    try {
      const page = await resource.list({
        ...selection,
        ...(state.limit === undefined ? {} : { limit: state.limit }),
        ...(state.continue === undefined ? {} : { continue: state.continue }),
        // A list is not begun anew for one hiccup. But while the server is away the client's own waits would not end with its return.
        retry: !this.#inOutage,
        signal,
      })
      if (signal.aborted) return
      this.#heard()
      this.#take({
        saw: 'page',
        objects: page.items,
        resourceVersion: page.metadata.resourceVersion ?? '',
        continue: page.metadata.continue,
      })
    } catch (error) {
      if (!signal.aborted) this.#take({ saw: 'failure', failure: this.#failureOf(error), opened: false })
    }
  }

  async #watch(state: Extract<ReflectorState<T>, { is: 'watching' }>, signal: AbortSignal): Promise<void> {
    const { resource, selection, sink, clock, silence = SILENCE } = this.#options
    const watchdog = new Watchdog(clock, silence, state.timeoutSeconds * 1000 + DEADLINE_MARGIN)
    let opened = false
    const onBytes = () => {
      opened = true
      watchdog.feed()
      this.#heard()
    }
    try {
      const events = resource.watch({
        ...selection,
        resourceVersion: state.resourceVersion,
        allowWatchBookmarks: true,
        timeoutSeconds: state.timeoutSeconds,
        signal: AbortSignal.any([signal, watchdog.signal]),
        onBytes,
      })
      for await (const event of events) {
        onBytes()
        if (signal.aborted || watchdog.signal.aborted) break
        this.#take(this.#factOf(event))
        if (this.#state.is !== 'watching') return
        const room = sink.room()
        if (room !== undefined) await watchdog.pausedWhile(room)
      }
      if (!signal.aborted) this.#take({ saw: 'end', by: watchdog.verdict ?? 'server' })
    } catch (error) {
      if (signal.aborted) return
      if (watchdog.verdict !== undefined) this.#take({ saw: 'end', by: watchdog.verdict })
      else this.#take({ saw: 'failure', failure: this.#failureOf(error), opened })
    } finally {
      watchdog.stop()
    }
  }

  async #pause({ ms, wakes }: Extract<ReflectorState<T>, { is: 'pausing' }>, signal: AbortSignal): Promise<void> {
    const { clock, reachability } = this.#options
    let end: 'time' | 'recovery' = 'time'
    try {
      if (wakes && reachability !== undefined) end = await reachability.pause(ms, signal)
      else await sleep(ms, { clock, signal })
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    this.#take({ saw: end })
  }

  #failureOf(error: unknown): Failure {
    return failureOf(error, { outage: this.#inOutage })
  }

  get #inOutage(): boolean {
    const { reachability } = this.#options
    return reachability !== undefined && reachability.state !== 'reachable'
  }

  #factOf(event: WatchEvent<T>): Fact<T> {
    switch (event.type) {
      case 'BOOKMARK':
        return { saw: 'bookmark', resourceVersion: event.object.metadata.resourceVersion ?? '' }
      case 'ERROR': {
        const failure = this.#failureOf(new ApiError({ ...event.status, code: event.status.code ?? 500 }))
        return { saw: 'failure', failure, opened: true }
      }
      default:
        return { saw: 'change', type: event.type, object: event.object }
    }
  }
}

/** Ends one watch that says nothing, or that does not end when it should: a peer that vanished sends no error, ever. */
class Watchdog {
  readonly #clock: Clock
  readonly #silence: number
  readonly #controller = new AbortController()
  readonly #deadline: { cancel(): void }
  #check: { cancel(): void }
  #fedAt: number
  #paused = false
  verdict: 'silence' | 'deadline' | undefined

  constructor(clock: Clock, silence: number, deadline: number) {
    this.#clock = clock
    this.#silence = silence
    this.#fedAt = clock.monotonic()
    this.#check = clock.setTimer(silence, () => this.#look())
    this.#deadline = clock.setTimer(deadline, () => this.#bite('deadline'))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  feed(): void {
    this.#fedAt = this.#clock.monotonic()
  }

  /** While we do not read, silence is our own doing. */
  async pausedWhile(wait: Promise<void>): Promise<void> {
    this.#paused = true
    await wait
    this.#paused = false
    this.feed()
  }

  stop(): void {
    this.#check.cancel()
    this.#deadline.cancel()
  }

  /** The timer is not moved for every chunk: it looks, when it fires, how long the silence has been. */
  #look(): void {
    const left = this.#paused ? this.#silence : this.#fedAt + this.#silence - this.#clock.monotonic()
    if (left <= 0) this.#bite('silence')
    else this.#check = this.#clock.setTimer(left, () => this.#look())
  }

  #bite(verdict: 'silence' | 'deadline'): void {
    this.verdict ??= verdict
    this.#controller.abort(new Error(`the watch ended by ${verdict}`))
  }
}
