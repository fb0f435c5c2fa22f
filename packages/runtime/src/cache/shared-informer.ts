import type { Resource } from '@kubewright/client'
import { apiVersionOf, type Clock, deepFreeze, type KubeObject, type ResourceType } from '@kubewright/core'
import type { Reachability } from '../reachability/reachability.ts'
import { worstOf } from '../reflector/liveness.ts'
import { Reflector, type ReflectorObserver, type ReflectorSink } from '../reflector/reflector.ts'
import type { Informer, InformerLiveness, InformerState, Subscription } from './informer.ts'
import { type EventHandler, Listener } from './listener.ts'
import type { ResolvedScope } from './scope.ts'
import { type IndexFunction, Store, type StoreChange } from './store.ts'

/** What goes wrong in the functions that users gave. */
export interface InformerObserver extends ReflectorObserver {
  userFunctionFailed(what: 'handler' | 'index' | 'transform', object: KubeObject, error: unknown): void
}

export interface SharedInformerOptions<T extends KubeObject> {
  readonly resource: Resource<T>
  readonly scope: ResolvedScope<T>
  readonly clock: Clock
  readonly observer: InformerObserver
  /** Whether objects are frozen. */
  readonly freeze: boolean
  readonly reachability?: Pick<Reachability, 'state' | 'pause'>
  readonly random?: () => number
}

/** A handler that is further behind than this stops the reading of the socket, until it is half-way through. */
const MOST_BACKLOG = 2000

interface Partition<T extends KubeObject> {
  readonly namespace: string | undefined
  readonly reflector: Reflector<T>
  resourceVersion: string | undefined
}

/** One store, fed by one reflector for each namespace (or one for all), heard by any number of listeners. */
export class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly type: ResourceType<T>
  readonly #options: SharedInformerOptions<T>
  readonly #store: Store<T>
  readonly #listeners = new Set<Listener<T>>()
  readonly #partitions: readonly Partition<T>[]
  readonly #inSync = Promise.withResolvers<void>()
  #life: 'syncing' | 'synced' | 'ended' = 'syncing'

  constructor(options: SharedInformerOptions<T>) {
    this.#options = options
    this.type = options.resource.type
    this.#store = new Store((_, object, error) => options.observer.userFunctionFailed('index', object, error))
    this.#inSync.promise.catch(() => {})
    const { namespaces } = options.scope
    const wanted = !this.type.namespaced || namespaces.length === 0 ? [undefined] : namespaces
    this.#partitions = wanted.map((namespace) => this.#partition(namespace))
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#store.get(name, namespace)
  }

  list(namespace?: string): readonly T[] {
    return this.#store.list(namespace)
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

  subscribe(handler: EventHandler<T>): Subscription {
    const listener = new Listener(handler, (change, error) => this.#options.observer.userFunctionFailed('handler', change.object, error))
    const replay = this.#store.list().map((object) => ({ type: 'add' as const, object, initial: true }))
    if (this.#life === 'ended') listener.close()
    else {
      this.#listeners.add(listener)
      listener.push(replay)
      if (this.#life === 'synced') listener.push([{ type: 'synced' }])
    }
    return {
      synced: listener.synced,
      close: () => {
        this.#listeners.delete(listener)
        listener.close()
      },
    }
  }

  get synced(): boolean {
    return this.#life === 'synced'
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

  get state(): InformerState {
    return {
      synced: this.synced,
      watches: this.#partitions.map(({ namespace, resourceVersion, reflector }) => ({
        namespace,
        resourceVersion,
        liveness: reflector.liveness,
      })),
    }
  }

  get liveness(): InformerLiveness {
    return { ...worstOf(this.#partitions.map(({ reflector }) => reflector.liveness)), objects: this.size }
  }

  /** Runs until the signal aborts; is over when the watches are. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await Promise.all(this.#partitions.map(({ reflector }) => reflector.run(signal)))
    } finally {
      this.#life = 'ended'
      this.#inSync.reject(new Error(`the informer of ${this.type.plural} ended before it was in sync`))
      for (const listener of this.#listeners) listener.close()
      this.#listeners.clear()
    }
  }

  #partition(namespace: string | undefined): Partition<T> {
    const { resource, scope, clock, observer, reachability, random } = this.#options
    const sink: ReflectorSink<T> = {
      replace: (pages, resourceVersion) => this.#replace(partition, pages, resourceVersion),
      apply: (type, object, resourceVersion) => {
        partition.resourceVersion = resourceVersion
        const change = type === 'DELETED' ? this.#store.delete(this.#prepared(object)) : this.#store.set(this.#prepared(object))
        if (change !== undefined) this.#tell([change], false)
      },
      progress: (resourceVersion) => {
        partition.resourceVersion = resourceVersion
      },
      room: () => this.#room(),
    }
    const { labelSelector, fieldSelector } = scope
    const reflector = new Reflector<T>({
      resource: scope.metadataOnly ? (resource.metadataOnly() as unknown as Resource<T>) : resource,
      selection: { namespace, labelSelector, fieldSelector },
      sink,
      clock,
      observer,
      ...(reachability === undefined ? {} : { reachability }),
      ...(random === undefined ? {} : { random }),
    })
    const partition: Partition<T> = { namespace, reflector, resourceVersion: undefined }
    return partition
  }

  #replace(partition: Partition<T>, pages: readonly (readonly T[])[], resourceVersion: string): void {
    const first = partition.resourceVersion === undefined
    partition.resourceVersion = resourceVersion
    const changes = this.#store.replace(
      pages.map((page) => page.map((object) => this.#prepared(object))),
      partition.namespace,
    )
    this.#tell(changes, first)
    if (this.#life === 'syncing' && this.#partitions.every((other) => other.resourceVersion !== undefined)) {
      this.#life = 'synced'
      this.#inSync.resolve()
      for (const listener of this.#listeners) listener.push([{ type: 'synced' }])
    }
  }

  #tell(changes: readonly StoreChange<T>[], initial: boolean): void {
    const notifications = changes.map((change) => ({ ...change, initial }))
    for (const listener of this.#listeners) listener.push(notifications)
  }

  #room(): Promise<void> | undefined {
    const late = [...this.#listeners].filter((listener) => listener.backlog > MOST_BACKLOG)
    if (late.length === 0) return undefined
    return Promise.all(late.map((listener) => listener.relief(MOST_BACKLOG / 2))).then(() => {})
  }

  /** As it is kept. Done before the store sees it, so that two readers never see two forms of one object. */
  #prepared(object: T): T {
    const { scope, observer, freeze } = this.#options
    const kept = scope.managedFields ? object : withoutManagedFields(object)
    let result = scope.metadataOnly ? this.#named(kept) : kept
    try {
      result = scope.transform?.(result) ?? result
    } catch (error) {
      observer.userFunctionFailed('transform', object, error)
    }
    return freeze ? deepFreeze(result) : result
  }

  /** Servers call metadata-only objects PartialObjectMetadata; an owner reference to one must name the real kind. */
  #named(object: T): T {
    return { ...object, apiVersion: apiVersionOf(this.type), kind: this.type.kind }
  }
}

function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
