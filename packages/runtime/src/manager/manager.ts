import type { Client } from '@kubewright/client'
import { type Clock, ConfigurationError } from '@kubewright/core'
import type { Registry } from 'prom-client'
import { type Cache, SharedCache } from '../cache/cache.ts'
import type { EventRecorder } from '../events/recorder.ts'
import { EventWriter } from '../events/writer.ts'
import { Checks, type HealthCheck } from '../health/checks.ts'
import { Elector } from '../leader-election/elector.ts'
import type { Logger } from '../log/logger.ts'
import { type RuntimeMetrics, runtimeMetrics } from '../metrics/metrics.ts'
import { type Reachability, ServerReachability } from '../reachability/reachability.ts'
import { type Endpoints, openEndpoints } from './endpoints.ts'
import { RunnableGroup } from './group.ts'
import { type ManagerOptions, type ResolvedManagerOptions, resolveManagerOptions } from './options.ts'
import type { Runnable } from './runnable.ts'
import { watchObserver } from './watch-observer.ts'

/** Everything that the controllers of one program share, and the order in which it starts and stops. */
export interface Manager {
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Registry
  /** Events that say they come from this component. */
  recorder(component: string): EventRecorder
  /** Before {@link run}, or while it runs. @throws ConfigurationError when the name is taken, Error when the manager has begun to stop */
  add(thing: Runnable): void
  addHealthCheck(name: string, check: HealthCheck): void
  addReadyCheck(name: string, check: HealthCheck): void
  /**
   * Runs until the signal aborts; resolves when everything has really stopped.
   * @throws the first error that a runnable ended with; LeadershipLostError; ConfigurationError when an address cannot be had; Error naming what did
   * not stop in time
   */
  run(signal: AbortSignal): Promise<void>
  /** Where the servers really listen, once {@link run} has started them. */
  addresses(): { readonly metrics?: string; readonly health?: string }
  /** Whether this replica may act now; by the clock, so that it is true also after the process was stopped for a while. Always, without election. */
  isLeader(): boolean
  /** Resolves when this replica has become the leader (at the start, without election). */
  readonly elected: Promise<void>
  /** Aborts when work under way must end: leadership is lost, or the time to stop is nearly over. */
  readonly abandon: AbortSignal
  /**
   * Whether the API server answers, for work that is better held back while it does not: `await manager.reachability.whenReachable(signal)`, or
   * `pause` between two tries. Tell it of your own requests' failures with `failed(error)`.
   */
  readonly reachability: Reachability
  /** For parts of the runtime. */
  readonly instruments: RuntimeMetrics
  newId(): string
}

/** @throws ConfigurationError when options contradict each other */
export function createManager(options: ManagerOptions): Manager {
  return new OperatorManager(resolveManagerOptions(options))
}

class OperatorManager implements Manager {
  readonly #options: ResolvedManagerOptions
  readonly #cache: SharedCache
  readonly #events: EventWriter
  readonly #elector: Elector | undefined
  readonly #health = new Checks()
  readonly #readiness = new Checks()
  readonly #others: RunnableGroup
  readonly #led: RunnableGroup
  readonly #names = new Set<string>()
  readonly #abandon = new AbortController()
  readonly #elected = Promise.withResolvers<void>()
  readonly #failed = Promise.withResolvers<never>()
  readonly instruments: RuntimeMetrics
  readonly reachability: ServerReachability
  #endpoints: Endpoints | undefined
  #life: 'new' | 'running' | 'stopping' | 'stopped' = 'new'

