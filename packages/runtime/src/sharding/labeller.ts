import type { Client } from '@kubewright/client'
import {
  type Clock,
  describeKind,
  isConflict,
  isNotFound,
  type Kind,
  type KubeObject,
  messageOf,
  objectKey,
  type ResourceType,
} from '@kubewright/core'
import type { InformerLease } from '../cache/contract.ts'
import type { ScopePart } from '../cache/scope.ts'
import type { Logger } from '../log/logger.ts'
import type { ShardedCluster } from '../manager/shard-member.ts'
import { itemBackoff } from '../queue/item-backoff.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import type { ShardMetrics } from './shard-metrics.ts'
import { inNoSlot, slotName } from './slots.ts'

export interface LabellerOptions {
  readonly cluster: ShardedCluster
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<ShardMetrics, 'labelled'>
  readonly label: string
  readonly type: ResourceType<KubeObject>
  /** Only what the informer would see is labelled: the rest is none of this program's business. */
  readonly parts: readonly ScopePart[]
  readonly slotOf: (object: KubeObject) => number
  /** Whether what is in the slot is this replica's. */
  readonly wants: (slot: number) => boolean
}

/** Who has written the labels, in `managedFields`. */
const FIELD_MANAGER = 'kubewright-shards'
/** At a time: a first start may have a hundred thousand to label, and the client's own limit on requests paces them. */
const WORKERS = 8
/** An object that a webhook refuses to have labelled is tried again, but not as if it were the only one. */
const BACKOFF = { base: 1_000, cap: 300_000 }
const PATIENCE = 15_000

/**
 * Labels objects of one informer with their slots, when they have none or a wrong one. It hears of those by a watch of its own, of the metadata of what is
 * in no slot: in the steady state of nothing. Every replica does, and the one whose the object is writes.
 */
export class Labeller {
  readonly #options: LabellerOptions
  readonly #queue: WorkQueue
  readonly #stop = new AbortController()
  /** In a slot, but in a wrong one. */
  readonly #wrong = new Map<string, KubeObject>()
  /** In no slot as far as the watch shows, but labelled since, when they had this version. */
  readonly #done = new Map<string, string | undefined>()
  /** Those who wait until all of these were tried once. */
  readonly #sweeps = new Set<{ readonly left: Set<string>; readonly over: () => void }>()
  #lease: Promise<InformerLease<KubeObject>> | undefined
  #unlabelled: (key: string) => KubeObject | undefined = () => undefined
  #all: () => readonly KubeObject[] = () => []
  #complaint = ''

  constructor(options: LabellerOptions) {
    this.#options = options
    this.#queue = new WorkQueue({ clock: options.clock, rateLimiter: itemBackoff(BACKOFF) })
  }

