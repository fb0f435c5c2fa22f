import { Lease, type Resource } from '@kubewright/client'
import { type Clock, ConnectionError, isConflict, isNotFound, messageOf, sleepOrAbort } from '@kubewright/core'
import { released } from '../leader-election/lease.ts'
import type { Logger } from '../log/logger.ts'
import type { Reachability } from '../reachability/reachability.ts'
import { isServerTrouble } from '../reachability/trouble.ts'
import { positionOfFamily } from './family.ts'
import type { Holdings } from './holdings.ts'
import { type ShardFact, step, wakeAt } from './machine.ts'
import { memberLeaseName, RING_LABEL, readMember } from './member.ts'
import type { ResolvedSharding } from './options.ts'
import { nothing, type Territory } from './ring.ts'
import type { ShardMetrics } from './shard-metrics.ts'
import type { Family, FamilyFilter, ShardListener, Shards } from './shards.ts'
import { beginning, type Request, type ShardEffect, type ShardState, validFor } from './state.ts'

export interface ShardReplicaOptions {
  readonly sharding: ResolvedSharding
  readonly identity: string
  readonly clock: Clock
  readonly log: Logger
  readonly shardMetrics: ShardMetrics
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
  readonly random: () => number
  /** What the caches hold, when they hold only what is this replica's. */
  readonly holdings?: Holdings | undefined
  /** Tells the lives of a replica apart: never the same twice. */
  readonly newId: () => string
}

/** One replica that shares objects with others: the shell around the machine. */
export class ShardReplica implements Shards {
  readonly #options: ShardReplicaOptions
  readonly #metrics: ShardMetrics
  readonly #listeners = new Set<ShardListener>()
  readonly #joined = Promise.withResolvers<void>()
  #state: ShardState = beginning
  #stir: () => void = () => {}
  #resource: Promise<Resource<Lease>> | undefined
  /** What was said last, so that a right that is missing is said once and not every second. */
  #complaint = ''

  constructor(options: ShardReplicaOptions) {
    this.#options = options
    this.#metrics = options.shardMetrics
    this.#show()
  }

  get joined(): Promise<void> {
    return this.#joined.promise
  }

  get leaseDuration(): number {
    return this.#options.sharding.leaseDuration
  }

  owns(family: Family): boolean {
    const { sharding, holdings } = this.#options
    return this.#territory().has(positionOfFamily(family, sharding.placement)) && (holdings?.has(family) ?? true)
  }

