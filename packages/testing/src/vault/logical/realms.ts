import type { FakeRequest, Json } from '../answer.ts'
import type { Realm } from './realm.ts'
import type { NamespaceStore } from './system.ts'

/** The namespaces, by their full names; the root is ''. */
export class Realms {
  readonly #realms = new Map<string, Realm>()
  readonly #make: (namespace: string) => Realm
  /** Community Vault has the root alone, and ignores the header. */
  readonly #several: boolean

  constructor(several: boolean, make: (namespace: string) => Realm) {
    this.#several = several
    this.#make = make
    this.create('')
  }

  get(namespace: string): Realm | undefined {
    return this.#realms.get(namespace)
  }

  create(namespace: string): void {
    this.#realms.set(namespace, this.#make(namespace))
  }

  /** The header, or the beginning of the path, says which namespace. */
  place(request: FakeRequest): { readonly namespace: string; readonly path: string } {
    if (!this.#several) return { namespace: '', path: request.path }
    const header = String(request.headers['x-vault-namespace'] ?? '').replace(/^\/+|\/+$/g, '')
    const parts = request.path.split('/')
    for (let length = parts.length - 1; length > 0; length--) {
      const name = [header, ...parts.slice(0, length)].filter((part) => part !== '').join('/')
      if (this.#realms.has(name)) return { namespace: name, path: parts.slice(length).join('/') }
    }
    return { namespace: header, path: request.path }
  }

  /** What sys/namespaces of a namespace shows and changes; `undefined` where there are none. */
  below(parent: string): NamespaceStore | undefined {
    if (!this.#several) return undefined
    const full = (name: string) => (parent === '' ? name : `${parent}/${name}`)
    const describe = (path: string): Json => ({ id: path, path: `${path}/`, custom_metadata: {} })
    return {
      create: (name) => {
        const path = full(name.replace(/\/+$/, ''))
        if (!this.#realms.has(path)) this.create(path)
        return describe(path)
      },
      read: (name) => (this.#realms.has(full(name)) ? describe(full(name)) : undefined),
      delete: (name) => {
        for (const path of this.#realms.keys()) if (path === full(name) || path.startsWith(`${full(name)}/`)) this.#realms.delete(path)
      },
      list: () =>
        [...this.#realms.keys()]
          .filter((path) => path !== '' && path !== parent && path.startsWith(parent === '' ? '' : `${parent}/`))
          .map((path) => `${path.slice(parent === '' ? 0 : parent.length + 1)}/`)
          .filter((name) => name.indexOf('/') === name.length - 1),
    }
  }
}
