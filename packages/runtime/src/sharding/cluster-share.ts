import { controllerOf, type KubeObject } from '@kubewright/core'
import type { FamilyKind, ShardFilter, ShardHolder, ShardView } from '../cache/shard-filter.ts'
import type { ShardedCluster, ShardMemberParts } from '../manager/shard-member.ts'
import { familyOf, type Placement, positionOfFamily, positionOfNamespace } from './family.ts'
import { serverHash } from './hash-ranges.ts'
import type { Holdings } from './holdings.ts'
import { InformerShare } from './informer-share.ts'
import { KnownNamespaces } from './known-namespaces.ts'
import { LabelledShare } from './labelled-share.ts'
import type { RingName } from './member.ts'
import type { ShardMetrics } from './shard-metrics.ts'

export interface ClusterShareOptions extends Pick<ShardMemberParts, 'clock' | 'log'> {
  readonly cluster: ShardedCluster
  readonly holdings: Holdings
  readonly placement: Placement
  /** What leaves out others' objects. */
  readonly filter: 'client' | 'server' | 'label'
  readonly ring: RingName
  readonly metrics: Pick<ShardMetrics, 'labelled'>
}

/** Where a namespace is: on the ring, and among the server's hashes. */
export interface Place {
  readonly position: number
  readonly hash: bigint
}

/** Namespaces come and go; what is remembered of them is forgotten now and then. */
const MOST_PLACES = 20_000
/** Namespaces that are made together cost one list, in ms. */
const TOGETHER = 500

/** One cluster's objects, as this replica shares them with others. */
export class ClusterShare implements ShardFilter {
  readonly options: ClusterShareOptions
  readonly namespaces: KnownNamespaces
  readonly #views = new Set<InformerShare>()
  readonly #places = new Map<string, Place>()
  readonly #clusterScoped = new Set<string>()
  #asks: boolean
  #refill: { cancel(): void } | undefined

  constructor(options: ClusterShareOptions) {
    this.options = options
    this.#asks = options.filter === 'server'
    this.namespaces = new KnownNamespaces({ ...options, came: (name) => this.#came(name) })
  }

  open(holder: ShardHolder): ShardView {
    return this.options.filter === 'label' ? new LabelledShare(this, holder) : new InformerShare(this, holder)
  }

  /** Whether the server is asked to leave anything out. */
  get asks(): boolean {
    return this.#asks
  }

  /** From now on everything comes, and what is others' is dropped here. */
  askNoMore(why: string): void {
    if (!this.#asks) return
    this.#asks = false
    const { log, cluster } = this.options
    log.warn(
      'the API server does not leave out other replicas’ objects (its feature gate ShardedListAndWatch, of Kubernetes 1.36 and later): they come over the wire and are dropped here',
      { cluster: cluster.name, why },
    )
  }

  entered(view: InformerShare): void {
    this.#views.add(view)
  }

  left(view: InformerShare): void {
    this.#views.delete(view)
    if (this.#views.size > 0) return
    this.#refill?.cancel()
    this.#refill = undefined
  }

  know({ group, kind, namespaced }: FamilyKind): void {
    if (!namespaced) this.#clusterScoped.add(`${kind}.${group}`)
  }

  placeOf(namespace: string): Place {
    const known = this.#places.get(namespace)
    if (known !== undefined) return known
    if (this.#places.size >= MOST_PLACES) this.#places.clear()
    const place = { position: positionOfNamespace(this.options.cluster.name, namespace), hash: serverHash(namespace) }
    this.#places.set(namespace, place)
    return place
  }

  /** Where an object that an informer sees is on the ring: with the one that controls it, when the informer is about what is owned. */
  positionOf(object: KubeObject, { type, by }: Pick<ShardHolder, 'type' | 'by'>): number {
    const { cluster, placement } = this.options
    const { name = '', namespace } = object.metadata
    const controlled = by === 'owner' && controllerOf(object) !== undefined
    const family = controlled
      ? familyOf(object, { cluster: cluster.name, isNamespaced: (group, kind) => !this.#clusterScoped.has(`${kind}.${group}`) })
      : { cluster: cluster.name, group: type.group, kind: type.kind, namespace, name }
    if (placement === 'namespace' && family.namespace) return this.placeOf(family.namespace).position
    return positionOfFamily(family, placement)
  }

  /** A namespace of ours may have been left out by a list that was made before it was known. */
  #came(name: string): void {
    const { holdings, clock } = this.options
    const { position } = this.placeOf(name)
    if (!holdings.wants(position)) return
    const concerned = [...this.#views].filter((view) => view.misses(name))
    for (const view of concerned) holdings.lacks(view, position)
    if (concerned.length === 0) return
    this.#refill ??= clock.setTimer(TOGETHER, () => {
      this.#refill = undefined
      for (const view of this.#views) if (view.isLacking) view.refill()
    })
  }
}
