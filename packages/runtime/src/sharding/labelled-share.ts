import type { Selection } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import type { FamilyKind, ShardHolder, ShardView } from '../cache/shard-filter.ts'
import type { ClusterShare } from './cluster-share.ts'
import type { HeldPart } from './holdings.ts'
import { Labeller } from './labeller.ts'
import type { Territory } from './ring.ts'
import { ALL, inSlots, positionOfSlot, slotLabel, slotName, slotNamed, slotOf } from './slots.ts'

/** One informer's part in what its cluster shares, where objects bear their slot as a label. */
export class LabelledShare implements ShardView, HeldPart {
  readonly #share: ClusterShare
  readonly #holder: ShardHolder
  readonly #label: string
  readonly #labeller: Labeller
  readonly #families: FamilyKind[] = []
  /** The slots that the last list asked for: a watch that goes on from it must not ask for more. */
  readonly #listed = new Map<string | undefined, ReadonlySet<number>>()
  #leave: (() => void) | undefined
  /** `labelling`: what has no label yet is labelled before the list, which would lack it. */
  #life: 'new' | 'labelling' | 'filling' = 'new'
  /** What was to be held when the labelling before the first list began; until that list is there. */
  #labelled: Territory | undefined
  #fills = 0

  constructor(share: ClusterShare, holder: ShardHolder) {
    this.#share = share
    this.#holder = holder
    this.#label = slotLabel(share.options.ring, holder.by)
    this.#labeller = new Labeller({
      ...share.options,
      ...{ label: this.#label, type: holder.type, parts: holder.parts },
      slotOf: (object) => slotOf(this.#positionOf(object)),
      wants: (slot) => this.#wantsSlot(slot),
    })
  }

  get cluster(): string {
    return this.#share.options.cluster.name
  }

  serve(family: FamilyKind): void {
    this.#families.push(family)
    this.#share.know(family)
    if (this.#leave === undefined) return
    this.#share.options.holdings.serve(this, family)
    // Whose what it controls is was not known before: some of that may be labelled wrongly, or was dropped.
    if (!family.namespaced && this.#holder.by === 'owner') this.refill()
  }

  async begin(signal: AbortSignal): Promise<void> {
    const { holdings } = this.#share.options
    this.#leave = holdings.join(this)
    for (const family of this.#families) holdings.serve(this, family)
    await holdings.whenBegun(signal)
    if (signal.aborted) return
    this.#life = 'labelling'
    const number = this.#fills
    await this.#labeller.open(signal)
    this.#labelled = holdings.wanted
    await this.#labeller.sweep()
    // If more was gained meanwhile, that has its own labelling and its own list.
    if (number === this.#fills) this.#life = 'filling'
  }

  keeps(object: KubeObject): boolean {
    const slot = slotNamed(object.metadata.labels?.[this.#label])
    const position = this.#positionOf(object)
    // It was copied with its label, or has another owner now. One replica puts it right: the one whom it is shown to.
    if (slot !== undefined && slot !== slotOf(position) && this.#wantsSlot(slot)) this.#labeller.correct(object)
    return this.#share.options.holdings.wants(position)
  }

  wants(object: KubeObject): boolean {
    return this.#share.options.holdings.wants(this.#positionOf(object))
  }

  shows({ metadata }: KubeObject): boolean {
    return slotNamed(metadata.labels?.[this.#label]) !== undefined
  }

  readonly labelsFor = (object: KubeObject): Readonly<Record<string, string>> => ({
    [this.#label]: slotName(slotOf(this.#positionOf(object))),
  })

  selection(namespace: string | undefined, purpose: 'list' | 'watch'): Pick<Selection, 'labelSelector'> {
    const wanted = ALL.filter((slot) => this.#wantsSlot(slot))
    const listed = this.#listed.get(namespace)
    if (purpose === 'list' || listed === undefined) {
      this.#listed.set(namespace, new Set(wanted))
      return { labelSelector: inSlots(this.#label, wanted) }
    }
    return {
      labelSelector: inSlots(
        this.#label,
        wanted.filter((slot) => listed.has(slot)),
      ),
    }
  }

  failed(): void {}

  /** A list that was begun before the last labelling says nothing of what that has made visible. */
  filled(): void {
    const { holdings } = this.#share.options
    if (this.#life === 'filling') holdings.filled(this)
    // Of the first list at least that is there which was labelled before it: as long as nothing is known to be held, everything counts as held.
    else if (this.#labelled !== undefined) holdings.filled(this, this.#labelled)
    this.#labelled = undefined
  }

  leavesOut(): boolean {
    return false
  }

  refill(): void {
    // What the first labelling does not know of yet, the list after it does.
    if (this.#life === 'new') return
    const number = ++this.#fills
    this.#life = 'labelling'
    this.#labeller.sweep().then(
      () => {
        if (number !== this.#fills) return
        this.#life = 'filling'
        this.#holder.refill()
      },
      (error: unknown) => this.#share.options.log.error('cannot label objects', { error }),
    )
  }

  prune(): void {
    this.#holder.prune()
  }

  close(): void {
    this.#leave?.()
    this.#leave = undefined
    this.#fills++
    this.#labeller.close()
  }

  #wantsSlot(slot: number): boolean {
    return this.#share.options.holdings.wants(positionOfSlot(slot))
  }

  #positionOf(object: KubeObject): number {
    return this.#share.positionOf(object, this.#holder)
  }
}
