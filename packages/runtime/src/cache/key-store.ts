import { apiVersionOf, ConfigurationError, type KubeObject, type ResourceType } from '@kubewright/core'
import { enlarged, UidColumn, VersionColumn } from './columns.ts'
import { hashOfText, SlotTable } from './slot-table.ts'
import type { Snapshot } from './snapshot.ts'
import type { ObjectStore, StoreChange } from './store.ts'

/**
 * Of each object only what tells it from all others and its versions from each other: namespace, name, uid, resource version. About 60 bytes and the
 * name, where the metadata alone take 500 and more. What is added goes through it whole; what it answers, and what was there before a change, are keys.
 */
export class KeyStore<T extends KubeObject> implements ObjectStore<T> {
  readonly #type: Pick<KubeObject, 'apiVersion' | 'kind'>
  readonly #table = new SlotTable((row) => hashOf(this.#namespaceOf(row), this.#names[row]!))
  readonly #names: string[] = []
  /** A row's namespace is a number. Those that are empty are not forgotten: there are few. */
  readonly #namespaces: { readonly name: string; count: number }[] = []
  readonly #namespaceNumbers = new Map<string, number>()
  #namespace = new Int32Array(16)
  readonly #uids = new UidColumn()
  readonly #versions = new VersionColumn()
  readonly #free: number[] = []
  /** The key that was made last: whoever applies an event asks for the old state, and then changes it. */
  #made: { readonly row: number; readonly key: T } | undefined

  constructor(type: Pick<ResourceType<T>, 'group' | 'version' | 'kind'>) {
    this.#type = { apiVersion: apiVersionOf(type), kind: type.kind }
  }

  get size(): number {
    return this.#names.length - this.#free.length
  }

  count(within: (namespace: string) => boolean): number {
    return this.#namespaces.reduce((sum, { name, count }) => (within(name) ? sum + count : sum), 0)
  }

  get(name: string, namespace = ''): T | undefined {
    const row = this.#find(name, namespace)
    return row === undefined ? undefined : this.#keyAt(row)
  }

  list(namespace?: string): readonly T[] {
    if (namespace !== undefined && !this.#namespaces[this.#namespaceNumbers.get(namespace) ?? -1]?.count) return []
    return Array.from(
      this.#rows((name) => namespace === undefined || name === namespace),
      (row) => this.#keyAt(row),
    )
  }

  /** @throws ConfigurationError: there is nothing to index */
  addIndex(name: string): never {
    throw new ConfigurationError(`cache: the index "${name}" needs objects, and this informer keeps keys alone: leave out "keep"`)
  }

  /** @throws ConfigurationError: there is none */
  byIndex(name: string): never {
    return this.addIndex(name)
  }

  set(object: T): StoreChange<T> {
    const { name = '', namespace = '', uid = '', resourceVersion = '' } = object.metadata
    const known = this.#find(name, namespace)
    const old = known === undefined ? undefined : this.#keyAt(known)
    const row = known ?? this.#add(name, namespace)
    this.#made = undefined
    this.#uids.set(row, uid)
    this.#versions.set(row, resourceVersion)
    return old === undefined ? { type: 'add', object } : { type: 'update', old, object }
  }

  delete({ metadata: { name = '', namespace = '' } }: KubeObject, finalStateUnknown = false): StoreChange<T> | undefined {
    const row = this.#find(name, namespace)
    if (row === undefined) return undefined
    const object = this.#keyAt(row)
    this.#remove(row)
    return { type: 'delete', object, finalStateUnknown }
  }

  replace(snapshot: Snapshot<T>, within: (namespace: string) => boolean = () => true): readonly StoreChange<T>[] {
    const changes: StoreChange<T>[] = []
    for (const row of this.#rows(within)) {
      const there = snapshot.get(this.#names[row]!, this.#namespaceOf(row))
      if (there !== undefined && this.#uids.is(row, there.metadata.uid ?? '')) continue
      changes.push({ type: 'delete', object: this.#keyAt(row), finalStateUnknown: true })
      this.#remove(row)
    }
    for (const object of snapshot) {
      const row = this.#find(object.metadata.name ?? '', object.metadata.namespace ?? '')
      if (row === undefined || this.#versions.get(row) !== object.metadata.resourceVersion) changes.push(this.set(object))
    }
    return changes
  }

  #find(name: string, namespace: string): number | undefined {
    const number = this.#namespaceNumbers.get(namespace)
    if (number === undefined) return undefined
    return this.#table.find(hashOf(namespace, name), (row) => this.#names[row] === name && this.#namespace[row] === number)
  }

  *#rows(within: (namespace: string) => boolean): Generator<number> {
    const wanted = this.#namespaces.map(({ name }) => within(name))
    const free = new Set(this.#free)
    for (let row = 0; row < this.#names.length; row++) if (!free.has(row) && wanted[this.#namespace[row]!]) yield row
  }

  #add(name: string, namespace: string): number {
    const number = this.#namespaceNumbers.get(namespace) ?? this.#namespaces.push({ name: namespace, count: 0 }) - 1
    this.#namespaceNumbers.set(namespace, number)
    this.#namespaces[number]!.count++
    const row = this.#free.pop() ?? this.#names.length
    if (row >= this.#namespace.length) this.#namespace = enlarged(this.#namespace, row + 1)
    this.#names[row] = name
    this.#namespace[row] = number
    this.#table.add(row)
    return row
  }

  #remove(row: number): void {
    this.#table.remove(row)
    this.#namespaces[this.#namespace[row]!]!.count--
    this.#names[row] = ''
    this.#uids.clear(row)
    this.#versions.clear(row)
    this.#free.push(row)
  }

  #namespaceOf(row: number): string {
    return this.#namespaces[this.#namespace[row]!]!.name
  }

  #keyAt(row: number): T {
    if (this.#made?.row === row) return this.#made.key
    const namespace = this.#namespaceOf(row)
    const metadata = {
      name: this.#names[row]!,
      ...(namespace !== '' && { namespace }),
      uid: this.#uids.get(row),
      resourceVersion: this.#versions.get(row),
    }
    // Nobody's to change: who wrote to it would believe to have changed something. By hand, for this is done for every event.
    const key = Object.freeze({ ...this.#type, metadata: Object.freeze(metadata) }) as KubeObject as T
    this.#made = { row, key }
    return key
  }
}

const hashOf = (namespace: string, name: string) => hashOfText(name, hashOfText(namespace))
