import { parseLabelSelector } from 'kubewright'
import type { Target } from '../policy/target.ts'
import { type Selecting, SelectorIndex, selects } from './selector-index.ts'
import type { TargetHandler, TargetSource, TargetWatch } from './target-source.ts'

interface Member extends Selecting {
  readonly handler: TargetHandler
}

/** One watch of a whole kind, out of which each member hears of its own target. */
export class WideWatch {
  readonly #index: SelectorIndex<Member>
  readonly #watch: Promise<TargetWatch>
  readonly #abandoned: () => void
  #members = 0

  /** `abandoned` is called when the last member has left, or the watch could not be opened. */
  constructor(source: TargetSource, target: Target, abandoned: () => void) {
    this.#abandoned = abandoned
    const index = new SelectorIndex<Member>()
    this.#index = index
    this.#watch = source.open(
      { ...target, namespace: undefined, labelSelector: '' },
      {
        seen(object, before) {
          if (before !== undefined)
            for (const member of [...index.selecting(before)]) if (!selects(member, object)) member.handler.left(before)
          for (const member of [...index.selecting(object)]) member.handler.seen(object, before)
        },
        left(object) {
          for (const member of [...index.selecting(object)]) member.handler.left(object)
        },
      },
    )
  }

  /** Resolves when everything there was has been told. @throws what kept the watch from being opened, or from being read to its end */
  async synced(): Promise<void> {
    await (await this.#watch).synced
  }

  /** @throws what kept the watch from being opened */
  async join(target: Target, handler: TargetHandler): Promise<TargetWatch> {
    this.#members++
    let watch: TargetWatch
    try {
      watch = await this.#watch
    } catch (error) {
      if (--this.#members === 0) this.#abandoned()
      throw error
    }
    const member: Member = { namespace: target.namespace, selector: parseLabelSelector(target.labelSelector), handler }
    this.#index.add(member)
    // What comes while the first reading lasts is told by the watch itself, and once more is no harm.
    for (const object of watch.objects()) if (selects(member, object)) handler.seen(object)
    return {
      synced: watch.synced,
      problem: () => watch.problem(),
      *objects() {
        for (const object of watch.objects()) if (selects(member, object)) yield object
      },
      get(name, namespace) {
        const object = watch.get(name, namespace)
        return object !== undefined && selects(member, object) ? object : undefined
      },
      close: () => this.#index.remove(member),
      release: () => this.#leave(watch),
    }
  }

  async #leave(watch: TargetWatch): Promise<void> {
    if (--this.#members > 0) return
    this.#abandoned()
    watch.close()
    await watch.release()
  }
}
