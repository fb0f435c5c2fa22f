import type { Resource, Selection, WatchEvent } from '@kubewright/client'
import { ApiError, type Clock, ConnectionError, type KubeObject, sleep } from '@kubewright/core'
import type { Reachability } from '../reachability/reachability.ts'
import { type Failure, failureOf } from './failure.ts'
import { type CurrentFailure, type Liveness, Pulse } from './liveness.ts'
import { step } from './machine.ts'
import { type ChangeType, type Effect, type Fact, type In, initial, isPlace, type State, type WatchIncident } from './state.ts'
import { Watchdog } from './watchdog.ts'

export type { WatchIncident } from './state.ts'

/** Where a reflector puts what it learns. All calls are made one after the other. */
export interface ReflectorSink<T extends KubeObject> {
  /** A new snapshot; what was collected for one that was not committed is to be forgotten. */
  begin(): void
  /** `bytes`: the object's length on the wire, 0 when that is not known. */
  collect(type: ChangeType, object: T, bytes: number): void
  /** What was collected is what there is at that version. */
  commit(resourceVersion: string): void
  /** `resourceVersion`: everything up to here has been seen; `undefined` when the object's own proves nothing about the others. */
  apply(type: ChangeType, object: T, bytes: number, resourceVersion: string | undefined): void
  /** Nothing changed up to here. */
  progress(resourceVersion: string): void
  /** Resolves when there is room for more; the socket is not read meanwhile. `undefined`: there is. */
  room(): Promise<void> | undefined
}

export interface ReflectorObserver {
  happened(incident: WatchIncident): void
  failed(failure: Failure, how: { readonly current: CurrentFailure; readonly retryIn: number; readonly passing: boolean }): void
  /** The server was heard again after a failure. */
  recovered(): void
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly resource: Pick<Resource<T>, 'listParts' | 'watch'>
  /** What the server is asked for. A function is asked before each list, and before each watch that goes on from one. */
  readonly selection: Selection | ((purpose: 'list' | 'watch') => Selection)
  readonly sink: ReflectorSink<T>
  readonly clock: Clock
  readonly observer?: ReflectorObserver
  /** Ends the waits for a server that was away. @default none: every wait lasts its time */
  readonly reachability?: Pick<Reachability, 'state' | 'pause'>
  /** @default Math.random */
  readonly random?: () => number
  /** Whether everything there is may come as a streaming list. @default "auto": where the server serves it */
  readonly watchList?: 'auto' | 'never'
  /** Keeps managedFields. @default false */
  readonly managedFields?: boolean
  /**
   * Silence after which a watch is taken for dead, in ms.
   * @default 70 000: servers send a bookmark about every 60 s, and keep at least 75 s of history, so that nothing is lost by then
   */
  readonly silence?: number
  /**
   * Silence inside a streaming list after which the server is taken for one that does not know the end of it, in ms.
   * @default 10 000: the end comes up to 6 s after the last object, when the server has to ask etcd for its progress first
   */
  readonly streamingSilence?: number
}

