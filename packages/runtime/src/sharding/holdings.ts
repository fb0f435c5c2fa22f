import { type Placement, positionOfFamily } from './family.ts'
import { nothing, Territory } from './ring.ts'
import type { Family, FamilyFilter } from './shards.ts'

/** What one informer holds. */
export interface HeldPart {
  /** `''` for the manager's own. */
  readonly cluster: string
  /** Lists everything again, now that more is wanted; {@link Holdings.filled} is to be called when that is done. */
  refill(): void
  /** Drops what is not wanted any more. */
  prune(): void
  /** Whether its last list may have left out what is in that namespace, because nobody knew of it. */
  leavesOut(namespace: string): boolean
}

interface Part {
  /** The kinds that it belongs to, by {@link kindKey}. */
  readonly families: Set<string>
  /** `undefined`: its first list is not there yet, and whoever needs it waits for that. */
  holds: Territory | undefined
}

export interface HoldingsOptions {
  readonly placement: Placement
  /** These families are there now, with all that belongs to them. */
  readonly arrived: (families: FamilyFilter) => void
}

/**
 * What the caches of this replica hold of the ring, and what they are to hold. A family is worked on only when every informer of its kind has it: else
 * what belongs to it would look as if it were missing, and be made again.
 *
 * What was lost goes when the work on it is over. While the replica is out of the ring the caches stay as they are and are kept up to date, so that
 * after an outage nothing has to be listed.
 */
export class Holdings {
  readonly #options: HoldingsOptions
  readonly #parts = new Map<HeldPart, Part>()
  readonly #draining = new Set<Territory>()
  #territory = nothing
  #wanted = nothing
  /** What all informers of a kind hold, by cluster and kind. */
  #complete: ReadonlyMap<string, Territory> = new Map()
  #begun = Promise.withResolvers<void>()

  constructor(options: HoldingsOptions) {
    this.#options = options
  }

  /** What is to be held. */
  get wanted(): Territory {
    return this.#wanted
  }

  /** Whether what is at this position is to be held. */
  wants(position: number): boolean {
    return this.#wanted.has(position)
  }

  /** Resolves when anything is to be held, or the signal aborts. */
  async whenBegun(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>()
    const onAbort = () => aborted.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      await Promise.race([this.#begun.promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Whether everything of the family is there. Of kinds that no informer holds by shards nothing need be. */
  has(family: Family): boolean {
    const held = this.#complete.get(familyKey(family))
    return held === undefined || (held.has(this.#positionOf(family)) && !this.#isLeftOut(family))
  }

  /** Returns the function that ends it. */
  join(part: HeldPart): () => void {
    this.#parts.set(part, { families: this.#parts.get(part)?.families ?? new Set(), holds: undefined })
    return () => {
      this.#parts.delete(part)
      this.#count()
    }
  }

  serve(part: HeldPart, kind: { readonly group: string; readonly kind: string }): void {
    this.#parts.get(part)?.families.add(kindKey(kind))
    this.#count()
  }

  /** @param territory what is there of what is wanted @default all of it */
  filled(part: HeldPart, territory = this.#wanted): void {
    const known = this.#parts.get(part)
    if (known === undefined) return
    known.holds = territory.within(this.#wanted)
    this.#count()
  }

  /** Something wanted is not there: it is listed by the next {@link HeldPart.refill}. */
  lacks(part: HeldPart, position: number): void {
    const known = this.#parts.get(part)
    if (known?.holds === undefined) return
    known.holds = known.holds.minus(new Territory([{ from: position, to: position + 1 }]))
    this.#count()
  }

  gain(families: Territory): void {
    this.#territory = this.#territory.plus(families)
    this.#begun.resolve()
    this.#settle()
    // What is there already: the rest is told of when it has come.
    this.#options.arrived((family) => families.has(this.#positionOf(family)) && this.has(family))
  }

  /** To be called at the loss. Calls back to be told when the work on it is over. */
  lose(families: Territory): () => void {
    this.#territory = this.#territory.minus(families)
    this.#draining.add(families)
    return () => {
      this.#draining.delete(families)
      if (!this.#territory.isEmpty) this.#settle()
    }
  }

  #isLeftOut({ cluster, group, kind, namespace }: Family): boolean {
    if (namespace === undefined) return false
    for (const [part, { families, holds }] of this.#parts) {
      if (holds === undefined || part.cluster !== cluster || !families.has(kindKey({ group, kind }))) continue
      if (part.leavesOut(namespace)) return true
    }
    return false
  }

  #settle(): void {
    this.#wanted = [...this.#draining].reduce((all, families) => all.plus(families), this.#territory)
    for (const [part, known] of this.#parts) {
      const before = known.holds
      if (before !== undefined) {
        known.holds = before.within(this.#wanted)
        if (!before.minus(this.#wanted).isEmpty) part.prune()
      }
      if (!this.#wanted.minus(known.holds ?? nothing).isEmpty) part.refill()
    }
    this.#count()
  }

  #count(): void {
    const complete = new Map<string, Territory>()
    for (const [{ cluster }, { families, holds }] of this.#parts) {
      if (holds === undefined) continue
      for (const family of families) {
        const key = `${cluster} ${family}`
        complete.set(key, complete.get(key)?.within(holds) ?? holds)
      }
    }
    const before = this.#complete
    this.#complete = complete
    for (const [key, held] of complete) {
      const more = held.minus(before.get(key) ?? nothing).within(this.#territory)
      if (!more.isEmpty) this.#options.arrived((family) => familyKey(family) === key && more.has(this.#positionOf(family)))
    }
  }

  #positionOf(family: Family): number {
    return positionOfFamily(family, this.#options.placement)
  }
}

const kindKey = ({ group, kind }: { readonly group: string; readonly kind: string }) => `${kind}.${group}`

const familyKey = (family: Family) => `${family.cluster} ${kindKey(family)}`