  subscribe(listener: ShardListener): () => void {
    this.#listeners.add(listener)
    if (!this.#state.territory.isEmpty) listener.gained((family) => this.owns(family))
    return () => void this.#listeners.delete(listener)
  }

  /** A health check. @throws Error when this replica cannot take part again before it is restarted */
  check(): void {
    const { stuck } = this.#state
    if (stuck !== undefined) throw new Error(`out of the ring for good, for nobody can say whether work on what it had is over: ${stuck}`)
  }

  /** Joins, and takes part until the signal aborts. What it holds then stays its own until {@link release}, or until its lease has run out. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#live(signal), this.#listen(signal)])
  }

  /** Leaves the ring, so that others take over at once. To be called when {@link run} is over and the work on what it holds has ended. */
  async release(): Promise<void> {
    const { log, sharding, clock } = this.#options
    this.#take({ saw: 'leave' })
    const deadline = clock.monotonic() + sharding.renewDeadline
    try {
      while (this.#state.drains.length > 0) {
        if (clock.monotonic() >= deadline) throw new Error('work on what it holds has not ended')
        await this.#rest(Math.max(1, deadline - clock.monotonic()), undefined)
      }
      await this.#giveBack()
      log.info('left the ring', { ring: sharding.name })
    } catch (error) {
      log.warn('cannot leave the ring: what was worked on here waits until the lease has run out', { ring: sharding.name, error })
    }
  }

  async #giveBack(): Promise<void> {
    const { sharding, identity, clock } = this.#options
    const name = { namespace: sharding.namespace, name: memberLeaseName(sharding, identity) }
    const resource = await this.#leases()
    for (let tries = 1; ; tries++) {
      try {
        const lease = await resource.get(name, { timeout: this.#timeout() })
        const own = readMember(lease)
        // Not one of another process with this identity.
        if (own === undefined || own.released || !this.#state.lived.has(`${identity}/${own.member.incarnation}`)) return
        await resource.update(released(lease, clock.now()), { timeout: this.#timeout() })
        return
      } catch (error) {
        if (isNotFound(error)) return
        if (!isConflict(error) || tries === 5) throw error
      }
    }
  }

  async #live(signal: AbortSignal): Promise<void> {
    const { clock, sharding } = this.#options
    while (!signal.aborted) {
      const { asking } = this.#state
      if (asking !== undefined) {
        const lapse = wakeAt(this.#state, sharding) - clock.monotonic()
        // The time of a member may be over while its question hangs: those who work on what it had must not hear of it with the answer.
        const timer = Number.isFinite(lapse) ? clock.setTimer(lapse, () => this.#take({ saw: 'time' })) : undefined
        const fact = await this.#ask(asking.request, signal).finally(() => timer?.cancel())
        if (fact !== undefined) this.#take(fact)
        continue
      }
      const ms = wakeAt(this.#state, sharding) - clock.monotonic()
      if (ms > 0) await this.#rest(ms, signal)
      if (!signal.aborted) this.#take({ saw: 'time' })
    }
  }

  /** Hears of changes as they happen: without it everything works as well, but up to a retry period later. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { sharding, clock, log } = this.#options
    const selection = { namespace: sharding.namespace, labelSelector: `${RING_LABEL}=${sharding.name}` }
    while (!signal.aborted) {
      try {
        const resource = await this.#leases()
        for await (const event of resource.watch({ ...selection, timeoutSeconds: 300, signal })) {
          if (event.type === 'ADDED' || event.type === 'MODIFIED') this.#take({ saw: 'change', lease: event.object })
        }
      } catch (error) {
        if (!signal.aborted) log.debug('the watch of the ring’s leases ended', { ring: sharding.name, error })
      }
      await sleepOrAbort(sharding.retryPeriod, { clock, signal })
    }
  }

  #take(fact: ShardFact): void {
    const { sharding, identity, clock, random, newId } = this.#options
    const { placement } = sharding
    const context = { ring: sharding, identity, placement, times: sharding, now: clock.monotonic(), wallNow: clock.now(), random, newId }
    const [state, effects] = step(this.#state, fact, context)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (state.standing.is === 'member' && state.standing.confirmed !== undefined) this.#joined.resolve()
    this.#show()
    this.#stir()
  }

  #perform(effect: ShardEffect): void {
    const { log, sharding, identity, holdings } = this.#options
    const ring = sharding.name
    switch (effect.do) {
      case 'gain':
        this.#metrics.moved('gained')
        log.info('takes over objects', { ring, share: percent(effect.families) })
        if (holdings === undefined) this.tell(this.#filterOf(effect.families))
        else holdings.gain(effect.families)
        return
      case 'lose':
        this.#metrics.moved('lost')
        log.info('lets go of objects', { ring, share: percent(effect.families) })
        void this.#lose(effect.families, effect.drain)
        return
      case 'tell':
        if (effect.what === 'joined') log.info('joined the ring', { ring, identity })
        else log.warn('out of the ring: it works on nothing until it has joined again', { ring, identity, why: effect.why })
        return
      case 'tell table':
        log.info('the members of the ring are', {
          ring,
          epoch: effect.table.epoch,
          members: effect.table.members.map((member) => member.identity),
        })
    }
  }

  /** These families are here, with all that belongs to them. */
  tell(families: FamilyFilter): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.gained(families)
      } catch (error) {
        this.#options.log.error('a listener failed to take over objects: they are not worked on until they change', { error })
      }
    }
  }

  async #lose(families: Territory, drain: number): Promise<void> {
    const settle = this.#options.holdings?.lose(families)
    try {
      await Promise.all([...this.#listeners].map((listener) => listener.lost(this.#filterOf(families))))
      settle?.()
      this.#take({ saw: 'drained', drain })
    } catch (error) {
      this.#options.log.error('a listener failed to let go of objects: this replica is out of the ring until it is restarted', { error })
      this.#take({ saw: 'stuck', drain, why: messageOf(error) })
    }
  }

  async #ask(request: Request, signal: AbortSignal): Promise<ShardFact | undefined> {
    const { clock, sharding, reachability } = this.#options
    const options = { signal, timeout: this.#timeout(), retry: false }
    const late = Promise.withResolvers<never>()
    late.promise.catch(() => {})
    // The client's own limit counts from when the request has begun, and it may never begin, as when a name server hangs.
    const timer = clock.setTimer(options.timeout, () =>
      late.reject(new ConnectionError(`no answer within ${options.timeout} ms`, { code: 'ETIMEDOUT' })),
    )
    const call = async (): Promise<ShardFact> => {
      const resource = await this.#leases()
      if (request.do === 'read') {
        const selection = { namespace: sharding.namespace, labelSelector: `${RING_LABEL}=${sharding.name}` }
        return { saw: 'leases', leases: (await resource.list({ ...selection, ...options })).items }
      }
      if (request.do === 'create') return { saw: 'written', lease: await resource.create(request.lease, options) }
      if (request.do === 'update') return { saw: 'written', lease: await resource.update(request.lease, options) }
      const { name = '', namespace, uid = '', resourceVersion = '' } = request.lease.metadata
      await resource.delete({ name, namespace }, { ...options, preconditions: { uid, resourceVersion } })
      return { saw: 'deleted' }
    }
    try {
      const fact = await Promise.race([call(), late.promise])
      this.#complaint = ''
      reachability.succeeded()
      return fact
    } catch (error) {
      if (signal.aborted) return undefined
      this.#complain(request, error)
      return { saw: 'failure' }
    } finally {
      timer.cancel()
    }
  }

  #complain(request: Request, error: unknown): void {
    const { log, sharding, reachability } = this.#options
    const message = messageOf(error)
    reachability.failed(error)
    if (!isServerTrouble(error) && !isConflict(error) && message !== this.#complaint) {
      log.warn(
        `cannot ${request.do} the ring's leases; the rights "get", "list", "watch", "create", "update" and "delete" on leases.coordination.k8s.io are needed`,
        { ring: sharding.name, namespace: sharding.namespace, error },
      )
    }
    this.#complaint = message
  }

  /** Two calls that hang, one after the other, must not cost the lease. */
  #timeout(): number {
    return Math.max(1_000, this.#options.sharding.renewDeadline / 3)
  }

  async #leases(): Promise<Resource<Lease>> {
    this.#resource ??= this.#options.sharding.client.resource(Lease)
    try {
      return await this.#resource
    } catch (error) {
      this.#resource = undefined
      throw error
    }
  }

  /** Until the time is over, something has happened, or the signal aborts. */
  #rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        timer?.cancel()
        signal?.removeEventListener('abort', end)
        this.#stir = () => {}
        resolve()
      }
      const timer = Number.isFinite(ms) ? this.#options.clock.setTimer(ms, end) : undefined
      this.#stir = end
      signal?.addEventListener('abort', end, { once: true })
      if (signal?.aborted) end()
    })
  }

  #territory(): Territory {
    const { sharding, clock } = this.#options
    return validFor(this.#state, sharding, clock.monotonic()) > 0 ? this.#state.territory : nothing
  }

  #filterOf(territory: Territory): FamilyFilter {
    return (family) => territory.has(positionOfFamily(family, this.#options.sharding.placement))
  }

  #show(): void {
    this.#metrics.show(this.#state, this.#territory(), this.#options.clock.monotonic())
  }
}

const percent = (territory: Territory) => `${Math.round(territory.share * 100)} %`
