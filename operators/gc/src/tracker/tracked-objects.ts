import type { Opinion } from '../judgement/opinion.ts'
import { type Resting, RestingObjects } from './resting.ts'
import { newlyTracked, type Sighting, type TrackedObject, type Word } from './tracked-object.ts'

/** All objects that are known, by uid and by policy: those at rest as rows, the others awake. An object is one or the other. */
export class TrackedObjects {
  readonly #awake = new Map<string, TrackedObject>()
  readonly #resting = new RestingObjects()
  readonly #byPolicy = new Map<string, Map<string, TrackedObject>>()

  get size(): number {
    return this.#awake.size + this.#resting.size
  }

  /** The object, awake: whoever asks for it settles it afterwards, which may put it to rest again. */
  find(uid: string): TrackedObject | undefined {
    const object = this.#awake.get(uid)
    if (object !== undefined) return object
    const resting = this.#resting.take(uid)
    return resting && this.#awaken(resting)
  }

  /** The object as it is known, or as it is seen now for the first time. */
  findOrAdd(seen: Sighting): TrackedObject {
    return this.find(seen.uid) ?? this.#add(seen)
  }

  /** Remembers what the policy says. */
  setWord(policy: string, object: TrackedObject, word: Word): void {
    object.words.set(policy, word)
    const objects = this.#byPolicy.get(policy) ?? new Map<string, TrackedObject>()
    this.#byPolicy.set(policy, objects)
    objects.set(object.seen.uid, object)
  }

  /** Forgets what the policy said. */
  removeWord(policy: string, object: TrackedObject): void {
    object.words.delete(policy)
    this.#byPolicy.get(policy)?.delete(object.seen.uid)
  }

  /** Forgets the object and all that was said about it. */
  remove(object: TrackedObject): void {
    this.#awake.delete(object.seen.uid)
    for (const policy of object.words.keys()) this.#byPolicy.get(policy)?.delete(object.seen.uid)
  }

  /** Forgets the policy, and those at rest that it alone knew. */
  removePolicy(policy: string): void {
    for (const uid of this.#resting.uidsOf(policy)) this.#resting.take(uid)
    this.#byPolicy.delete(policy)
  }

  /** Puts the object away until `wakeAt` (wall clock, ms), or until somebody asks for it. `false`: there is more to it than a row can hold. */
  rest(object: TrackedObject, wakeAt: number | undefined): boolean {
    const { seen, words, progress, failures, conflicts, unanswered } = object
    if (progress.is !== 'watched' || words.size !== 1 || failures > 0 || conflicts > 0 || unanswered !== undefined || seen.terminating)
      return false
    for (const [policy, { opinion, resourceVersion }] of words) {
      if (resourceVersion !== seen.resourceVersion || !this.#resting.put({ seen, policy, opinion }, wakeAt)) return false
    }
    this.remove(object)
    return true
  }

  /** When the first of those at rest wakes; wall clock, ms. */
  get nextWaking(): number | undefined {
    return this.#resting.wakesAt
  }

  /**
   * Those of the policy that are awake, and those at rest that are due and were held up: each to be settled before the next is asked for. The others at
   * rest wake by themselves when their time comes, or have none.
   */
  *heldUp(policy: string): Generator<TrackedObject> {
    yield* [...this.awakeOf(policy)]
    for (const resting of this.#resting.takeOverdue(policy)) yield this.#awaken(resting)
  }

  /** One whose rest is over. */
  takeAwake(wall: number): TrackedObject | undefined {
    const resting = this.#resting.takeAwake(wall)
    return resting && this.#awaken(resting)
  }

  /** Who has said something about the object. Who rests goes on resting. */
  policiesOf(uid: string): readonly string[] {
    const awake = this.#awake.get(uid)
    if (awake !== undefined) return [...awake.words.keys()]
    const policy = this.#resting.policyOf(uid)
    return policy === undefined ? [] : [policy]
  }

  /** Whether the policy knows an object of the namespace. */
  hasIn(policy: string, namespace: string): boolean {
    for (const { seen } of this.awakeOf(policy)) if (seen.namespace === namespace) return true
    return this.#resting.hasIn(policy, namespace)
  }

  /** Those awake. */
  awake(): Iterable<TrackedObject> {
    return this.#awake.values()
  }

  /** Those of the policy that are awake. */
  awakeOf(policy: string): Iterable<TrackedObject> {
    return this.#byPolicy.get(policy)?.values() ?? []
  }

  /** What the policy says about those at rest. */
  opinionsAtRest(policy: string): Iterable<{ readonly opinion: Opinion; readonly at: number }> {
    return this.#resting.opinionsOf(policy)
  }

  /** All of the policy, as of now. */
  uidsOf(policy: string): readonly string[] {
    return [...(this.#byPolicy.get(policy)?.keys() ?? []), ...this.#resting.uidsOf(policy)]
  }

  #awaken({ seen, policy, opinion }: Resting): TrackedObject {
    const object = this.#add(seen)
    this.setWord(policy, object, { opinion, resourceVersion: seen.resourceVersion, isAsked: false })
    return object
  }

  #add(seen: Sighting): TrackedObject {
    const object = newlyTracked(seen)
    this.#awake.set(seen.uid, object)
    return object
  }
}
