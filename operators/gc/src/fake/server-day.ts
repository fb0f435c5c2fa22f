import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { type Client, ConnectionError, type DeleteOptions, type KubeObject, silentLogger } from 'kubewright'
import { Collector } from '../engine/collector.ts'
import { TrustedClock } from '../engine/trusted-clock.ts'
import { GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { silentMeter } from './collector-bench.ts'
import { FakeCluster, status } from './fake-cluster.ts'
import { FakeFacts } from './fake-facts.ts'
import { FakeReachability } from './fake-reachability.ts'
import { TornWatches } from './torn-watch.ts'

// For tests: a whole operator at work on a server that fails now and then, in virtual time, beside somebody who knows the truth.

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
export type Fault = 'none' | 'busy' | 'broken' | 'lost answer'

/** Whether the server would be right to let the object go now: said naively, and about the object as it is stored. */
export type Oracle = (object: KubeObject, now: number) => boolean

export interface Tally {
  deleted: number
  refused: number
  faults: number
}

export class ServerDay {
  /** The server's time. */
  readonly clock: VirtualClock = virtualClock()
  readonly cluster = new FakeCluster(this.clock)
  readonly watches = new TornWatches(this.cluster)
  readonly tally: Tally = { deleted: 0, refused: 0, faults: 0 }
  /** Deletions that the server accepted and that should not have been asked for. */
  readonly wrongs: string[] = []
  /** How far the operator's clock is ahead of the server's, ms. */
  skew = 0
  fault: () => Fault = () => 'none'
  readonly #oracle: Oracle
  readonly #policies = new Map<string, Policy>()
  readonly #gone = new Set<string>()
  readonly #reachability = new FakeReachability(this.clock)
  #isAway = false
  #generation = 1
  #collector: Collector | undefined
  #running: Promise<void> = Promise.resolve()
  #stop = new AbortController()

  constructor(oracle: Oracle) {
    this.#oracle = oracle
  }

  /** Another replica takes over, with nothing but what it reads. */
  async takeOver(): Promise<void> {
    await this.end()
    const { clock } = this
    const own = { now: () => clock.now() + this.skew, monotonic: () => clock.monotonic(), setTimer: clock.setTimer.bind(clock) }
    const client = this.#client()
    const trusted = new TrustedClock({
      client: Object.assign(client, {
        serverDate: () => ({ date: Math.floor(clock.now() / 1_000) * 1_000, at: clock.monotonic() }),
      }),
      clock: own,
      log: silentLogger,
      measured: () => {},
    })
    this.#stop = new AbortController()
    this.#collector = new Collector(
      {
        ...{ client, source: this.watches, facts: new FakeFacts(), clock: trusted, log: silentLogger, meter: silentMeter },
        ...{ announce: () => {}, audit: () => {}, notify: () => {}, random: () => 0.5 },
        timeInDoubt: () => trusted.doubt,
        mayAct: () => true,
        reachability: this.#reachability,
        policiesKnown: () => !this.#isAway,
        abandon: new AbortController().signal,
      },
      { concurrency: 8, maxDeletionsPerSecond: 1_000, protection: { namespaces: [], allowedKinds: [] } },
    )
    for (const policy of this.#policies.values()) this.#collector.setPolicy(policy)
    this.#running = this.#collector.run(this.#stop.signal)
    await settle()
  }

  async end(): Promise<void> {
    this.#stop.abort(new Error('another replica leads'))
    await settle()
    await this.#running
  }

  policy(name: string, spec: Spec): void {
    const metadata = { name, namespace: 'team', uid: name, generation: this.#generation++ }
    const policy = GarbageCollectionPolicy.of({ metadata, spec }) as Policy
    this.#policies.set(name, policy)
    this.#collector?.setPolicy(policy)
  }

  leave(): void {
    this.#isAway = true
    this.#reachability.ready = false
    this.#reachability.failed(new ConnectionError('refused', { code: 'ECONNREFUSED' }))
  }

  comeBack(): void {
    this.#isAway = false
    this.watches.mend()
    this.#reachability.back()
  }

  objects(): readonly KubeObject[] {
    return this.cluster.all('ConfigMap')
  }

  #client(): Client {
    const { client } = this.cluster
    return {
      ...client,
      resource: async (...args: Parameters<Client['resource']>) => {
        const resource = await client.resource(...args)
        const present = <T>(ask: () => Promise<T>): Promise<T> =>
          this.#isAway ? Promise.reject(new ConnectionError('refused', { code: 'ECONNREFUSED' })) : ask()
        return {
          ...resource,
          list: (...list: Parameters<typeof resource.list>) => present(() => resource.list(...list)),
          patch: (...patch: Parameters<typeof resource.patch>) => present(() => resource.patch(...patch)),
          metadataOnly() {
            return this
          },
          delete: (name: { readonly name: string }, options: DeleteOptions) =>
            present(() => this.#delete(name.name, options, () => resource.delete(name, options))),
        }
      },
    } as unknown as Client
  }

  async #delete<T>(name: string, { preconditions }: DeleteOptions, send: () => Promise<T>): Promise<T> {
    const fault = this.fault()
    if (fault !== 'none') this.tally.faults++
    if (fault === 'busy') throw status(429, 'slow down')
    if (fault === 'broken') throw status(500, 'etcd')
    const object = this.objects().find(({ metadata }) => metadata.name === name)
    const { uid = '', resourceVersion } = object?.metadata ?? {}
    const isAccepted = object !== undefined && preconditions?.uid === uid && preconditions.resourceVersion === resourceVersion
    if (isAccepted) {
      const what = `${name} at ${new Date(this.clock.now()).toISOString()}`
      // Thrown here it would be an answer like others to whoever asked.
      if (!this.#oracle(object, this.clock.now())) this.wrongs.push(`${what} should have stayed`)
      if (this.#gone.has(uid)) this.wrongs.push(`${what} went for the second time`)
      this.#gone.add(uid)
      this.tally.deleted++
    } else this.tally.refused++
    const answer = await send()
    if (fault === 'lost answer') throw new ConnectionError('reset', { code: 'ECONNRESET' })
    return answer
  }
}
