import type { Selection } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import type { FamilyKind, ShardHolder, ShardView } from '../cache/shard-filter.ts'
import type { ClusterShare } from './cluster-share.ts'
import { EVERYTHING, type HashRange, holdsHash, joined, rangesAround, selectorWithout } from './hash-ranges.ts'
import type { HeldPart } from './holdings.ts'

/**
 * The most ranges that are left out. The selector of so many takes 6.5 kB of a request's address, and proxies often allow no more than 8 kB. Up to as
 * many namespaces of other replicas are left out exactly.
 */
export const MOST_RANGES = 64
/** So often in a row a request may fail before it is made without a selector. */
const FAILURES = 3

interface Request {
  /** What the server was asked to leave out. */
  readonly asked: readonly HashRange[]
  /** What the last list may have left out, even if the watch is asked for more. */
  readonly leftOut: readonly HashRange[]
}

/** One informer's part in what its cluster shares. */
export class InformerShare implements ShardView, HeldPart {
  readonly #share: ClusterShare
  readonly #holder: ShardHolder
  readonly #requests = new Map<string | undefined, Request>()
  #families: readonly FamilyKind[] = []
  #leave: (() => void) | undefined
  #usesNamespaces = false
  #isLacking = false

  constructor(share: ClusterShare, holder: ShardHolder) {
    this.#share = share
    this.#holder = holder
  }

  get cluster(): string {
    return this.#share.options.cluster.name
  }

  /** A namespace of ours is missing until the next list. */
  get isLacking(): boolean {
    return this.#isLacking
  }

  serve(family: FamilyKind): void {
    const { holdings } = this.#share.options
    const wasPlaced = this.#isPlacedByNamespace
    this.#families = [...this.#families, family]
    this.#share.know(family)
    if (this.#leave === undefined) return
    holdings.serve(this, family)
    // What it controls may be in any namespace.
    if (wasPlaced && !this.#isPlacedByNamespace) this.refill()
  }

  async begin(signal: AbortSignal): Promise<void> {
    const { holdings } = this.#share.options
    this.#leave = holdings.join(this)
    this.#share.entered(this)
    for (const family of this.#families) holdings.serve(this, family)
    await holdings.whenBegun(signal)
    if (signal.aborted || !this.#share.asks || !this.#isPlacedByNamespace) return
    this.#usesNamespaces = true
    await this.#share.namespaces.open(signal)
  }

  keeps(object: KubeObject): boolean {
    const { namespace } = object.metadata
    if (namespace !== undefined && this.#requests.size > 0) this.#check(namespace)
    return this.wants(object)
  }

  shows(): boolean {
    return true
  }

  wants(object: KubeObject): boolean {
    return this.#share.options.holdings.wants(this.#share.positionOf(object, this.#holder))
  }

  selection(namespace: string | undefined, purpose: 'list' | 'watch'): Pick<Selection, 'shardSelector'> {
    const before = this.#requests.get(namespace) ?? { asked: [], leftOut: [] }
    if (purpose === 'list') this.#isLacking = false
    if (!this.#share.asks || !this.#isPlacedByNamespace) {
      this.#requests.set(namespace, { asked: [], leftOut: purpose === 'list' ? [] : before.leftOut })
      return {}
    }
    const now = this.#others(namespace)
    const asked = purpose === 'list' ? now : joined([...before.asked, ...now])
    // A watch that was asked for what the list left out would show only what changes there.
    const excluded = asked.length <= MOST_RANGES ? asked : before.asked
    this.#requests.set(namespace, { asked: excluded, leftOut: joined([...(purpose === 'list' ? [] : before.leftOut), ...excluded]) })
    const shardSelector = selectorWithout(excluded)
    return shardSelector === undefined ? {} : { shardSelector }
  }

  /** A namespace of ours has become known. Returns whether objects of it may be missing, until the next list. */
  misses(namespace: string): boolean {
    if (!this.leavesOut(namespace)) return false
    this.#isLacking = true
    return true
  }

  leavesOut(namespace: string): boolean {
    const request = this.#requestOf(namespace)
    return request !== undefined && request.leftOut.length > 0 && holdsHash(request.leftOut, this.#share.placeOf(namespace).hash)
  }

  failed(message: string, times: number): void {
    if (times >= FAILURES && [...this.#requests.values()].some(({ asked }) => asked.length > 0)) this.#share.askNoMore(message)
  }

  filled(): void {
    if (!this.#isLacking) this.#share.options.holdings.filled(this)
  }

  refill(): void {
    this.#holder.refill()
  }

  prune(): void {
    this.#holder.prune()
  }

  close(): void {
    this.#leave?.()
    this.#leave = undefined
    this.#share.left(this)
    if (this.#usesNamespaces) void this.#share.namespaces.close()
    this.#usesNamespaces = false
  }

  /** Whether everything that the informer is about is placed by its own namespace. */
  get #isPlacedByNamespace(): boolean {
    const { by, type } = this.#holder
    return type.namespaced && (by === 'name' || this.#families.every(({ namespaced }) => namespaced))
  }

  #others(namespace: string | undefined): readonly HashRange[] {
    const { holdings } = this.#share.options
    if (namespace !== undefined) return holdings.wants(this.#share.placeOf(namespace).position) ? [] : EVERYTHING
    const places = this.#share.namespaces.names.map((name) => this.#share.placeOf(name))
    const hashes = (ours: boolean) => places.filter(({ position }) => holdings.wants(position) === ours).map(({ hash }) => hash)
    return rangesAround(hashes(false), hashes(true), MOST_RANGES)
  }

  #requestOf(namespace: string): Request | undefined {
    return this.#requests.get(namespace) ?? this.#requests.get(undefined)
  }

  /** An object that it was asked to leave out tells of a server that takes no notice. */
  #check(namespace: string): void {
    const request = this.#requestOf(namespace)
    if (request === undefined || request.asked.length === 0 || !this.#share.asks) return
    if (holdsHash(request.asked, this.#share.placeOf(namespace).hash))
      this.#share.askNoMore('it has sent an object that it was asked to leave out')
  }
}
