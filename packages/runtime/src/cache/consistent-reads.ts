import type { ObjectName } from '@kubewright/client'
import type { Clock, Kind, KubeObject } from '@kubewright/core'
import { cacheLag } from './cache-lag.ts'
import type { SharedInformer } from './shared-informer.ts'
import type { Stored } from './stored.ts'
import { hasSeen, type ScopedInformer, type Written, type WrittenTo, type WrittenVersions } from './written-versions.ts'

/** How long a read waits for the cache to have caught up. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  /** How long is waited for this program's own writes to come back through the watch, in ms. @default 5 s: a watch is late by milliseconds, or broken */
  readonly timeout?: number | undefined
}

/** How the cache is read. */
export interface ReadOptions extends WaitOptions {
  /** `false`: answers with what there is, even from before a write of this program. @default the cache's `readYourOwnWrites`, which is true */
  readonly consistent?: boolean | undefined
}

const PATIENCE = 5_000

/** Waits for informers to show what this program wrote. */
export class ConsistentReads {
  readonly #clock: Clock
  readonly #written: WrittenVersions

  constructor(clock: Clock, written: WrittenVersions) {
    this.#clock = clock
    this.#written = written
  }

  /** Whether none of the informers is older than these writes. */
  caughtUp(informers: readonly SharedInformer<KubeObject>[], to: WrittenTo): boolean {
    return informers.every((informer) => this.#written.unseenBy(scoped(informer), to).length === 0)
  }

  /**
   * Resolves when the informer shows the writes that were answered before the call: later ones are nothing that the caller can know of.
   * @throws CacheLagError after the timeout, the signal's reason
   */
  async catchUp(informer: SharedInformer<KubeObject>, to: WrittenTo, { signal, timeout = PATIENCE }: WaitOptions): Promise<void> {
    signal?.throwIfAborted()
    let missing: readonly Written[] = this.#written.unseenBy(scoped(informer), to)
    if (missing.length === 0) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = () => {
      missing = missing.filter((written) => !hasSeen(scoped(informer), written))
      if (missing.length === 0) resolve()
      else if (informer.ended) reject(new Error(`the informer of ${informer.type.plural} ended before it showed this program's own writes`))
    }
    const timer = this.#clock.setTimer(timeout, () => reject(cacheLag(informer as unknown as SharedInformer<never>, missing[0]!, timeout)))
    const onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    const unsubscribe = informer.onProgress(look)
    look()
    try {
      await promise
    } finally {
      timer.cancel()
      unsubscribe()
      signal?.removeEventListener('abort', onAbort)
    }
  }
}

const scoped = (informer: SharedInformer<KubeObject>): ScopedInformer => informer

/** Reads that wait until the cache shows this program's own writes to what is read: at most as long as its watch is behind. */
export interface CacheReader {
  /** @throws CacheLagError when the cache does not catch up in time; Error when nobody watches the kind; the signal's reason */
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: ReadOptions): Promise<(T & Stored) | undefined>
  /** Waits for all writes to the kind. @throws as {@link CacheReader.get} */
  list<T extends KubeObject>(
    kind: Kind<T>,
    selection?: { readonly namespace?: string | undefined; readonly labelSelector?: string },
    options?: ReadOptions,
  ): Promise<readonly (T & Stored)[]>
}
