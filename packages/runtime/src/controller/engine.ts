import type { KubeObject } from '@kubewright/core'
import type { Cluster } from '../cluster/cluster.ts'
import { LOCAL_CLUSTER } from '../cluster/cluster.ts'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import type { ControllerMeter } from '../metrics/controller-metrics.ts'
import { FailureCounts } from '../queue/failure-counts.ts'
import { itemBackoff } from '../queue/item-backoff.ts'
import { INITIAL_LIST_PRIORITY, WorkQueue } from '../queue/work-queue.ts'
import { Attempts } from './attempts.ts'
import { type ClusterWork, openClusterWork } from './cluster-work.ts'
import type { SharedControl, TriggerResult } from './control.ts'
import type { ControllerSpec } from './definition.ts'
import { NotOursError } from './errors.ts'
import { runExternalSource } from './external-runner.ts'
import { untilAborted } from './external-source.ts'
import { Feed } from './feed.ts'
import { keyOf, type ReconcileTarget, requestOf, tenantOf } from './request.ts'
import { ShardPart } from './shard-part.ts'
import { work } from './worker.ts'

/**
 * One controller in one manager: its queue, what it has of each cluster, and its workers. It opens first (sources fill the queue, which is held),
 * and works later, which on a replica that stands by may be much later or never.
 */
export class ControllerEngine<T extends KubeObject> {
  readonly spec: ControllerSpec<T>
  readonly manager: Manager
  readonly log: Logger
  readonly meter: ControllerMeter
  readonly queue: WorkQueue
  readonly failures: FailureCounts
  readonly attempts = new Attempts()
  readonly shards: ShardPart<T>
  readonly #control: SharedControl
  readonly #works = new Map<string, ClusterWork<T>>()
  readonly #feeds = new Map<string, Feed>()
  readonly #opened = Promise.withResolvers<void>()
  readonly #stop = new AbortController()
  readonly #ends: (() => void)[] = []
  #engaged: Promise<void> | undefined
  #isOpen = false
  #working = false

  constructor(spec: ControllerSpec<T>, manager: Manager, control: SharedControl) {
    this.spec = spec
    this.manager = manager
    this.#control = control
    this.log = manager.log.with({ controller: spec.name })
    this.meter = manager.instruments.controllers.register(spec.name, spec.workers)
    const { base, cap } = spec.retry
    this.failures = new FailureCounts(itemBackoff({ base, cap }))
    this.queue = new WorkQueue({
      clock: manager.clock,
      observer: manager.instruments.queues.observer(spec.name),
      rateLimiter: this.failures,
      fairness: { tenantOf, ...spec.fairness },
    })
    this.queue.hold()
    this.shards = new ShardPart(this)
    this.#ends.push(manager.instruments.queues.track(spec.name, this.queue))
    this.#ends.push(
      control.attach({
        trigger: (key, priority) => this.trigger(key, priority),
        queueLength: () => this.queue.length,
        active: () => this.attempts.size,
      }),
    )
    this.#ends.push(control.onChange(() => this.#gate()))
    this.#opened.promise.catch(() => {})
    manager.addReadyCheck(`controller-${spec.name}`, () => {
      if (!this.#works.has(LOCAL_CLUSTER)) throw new Error('its caches are not in sync yet')
    })
  }

  get works(): ReadonlyMap<string, ClusterWork<T>> {
    return this.#works
  }

