import type { Resource, Selection } from '@kubewright/client'
import {
  type Clock,
  ConfigurationError,
  compareResourceVersions,
  isResourceVersion,
  type KubeObject,
  type ResourceType,
} from '@kubewright/core'
import type { Reachability } from '../reachability/reachability.ts'
import { worstOf } from '../reflector/liveness.ts'
import { Reflector, type ReflectorObserver } from '../reflector/reflector.ts'
import type { Informer, InformerLiveness, InformerState, SubscribeOptions, Subscription } from './informer.ts'
import { KeyStore } from './key-store.ts'
import { type EventHandler, Listener } from './listener.ts'
import { Partition } from './partition.ts'
import { type PreparationOptions, prepared } from './preparation.ts'
import { every } from './resync.ts'
import { isAbout, partsOf, type ResolvedScope, type ScopePart, selectionOf } from './scope.ts'
import type { ShardFilter, ShardView } from './shard-filter.ts'
import { type IndexFunction, type ObjectStore, Store } from './store.ts'

/** What goes wrong in the functions that users gave. */
export interface InformerObserver extends ReflectorObserver {
  userFunctionFailed(what: 'handler' | 'index' | 'transform', object: KubeObject | undefined, error: unknown): void
}

export interface SharedInformerOptions<T extends KubeObject> {
  readonly resource: Resource<T>
  readonly scope: ResolvedScope<T>
  readonly clock: Clock
  readonly observer: InformerObserver
  /** Whether objects are frozen. */
  readonly freeze: boolean
  readonly reachability?: Pick<Reachability, 'state' | 'pause'>
  /** @default Math.random */
  readonly random?: () => number
  /** For a scope with `shard`. */
  readonly shardFilter?: ShardFilter | undefined
}

/** A handler that is further behind than this stops the reading of the socket, until it is half-way through. */
const MOST_BACKLOG = 2000

interface Part<T extends KubeObject> {
  readonly scope: ScopePart
  readonly partition: Partition<T>
  readonly reflector: Reflector<T>
  /** A list that began after the last change of what is wanted is in the store. */
  isFilled: boolean
}

