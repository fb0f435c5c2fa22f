import type { Client } from '@kubewright/client'
import { type Clock, ConfigurationError } from '@kubewright/core'
import type { Registry } from 'prom-client'
import type { Cache } from '../cache/cache.ts'
import type { Clusters } from '../cluster/cluster.ts'
import { ManagerClusters } from '../cluster/manager-clusters.ts'
import type { ControllerDefinition } from '../controller/definition.ts'
import type { RecordedEvent } from '../events/correlator.ts'
import { EventJournal } from '../events/journal.ts'
import type { EventRecorder } from '../events/recorder.ts'
import { Checks, type HealthCheck } from '../health/checks.ts'
import { Inspection } from '../inspection/inspection.ts'
import { leadershipFence } from '../leader-election/fence.ts'
import type { Logger } from '../log/logger.ts'
import { type RuntimeMetrics, runtimeMetrics } from '../metrics/metrics.ts'
import { Observations } from '../observation/observations.ts'
import type { Reachability } from '../reachability/reachability.ts'
import type { Shards } from '../sharding/shards.ts'
import { type Endpoints, openEndpoints } from './endpoints.ts'
import { RunnableGroup } from './group.ts'
import { ManagerLeadership } from './leadership.ts'
import { ledManager } from './led-manager.ts'
import type { Manager } from './manager.ts'
import type { ResolvedManagerOptions } from './options.ts'
import { controllersOfGroup, type ManagerLife, type Overview, overviewOfCluster, overviewOfGroup } from './overview.ts'
import { background, type Part } from './part.ts'
import type { Runnable } from './runnable.ts'
import type { ShardedCluster, ShardMember } from './shard-member.ts'
import { Standby } from './standby.ts'
import { StopTime } from './stop-time.ts'

export class OperatorManager implements Manager {
  readonly #options: ResolvedManagerOptions
  readonly #clusters: ManagerClusters
  readonly #leadership: ManagerLeadership
  readonly #member: ShardMember | undefined
  readonly #health = new Checks()
  readonly #readiness = new Checks()
  readonly #groups: Readonly<Record<'webhooks' | 'services' | 'led', RunnableGroup>>
  readonly #probes: Part
  readonly #standby: Part
  readonly #election: Part
  readonly #membership: Part
  readonly #startOrder: readonly Part[]
  readonly #names = new Set<string>()
  readonly #abandon = new AbortController()
  readonly #halt = new AbortController()
  readonly #failed = Promise.withResolvers<never>()
  readonly instruments: RuntimeMetrics
  readonly observations: Observations
  readonly #inspection: Inspection | undefined
  #opening: Promise<void> | undefined
  #endpoints: Endpoints | undefined
  #life: ManagerLife = 'new'
  #running: Promise<void> | undefined

