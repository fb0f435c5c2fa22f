// An API server of a few lines for this package's tests: one revision log, from which lists and watches derive, and faults on demand.
import {
  ApiError,
  apiVersionOf,
  ConnectionError,
  type DynamicObject,
  deepEqual,
  deepFreeze,
  describeKind,
  type Kind,
  type KubeObject,
  objectKey,
  type ResourceType,
} from '@kubewright/core'

export interface FakeChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: string
  readonly object: DynamicObject
  readonly revision: number
}

export interface FakeRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'discover' | 'probe'
  readonly kind: string
  readonly name?: string | undefined
  readonly options?: unknown
}

export const apiError = (code: number, reason: string, message = reason, retryAfterSeconds?: number) =>
  new ApiError({ code, reason, message, status: 'Failure' }, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })

export const refused = () => new ConnectionError('https://fake: connection refused', { code: 'ECONNREFUSED' })

export class FakeServer {
  readonly requests: FakeRequest[] = []
  #fault: (request: FakeRequest) => Error | undefined = () => undefined
  pageSize = Number.POSITIVE_INFINITY
  readonly #kinds = new Map<string, ResourceType>()
  readonly #objects = new Map<string, Map<string, DynamicObject>>()
  readonly #log: FakeChange[] = []
  readonly #watches = new Set<FakeWatch>()
  #held: FakeChange[] | undefined
  #revision = 10
  #oldest = 0
  #uid = 0

  /** Serves the kind from now on. */
  serve(...kinds: readonly Kind<KubeObject>[]): this {
    for (const kind of kinds) {
      const { group, version, plural = `${kind.kind.toLowerCase()}s`, namespaced = true } = kind
      this.#kinds.set(describeKind(kind), { group, version, kind: kind.kind, plural, namespaced })
    }
    return this
  }

  kindNamed(kind: string): ResourceType | undefined {
    return this.#kinds.get(kind)
  }

