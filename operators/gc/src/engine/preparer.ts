import { type Client, type Clock, isConflict, isForbidden, isNotFound, type KubeObject, messageOf, type Reachability } from 'kubewright'
import type { Preparation } from '../judgement/opinion.ts'
import type { Policy } from '../kinds/policies.ts'
import { markOf } from '../marking/mark.ts'
import { policyRef, type ReadyPolicy } from '../policy/policy.ts'

export interface PreparerEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
  /** Tells the owner of an object that it will go. */
  readonly notify: (object: KubeObject, note: string) => void
}

interface Waiting {
  readonly object: KubeObject
  readonly preparation: Preparation
  readonly key: string
  readonly policy: Policy
  readonly ready: ReadyPolicy
  /** Monotonic ms. */
  readonly notBefore: number
}

export interface Failure {
  /** `namespace/name`. */
  readonly object: string
  readonly reason: string
}

const RETRY = 5_000
const RETRY_FORBIDDEN = 5 * 60_000

/**
 * Writes on objects what has to be there before they may be deleted: the notice, a finalizer. That it has been written shows when the object is seen
 * again; what cannot be written keeps its object.
 */
export class Preparer {
  readonly #environment: PreparerEnvironment
  readonly #waiting = new Map<string, Waiting>()
  readonly #failures = new Map<string, Map<string, Failure>>()

  constructor(environment: PreparerEnvironment) {
    this.#environment = environment
  }

  /** The last word about an object counts. */
  add(key: string, policy: Policy, ready: ReadyPolicy, object: KubeObject, preparation: Preparation): void {
    const id = `${key} ${object.metadata.uid}`
    const before = this.#waiting.get(id)
    const notBefore = before?.object.metadata.resourceVersion === object.metadata.resourceVersion ? before?.notBefore : undefined
    this.#waiting.set(id, { object, preparation, key, policy, ready, notBefore: notBefore ?? Number.NEGATIVE_INFINITY })
  }

  /** The object has gone, or needs nothing any more. */
  drop(key: string, uid: string): void {
    this.#waiting.delete(`${key} ${uid}`)
    this.#failures.get(key)?.delete(uid)
  }

  dropPolicy(key: string): void {
    for (const [id, waiting] of this.#waiting) if (waiting.key === key) this.#waiting.delete(id)
    this.#failures.delete(key)
  }

  /** Why objects of the policy could not be prepared, by uid. */
  failuresOf(key: string): ReadonlyMap<string, Failure> {
    return this.#failures.get(key) ?? new Map()
  }

  /** The next that may be written, of a policy for which `mayAct` holds. It is taken out. */
  take(mayAct: (key: string) => boolean): Waiting | undefined {
    const now = this.#environment.clock.monotonic()
    for (const [id, waiting] of this.#waiting) {
      if (waiting.notBefore > now || !mayAct(waiting.key)) continue
      this.#waiting.delete(id)
      return waiting
    }
    return undefined
  }

  /** How many objects of the policy wait to be written on. */
  waitingOf(key: string): number {
    let count = 0
    for (const waiting of this.#waiting.values()) if (waiting.key === key) count++
    return count
  }

  get size(): number {
    return this.#waiting.size
  }

  async write(waiting: Waiting, signal: AbortSignal): Promise<void> {
    const { client, clock, reachability, notify } = this.#environment
    const { object, preparation, ready, policy, key } = waiting
    const { uid = '', name = '', namespace, resourceVersion, finalizers = [] } = object.metadata
    const { deleteAt, finalizer } = preparation
    try {
      const resource = await client.resource(ready.target.kind, { signal })
      const metadata = {
        uid,
        resourceVersion,
        ...(deleteAt !== undefined && { annotations: markOf(policyRef(policy), uid, deleteAt) }),
        ...(finalizer !== undefined && { finalizers: [...finalizers, finalizer] }),
      }
      await resource.patch({ name, namespace }, { type: 'merge', body: { metadata } }, { signal, retry: false })
      reachability.succeeded()
      this.#failures.get(key)?.delete(uid)
      if (deleteAt !== undefined) notify(object, noticeText(policyRef(policy), deleteAt))
    } catch (error) {
      if (signal.aborted) return
      reachability.failed(error)
      // Changed meanwhile, or gone: its event says what is to be done.
      if (isConflict(error) || isNotFound(error)) return
      const failures = this.#failures.get(key) ?? new Map<string, Failure>()
      this.#failures.set(
        key,
        failures.set(uid, {
          object: namespace === undefined ? name : `${namespace}/${name}`,
          reason: `cannot be marked: ${messageOf(error)}`,
        }),
      )
      const id = `${key} ${uid}`
      if (!this.#waiting.has(id))
        this.#waiting.set(id, { ...waiting, notBefore: clock.monotonic() + (isForbidden(error) ? RETRY_FORBIDDEN : RETRY) })
    }
  }
}

const noticeText = (policy: string, deleteAt: number) =>
  `policy ${policy} deletes it after ${new Date(deleteAt).toISOString()}. To keep it longer set the annotation gc.kubewright.dev/delete-at to a later time; to keep it, gc.kubewright.dev/protect to "true"`
