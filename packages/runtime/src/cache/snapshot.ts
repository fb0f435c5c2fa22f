import type { KubeObject } from '@kubewright/core'

/** Everything that a list brought, by namespace and name, before it is what the store holds. */
export class Snapshot<T extends KubeObject> {
  readonly #namespaces = new Map<string, Map<string, T>>()

  put(object: T): void {
    const { name = '', namespace = '' } = object.metadata
    const bucket = this.#namespaces.get(namespace)
    if (bucket === undefined) this.#namespaces.set(namespace, new Map([[name, object]]))
    else bucket.set(name, object)
  }

  remove({ metadata: { name = '', namespace = '' } }: KubeObject): void {
    this.#namespaces.get(namespace)?.delete(name)
  }

  get(name: string, namespace: string): T | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const bucket of this.#namespaces.values()) yield* bucket.values()
  }
}
