import type { KubeObject } from '@kubewright/core'
import type { Snapshot } from './snapshot.ts'

/** The values under which an index finds the object. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[]

export type StoreChange<T extends KubeObject> =
  | { readonly type: 'add'; readonly object: T }
  | { readonly type: 'update'; readonly old: T; readonly object: T }
  | { readonly type: 'delete'; readonly object: T; readonly finalStateUnknown: boolean }

/** What an informer knows of the objects that there are. */
export interface ObjectStore<T extends KubeObject> {
  readonly size: number
  /** How many there are in these namespaces. */
  count(within: (namespace: string) => boolean): number
  get(name: string, namespace?: string): T | undefined
  list(namespace?: string): readonly T[]
  /** @throws Error when there is an index of that name with another function */
  addIndex(name: string, valuesOf: IndexFunction<T>): void
  /** @throws Error when there is no such index */
  byIndex(name: string, value: string): readonly T[]
  set(object: T): StoreChange<T>
  /** `undefined` when it was not there. */
  delete(object: KubeObject, finalStateUnknown?: boolean): StoreChange<T> | undefined
  /**
   * Makes the store, or the namespaces that are `within`, hold just these objects; deletions come first. What was deleted unseen is told with the
   * last state known; what was deleted and made again unseen is told as both, for it is another object; what did not change is not told.
   */
  replace(snapshot: Snapshot<T>, within?: (namespace: string) => boolean): readonly StoreChange<T>[]
}

interface Index<T extends KubeObject> {
  readonly valuesOf: IndexFunction<T>
  readonly entries: Map<string, Set<T>>
}

/** The objects of a cache, by namespace and name, and their indexes. What changes it says what a listener has to hear. */
export class Store<T extends KubeObject> implements ObjectStore<T> {
  readonly #namespaces = new Map<string, Map<string, T>>()
  readonly #indexes = new Map<string, Index<T>>()
  readonly #indexFailed: (index: string, object: T, error: unknown) => void
  #size = 0

  /** `indexFailed` hears of index functions that throw: the object is then not found by that index. */
  constructor(indexFailed: (index: string, object: T, error: unknown) => void) {
    this.#indexFailed = indexFailed
  }

  get size(): number {
    return this.#size
  }

  count(within: (namespace: string) => boolean): number {
    let count = 0
    for (const [namespace, bucket] of this.#namespaces) if (within(namespace)) count += bucket.size
    return count
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  list(namespace?: string): readonly T[] {
    if (namespace !== undefined) return [...(this.#namespaces.get(namespace)?.values() ?? [])]
    return [...this.#objects()]
  }

  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    const known = this.#indexes.get(name)
    if (known?.valuesOf === valuesOf) return
    if (known !== undefined) throw new Error(`cache: there is an index "${name}" already, with another function: choose another name`)
    const index: Index<T> = { valuesOf, entries: new Map() }
    this.#indexes.set(name, index)
    for (const object of this.#objects()) this.#enter(name, index, object)
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name)
    if (index === undefined) throw new Error(`cache: there is no index "${name}": add it with addIndex`)
    return [...(index.entries.get(value) ?? [])]
  }

  set(object: T): StoreChange<T> {
    const { name = '', namespace = '' } = object.metadata
    const bucket = this.#bucket(namespace)
    const old = bucket.get(name)
    bucket.set(name, object)
    if (old === undefined) this.#size++
    for (const [index, of] of this.#indexes) {
      if (old !== undefined) this.#leave(index, of, old)
      this.#enter(index, of, object)
    }
    return old === undefined ? { type: 'add', object } : { type: 'update', old, object }
  }

  delete(object: KubeObject, finalStateUnknown = false): StoreChange<T> | undefined {
    const { name = '', namespace = '' } = object.metadata
    const bucket = this.#namespaces.get(namespace)
    const old = bucket?.get(name)
    if (bucket === undefined || old === undefined) return undefined
    bucket.delete(name)
    if (bucket.size === 0) this.#namespaces.delete(namespace)
    this.#size--
    for (const [index, of] of this.#indexes) this.#leave(index, of, old)
    return { type: 'delete', object: old, finalStateUnknown }
  }

  replace(snapshot: Snapshot<T>, within: (namespace: string) => boolean = () => true): readonly StoreChange<T>[] {
    const changes: StoreChange<T>[] = []
    for (const [namespace, bucket] of this.#namespaces) {
      if (!within(namespace)) continue
      for (const [name, object] of bucket) {
        if (snapshot.get(name, namespace)?.metadata.uid !== object.metadata.uid) changes.push(this.delete(object, true)!)
      }
    }
    for (const object of snapshot) {
      const old = this.get(object.metadata.name ?? '', object.metadata.namespace)
      if (old === undefined || old.metadata.resourceVersion !== object.metadata.resourceVersion) changes.push(this.set(object))
    }
    return changes
  }

  *#objects(): Iterable<T> {
    for (const bucket of this.#namespaces.values()) yield* bucket.values()
  }

  #bucket(namespace: string): Map<string, T> {
    const known = this.#namespaces.get(namespace)
    if (known !== undefined) return known
    const made = new Map<string, T>()
    this.#namespaces.set(namespace, made)
    return made
  }

  #enter(name: string, { valuesOf, entries }: Index<T>, object: T): void {
    for (const value of this.#values(name, valuesOf, object)) {
      const entry = entries.get(value)
      if (entry === undefined) entries.set(value, new Set([object]))
      else entry.add(object)
    }
  }

  #leave(name: string, { valuesOf, entries }: Index<T>, object: T): void {
    for (const value of this.#values(name, valuesOf, object)) {
      const entry = entries.get(value)
      entry?.delete(object)
      if (entry?.size === 0) entries.delete(value)
    }
  }

  #values(name: string, valuesOf: IndexFunction<T>, object: T): readonly string[] {
    try {
      return valuesOf(object)
    } catch (error) {
      this.#indexFailed(name, object, error)
      return []
    }
  }
}
