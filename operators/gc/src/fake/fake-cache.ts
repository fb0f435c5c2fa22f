import { type Cache, type EventHandler, type Kind, KindNotFoundError, type KubeObject } from 'kubewright'

// For tests: a cache whose informers say what the test says.

export interface FakeInformer {
  readonly kind: string
  readonly scope: unknown
  readonly handler: EventHandler<KubeObject>
  readonly objects: KubeObject[]
  failure: { readonly kind: string; readonly message: string } | undefined
  /** Ends the first reading. */
  sync(): void
  closed: boolean
  released: boolean
}

export class FakeCache {
  readonly informers: FakeInformer[] = []
  readonly missing = new Set<string>()

  of(kind: string): FakeInformer {
    const found = this.informers.find((informer) => informer.kind === kind)
    if (found === undefined) throw new Error(`nobody watches ${kind}`)
    return found
  }

  readonly cache = {
    informer: (kind: Kind<KubeObject>, scope?: unknown) => {
      if (this.missing.has(kind.kind)) return Promise.reject(new KindNotFoundError(kind, 'https://fake'))
      let fake: FakeInformer | undefined
      const informer = {
        list: () => fake?.objects ?? [],
        get: (name: string, namespace?: string) =>
          fake?.objects.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === (namespace ?? '')),
        get liveness() {
          return { failure: fake?.failure }
        },
        subscribe: (handler: EventHandler<KubeObject>) => {
          const { promise, resolve, reject } = Promise.withResolvers<void>()
          const made: FakeInformer = {
            kind: kind.kind,
            scope,
            handler,
            objects: [],
            failure: undefined,
            sync: resolve,
            closed: false,
            released: false,
          }
          fake = made
          this.informers.push(made)
          return {
            synced: promise,
            close: () => {
              made.closed = true
              reject(new Error('closed before it was in sync'))
            },
          }
        },
      }
      const release = () => {
        if (fake !== undefined) fake.released = true
        return Promise.resolve()
      }
      return Promise.resolve({ informer, release })
    },
  } as unknown as Cache
}
