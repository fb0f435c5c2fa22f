import type { Instant, Step } from './step.ts'
import type { TrackedObject } from './tracked-object.ts'
import { isOutdated } from './words.ts'

/** What has to be found out before it is known what becomes of objects: a policy's word of now, or the server's. */
export class Questions {
  readonly #words: { readonly policy: string; readonly object: TrackedObject }[] = []
  readonly #objects: TrackedObject[] = []

  /** What the policy said holds no longer. */
  askPolicy(policy: string, object: TrackedObject): void {
    this.#words.push({ policy, object })
  }

  /** Its moment may have passed while nobody looked out for it: during a pause, a request, or just before somebody else had a word. */
  askOnce(object: TrackedObject, now: Instant): void {
    for (const [policy, word] of object.words) {
      if (word.isAsked || !isOutdated(object, policy, now)) continue
      word.isAsked = true
      this.askPolicy(policy, object)
    }
  }

  /** The server has said something about the object that no watch has told. */
  askServer(object: TrackedObject): void {
    this.#objects.push(object)
  }

  /** The next one that has not been answered meanwhile. */
  next(now: Instant): Step | undefined {
    for (let word = this.#words.pop(); word !== undefined; word = this.#words.pop()) {
      const { policy, object } = word
      if (!isOutdated(object, policy, now)) continue
      const { opinion, resourceVersion } = object.words.get(policy)!
      return { do: 'judge', policy, object: { ...object.seen, resourceVersion }, opinion }
    }
    for (let object = this.#objects.shift(); object !== undefined; object = this.#objects.shift()) {
      const isOpen = object.progress.is === 'stale' || object.progress.is === 'gone'
      if (isOpen && object.words.size > 0) return { do: 'fetch', policies: [...object.words.keys()], object: object.seen }
    }
    return undefined
  }
}