const SILENCE = 70_000
const STREAMING_SILENCE = 10_000
/** What a watch may take beyond the time it asked for before it is cut (kube-rs's figure). */
const DEADLINE_MARGIN = 5_000
const NEVER_OPENED = 'the API server did not answer when a watch was opened'
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** Everything there is, then what happens, for ever: the thin shell around the state machine of machine.ts. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>
  readonly #pulse = new Pulse()
  #state: State
  #selection: Selection = {}
  /** Ends what is under way, for a list that is to begin instead. */
  #turn = new AbortController()

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.#state = initial({ streaming: options.watchList !== 'never' })
  }

  get liveness(): Liveness {
    return this.#pulse.liveness(this.#state.is)
  }

  /** The machine's state, for a debugger's eyes. */
  get state(): State {
    return this.#state
  }

  /** Runs until the signal aborts; is over when nothing is under way any more. Failures of the server do not end it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const state = this.#state
      const ends = AbortSignal.any([signal, this.#turn.signal])
      if (state.is === 'empty') this.#take({ saw: 'start' })
      else if (state.is === 'listing') await this.#list(state, ends)
      else if (state.is === 'pausing') await this.#pause(state, ends)
      else await this.#follow(state, ends)
    }
  }

  /** Something else is wanted from now on: what there is, is listed again, and is not complete before. */
  relist(): void {
    const wasWaiting = this.#state.is === 'pausing' || this.#state.is === 'empty'
    this.#take({ saw: 'reselection' })
    if (wasWaiting) return
    this.#turn.abort(new Error('something else is wanted'))
    this.#turn = new AbortController()
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
      case 'begin':
        this.#selection = this.#selectionFor('list')
        sink.begin()
        return
      case 'collect':
        sink.collect(effect.type, effect.object, effect.bytes)
        return
      case 'commit':
        sink.commit(effect.resourceVersion)
        return
      case 'apply':
        sink.apply(effect.type, effect.object, effect.bytes, effect.resourceVersion)
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

  async #list({ from, limit, continue: token }: In<'listing'>, signal: AbortSignal): Promise<void> {
    const { resource, sink, managedFields = false } = this.#options
    try {
      const parts = resource.listParts({
        ...this.#selection,
        managedFields,
        ...(limit === undefined ? {} : { limit }),
        // A token carries its version; to send one beside it is refused. And a limit beside a version means "exactly that one" unless told.
        ...(token !== undefined ? { continue: token } : from === '' ? {} : { resourceVersion: from }),
        ...(token === undefined && isPlace(from) ? { resourceVersionMatch: 'NotOlderThan' as const } : {}),
        // A list is not begun anew for one hiccup. But while the server is away the client's own waits would not end with its return.
        retry: !this.#inOutage,
        signal,
      })
      for await (const part of parts) {
        if (signal.aborted) return
        this.#heard()
        if (part.type === 'ITEM') sink.collect('ADDED', part.object, part.bytes ?? 0)
        else
          return this.#take({
            saw: 'page',
            resourceVersion: part.metadata.resourceVersion ?? '',
            continue: part.metadata.continue || undefined,
          })
      }
      throw new ConnectionError('the list ended without its metadata', { code: 'MALFORMED_FRAME' })
    } catch (error) {
      if (!signal.aborted) this.#take({ saw: 'failure', failure: this.#failureOf(error), opened: false })
    }
  }

  /** One stream, from its opening to its end: a streaming list goes on as the watch. */
  async #follow(state: In<'streaming'> | In<'watching'>, signal: AbortSignal): Promise<void> {
    const { sink, clock, silence = SILENCE, streamingSilence = STREAMING_SILENCE } = this.#options
    const watchdog = new Watchdog(clock, silence, state.timeoutSeconds * 1000 + DEADLINE_MARGIN)
    const ends = AbortSignal.any([signal, watchdog.signal])
    // Asked for each event, and a signal that follows others asks all of them each time.
    let over = ends.aborted
    ends.addEventListener('abort', () => (over = true), { once: true })
    let opened = false
    const onBytes = () => {
      watchdog.feed()
      // The server may take its time to open the stream; then what there is comes without a break.
      if (!opened && state.is === 'streaming') watchdog.bear(streamingSilence)
      opened = true
      this.#heard()
    }
    try {
      for await (const event of this.#open(state, ends, onBytes)) {
        onBytes()
        if (over) break
        const fact = this.#factOf(event)
        this.#take(fact)
        // An error ends the stream, also when what comes next is another one of the same sort.
        if (fact.saw === 'failure') return
        if (this.#state.is === 'watching') watchdog.bear(silence)
        else if (this.#state.is !== 'streaming') return
        const room = sink.room()
        if (room !== undefined) await watchdog.pausedWhile(orAborted(room, ends))
      }
      if (!signal.aborted) this.#take({ saw: 'end', by: watchdog.verdict ?? 'server' })
    } catch (error) {
      if (signal.aborted) return
      if (watchdog.verdict === undefined) this.#take({ saw: 'failure', failure: this.#failureOf(error), opened })
      else if (opened) this.#take({ saw: 'end', by: watchdog.verdict })
      else this.#take({ saw: 'failure', failure: this.#failureOf(new ConnectionError(NEVER_OPENED, { code: 'ETIMEDOUT' })), opened })
    } finally {
      watchdog.stop()
    }
  }

  #open(state: In<'streaming'> | In<'watching'>, signal: AbortSignal, onBytes: () => void): AsyncIterable<WatchEvent<T>> {
    const { resource, managedFields = false } = this.#options
    const { timeoutSeconds } = state
    if (state.is === 'watching') this.#selection = this.#selectionFor('watch')
    const common = { ...this.#selection, managedFields, allowWatchBookmarks: true, timeoutSeconds, signal, onBytes }
    if (state.is === 'watching') return resource.watch({ ...common, resourceVersion: state.resourceVersion })
    return resource.watch({
      ...common,
      ...(state.from === '' ? {} : { resourceVersion: state.from }),
      resourceVersionMatch: 'NotOlderThan',
      sendInitialEvents: true,
    })
  }

  async #pause({ ms, wakes }: In<'pausing'>, signal: AbortSignal): Promise<void> {
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

  #selectionFor(purpose: 'list' | 'watch'): Selection {
    const { selection } = this.#options
    return typeof selection === 'function' ? selection(purpose) : selection
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
      case 'BOOKMARK': {
        const { resourceVersion = '', annotations = {} } = event.object.metadata
        return { saw: 'bookmark', resourceVersion, initialEventsEnd: annotations[INITIAL_EVENTS_END] === 'true' }
      }
      case 'ERROR': {
        const failure = this.#failureOf(new ApiError({ ...event.status, code: event.status.code ?? 500 }))
        return { saw: 'failure', failure, opened: true }
      }
      default:
        return { saw: 'change', type: event.type, object: event.object, bytes: event.bytes ?? 0 }
    }
  }
}

/** Over at the abort too: a handler that never returns must not keep a watch from ending. */
async function orAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>()
  const onAbort = () => aborted.resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    await Promise.race([wait, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
