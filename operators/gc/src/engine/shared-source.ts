import type { Target } from '../policy/target.ts'
import type { TargetHandler, TargetSource, TargetWatch } from './target-source.ts'
import { WideWatch } from './wide-watch.ts'

/**
 * So many different targets of one kind have a watch each, and the server selects for them. With one more a single watch takes everything of the kind, and
 * we select: a thousand policies are then one watch, and an event goes to those whom it may concern.
 */
const NARROW_WATCHES = 8

/** Gives each policy its target, out of as few watches as that takes. */
export function sharedSource(source: TargetSource): TargetSource {
  const classes = new Map<string, TargetClass>()
  return {
    open(target, handler) {
      const name = classOf(target)
      const known = classes.get(name) ?? new TargetClass(source)
      classes.set(name, known)
      return known.open(target, handler)
    },
  }
}

/** What one watch can serve: what is selected by fields stays with the server, for these fields may not be in what we see. */
function classOf({ kind, fieldSelector, metadataOnly, keep }: Target): string {
  return JSON.stringify([kind.group, kind.version, kind.kind, fieldSelector, metadataOnly, keep])
}

/** Targets that one watch could serve. */
class TargetClass {
  readonly #source: TargetSource
  /** Those with a watch of their own, by what the server selects for them. */
  readonly #narrow = new Map<string, Set<TargetHandler>>()
  #wide: WideWatch | undefined

  constructor(source: TargetSource) {
    this.#source = source
  }

  open(target: Target, handler: TargetHandler): Promise<TargetWatch> {
    const selection = JSON.stringify([target.namespace, target.labelSelector])
    const fits = this.#narrow.has(selection) || this.#narrow.size < NARROW_WATCHES
    if (this.#wide === undefined && fits) return this.#openNarrow(selection, target, handler)
    return this.#joinWide(target, handler)
  }

  async #openNarrow(selection: string, target: Target, handler: TargetHandler): Promise<TargetWatch> {
    const handlers = this.#narrow.get(selection) ?? new Set()
    this.#narrow.set(selection, handlers.add(handler))
    const leave = () => {
      handlers.delete(handler)
      if (handlers.size === 0 && this.#narrow.get(selection) === handlers) this.#narrow.delete(selection)
    }
    try {
      const watch = await this.#source.open(target, handler)
      const release = async () => {
        leave()
        await watch.release()
      }
      return { ...watch, release }
    } catch (error) {
      leave()
      throw error
    }
  }

  #joinWide(target: Target, handler: TargetHandler): Promise<TargetWatch> {
    if (this.#wide !== undefined) return this.#wide.join(target, handler)
    const wide: WideWatch = new WideWatch(this.#source, target, () => {
      if (this.#wide === wide) this.#wide = undefined
    })
    this.#wide = wide
    const joined = wide.join(target, handler)
    // That it cannot be read is told to whoever has joined it; the narrow watches go on then.
    wide.synced().then(
      () => this.#moveOver(wide),
      () => undefined,
    )
    return joined
  }

  /** Not before the wide watch shows everything: whoever moves finds its objects there. */
  #moveOver(wide: WideWatch): void {
    if (this.#wide !== wide) return
    for (const handlers of [...this.#narrow.values()]) for (const handler of [...handlers]) handler.outgrown?.()
  }
}