/** One store, fed by one reflector for each namespace (or one for all), heard by any number of listeners. */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly type: ResourceType<T>
  readonly scope: ResolvedScope<T>
  readonly #options: SharedInformerOptions<T>
  readonly #preparation: PreparationOptions<T>
  readonly #store: ObjectStore<T>
  readonly #listeners = new Map<Listener<T>, { stop(): void } | undefined>()
  readonly #parts: readonly Part<T>[]
  readonly #moved = new Set<() => void>()
  readonly #inSync = Promise.withResolvers<void>()
  /** `undefined`: every object is held. */
  readonly shard: ShardView | undefined
  #life: 'new' | 'syncing' | 'synced' | 'ended' = 'new'

  constructor(options: SharedInformerOptions<T>) {
    const { resource, scope, observer, freeze } = options
    this.#options = options
    this.type = resource.type
    this.scope = scope
    const { metadataOnly, managedFields, transform } = scope
    const transformFailed = (object: T, error: unknown) => observer.userFunctionFailed('transform', object, error)
    this.#preparation = { type: this.type, metadataOnly, managedFields, freeze, transform, transformFailed }
    this.#store =
      scope.keep === 'keys'
        ? new KeyStore<T>(this.type)
        : new Store<T>((_, object, error) => observer.userFunctionFailed('index', object, error))
    this.#inSync.promise.catch(() => {})
    if (scope.shard !== undefined) {
      this.shard = options.shardFilter?.open({
        type: this.type as unknown as ResourceType<KubeObject>,
        by: scope.shard,
        parts: partsOf(scope as unknown as ResolvedScope, this.type.namespaced),
        refill: () => this.#refill(),
        prune: () => {
          for (const { partition } of this.#parts) partition.prune()
        },
      })
    }
    this.#parts = partsOf(scope as unknown as ResolvedScope, this.type.namespaced).map((part) => this.#part(part))
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#store.get(name, namespace)
  }

  list(namespace?: string): readonly T[] {
    return this.#store.list(namespace)
  }

  keeps(object: KubeObject): boolean {
    return this.shard?.wants(object) ?? true
  }

  shows(object: KubeObject): boolean {
    return this.shard?.shows(object) ?? true
  }

  get labelsFor(): Informer<T>['labelsFor'] {
    return this.shard?.labelsFor
  }

  get size(): number {
    return this.#store.size
  }

  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    this.#store.addIndex(name, valuesOf)
  }

  byIndex(name: string, value: string): readonly T[] {
    return this.#store.byIndex(name, value)
  }

  subscribe(handler: EventHandler<T>, { resync }: SubscribeOptions = {}): Subscription {
    const { clock, observer, random = Math.random } = this.#options
    const keysAlone = this.scope.keep === 'keys'
    if (keysAlone && resync !== undefined)
      throw new ConfigurationError(`cache: "resync" needs objects, and this informer of ${this.type.plural} keeps keys alone: leave it out`)
    const listener = new Listener(handler, (change, error) => observer.userFunctionFailed('handler', change?.object, error))
    const close = () => {
      this.#listeners.get(listener)?.stop()
      this.#listeners.delete(listener)
      listener.close()
    }
    if (this.#life === 'ended') listener.close()
    else {
      const again = () => {
        // Who has not been through the last round yet needs no other one behind it.
        if (listener.backlog === 0) listener.push(this.#store.list().map((object) => ({ type: 'update', old: object, object })))
      }
      this.#listeners.set(listener, resync === undefined ? undefined : every(resync, again, { clock, random }))
      listener.push(
        this.#store.list().map((object) => ({ type: 'add', object })),
        keysAlone ? { initial: true, keyOnly: true } : { initial: true },
      )
      if (this.#life === 'synced') listener.markSynced()
    }
    return { synced: listener.synced, close }
  }

  get synced(): boolean {
    return this.#life === 'synced'
  }

  get ended(): boolean {
    return this.#life === 'ended'
  }

  async whenSynced(signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return this.#inSync.promise
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#inSync.promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  reached(resourceVersion: string, namespace?: string): boolean {
    return this.#parts.every(({ scope, partition }) => {
      if (namespace !== undefined && this.type.namespaced && !isAbout(scope, namespace)) return true
      const seen = partition.resourceVersion
      if (seen === undefined) return false
      return !isResourceVersion(seen) || !isResourceVersion(resourceVersion) || compareResourceVersions(seen, resourceVersion) >= 0
    })
  }

  /** Calls after everything that may have changed an answer of {@link reached} or {@link get}, and at the end. Returns what ends it. */
  onProgress(listener: () => void): () => void {
    this.#moved.add(listener)
    return () => void this.#moved.delete(listener)
  }

  get state(): InformerState {
    return {
      synced: this.synced,
      watches: this.#parts.map(({ scope, partition, reflector }) => ({
        namespace: scope.namespace,
        resourceVersion: partition.resourceVersion,
        liveness: reflector.liveness,
      })),
    }
  }

  get liveness(): InformerLiveness {
    const bytes = this.#parts.reduce((sum, { partition }) => sum + partition.bytes, 0)
    return { ...worstOf(this.#parts.map(({ reflector }) => reflector.liveness)), objects: this.size, bytes }
  }

  /** Runs until the signal aborts; is over when the watches are. @throws Error when it was run before */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#life !== 'new') throw new Error(`the informer of ${this.type.plural} runs once`)
    this.#life = 'syncing'
    try {
      await this.shard?.begin(signal)
      await Promise.all(this.#parts.map(({ reflector }) => reflector.run(signal)))
    } finally {
      this.#life = 'ended'
      this.shard?.close()
      this.#inSync.reject(new Error(`the informer of ${this.type.plural} ended before it was in sync`))
      for (const [listener, resync] of this.#listeners) {
        resync?.stop()
        listener.close()
      }
      this.#listeners.clear()
      this.#hasMoved()
    }
  }

  #part(scope: ScopePart): Part<T> {
    const { resource, clock, observer, reachability, random } = this.#options
    const { metadataOnly, managedFields, watchList } = this.scope
    const partition = new Partition<T>({
      store: this.#store,
      within: (namespace) => !this.type.namespaced || isAbout(scope, namespace),
      keeps: (object) => this.shard?.keeps(object) ?? true,
      prepare: (object) => prepared(object, this.#preparation),
      tell: (changes, { initial, relisted }) => {
        for (const listener of this.#listeners.keys()) {
          listener.push(changes, { initial })
          if (relisted) listener.markRelisted()
        }
      },
      moved: () => this.#hasMoved(),
      committed: () => this.#filled(part),
      room: () => this.#room(),
    })
    const reflector = new Reflector<T>({
      resource: metadataOnly ? (resource.metadataOnly() as unknown as Resource<T>) : resource,
      selection: this.shard === undefined ? selectionOf(scope) : (purpose) => this.#sharded(scope, purpose),
      sink: partition,
      clock,
      observer: this.shard === undefined ? observer : this.#observer(),
      watchList,
      managedFields,
      ...(reachability === undefined ? {} : { reachability }),
      ...(random === undefined ? {} : { random }),
    })
    const part: Part<T> = { scope, partition, reflector, isFilled: false }
    return part
  }

  #sharded(scope: ScopePart, purpose: 'list' | 'watch'): Selection {
    const { labelSelector, ...selection } = selectionOf(scope)
    const share = this.shard?.selection(scope.namespace, purpose)
    const labels = [labelSelector, share?.labelSelector].filter((selector) => selector !== undefined)
    return { ...selection, ...share, labelSelector: labels.length === 0 ? undefined : labels.join(',') }
  }

  #observer(): ReflectorObserver {
    const { observer } = this.#options
    return {
      happened: (incident) => observer.happened(incident),
      recovered: () => observer.recovered(),
      failed: (failure, how) => {
        if (failure.kind === 'broken' || failure.kind === 'server') this.shard?.failed(failure.message, how.current.times)
        observer.failed(failure, how)
      },
    }
  }

  #refill(): void {
    for (const part of this.#parts) {
      part.isFilled = false
      part.reflector.relist()
    }
  }

  #filled(part: Part<T>): void {
    part.isFilled = true
    if (this.#parts.every(({ isFilled }) => isFilled)) this.shard?.filled()
  }

  #hasMoved(): void {
    if (this.#life === 'syncing' && this.#parts.every(({ partition }) => partition.resourceVersion !== undefined)) {
      this.#life = 'synced'
      this.#inSync.resolve()
      for (const listener of this.#listeners.keys()) listener.markSynced()
    }
    for (const listener of this.#moved) listener()
  }

  #room(): Promise<void> | undefined {
    let waits: Promise<void>[] | undefined
    for (const listener of this.#listeners.keys()) {
      if (listener.backlog > MOST_BACKLOG) waits = [...(waits ?? []), listener.relief(MOST_BACKLOG / 2)]
    }
    return waits === undefined ? undefined : Promise.all(waits).then(() => {})
  }
}
