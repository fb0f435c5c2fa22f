import { Namespace } from '@kubewright/client'
import { type Clock, messageOf } from '@kubewright/core'
import type { InformerLease } from '../cache/contract.ts'
import type { Subscription } from '../cache/informer.ts'
import type { Logger } from '../log/logger.ts'
import type { ShardedCluster } from '../manager/shard-member.ts'

export interface KnownNamespacesOptions {
  readonly cluster: ShardedCluster
  readonly clock: Clock
  readonly log: Logger
  /** Hears of each namespace that is there or comes. */
  readonly came: (name: string) => void
}

/** How long a first list waits to learn which namespaces there are, in ms: without that it brings everything, and works as well. */
const PATIENCE = 10_000

/** The names of a cluster's namespaces, watched while somebody uses them. */
export class KnownNamespaces {
  readonly #options: KnownNamespacesOptions
  #users = 0
  #lease: Promise<InformerLease<Namespace>> | undefined
  #subscription: Subscription | undefined
  /** Changes with each {@link close} that is the last. */
  #life = {}
  #names: () => readonly string[] = () => []

  constructor(options: KnownNamespacesOptions) {
    this.#options = options
  }

  get names(): readonly string[] {
    return this.#names()
  }

  /** Resolves when they are known, or cannot be had for now. Each call needs its {@link close}. */
  async open(signal: AbortSignal): Promise<void> {
    this.#users++
    const { cluster, clock, log } = this.#options
    const lease = this.#lease ?? this.#begin()
    this.#lease = lease
    const late = Promise.withResolvers<never>()
    const timer = clock.setTimer(PATIENCE, () => late.reject(new Error(`no list of them within ${PATIENCE / 1000} s`)))
    try {
      await Promise.race([lease.then(({ informer }) => informer.whenSynced(signal)), late.promise])
    } catch (error) {
      if (!signal.aborted) {
        // What could not be begun is begun anew by the next one.
        lease.catch(() => {
          if (this.#lease === lease) this.#lease = undefined
        })
        log.warn(
          'which namespaces there are is not known, so objects of all of them come over the wire; the rights "list" and "watch" on namespaces are needed',
          { cluster: cluster.name, error: messageOf(error) },
        )
      }
    } finally {
      timer.cancel()
    }
  }

  async #begin(): Promise<InformerLease<Namespace>> {
    const { cluster, came } = this.#options
    const life = this.#life
    const lease = await cluster.cache.informer(Namespace, { metadataOnly: true })
    // The last user has gone while it was asked for.
    if (life !== this.#life) return lease
    this.#names = () => lease.informer.list().flatMap(({ metadata }) => metadata.name ?? [])
    this.#subscription = lease.informer.subscribe({ add: ({ metadata: { name = '' } }) => came(name) })
    return lease
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (--this.#users > 0) return
    this.#life = {}
    const lease = this.#lease
    this.#lease = undefined
    this.#subscription?.close()
    this.#subscription = undefined
    this.#names = () => []
    try {
      await (await lease)?.release()
    } catch (error) {
      this.#options.log.debug('the watch of namespaces ended', { error: messageOf(error) })
    }
  }
}