  constructor(options: ResolvedManagerOptions) {
    this.#options = options
    this.#failed.promise.catch(() => {})
    const { clock, metrics } = options
    this.instruments = runtimeMetrics(metrics, clock, () =>
      this.#clusters.list().flatMap(({ name, cache }) => cache.informers().map((summary) => ({ ...summary, cluster: name }))),
    )
    const journal = options.inspection === undefined ? undefined : new EventJournal()
    this.observations = new Observations(options.log)
    const shared = {
      ...options,
      recorded: (cluster: string, event: RecordedEvent) => this.#recorded(journal, cluster, event),
      instruments: this.instruments,
      shardFilter: (cluster: ShardedCluster) => this.#member?.filter?.(cluster),
    }
    this.#clusters = new ManagerClusters(options.client, shared, (part, error) => this.#hasFailed(part, error))
    this.#leadership = new ManagerLeadership({ ...shared, reachability: this.#clusters.local.reachability })
    this.#member = options.sharding?.({ ...options, reachability: this.#clusters.local.reachability })
    const failed = ({ name }: Runnable, error: unknown) => this.#hasFailed(name, error)
    const led = ledManager(this, leadershipFence(this.#leadership, this.#abandon.signal))
    this.#groups = {
      webhooks: new RunnableGroup({ name: 'webhooks', manager: this, failed }),
      services: new RunnableGroup({ name: 'services', manager: this, failed }),
      led: new RunnableGroup({ name: 'led', manager: options.election === undefined ? this : led, failed }),
    }
    if (options.inspection !== undefined && journal !== undefined)
      this.#inspection = new Inspection({
        ...{ ...options.inspection, journal, clock, random: options.random, log: options.log },
        informers: () => this.cache.informers(),
        overview: () => this.overview(),
      })
    this.#probes = {
      name: 'probes',
      start: () => {
        this.#opening = this.#openEndpoints()
        return this.#opening
      },
      stop: async () => {
        // A stop in the middle of the start would find nothing to close, and leave what opens a moment later.
        await this.#opening?.catch(() => {})
        this.#inspection?.close()
        await this.#endpoints?.close()
      },
      alive: [],
    }
    const isStandby = options.warmStandby && options.election !== undefined
    this.#standby = isStandby ? new Standby({ ...options, group: this.#groups.led, timeout: options.warmUpTimeout }) : NOTHING
    this.#election = background(
      'leader election',
      (stop) => this.#lead(stop),
      (error) => this.#hasFailed('leader election', error),
    )
    this.#membership = background(
      'shards',
      async (stop) => await this.#member?.run(stop),
      (error) => this.#hasFailed('shards', error),
    )
    this.#startOrder = this.#inOrder()
    if (options.election !== undefined) this.#health.add('leader-election', () => this.#leadership.checkRenewal())
    if (this.#member?.check !== undefined) this.#health.add('shards', () => this.#member?.check?.())
    this.#health.add('ping', () => {})
    this.#readiness.add('running', () => {
      if (this.#life !== 'running') throw new Error(this.#life === 'new' ? 'starting' : 'stopping')
    })
  }

  get client(): Client {
    return this.#clusters.local.client
  }
  get cache(): Cache {
    return this.#clusters.local.cache
  }
  get reachability(): Reachability {
    return this.#clusters.local.reachability
  }
  get clusters(): Clusters {
    return this.#clusters
  }
  get shards(): Shards | undefined {
    return this.#member?.shards
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
    return this.#leadership.elected
  }
  get abandon(): AbortSignal {
    return this.#abandon.signal
  }

  recorder(component: string): EventRecorder {
    return this.#clusters.local.recorder(component)
  }

  newId(): string {
    return this.#options.newId()
  }

  addresses(): { readonly metrics?: string; readonly health?: string } {
    return this.#endpoints?.addresses ?? {}
  }

  isLeader(): boolean {
    return this.#leadership.isLeader()
  }

  assertLeader(): void {
    this.#leadership.assert()
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
    this.#groupOf(thing).add(thing)
  }

  controllers(): readonly ControllerDefinition[] {
    const { webhooks, services, led } = this.#groups
    return [webhooks, services, led].flatMap(controllersOfGroup)
  }

  overview(): Overview {
    const { webhooks, services, led } = this.#groups
    return {
      identity: this.#options.identity,
      life: this.#life,
      leads: this.isLeader(),
      leader: this.#leadership.leader,
      runnables: [webhooks, services, led].flatMap(overviewOfGroup),
      clusters: this.#clusters.list().map(overviewOfCluster),
    }
  }

  unfinished(): readonly string[] {
    return [...this.#startOrder, this.#groups.led].flatMap(({ alive }) => alive)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#halt.abort(new Error('the manager is disposed of'))
    await this.#running?.catch(() => {})
  }

  run(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return Promise.reject(new Error('manager: it runs once; make a new one'))
    this.#running = this.#live(signal)
    return this.#running
  }

  async #live(signal: AbortSignal): Promise<void> {
    const { log } = this.#options
    this.#life = 'running'
    const failure = await this.#startAll(AbortSignal.any([signal, this.#halt.signal]))
    // Readiness fails from here on, before anything stops.
    this.#life = 'stopping'
    log.info('stopping', failure === undefined ? {} : { error: failure.error })
    const late = await this.#stopAll(failure?.error ?? new Error('the manager stops'))
    this.#life = 'stopped'
    if (failure !== undefined) throw failure.error
    if (late !== undefined) throw late
    log.info('stopped')
  }

  /**
   * Probes first: the first list may take minutes, and a Pod that does not answer its probe is killed in the middle of it. Webhooks before caches:
   * that list may need the conversion that this program serves. The ring before the standby, which may wait for minutes for what has nothing
   * to do with it; that before the election: whoever leads can act at once. What needs leadership starts with it.
   */
  #inOrder(): readonly Part[] {
    const { reachability, events, caches } = this.#clusters.parts
    const { webhooks, services } = this.#groups
    return [this.#probes, reachability, events, webhooks, caches, services, this.#membership, this.#standby, this.#election]
  }

  /** Starts all and resolves when it is time to stop, which may come in the middle of the start. */
  async #startAll(signal: AbortSignal): Promise<{ readonly error: unknown } | undefined> {
    const over = Promise.race([untilAborted(signal), this.#failed.promise])
    try {
      for (const part of this.#startOrder) {
        await Promise.race([part.start(), over])
        if (signal.aborted) return undefined
      }
      await over
      return undefined
    } catch (error) {
      return { error }
    }
  }

  async #openEndpoints(): Promise<void> {
    const { log } = this.#options
    const { certificates } = this.instruments
    const inspection = this.#inspection
    this.#endpoints = await openEndpoints({ ...this.#options, certificates, inspection, health: this.#health, readiness: this.#readiness })
    if (Object.keys(this.#endpoints.addresses).length > 0) log.info('listening', this.#endpoints.addresses)
  }

  async #lead(stop: AbortSignal): Promise<void> {
    try {
      await this.#leadership.run(stop, () => {
        if (this.#life === 'running') this.#groups.led.start().catch((error: unknown) => this.#hasFailed('led', error))
      })
    } catch (error) {
      // Before anything else: what is under way must not go on as if it led.
      this.#abandon.abort(error)
      throw error
    }
  }

  /**
   * What works, then the lease, so that the next replica need not wait for the rest; then the caches, when nothing reads them any more; then
   * webhooks, events about it all, and at last the probes. The error names what did not end.
   */
  async #stopAll(reason: unknown): Promise<Error | undefined> {
    const { clock, grace, election, preStopDelay } = this.#options
    const { reachability, events, caches } = this.#clusters.parts
    const { webhooks, services, led } = this.#groups
    // After a lost lease another replica may start as soon as it has run out.
    const lost = this.#abandon.signal.aborted && election !== undefined
    const ms = lost ? Math.min(grace, election.leaseDuration - election.renewDeadline) : grace
    const time = new StopTime(ms, clock, () => this.#abandon.abort(new Error('the time to stop is nearly over')))
    const farewell = time.pause(webhooks.alive.length > 0 ? preStopDelay : 0)
    // All at once: one that hangs must not keep the reconcilers from hearing of the stop.
    await time.within(Promise.all([this.#standby.stop(reason), services.stop(reason), led.stop(reason)]))
    const late = [...services.alive, ...led.alive]
    await time.within(this.#election.stop(reason))
    await time.within(this.#membership.stop(reason))
    // Whoever still works keeps its leases until they run out.
    if (led.alive.length === 0) await this.#leadership.release()
    if (services.alive.length === 0) await this.#member?.release()
    await farewell
    await time.within(caches.stop(reason))
    await time.within(webhooks.stop(reason))
    late.push(...caches.alive, ...webhooks.alive)
    await events.stop(reason)
    await reachability.stop(reason)
    await this.#probes.stop(reason)
    time.end()
    if (late.length === 0) return undefined
    return new Error(
      `manager: after ${ms / 1000} s these had not stopped: ${late.join(', ')}; they must listen to the signal they are given`,
    )
  }

  #recorded(journal: EventJournal | undefined, cluster: string, event: RecordedEvent): void {
    const at = this.clock.now()
    journal?.record(event, at)
    if (this.observations.wanted) this.observations.tell({ what: 'recorded', at, cluster, event })
  }

  #groupOf({ servesWebhooks = false, needsLeaderElection = true, sharded = false }: Runnable): RunnableGroup {
    if (servesWebhooks) return this.#groups.webhooks
    return needsLeaderElection && !(sharded && this.shards !== undefined) ? this.#groups.led : this.#groups.services
  }

  #hasFailed(name: string, error: unknown): void {
    if (this.#life === 'running') this.#failed.reject(error)
    else this.#options.log.error('failed while stopping', { runnable: name, error })
  }
}

/** Who leads from the start need not stand by. */
const NOTHING: Part = { name: 'standby', start() {}, stop: () => Promise.resolve(), alive: [] }

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
