import { type KubeObject, parseLabelSelector } from 'kubewright'
import type { Target } from '../policy/target.ts'
import type { Held } from './held.ts'
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
  readonly #byPolicy = new Map<string, Set<Member>>()
  readonly #keep: Target['keep']
  #members = 0
  /** Something has been told: who joins now has missed it. */
  #hasTold = false

  /** `abandoned` is called when the last member has left, or the watch could not be opened. */
  constructor(source: TargetSource, target: Target, abandoned: () => void) {
    this.#abandoned = abandoned
    this.#keep = target.keep
    const index = new SelectorIndex<Member>()
    this.#index = index
    this.#watch = source.open(
      { ...target, namespace: undefined, labelSelector: '' },
      {
        seen: (object, before) => {
          this.#hasTold = true
          if (before !== undefined) for (const member of this.#audienceOf(before)) if (!selects(member, object)) member.handler.left(before)
          for (const member of [...index.selecting(object)]) member.handler.seen(object, before)
        },
        left: (object) => {
          for (const member of this.#audienceOf(object)) member.handler.left(object)
        },
        policy: '',
        shown: () => [],
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
    this.#enter(member)
    const closing = new AbortController()
    const synced = this.#show(watch, target, member, closing.signal)
    // Whoever wants to know waits for it; who closes the watch before does not.
    synced.catch(() => undefined)
    return {
      synced,
      problem: () => watch.problem(),
      held: heldBy(watch.held, member),
      close: () => {
        closing.abort(new Error('the watch is closed'))
        this.#remove(member)
      },
      release: () => this.#leave(watch),
    }
  }

  /** What comes while the first reading lasts is told by the watch itself, and once more is no harm. */
  async #show({ held, synced }: TargetWatch, target: Target, member: Member, signal: AbortSignal): Promise<void> {
    if (held.is === 'objects') for (const object of held.all()) if (selects(member, object)) member.handler.seen(object)
    const missed = this.#hasTold
    await synced
    if (held.is === 'keys' && missed) await held.read(target, (object) => member.handler.seen(object), signal)
  }

  /** Who has been told about the object as it was. Of its key alone one cannot tell who selects it; who was shown it can. */
  #audienceOf(before: KubeObject): readonly Member[] {
    if (this.#keep === 'objects') return [...this.#index.selecting(before)]
    const [[any] = []] = this.#byPolicy.values()
    const shown = any?.handler.shown(before.metadata.uid ?? '') ?? []
    return [...shown].flatMap((policy) => [...(this.#byPolicy.get(policy) ?? [])])
  }

  #enter(member: Member): void {
    const { policy } = member.handler
    this.#index.add(member)
    this.#byPolicy.set(policy, (this.#byPolicy.get(policy) ?? new Set()).add(member))
  }

  #remove(member: Member): void {
    const { policy } = member.handler
    this.#index.remove(member)
    const there = this.#byPolicy.get(policy)
    there?.delete(member)
    if (there?.size === 0) this.#byPolicy.delete(policy)
  }

  async #leave(watch: TargetWatch): Promise<void> {
    if (--this.#members > 0) return
    this.#abandoned()
    watch.close()
    await watch.release()
  }
}

/** As much of it as one member may see. */
function heldBy(held: Held, member: Member): Held {
  if (held.is === 'keys') return held
  return {
    is: 'objects',
    *all() {
      for (const object of held.all()) if (selects(member, object)) yield object
    },
    get(name, namespace) {
      const object = held.get(name, namespace)
      return object !== undefined && selects(member, object) ? object : undefined
    },
  }
}
