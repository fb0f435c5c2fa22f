import type { Client, ObjectName } from '@kubewright/client'
import { type Clock, describeKind, type Kind, type KubeObject, matchesLabels, parseLabelSelector } from '@kubewright/core'
import type { Reachability } from '../reachability/reachability.ts'
import type { Informer } from './informer.ts'
import { type InformerScope, type ResolvedScope, resolveScope, scopeKey } from './scope.ts'
import { type InformerObserver, SharedInformer } from './shared-informer.ts'

/** A share of an informer. The watch lives as long as somebody holds one. */
export interface InformerLease<T extends KubeObject> extends AsyncDisposable {
  readonly informer: Informer<T>
  /** Gives the share back; when it was the last one, resolves when the watch has really stopped. Harmless when called again. */
  release(): Promise<void>
}

export interface InformerSummary {
  readonly kind: string
  readonly scope: ResolvedScope<KubeObject>
  readonly informer: Informer<KubeObject>
  /** How many hold it. */
  readonly leases: number
}

export interface Cache {
  /**
   * The informer of a kind, shared with everybody who asks for the same scope; started if need be. It is not in sync yet: wait for
   * `whenSynced` or subscribe.
   * @throws KindNotFoundError when the server does not serve the kind; ConnectionError when it does not answer; SelectorError
   */
  informer<T extends KubeObject>(kind: Kind<T>, scope?: InformerScope<T>): Promise<InformerLease<T>>
  /** An object from an informer that somebody holds. @throws Error when nobody watches the kind (a cache that is never filled would say "not there") */
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): T | undefined
  /** As {@link Cache.get}, many. */
  list<T extends KubeObject>(
    kind: Kind<T>,
    selection?: { readonly namespace?: string | undefined; readonly labelSelector?: string },
  ): readonly T[]
  informers(): readonly InformerSummary[]
}

export interface SharedCacheOptions {
  readonly client: Client
  readonly clock: Clock
  readonly observerOf: (kind: string) => InformerObserver
  /** Namespaces of scopes that name none. @default all */
  readonly namespaces?: readonly string[]
  /** @default true unless NODE_ENV is "production" */
  readonly freeze?: boolean
  /** Wakes the watches that wait for a server which is back. @default none */
  readonly reachability?: Pick<Reachability, 'state' | 'pause'>
  readonly random?: () => number
}

interface Entry {
  readonly kind: string
  readonly scope: ResolvedScope<KubeObject>
  readonly informer: Promise<SharedInformer<KubeObject>>
  ready: SharedInformer<KubeObject> | undefined
  readonly stop: AbortController
  leases: number
  run: Promise<void> | undefined
}

/** All informers of a program. Before {@link run} they are made but do not watch. */
export class SharedCache implements Cache {
  readonly #options: SharedCacheOptions
  readonly #entries = new Map<string, Entry>()
  readonly #transforms = new WeakMap<object, number>()
  #transformCount = 0
  readonly #runs = new Set<Promise<void>>()
  readonly #failed = Promise.withResolvers<never>()
  #life: 'waiting' | 'running' | 'ended' = 'waiting'

  constructor(options: SharedCacheOptions) {
    this.#options = options
    this.#failed.promise.catch(() => {})
  }

