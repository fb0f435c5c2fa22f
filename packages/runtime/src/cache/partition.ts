import { compareResourceVersions, isResourceVersion, type KubeObject } from '@kubewright/core'
import type { ReflectorSink } from '../reflector/reflector.ts'
import type { ChangeType } from '../reflector/state.ts'
import { BytesHeld } from './bytes-held.ts'
import { Snapshot } from './snapshot.ts'
import type { ObjectStore, StoreChange } from './store.ts'

export interface PartitionOptions<T extends KubeObject> {
  readonly store: ObjectStore<T>
  /** The namespaces that this part of the store is about. */
  readonly within: (namespace: string) => boolean
  /** Whether the object is this replica's to hold. */
  readonly keeps: (object: T) => boolean
  readonly prepare: (object: T) => T
  /** Hears of what happened, after the store has it. */
  readonly tell: (changes: readonly StoreChange<T>[], how: { readonly initial: boolean; readonly relisted: boolean }) => void
  /** The version up to which everything was seen has moved. */
  readonly moved: () => void
  /** A list is in the store. */
  readonly committed: () => void
  readonly room: () => Promise<void> | undefined
}

/** The part of a store that one reflector feeds. */
export class Partition<T extends KubeObject> implements ReflectorSink<T> {
  readonly #options: PartitionOptions<T>
  readonly #bytes = new BytesHeld()
  #snapshot = new Snapshot<T>()
  /** Everything up to here has been seen; `undefined` before the first list. */
  resourceVersion: string | undefined
  #objects = 0

  constructor(options: PartitionOptions<T>) {
    this.#options = options
  }

  get bytes(): number {
    return this.#bytes.of(this.#objects)
  }

  begin(): void {
    this.#snapshot = new Snapshot()
    this.#bytes.restart()
  }

  collect(type: ChangeType, object: T, bytes: number): void {
    if (type === 'DELETED') {
      this.#snapshot.remove(object)
      return
    }
    if (!this.#options.keeps(object)) return
    this.#bytes.saw(bytes)
    this.#snapshot.put(this.#options.prepare(object))
  }

  commit(resourceVersion: string): void {
    const { store, within, tell, moved, committed } = this.#options
    const initial = this.resourceVersion === undefined
    const changes = store.replace(this.#snapshot, within)
    this.#snapshot = new Snapshot()
    this.resourceVersion = resourceVersion
    this.#objects = store.count(within)
    tell(changes, { initial, relisted: !initial })
    moved()
    committed()
  }

  /** Drops what is not this replica's any more. */
  prune(): void {
    const { store, within, keeps, tell, moved } = this.#options
    const others = store.list().filter((object) => within(object.metadata.namespace ?? '') && !keeps(object))
    if (others.length === 0) return
    tell(
      others.flatMap((object) => store.delete(object, true) ?? []),
      { initial: false, relisted: false },
    )
    this.#objects = store.count(within)
    moved()
  }

  apply(type: ChangeType, object: T, bytes: number, resourceVersion: string | undefined): void {
    const { store, prepare, keeps, tell, moved } = this.#options
    const { name = '', namespace } = object.metadata
    const old = store.get(name, namespace)
    if (old === undefined || !isReplay(type, object, old)) {
      const kept = type !== 'DELETED' && keeps(object)
      if (kept) this.#bytes.saw(bytes)
      const change = kept ? store.set(prepare(object)) : store.delete(object, type !== 'DELETED')
      if (change?.type === 'add') this.#objects++
      else if (change?.type === 'delete') this.#objects--
      if (resourceVersion !== undefined) this.resourceVersion = resourceVersion
      if (change !== undefined) tell(toldAs(change), { initial: false, relisted: false })
    } else if (resourceVersion !== undefined) this.resourceVersion = resourceVersion
    moved()
  }

  progress(resourceVersion: string): void {
    this.resourceVersion = resourceVersion
    this.#options.moved()
  }

  room(): Promise<void> | undefined {
    return this.#options.room()
  }
}

/**
 * What the store has already, or what is older than that: a stream that was cut and resumed, or that began with what there is, may say things
 * twice. A deletion of the object that is there is never one, for some servers tell it with the version of the last change.
 */
function isReplay(type: ChangeType, { metadata }: KubeObject, { metadata: old }: KubeObject): boolean {
  const [next = '', held = ''] = [metadata.resourceVersion, old.resourceVersion]
  if (!isResourceVersion(next) || !isResourceVersion(held)) return false
  const order = compareResourceVersions(next, held)
  return type === 'DELETED' ? metadata.uid !== old.uid && order < 0 : order <= 0
}

/** An object that was deleted and made again between two events is another object: its handlers hear of both. */
function toldAs<T extends KubeObject>(change: StoreChange<T>): readonly StoreChange<T>[] {
  if (change.type !== 'update' || change.old.metadata.uid === change.object.metadata.uid) return [change]
  return [
    { type: 'delete', object: change.old, finalStateUnknown: true },
    { type: 'add', object: change.object },
  ]
}
