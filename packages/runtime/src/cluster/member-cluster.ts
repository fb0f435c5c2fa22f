import type { Client } from '@kubewright/client'
import { type Cache, SharedCache } from '../cache/cache.ts'
import type { RecordedEvent } from '../events/correlator.ts'
import type { EventRecorder } from '../events/recorder.ts'
import { EventWriter } from '../events/writer.ts'
import { background, type Part } from '../manager/part.ts'
import { ServerReachability } from '../reachability/reachability.ts'
import { guardedClient } from '../writes/guarded-client.ts'
import type { Cluster } from './cluster.ts'
import type { ClusterTools } from './cluster-tools.ts'
import { watchObserver } from './watch-observer.ts'

/** One cluster with its parts, which are started and stopped from outside, each at its place in the order. */
export class MemberCluster implements Cluster {
  readonly name: string
  readonly client: Client
  readonly reachability: ServerReachability
  readonly #cache: SharedCache
  readonly #events: EventWriter
  readonly #end = new AbortController()
  readonly #work = new Set<Promise<void>>()
  /** In the order of their start. */
  readonly parts: Readonly<Record<'reachability' | 'events' | 'caches', Part>>

  constructor(name: string, client: Client, tools: ClusterTools, failed: (part: string, error: unknown) => void) {
    const { clock, identity, random, namespaces, cache, instruments, shardFilter } = tools
    const log = name === '' ? tools.log : tools.log.with({ cluster: name })
    this.name = name
    const reachability = new ServerReachability({ client, log, clock, random })
    this.reachability = reachability
    const metrics = instruments.watches.ofCluster(name)
    const observerOf = (kind: string) => watchObserver(kind, { clock, log, metrics, reachability })
    this.#cache = new SharedCache({
      ...{ ...cache, client, clock, namespaces, reachability, random, observerOf },
      shardFilter: () => shardFilter?.({ name, cache: this.#cache, client: this.client }),
    })
    const { writeGuard } = this.#cache
    this.client = guardedClient(client, writeGuard === undefined ? [] : [writeGuard])
    const recorded = (event: RecordedEvent) => {
      instruments.events.inc({ type: event.type })
      tools.recorded?.(name, event)
    }
    const dropped = (reason: string) => instruments.eventsDropped.inc({ reason })
    this.#events = new EventWriter({ client, clock, log, identity, reachability, random, dropped, recorded })
    const part = (what: string, run: (stop: AbortSignal) => Promise<void>) =>
      background(name === '' ? what : `${what} of cluster ${name}`, run, (error) => failed(what, error))
    const caches = part('caches', (stop) => this.#cache.run(stop))
    this.parts = {
      reachability: part('reachability', (stop) => reachability.run(stop)),
      events: part('events', (stop) => this.#events.run(stop)),
      caches: {
        name: caches.name,
        start: () => caches.start(),
        stop: (reason) => this.#stopWork(caches, reason),
        get alive() {
          return caches.alive
        },
      },
    }
  }

  get cache(): Cache {
    return this.#cache
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  recorder(component: string): EventRecorder {
    return this.#events.recorder(component)
  }

  /** Counts work on the cluster, which must have ended before its caches are. */
  track(work: Promise<void>): void {
    this.#work.add(work)
    const done = () => this.#work.delete(work)
    work.then(done, done)
  }

  async #stopWork(caches: Part, reason: unknown): Promise<void> {
    this.#end.abort(reason)
    await Promise.allSettled(this.#work)
    await caches.stop(reason)
  }
}