  get revision(): string {
    return String(this.#revision)
  }

  /** Watches that are open now. */
  get watching(): number {
    return this.#watches.size
  }

  count(verb: FakeRequest['verb']): number {
    return this.requests.filter((request) => request.verb === verb).length
  }

  /** What a quiet operator must not do. */
  get writes(): readonly FakeRequest[] {
    return this.requests.filter(({ verb }) => verb === 'create' || verb === 'update' || verb === 'patch' || verb === 'delete')
  }

  /** From now on asked before every request; what it returns is thrown. */
  failWith(fault: (request: FakeRequest) => Error | undefined): void {
    this.#fault = fault
  }

  /** Ends the faults. */
  heal(): void {
    this.#fault = () => undefined
  }

  received(request: FakeRequest): void {
    this.requests.push(request)
    const fault = this.#fault(request)
    if (fault !== undefined) throw fault
  }

  objects(kind: string): readonly DynamicObject[] {
    return [...(this.#objects.get(kind)?.values() ?? [])]
  }

  find(kind: string, key: string): DynamicObject | undefined {
    return this.#objects.get(kind)?.get(key)
  }

  /** Creates or replaces, as somebody else would. */
  put<T extends KubeObject>(kind: Kind<T>, object: { readonly metadata: KubeObject['metadata']; readonly [field: string]: unknown }): T {
    const name = describeKind(kind)
    const before = this.find(name, objectKey(object))
    const {
      uid = before?.metadata.uid ?? `uid-${++this.#uid}`,
      generation = 1,
      creationTimestamp = '2026-01-01T00:00:00Z',
    } = object.metadata
    const unchanged =
      before !== undefined &&
      deepEqual(
        { ...object, metadata: { ...object.metadata, resourceVersion: '', uid } },
        { ...before, metadata: { ...before.metadata, resourceVersion: '', uid } },
      )
    if (unchanged) return before as unknown as T
    const stored = deepFreeze(
      structuredClone({
        ...object,
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: { ...object.metadata, uid, generation, creationTimestamp, resourceVersion: String(++this.#revision) },
      }),
    )
    const gone = stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers?.length ?? 0) === 0
    if (gone) this.#objects.get(name)?.delete(objectKey(stored))
    else this.#bucket(name).set(objectKey(stored), stored)
    this.#announce({
      type: gone ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED',
      kind: name,
      object: stored,
      revision: this.#revision,
    })
    return stored as unknown as T
  }

  /** Deletes as the API does: an object with finalizers only starts to go. */
  remove(kind: Kind<KubeObject>, key: string): void {
    const before = this.find(describeKind(kind), key)
    if (before === undefined) return
    const going = {
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: before.metadata.deletionTimestamp ?? '2026-01-01T00:00:00Z' },
    }
    this.put(kind, going)
  }

  /** Changes that no watch will be told of: for what happens while a program is away. */
  silently(act: () => void): void {
    const watches = [...this.#watches]
    this.#watches.clear()
    act()
    for (const watch of watches) this.#watches.add(watch)
  }

  /** Forgets the history: a watch from before gets a 410. */
  compact(): void {
    this.#oldest = this.#revision
    this.#log.length = 0
  }

  /** Watches hear of nothing until the returned function is called: as behind a slow network. */
  hold(): () => void {
    const held: FakeChange[] = []
    this.#held = held
    return () => {
      this.#held = undefined
      for (const change of held) this.#tellWatches(change)
    }
  }

  endWatches(error?: Error): void {
    for (const watch of [...this.#watches]) watch.end(error)
  }

  /** Says something to every watch that is not a change. */
  tell(event: { readonly type: 'BOOKMARK' | 'ERROR'; readonly [field: string]: unknown }): void {
    for (const watch of this.#watches) watch.push(event)
  }

  open(kind: string, resourceVersion: string, wanted: (object: KubeObject) => boolean): FakeWatch {
    const from = Number(resourceVersion)
    if (from < this.#oldest) throw apiError(410, 'Expired', 'too old resource version')
    if (from > this.#revision) throw apiError(504, 'Timeout', `Too large resource version: ${from}, current: ${this.#revision}`)
    const watch = new FakeWatch(kind, wanted, () => this.#watches.delete(watch))
    for (const change of this.#log) if (change.revision > from) watch.offer(change)
    this.#watches.add(watch)
    return watch
  }

  #bucket(kind: string): Map<string, DynamicObject> {
    const known = this.#objects.get(kind)
    if (known !== undefined) return known
    const made = new Map<string, DynamicObject>()
    this.#objects.set(kind, made)
    return made
  }

  #announce(change: FakeChange): void {
    this.#log.push(change)
    if (this.#held === undefined) this.#tellWatches(change)
    else this.#held.push(change)
  }

  #tellWatches(change: FakeChange): void {
    for (const watch of this.#watches) watch.offer(change)
  }
}

export class FakeWatch {
  readonly #kind: string
  readonly #wanted: (object: KubeObject) => boolean
  readonly #closed: () => void
  readonly #events: unknown[] = []
  #over: { readonly error?: Error | undefined } | undefined
  #wake: () => void = () => {}

  constructor(kind: string, wanted: (object: KubeObject) => boolean, closed: () => void) {
    this.#kind = kind
    this.#wanted = wanted
    this.#closed = closed
  }

  offer(change: FakeChange): void {
    if (change.kind === this.#kind && this.#wanted(change.object)) this.push({ type: change.type, object: change.object })
  }

  push(event: unknown): void {
    this.#events.push(event)
    this.#wake()
  }

  end(error?: Error): void {
    this.#over ??= { error }
    this.#wake()
  }

  async *events<E>(signal: AbortSignal | undefined, onBytes: (bytes: number) => void): AsyncGenerator<E> {
    const onAbort = () => this.end(signal?.reason as Error)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      for (;;) {
        if (signal?.aborted) throw signal.reason
        const event = this.#events.shift()
        if (event !== undefined) {
          onBytes(1)
          yield event as E
        } else if (this.#over !== undefined) {
          if (this.#over.error !== undefined) throw this.#over.error
          return
        } else
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#closed()
    }
  }
}
