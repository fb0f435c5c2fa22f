import type { Client } from '@kubewright/client'
import { type Clock, formatDuration, messageOf } from '@kubewright/core'
import type { Logger } from '../log/logger.ts'
import { type Belief, type Fact, hopeful, nextProbe, step } from './belief.ts'
import { troubleOf, type Verdict, verdictOf } from './trouble.ts'

/** What is believed of the API server: it answers, it does not, or nobody knows yet. */
export type ReachabilityState = Belief['is']

/**
 * Whether the API server answers, as everything in the program that talks to it has found out together. Requests that fail put it `in doubt`;
 * the server's own `/readyz`, asked at once, decides whether it is `unreachable`, and is then asked every second or two until it is ready again.
 * Work that would only fail can be held back meanwhile, and goes on the moment the server is back.
 */
export interface Reachability {
  readonly state: ReachabilityState
  /** Resolves as soon as the server is reachable; at once when it is. @throws the signal's reason when that aborts first */
  whenReachable(signal?: AbortSignal): Promise<void>
  /** Resolves when there is no doubt, which takes one question to the server. @throws the signal's reason when that aborts first */
  whenDecided(signal?: AbortSignal): Promise<'reachable' | 'unreachable'>
  /**
   * The wait between two tries: over after `ms`, or up to half a second (by chance) after the server has come back from an outage, if that is
   * earlier. @throws the signal's reason when it aborts
   */
  pause(ms: number, signal?: AbortSignal): Promise<'time' | 'recovery'>
  /** Hears of every change; an outage is over when `before` was `unreachable` and `state` is `reachable`. Returns the function that ends it. */
  subscribe(listener: (state: ReachabilityState, before: ReachabilityState) => void): () => void
  /** What a request threw. Errors that say nothing about the server as a whole (4xx) are ignored, so that every error may be handed over. */
  failed(error: unknown): void
  /** A request was answered. */
  succeeded(): void
}

export interface ReachabilityOptions {
  readonly client: Pick<Client, 'request' | 'server'>
  readonly clock: Clock
  readonly log: Logger
  /** @default Math.random */
  readonly random?: () => number
}

/** A server that hangs is as good as away. */
const PROBE_TIMEOUT = 3_000
/** After an outage not everything comes back in the same instant. */
const SPREAD = 500

/** The shell around {@link Belief}: asks the server while there is a doubt, and tells who waits. */
export class ServerReachability implements Reachability {
  readonly #options: ReachabilityOptions
  readonly #listeners = new Set<(state: ReachabilityState, before: ReachabilityState) => void>()
  #belief: Belief = hopeful
  #stir: () => void = () => {}

  constructor(options: ReachabilityOptions) {
    this.#options = options
  }

  get state(): ReachabilityState {
    return this.#belief.is
  }

  subscribe(listener: (state: ReachabilityState, before: ReachabilityState) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async whenReachable(signal?: AbortSignal): Promise<void> {
    await this.#when((state) => state === 'reachable', signal)
  }

  async whenDecided(signal?: AbortSignal): Promise<'reachable' | 'unreachable'> {
    return (await this.#when((state) => state !== 'in doubt', signal)) === 'reachable' ? 'reachable' : 'unreachable'
  }

  pause(ms: number, signal?: AbortSignal): Promise<'time' | 'recovery'> {
    const { clock, random = Math.random } = this.#options
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const due = clock.monotonic() + ms
      const end = (settle: () => void) => () => {
        timer.cancel()
        unsubscribe()
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      const onAbort = end(() => reject(signal?.reason))
      let timer = clock.setTimer(
        ms,
        end(() => resolve('time')),
      )
      const unsubscribe = this.subscribe((state, before) => {
        if (state !== 'reachable' || before !== 'unreachable') return
        timer.cancel()
        timer = clock.setTimer(
          Math.min(due - clock.monotonic(), random() * SPREAD),
          end(() => resolve('recovery')),
        )
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  failed(error: unknown): void {
    const trouble = troubleOf(error)
    if (trouble !== undefined) this.#take({ saw: 'failure', trouble, message: messageOf(error) })
  }

  succeeded(): void {
    if (this.state === 'unreachable') this.#take({ saw: 'success' })
  }

  #when(holds: (state: ReachabilityState) => boolean, signal: AbortSignal | undefined): Promise<ReachabilityState> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (holds(this.state)) return resolve(this.state)
      const end = () => {
        unsubscribe()
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = () => {
        end()
        reject(signal?.reason)
      }
      const unsubscribe = this.subscribe((state) => {
        if (!holds(state)) return
        end()
        resolve(state)
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Asks the server whenever there is a doubt, until the signal aborts. Without it a doubt stays one. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      const due = nextProbe(this.#belief)
      const ms = due === undefined ? undefined : due - clock.monotonic()
      if (ms === undefined || ms > 0) await this.#rest(ms, signal)
      else {
        const verdict = await this.#ask(signal)
        if (!signal.aborted) this.#take({ saw: 'probe', verdict })
      }
    }
  }

  async #ask(signal: AbortSignal): Promise<Verdict> {
    const { client, clock } = this.#options
    const late = new AbortController()
    // The client's own limit counts from when the request has begun, and it may never begin: when a name server hangs, or a credential plugin.
    const timer = clock.setTimer(PROBE_TIMEOUT, () => late.abort(new Error('no answer in time')))
    try {
      await client.request('GET', '/readyz', { signal: AbortSignal.any([signal, late.signal]), retry: false })
      return 'ready'
    } catch (error) {
      return late.signal.aborted ? 'silent' : verdictOf(error)
    } finally {
      timer.cancel()
    }
  }

  #rest(ms: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer?.cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = ms === undefined ? undefined : this.#options.clock.setTimer(ms, end)
      this.#stir = end
      signal.addEventListener('abort', end, { once: true })
    })
  }

  #take(fact: Fact): void {
    const { clock, random = Math.random } = this.#options
    const before = this.#belief
    this.#belief = step(before, fact, { now: clock.monotonic(), random })
    if (this.#belief === before) return
    this.#stir()
    if (this.#belief.is === before.is) return
    this.#tell(before)
    for (const listener of [...this.#listeners]) this.#call(listener, before.is)
  }

  #tell(before: Belief): void {
    const { log, clock, client } = this.#options
    const { server } = client
    if (this.#belief.is === 'unreachable') log.warn('waiting for the API server to answer', { server, error: this.#belief.message })
    else if (this.#belief.is === 'reachable' && before.is === 'unreachable') {
      const away = clock.monotonic() - before.since
      log.info('the API server answers again', { server, after: formatDuration(Math.round(away / 1000) * 1000) })
    }
  }

  #call(listener: (state: ReachabilityState, before: ReachabilityState) => void, before: ReachabilityState): void {
    try {
      listener(this.state, before)
    } catch (error) {
      this.#options.log.error('a listener of the reachability threw', { error })
    }
  }
}
