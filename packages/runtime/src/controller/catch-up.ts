import { type KubeObject, messageOf } from '@kubewright/core'
import { isCacheLag } from '../cache/cache-lag.ts'
import type { Cache } from '../cache/contract.ts'
import type { Informer } from '../cache/informer.ts'
import type { Logger } from '../log/logger.ts'
import type { ReconcileRequest } from './request.ts'

export interface CatchUpOptions {
  readonly cache: Pick<Cache, 'caughtUp' | 'whenCaughtUp'>
  /** The controller's own: what others watch of the same kinds may be behind without harm. */
  readonly primary: Informer<KubeObject>
  readonly owned: readonly Informer<KubeObject>[]
  readonly log: Logger
  /** Ends the waits. */
  readonly signal: AbortSignal
  /** The key may be worked on. Returns whether it is still this replica's to work on. */
  readonly again: (key: string, priority: number) => boolean
}

/**
 * Keeps a reconcile from beginning on a cache that is older than this program's own writes to the object and to what it owns: it would do its work
 * twice, and then lose against its own write. No worker waits meanwhile. A cache that stays behind for too long is told of, and work goes on with it.
 */
export class CatchUp {
  readonly #options: CatchUpOptions
  /** With the highest priority that each came up with. */
  readonly #waiting = new Map<string, number>()
  /** Waited for in vain. */
  readonly #late = new Set<string>()

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  isReady(key: string, { name, namespace }: ReconcileRequest, object: KubeObject | undefined): boolean {
    if (this.#late.delete(key)) return true
    const { cache, primary, owned } = this.#options
    if (!cache.caughtUp(primary, { name, namespace })) return false
    const { uid } = object?.metadata ?? {}
    return uid === undefined || owned.every((informer) => cache.caughtUp(informer, { owner: uid }))
  }

  /** Calls back when the key is ready, once however often it came up meanwhile. */
  wait(key: string, { name, namespace }: ReconcileRequest, object: KubeObject | undefined, priority: number): void {
    const before = this.#waiting.get(key)
    this.#waiting.set(key, Math.max(priority, before ?? priority))
    if (before !== undefined) return
    const { cache, primary, owned, log, signal, again } = this.#options
    const { uid } = object?.metadata ?? {}
    const waits = [
      cache.whenCaughtUp(primary, { name, namespace }, { signal }),
      ...(uid === undefined ? [] : owned.map((informer) => cache.whenCaughtUp(informer, { owner: uid }, { signal }))),
    ]
    Promise.all(waits)
      .catch((error: unknown) => {
        if (signal.aborted) return
        if (!isCacheLag(error)) log.error('cannot tell whether the cache is behind', { error: messageOf(error) })
        else log.warn('reconciled on a cache that is behind', { name, namespace, error: error.message })
        this.#late.add(key)
      })
      .finally(() => {
        const highest = this.#waiting.get(key) ?? priority
        this.#waiting.delete(key)
        if (signal.aborted || !again(key, highest)) this.#late.delete(key)
      })
      .catch((error: unknown) => log.error('cannot go on with an object', { name, namespace, error }))
  }
}