  /** Resolves when what has no label is known. @throws the signal's reason */
  async open(signal: AbortSignal): Promise<void> {
    const { cluster, type, parts, label, log } = this.#options
    const namespaces = parts.map(
      ({ namespace = '*', labelSelector, fieldSelector }) =>
        [
          namespace,
          { labelSelector: [labelSelector, inNoSlot(label)].filter((part) => part !== undefined).join(','), fieldSelector },
        ] as const,
    )
    const scope = { namespaces: [], byNamespace: Object.fromEntries(namespaces), metadataOnly: true, transform: asItIs }
    this.#lease = cluster.cache.informer(type as unknown as Kind<KubeObject>, scope)
    const { informer } = await this.#lease
    if (signal.aborted) return
    this.#all = () => informer.list()
    this.#unlabelled = (key) => {
      const slash = key.indexOf('/')
      return slash === -1 ? informer.get(key) : informer.get(key.slice(slash + 1), key.slice(0, slash))
    }
    informer.subscribe({
      add: (object) => void this.#consider(object),
      update: (_, object) => void this.#consider(object),
      delete: (object) => void this.#done.delete(objectKey(object)),
    })
    const client = cluster.client
    for (let n = 0; n < WORKERS; n++) {
      this.#work(client).catch((error: unknown) => log.error('labelling has ended', { error }))
    }
    await informer.whenSynced(signal)
  }

  /** Resolves when everything of ours that had no label has been tried once. */
  async sweep(): Promise<void> {
    const left = new Set(this.#all().flatMap((object) => (this.#consider(object) ? [objectKey(object)] : [])))
    if (left.size === 0 || this.#stop.signal.aborted) return
    this.#options.log.info('labels objects', { kind: describeKind(this.#options.type), objects: left.size })
    await new Promise<void>((resolve) => this.#sweeps.add({ left, over: resolve }))
  }

  /** The object is in a slot that is not its own. */
  correct(object: KubeObject): void {
    this.#wrong.set(objectKey(object), object)
    this.#queue.add(objectKey(object))
  }

  /** Never rejects, and is over at once: what is under way ends by itself. */
  close(): void {
    this.#stop.abort(new Error('the informer has ended'))
    this.#queue.shutDown({ drain: false })
    for (const { over } of this.#sweeps) over()
    this.#sweeps.clear()
    this.#lease?.then((lease) => lease.release()).catch((error: unknown) => this.#options.log.debug('a watch ended', { error }))
  }

  /** Returns whether it is ours to label. */
  #consider(object: KubeObject): boolean {
    const { wants, slotOf } = this.#options
    if (!wants(slotOf(object))) return false
    this.#queue.add(objectKey(object))
    return true
  }

  async #work(client: Client): Promise<void> {
    for (;;) {
      const item = await this.#queue.get({ signal: this.#stop.signal })
      if (item === undefined) return
      try {
        await this.#label(client, item.key)
      } finally {
        this.#queue.done(item.key)
        this.#tried(item.key)
      }
    }
  }

  async #label(client: Client, key: string): Promise<void> {
    const { label, type, slotOf, metrics } = this.#options
    const object = this.#wrong.get(key) ?? this.#unlabelled(key)
    this.#wrong.delete(key)
    if (object === undefined) return this.#queue.forget(key)
    const { name = '', namespace, uid, resourceVersion, labels } = object.metadata
    const slot = slotName(slotOf(object))
    if (labels?.[label] === slot || this.#done.get(key) === resourceVersion) return this.#queue.forget(key)
    try {
      const resource = await client.resource(type as unknown as Kind<KubeObject>, { signal: this.#stop.signal })
      // Whose it is may have changed with it; then there is an event, and it is looked at again.
      const body = { metadata: { uid, resourceVersion, labels: { [label]: slot } } }
      const options = { fieldManager: FIELD_MANAGER, signal: this.#stop.signal, timeout: PATIENCE }
      await resource.patch({ name, namespace }, { type: 'merge', body }, options)
      this.#queue.forget(key)
      if (this.#unlabelled(key) === object) this.#done.set(key, resourceVersion)
      metrics.labelled('written')
      this.#complaint = ''
    } catch (error) {
      if (this.#stop.signal.aborted) return
      if (isNotFound(error) || isConflict(error)) return this.#queue.forget(key)
      metrics.labelled('failed')
      this.#complain(error, object)
      if (this.#unlabelled(key) === undefined) this.#wrong.set(key, object)
      this.#queue.addRateLimited(key)
    }
  }

  #tried(key: string): void {
    for (const sweep of this.#sweeps) {
      sweep.left.delete(key)
      if (sweep.left.size > 0) continue
      this.#sweeps.delete(sweep)
      sweep.over()
    }
  }

  #complain(error: unknown, object: KubeObject): void {
    const { log, type, label } = this.#options
    const message = messageOf(error)
    const { name, namespace } = object.metadata
    if (message !== this.#complaint) {
      log.warn(
        `cannot label an object, so that nobody works on it; the right "patch" on ${type.plural}.${type.group || 'core'} is needed`,
        {
          ...{ kind: describeKind(type), label, error: message, name },
          ...(namespace === undefined ? {} : { namespace }),
        },
      )
    }
    this.#complaint = message
  }
}

/** Labels and owners must be seen as they are, whatever a program's own transform of the kind leaves of them. */
const asItIs = (object: KubeObject): KubeObject => object