  async informer<T extends KubeObject>(kind: Kind<T>, scope: InformerScope<T> = {}): Promise<InformerLease<T>> {
    if (this.#life === 'ended') throw new Error(`cache: ${describeKind(kind)} was asked for after the cache had stopped`)
    const resolved = resolveScope(scope, this.#options.namespaces ?? []) as unknown as ResolvedScope<KubeObject>
    const key = scopeKey(kind, resolved, this.#transformNumber(scope.transform))
    const entry = this.#entries.get(key) ?? this.#open(key, kind as unknown as Kind<KubeObject>, resolved)
    entry.leases++
    try {
      await entry.informer
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
    return this.#lease(key, entry)
  }

  get<T extends KubeObject>(kind: Kind<T>, { name, namespace }: ObjectName): T | undefined {
    return this.#covering(kind, namespace).get(name, namespace)
  }

  list<T extends KubeObject>(
    kind: Kind<T>,
    selection: { readonly namespace?: string | undefined; readonly labelSelector?: string } = {},
  ): readonly T[] {
    const all = this.#covering(kind, selection.namespace).list(selection.namespace)
    if (!selection.labelSelector) return all
    const selector = parseLabelSelector(selection.labelSelector)
    return all.filter((object) => matchesLabels(selector, object.metadata.labels))
  }

  informers(): readonly InformerSummary[] {
    return [...this.#entries.values()].flatMap(({ kind, scope, ready, leases }) =>
      ready === undefined ? [] : [{ kind, scope, informer: ready, leases }],
    )
  }

  /** Runs until the signal aborts; is over when every watch is. @throws what ended an informer that should have gone on */
  async run(signal: AbortSignal): Promise<void> {
    this.#life = 'running'
    for (const entry of this.#entries.values()) this.#start(entry)
    const aborted = Promise.withResolvers<void>()
    const onAbort = () => aborted.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      await Promise.race([aborted.promise, this.#failed.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#life = 'ended'
      for (const entry of this.#entries.values()) entry.stop.abort(signal.reason)
      await Promise.allSettled(this.#runs)
    }
  }

  #open(key: string, kind: Kind<KubeObject>, scope: ResolvedScope<KubeObject>): Entry {
    const { client, clock, observerOf, reachability, random, freeze = process.env['NODE_ENV'] !== 'production' } = this.#options
    const stop = new AbortController()
    const made = client.resource(kind, { signal: stop.signal }).then((resource) => {
      const observer = observerOf(describeKind(kind))
      const informer = new SharedInformer({
        ...{ resource, scope, clock, observer, freeze },
        ...(reachability === undefined ? {} : { reachability }),
        ...(random === undefined ? {} : { random }),
      })
      entry.ready = informer
      this.#start(entry)
      return informer
    })
    const entry: Entry = { kind: describeKind(kind), scope, informer: made, ready: undefined, stop, leases: 0, run: undefined }
    this.#entries.set(key, entry)
    return entry
  }

  #start(entry: Entry): void {
    if (this.#life !== 'running' || entry.ready === undefined || entry.run !== undefined) return
    const run = entry.ready.run(entry.stop.signal).catch((error: unknown) => this.#failed.reject(error as Error))
    entry.run = run
    this.#runs.add(run)
    run.finally(() => this.#runs.delete(run)).catch(() => {})
  }

  #lease<T extends KubeObject>(key: string, entry: Entry): InformerLease<T> {
    let released: Promise<void> | undefined
    const release = () => {
      released ??= this.#release(key, entry)
      return released
    }
    return { informer: entry.ready as unknown as Informer<T>, release, [Symbol.asyncDispose]: release }
  }

  async #release(key: string, entry: Entry): Promise<void> {
    entry.leases--
    if (entry.leases > 0) return
    // At once, so that whoever asks while this watch ends gets a new one.
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    entry.stop.abort(new Error(`nobody watches ${entry.kind} any more`))
    await entry.run
  }

  #covering<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined): Informer<T> {
    const wanted = describeKind(kind)
    for (const { kind: described, scope, ready } of this.#entries.values()) {
      if (
        described !== wanted ||
        ready === undefined ||
        scope.labelSelector !== undefined ||
        scope.fieldSelector !== undefined ||
        scope.metadataOnly
      )
        continue
      const everything =
        scope.namespaces.length === 0 || !ready.type.namespaced || (namespace === undefined && this.#isDefault(scope.namespaces))
      if (everything || scope.namespaces.includes(namespace ?? '')) return ready as unknown as Informer<T>
    }
    const where = namespace === undefined ? '' : ` in namespace "${namespace}"`
    throw new Error(
      `cache: nothing watches ${wanted}${where}: add the kind to the controller's "owns" or "watches", or hold cache.informer(…)`,
    )
  }

  #isDefault(namespaces: readonly string[]): boolean {
    return (this.#options.namespaces ?? []).every((namespace) => namespaces.includes(namespace))
  }

  #transformNumber(transform: object | undefined): number {
    if (transform === undefined) return 0
    const known = this.#transforms.get(transform) ?? ++this.#transformCount
    this.#transforms.set(transform, known)
    return known
  }
}
