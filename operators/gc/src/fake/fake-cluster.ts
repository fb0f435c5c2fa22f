import {
  ApiError,
  type Client,
  type Clock,
  type DeleteOptions,
  formatTime,
  type Kind,
  KindNotFoundError,
  type KubeObject,
  type ListOptions,
  matchesFields,
  matchesLabels,
  type Patch,
  parseFieldSelector,
  parseLabelSelector,
  type ResourceType,
} from 'kubewright'
import { type Held, heldKeys } from '../engine/held.ts'
import { isSame, type TargetHandler, type TargetSource } from '../engine/target-source.ts'
import type { Target } from '../policy/policy.ts'

// For tests: as much of an API server, and of the caches before it, as the collector meets. Time is the test's, and every request is kept.

export interface FakeRequest {
  readonly verb: 'create' | 'delete' | 'list' | 'patch' | 'review'
  readonly kind: string
  readonly name: string
  readonly at: number
  readonly options?: DeleteOptions
  readonly retry?: boolean | undefined
  readonly body?: unknown
}

interface Watcher {
  readonly target: Target
  readonly handler: TargetHandler
}

export class FakeCluster {
  readonly requests: FakeRequest[] = []
  readonly served = new Map<string, { readonly namespaced: boolean }>()
  /** Watches of kinds named here stay unsynced until the promise resolves. */
  readonly slow = new Map<string, Promise<void>>()
  /** Watches of kinds named here are refused. */
  readonly broken = new Map<string, { readonly reason: 'Forbidden' | 'UnknownKind'; readonly message: string }>()
  /** What a DELETE meets before it is looked at; an error is thrown. */
  beforeDelete: (name: string) => Promise<unknown> | undefined = () => undefined
  /** What a list meets before it is answered; an error is thrown. */
  beforeList: () => Promise<unknown> | undefined = () => undefined
  /** What a create meets; an error is thrown. */
  beforeCreate: () => Error | undefined = () => undefined
  /** What a SubjectAccessReview says. */
  mayDo: (right: { readonly verb: string; readonly resource: string; readonly namespace?: string }) => boolean = () => true
  /** What a PATCH meets; an error is thrown. */
  beforePatch: () => Error | undefined = () => undefined
  /** The same, by kind. */
  beforePatchOf: (kind: string) => Error | undefined = () => undefined
  /** What opening a watch meets; an error is thrown. */
  unopened: () => Error | undefined = () => undefined
  /** Whether the events of writes are told. */
  telling = true
  /** How often a watch was opened. */
  opened = 0
  readonly #clock: Clock
  readonly #objects = new Map<string, KubeObject>()
  readonly #removed = new Map<string, KubeObject>()
  readonly #watchers = new Set<Watcher>()
  readonly #shares = new Map<string, number>()
  #sequence = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.served.set('ConfigMap', { namespaced: true })
    this.served.set('Secret', { namespaced: true })
    this.served.set('GarbageCollectionPolicy', { namespaced: true })
    this.served.set('ClusterGarbageCollectionPolicy', { namespaced: false })
  }

  /** Creates or changes an object, and tells the watches. */
  put(kind: string, name: string, metadata: Partial<KubeObject['metadata']> = {}, fields: object = {}): KubeObject {
    const { namespace = 'team' } = metadata
    const key = `${kind}/${namespace}/${name}`
    const old = this.#objects.get(key)
    const object: KubeObject = {
      kind,
      ...fields,
      metadata: {
        uid: `uid-${++this.#sequence}`,
        creationTimestamp: formatTime(this.#clock.now()),
        ...old?.metadata,
        ...metadata,
        name,
        namespace,
        resourceVersion: String(++this.#sequence),
      },
    }
    this.#objects.set(key, object)
    if (this.telling) this.#tell(object, old)
    return object
  }

  remove(kind: string, name: string, namespace = 'team'): void {
    const key = `${kind}/${namespace}/${name}`
    const old = this.#objects.get(key)
    if (old === undefined) return
    this.#objects.delete(key)
    this.#removed.set(name, old)
    if (this.telling) this.tellRemoval(name)
  }

  /** What was removed while nothing was told. */
  tellRemoval(name: string): void {
    const old = this.#removed.get(name)!
    for (const { target, handler } of this.#watchers) if (selects(target, old)) handler.left(old)
  }

  all(kind: string): readonly KubeObject[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind)
  }

  names(kind: string): string[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind).map(({ metadata }) => metadata.name!)
  }

  get(kind: string, name: string, namespace = 'team'): KubeObject | undefined {
    return this.#objects.get(`${kind}/${namespace}/${name}`)
  }

  annotationsOf(kind: string, name: string, namespace = 'team'): Readonly<Record<string, string>> {
    return this.#objects.get(`${kind}/${namespace}/${name}`)?.metadata.annotations ?? {}
  }

  finalizersOf(kind: string, name: string, namespace = 'team'): readonly string[] {
    return this.#objects.get(`${kind}/${namespace}/${name}`)?.metadata.finalizers ?? []
  }

  /** Distinct watches that somebody holds. */
  get watches(): number {
    return this.#shares.size
  }

  deletes(): FakeRequest[] {
    return this.requests.filter(({ verb }) => verb === 'delete')
  }

  readonly source: TargetSource = {
    open: (target, handler) => {
      const error = this.unopened()
      if (error !== undefined) return Promise.reject(error)
      this.opened++
      const share = JSON.stringify(target)
      this.#shares.set(share, (this.#shares.get(share) ?? 0) + 1)
      const watcher = { target, handler }
      const synced = (this.slow.get(target.kind.kind) ?? Promise.resolve()).then(() => {
        this.#watchers.add(watcher)
        for (const object of this.#objects.values()) if (selects(target, object)) handler.seen(object)
      })
      return Promise.resolve({
        synced,
        problem: () => this.broken.get(target.kind.kind),
        held: this.#held(target),
        close: () => void this.#watchers.delete(watcher),
        release: () => {
          const left = this.#shares.get(share)! - 1
          if (left === 0) this.#shares.delete(share)
          else this.#shares.set(share, left)
          return Promise.resolve()
        },
      })
    },
  }

  /** What the server would send to whoever watches this. */
  selected(target: Target): readonly KubeObject[] {
    return [...this.#objects.values()].filter((object) => selects(target, object))
  }

  #held(target: Target): Held {
    const get = (name: string, namespace: string | undefined) => {
      const object = this.#objects.get(`${target.kind.kind}/${namespace ?? ''}/${name}`)
      return object !== undefined && selects(target, object) ? object : undefined
    }
    if (target.keep === 'keys')
      return heldKeys(this.client, (object) => isSame(get(object.metadata.name ?? '', object.metadata.namespace), object))
    return { is: 'objects', all: () => this.selected(target), get }
  }

  readonly client = {
    server: 'https://fake',
    resource: (kind: Kind<KubeObject>) => {
      const served = this.served.get(kind.kind)
      if (served === undefined) return Promise.reject(new KindNotFoundError(kind, 'https://fake'))
      const type: ResourceType<KubeObject> = { ...kind, plural: `${kind.kind.toLowerCase()}s`, namespaced: served.namespaced }
      return Promise.resolve({
        type,
        list: async (options: ListOptions) => {
          const items = this.#list(kind.kind, options)
          await this.beforeList()
          return { metadata: {}, items }
        },
        items: async function* (this: { list(options: ListOptions): Promise<{ items: KubeObject[] }> }, options: ListOptions) {
          yield* (await this.list(options)).items
        },
        metadataOnly() {
          return this
        },
        create: (object: KubeObject) => this.#create(kind.kind, object),
        delete: (name: { name: string; namespace?: string }, options: DeleteOptions) => this.#delete(kind.kind, name, options),
        patch: (name: { name: string; namespace?: string }, patch: Patch) => {
          this.requests.push({ verb: 'patch', kind: kind.kind, name: name.name, at: this.#clock.monotonic(), body: patch.body })
          const error = this.beforePatchOf(kind.kind) ?? this.beforePatch()
          return error === undefined ? this.#patch(kind.kind, name, patch) : Promise.reject(error)
        },
      })
    },
    request: (_: string, path: string, { body }: { readonly body: { readonly spec: { readonly resourceAttributes: never } } }) => {
      this.requests.push({ verb: 'review', kind: 'SubjectAccessReview', name: path, at: this.#clock.monotonic(), body })
      return Promise.resolve({ status: { allowed: this.mayDo(body.spec.resourceAttributes) } })
    },
  } as unknown as Client

  async #create(kind: string, object: KubeObject): Promise<KubeObject> {
    const { name = '', namespace = 'team' } = object.metadata
    this.requests.push({ verb: 'create', kind, name, at: this.#clock.monotonic(), body: object })
    const error = this.beforeCreate()
    if (error !== undefined) throw error
    if (this.#objects.has(`${kind}/${namespace}/${name}`))
      throw new ApiError({ status: 'Failure', code: 409, reason: 'AlreadyExists', message: `${name} already exists` })
    return this.put(kind, name, object.metadata, object)
  }

  #list(kind: string, { namespace, labelSelector = '', fieldSelector = '' }: ListOptions): KubeObject[] {
    const fields = parseFieldSelector(fieldSelector)
    this.requests.push({
      verb: 'list',
      kind,
      name: fields.find(({ path }) => path === 'metadata.name')?.value ?? '',
      at: this.#clock.monotonic(),
    })
    return [...this.#objects.values()].filter(
      (object) =>
        object.kind === kind &&
        (namespace === undefined || namespace === object.metadata.namespace) &&
        matchesLabels(parseLabelSelector(labelSelector), object.metadata.labels) &&
        matchesFields(fields, (path) => (path === 'metadata.name' ? object.metadata.name : undefined)),
    )
  }

  /** Metadata alone, and as far as operators write it on objects of others. */
  async #patch(kind: string, { name, namespace = 'team' }: { name: string; namespace?: string }, { body }: Patch): Promise<object> {
    const object = this.#objects.get(`${kind}/${namespace}/${name}`)
    const { metadata } = body as { readonly metadata?: KubeObject['metadata'] }
    if (object === undefined || metadata === undefined) return {}
    const { uid, resourceVersion, annotations, finalizers } = metadata
    if (uid !== object.metadata.uid || resourceVersion !== object.metadata.resourceVersion)
      throw new ApiError({ status: 'Failure', code: 409, reason: 'Conflict', message: 'the object has been modified' })
    return this.put(kind, name, {
      namespace,
      ...(annotations !== undefined && { annotations: { ...object.metadata.annotations, ...annotations } }),
      ...(finalizers !== undefined && { finalizers }),
    })
  }

  async #delete(kind: string, { name, namespace = 'team' }: { name: string; namespace?: string }, options: DeleteOptions) {
    this.requests.push({ verb: 'delete', kind, name, at: this.#clock.monotonic(), options, retry: options.retry })
    await this.beforeDelete(name)
    const object = this.#objects.get(`${kind}/${namespace}/${name}`)
    if (object === undefined) throw status(404, `${name} not found`)
    if (options.preconditions?.uid !== object.metadata.uid)
      throw status(409, 'Precondition failed: UID in precondition: x, UID in object meta: y')
    if (options.preconditions?.resourceVersion !== object.metadata.resourceVersion)
      throw status(409, 'Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 2')
    if ((object.metadata.finalizers ?? []).length > 0)
      return { gone: false, object: this.put(kind, name, { deletionTimestamp: formatTime(this.#clock.now()) }) }
    this.remove(kind, name, namespace)
    return { gone: true }
  }

  #tell(object: KubeObject, old: KubeObject | undefined): void {
    for (const { target, handler } of this.#watchers) {
      if (selects(target, object)) handler.seen(object, old !== undefined && selects(target, old) ? old : undefined)
      else if (old !== undefined && selects(target, old)) handler.left(old)
    }
  }
}

function selects(target: Target, object: KubeObject): boolean {
  return (
    object.kind === target.kind.kind &&
    (target.namespace === undefined || target.namespace === object.metadata.namespace) &&
    matchesLabels(parseLabelSelector(target.labelSelector), object.metadata.labels)
  )
}

export function status(code: number, message: string): ApiError {
  return new ApiError({ status: 'Failure', code, message })
}