  constructor(options: ResolvedManagerOptions) {
    this.#options = options
    const { client, clock, log, metrics, namespaces, election, identity, random } = options
    const reachability = new ServerReachability({ client, log, clock, random })
    this.reachability = reachability
    this.instruments = runtimeMetrics(metrics, clock, () => this.#cache.informers())
    const { watches, leaderSlowPath, eventsDropped, leader } = this.instruments
    const observerOf = (kind: string) => watchObserver(kind, { clock, log, metrics: watches, reachability })
    this.#cache = new SharedCache({ client, clock, namespaces, reachability, random, observerOf })
    const dropped = (reason: string) => eventsDropped.inc({ reason })
    this.#events = new EventWriter({ client, clock, log, identity, reachability, random, dropped })
    const failed = ({ name }: Runnable, error: unknown) => this.#hasFailed(name, error)
    this.#others = new RunnableGroup(this, failed)
    this.#led = new RunnableGroup(this, failed)
    this.#failed.promise.catch(() => {})
    if (election !== undefined) {
      const name = election.leaseName
      leader.set({ name }, 0)
      const countSlowPath = () => leaderSlowPath.inc({ name })
      const elector = new Elector({ election, identity, clock, log, random, reachability, countSlowPath })
      this.#elector = elector
      this.#health.add('leader-election', () => {
        if (elector.isStuck()) throw new Error('the lease was not renewed, and leadership not given up')
      })
    }
    this.#health.add('ping', () => {})
    this.#readiness.add('running', () => {
      if (this.#life !== 'running') throw new Error(this.#life === 'new' ? 'starting' : 'stopping')
    })
  }

  get client(): Client {
    return this.#options.client
  }
  get cache(): Cache {
    return this.#cache
  }
  get clock(): Clock {
    return this.#options.clock
  }
  get log(): Logger {
    return this.#options.log
  }
  get metrics(): Registry {
    return this.#options.metrics
  }
  get elected(): Promise<void> {
    return this.#elected.promise
  }
  get abandon(): AbortSignal {
    return this.#abandon.signal
  }

  recorder(component: string): EventRecorder {
    return this.#events.recorder(component)
  }

  newId(): string {
    return this.#options.newId()
  }

  addresses(): { readonly metrics?: string; readonly health?: string } {
    return this.#endpoints?.addresses ?? {}
  }

  isLeader(): boolean {
    return this.#elector?.isLeader() ?? true
  }

  addHealthCheck(name: string, check: HealthCheck): void {
    this.#health.add(name, check)
  }

  addReadyCheck(name: string, check: HealthCheck): void {
    this.#readiness.add(name, check)
  }

  add(thing: Runnable): void {
    if (this.#life === 'stopping' || this.#life === 'stopped')
      throw new Error(`manager: "${thing.name}" was added after the manager had begun to stop`)
    if (this.#names.has(thing.name))
      throw new ConfigurationError(`manager: there is a "${thing.name}" already: give one of the two another name`)
    this.#names.add(thing.name)
    const group = (thing.needsLeaderElection ?? true) ? this.#led : this.#others
    group.add(thing)
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#life !== 'new') throw new Error('manager: it runs once; make a new one')
    this.#life = 'running'
    const { log, metrics, metricsBindAddress, healthProbeBindAddress } = this.#options
    const [health, readiness] = [this.#health, this.#readiness]
    // Probes first: the first list may take minutes, and a Pod that does not answer its probe is killed in the middle of it.
    this.#endpoints = await openEndpoints({ metrics, metricsBindAddress, healthProbeBindAddress, health, readiness })
    if (Object.keys(this.#endpoints.addresses).length > 0) log.info('listening', this.#endpoints.addresses)
    const services: Services = {
      reachability: service((stop) => this.#guarded('reachability', this.reachability.run(stop))),
      events: service((stop) => this.#events.run(stop)),
      cache: service((stop) => this.#guarded('cache', this.#cache.run(stop))),
      election: service((stop) => this.#guarded('leader election', this.#lead(stop))),
    }
    this.#others.start()
    const failure = await this.#untilStop(signal)
    // Readiness fails from here on, before anything stops.
    this.#life = 'stopping'
    log.info('stopping', failure === undefined ? {} : { error: failure.error })
    const late = await this.#stop(failure?.error, services)
    this.#life = 'stopped'
    if (failure !== undefined) throw failure.error
    if (late !== undefined) throw late
    log.info('stopped')
  }

  async #untilStop(signal: AbortSignal): Promise<{ readonly error: unknown } | undefined> {
    try {
      await Promise.race([untilAborted(signal), this.#failed.promise])
      return undefined
    } catch (error) {
      return { error }
    }
  }

  async #lead(stop: AbortSignal): Promise<void> {
    const start = () => {
      this.#elected.resolve()
      if (this.#life === 'running') this.#led.start()
    }
    if (this.#elector === undefined) {
      start()
      return
    }
    const lease = { name: this.#options.election?.leaseName ?? '' }
    const { leader } = this.instruments
    try {
      await this.#elector.run(stop, () => {
        leader.set(lease, 1)
        start()
      })
    } catch (error) {
      // Before anything else: what is under way must not go on as if it led.
      this.#abandon.abort(error)
      throw error
    } finally {
      leader.set(lease, 0)
    }
  }

  /** Runnables, then the caches they read, then the lease, then the events about it all, then the probes. The error names what did not end. */
  async #stop(cause: unknown, { events, cache, election, reachability }: Services): Promise<Error | undefined> {
    const { clock, grace, election: terms } = this.#options
    // After a lost lease another replica may start as soon as it has run out.
    const time = this.#abandon.signal.aborted && terms !== undefined ? Math.min(grace, terms.leaseDuration - terms.renewDeadline) : grace
    const over = Promise.withResolvers<void>()
    const reason = cause ?? new Error('the manager stops')
    const timers = [
      clock.setTimer(time - Math.min(LAST_MOMENTS, time / 6), () => this.#abandon.abort(new Error('the time to stop is nearly over'))),
      clock.setTimer(time, () => over.resolve()),
    ]
    const inTime = (ends: Promise<unknown>) => Promise.race([ends, over.promise])
    // Both at once: a runnable that hangs must not keep the reconcilers from hearing of the stop.
    await inTime(Promise.all([this.#others.stop(reason), this.#led.stop(reason)]))
    const alive = [...this.#others.alive, ...this.#led.alive]
    await inTime(cache.stop(reason))
    await inTime(election.stop(reason))
    // Whoever still works as the leader keeps the lease until it runs out.
    if (this.#led.alive.length === 0) await this.#elector?.release()
    await events.stop(reason)
    await reachability.stop(reason)
    await this.#endpoints?.close()
    for (const timer of timers) timer.cancel()
    if (alive.length === 0) return undefined
    return new Error(
      `manager: after ${time / 1000} s these had not stopped: ${alive.join(', ')}; they must listen to the signal they are given`,
    )
  }

  async #guarded(name: string, running: Promise<void>): Promise<void> {
    try {
      await running
    } catch (error) {
      this.#hasFailed(name, error)
    }
  }

  #hasFailed(name: string, error: unknown): void {
    if (this.#life === 'running') this.#failed.reject(error)
    else this.#options.log.error('failed while stopping', { runnable: name, error })
  }
}

/** What work gets between the abort of its signal and the end of the program's patience, in ms; less when the patience is short. */
const LAST_MOMENTS = 5_000

interface Service {
  stop(reason: unknown): Promise<void>
}

type Services = Readonly<Record<'reachability' | 'events' | 'cache' | 'election', Service>>

/** Starts it, with a stop of its own. */
function service(run: (stop: AbortSignal) => Promise<void>): Service {
  const controller = new AbortController()
  const running = run(controller.signal)
  return {
    stop(reason) {
      controller.abort(reason)
      return running
    },
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
