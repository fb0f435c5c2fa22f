import type { KubeObject, ResourceType } from '@kubewright/core'
import type { Liveness } from '../reflector/liveness.ts'
import type { EventHandler } from './listener.ts'
import type { IndexFunction } from './store.ts'

/** A handler that hears of the objects of an informer, until it is closed. */
export interface Subscription {
  /** Resolves when the handler has returned from everything that was there at the beginning; rejects when it is closed before that. */
  readonly synced: Promise<void>
  /** The handler hears nothing from now on. */
  close(): void
}

/** How a handler hears of the objects of an informer. */
export interface SubscribeOptions {
  /**
   * Milliseconds after which the handler hears of every object again, as an update from the object to itself; up to a tenth earlier or later, and
   * not less than a second. It costs the server nothing. @default never: what a watch misses is found by the watch itself
   */
  readonly resync?: number | undefined
}

/** How an informer is doing. */
export interface InformerLiveness extends Liveness {
  /** How many objects are held. */
  readonly objects: number
  /** What they took on the wire, without managedFields: an estimate from the mean of what came. 0 while nothing is known. */
  readonly bytes: number
}

/** What is going on inside, for people and tests. */
export interface InformerState {
  readonly synced: boolean
  readonly watches: readonly {
    readonly namespace: string | undefined
    readonly resourceVersion: string | undefined
    readonly liveness: Liveness
  }[]
}

/**
 * A local copy of the objects of one kind, kept up to date by a watch. The objects are shared by all readers and must not be changed (in
 * development they are frozen). Reads never wait and never go to the server.
 */
export interface Informer<T extends KubeObject> {
  readonly type: ResourceType<T>
  get(name: string, namespace?: string): T | undefined
  list(namespace?: string): readonly T[]
  readonly size: number
  /** May be called at any time; what is there is indexed at once. @throws Error when another index has that name */
  addIndex(name: string, valuesOf: IndexFunction<T>): void
  /** @throws Error when there is no such index. */
  byIndex(name: string, value: string): readonly T[]
  /** The handler first hears of every object that is there. The store is changed before a handler hears of a change. */
  subscribe(handler: EventHandler<T>, options?: SubscribeOptions): Subscription
  readonly synced: boolean
  /** Resolves when the first list is complete. @throws the signal's reason, or an Error when the informer ends before */
  whenSynced(signal?: AbortSignal): Promise<void>
  /**
   * Whether everything up to that version (of this resource) has been seen: by events, lists or bookmarks. With a namespace: of that namespace.
   * A version that cannot be compared counts as reached, for nobody could tell when to stop waiting for it.
   */
  reached(resourceVersion: string, namespace?: string): boolean
  /**
   * Where replicas share objects by labels: those that the object must bear to be seen here. What is made with them is seen at once; else the runtime
   * labels it a moment later. An object that loses them looks deleted until it has them again. `undefined`: it takes none.
   */
  readonly labelsFor?: ((object: KubeObject) => Readonly<Record<string, string>>) | undefined
  readonly state: InformerState
  readonly liveness: InformerLiveness
}