  /** Resolves when the caches of the manager's own cluster are in sync; other clusters follow in their own time. Harmless when called again. */
  async open(signal: AbortSignal): Promise<void> {
    this.#engaged ??= this.#engage()
    const stop = () => this.#stop.abort(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.#opened.promise
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Works until the signal aborts and every reconcile under way is over. */
  async work(signal: AbortSignal): Promise<void> {
    this.#working = true
    this.log.info('controller started', { workers: this.spec.workers })
    const endShards = this.shards.join()
    const tasks = [
      ...Array.from({ length: this.spec.workers }, () => work(this, signal)),
      ...this.spec.sources.map((source) => runExternalSource(source, this, signal)),
    ]
    this.#gate()
    try {
      await Promise.all(tasks)
    } finally {
      endShards()
    }
  }

  /** Resolves when everything is closed. */
  async close(reason: unknown): Promise<void> {
    this.#stop.abort(reason)
    this.queue.shutDown({ drain: false })
    for (const end of this.#ends.splice(0)) end()
    await this.#engaged?.catch((error: unknown) => this.#failedLate(error))
  }

  /** By a person or a program: no cache decides. */
  trigger(key: string, priority: number): TriggerResult {
    return this.#feeds.get(requestOf(key).cluster)?.add(key, priority) ?? 'unknown cluster'
  }

  /** Those of the keys whose objects are there, as what has changed just now. */
  lookAt(keys: Iterable<string>): void {
    for (const key of keys) {
      const { cluster, namespace, name } = requestOf(key)
      if (this.#works.get(cluster)?.sources.primary.get(name, namespace) !== undefined) this.trigger(key, 0)
    }
  }

  /** Everything that the caches hold and the filter chooses, behind all that is fresh. */
  lookAtAll(filter: (key: string) => boolean): void {
    for (const { cluster, sources } of this.#works.values()) {
      for (const { metadata } of sources.primary.list()) {
        const key = keyOf({
          cluster: cluster.name,
          name: metadata.name ?? '',
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        })
        if (filter(key)) this.trigger(key, INITIAL_LIST_PRIORITY)
      }
    }
  }

  #gate(): void {
    if (this.#working && !this.#control.paused) this.queue.release()
    else this.queue.hold()
  }

  async #engage(): Promise<void> {
    const { clusters } = this.manager
    try {
      if (this.spec.clusters === 'local') await this.#workOn(clusters.local)
      else await clusters.engage((cluster) => this.#workOn(cluster), this.#stop.signal)
      // Told to stop before the first cluster was begun with.
      if (!this.#isOpen) this.#opened.reject(this.#stop.signal.reason as Error)
    } catch (error) {
      if (this.#isOpen) throw error
      this.#opened.reject(error as Error)
    }
  }

  async #workOn(cluster: Cluster): Promise<void> {
    const { name } = cluster
    const over = this.#lifeOf(cluster)
    const feed = new Feed({
      queue: this.queue,
      debounce: this.spec.debounce,
      isOurs: (key) => this.shards.owns(key),
      missed: (key) => this.shards.missed(key),
    })
    this.#feeds.set(name, feed)
    const enqueue = (target: ReconcileTarget, priority: number) =>
      void this.trigger(keyOf({ cluster: name, ...target }), target.priority ?? priority)
    const log = name === LOCAL_CLUSTER ? this.log : this.log.with({ cluster: name })
    const tools = { manager: this.manager, cluster, log, signal: over.signal, enqueue, panicked: this.meter.panic }
    let opened: ClusterWork<T> | undefined
    let endRescue = () => {}
    try {
      opened = await openClusterWork(this.spec, feed, tools)
      endRescue = opened.stranded.rescueOn(cluster.reachability, this.queue)
      this.#works.set(name, opened)
      feed.open()
      if (name === LOCAL_CLUSTER) {
        this.#isOpen = true
        this.#opened.resolve()
      }
      await untilAborted(over.signal)
    } finally {
      over.end()
      endRescue()
      this.#feeds.delete(name)
      this.#works.delete(name)
      await this.#letGo(name)
      await opened?.sources.close()
    }
  }

  /** Over with the controller, or when the cluster leaves. The manager's own leaves with the manager, and that is said by the controller's own signal. */
  #lifeOf(cluster: Cluster): { readonly signal: AbortSignal; end(): void } {
    if (cluster.name === LOCAL_CLUSTER) return { signal: this.#stop.signal, end: () => {} }
    const life = new AbortController()
    const onStop = () => life.abort(this.#stop.signal.reason)
    const onLeave = () => life.abort(cluster.signal.reason)
    if (this.#stop.signal.aborted) onStop()
    else if (cluster.signal.aborted) onLeave()
    this.#stop.signal.addEventListener('abort', onStop, { once: true })
    cluster.signal.addEventListener('abort', onLeave, { once: true })
    return {
      signal: life.signal,
      end: () => {
        this.#stop.signal.removeEventListener('abort', onStop)
        cluster.signal.removeEventListener('abort', onLeave)
      },
    }
  }

  /** Nothing of the cluster waits or runs after it. */
  async #letGo(cluster: string): Promise<void> {
    const ofCluster = (key: string) => requestOf(key).cluster === cluster
    this.queue.takeOut(ofCluster)
    this.attempts.abort(
      ofCluster,
      new NotOursError(cluster === LOCAL_CLUSTER ? 'the controller has stopped' : `cluster "${cluster}" has left`),
    )
    await this.queue.settled(ofCluster)
  }

  #failedLate(error: unknown): void {
    if (error !== this.#stop.signal.reason) this.log.warn('the controller failed while it stopped', { error })
  }
}
