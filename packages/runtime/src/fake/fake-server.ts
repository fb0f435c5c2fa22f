// An API server of a few lines for this package's tests: one revision log, from which lists and watches derive, and faults on demand.
import type { ApiResource } from '@kubewright/client'
import {
  ApiError,
  apiVersionOf,
  ConnectionError,
  type DynamicObject,
  deepEqual,
  deepFreeze,
  describeKind,
  type Kind,
  type KubeList,
  type KubeObject,
  objectKey,
  type ResourceType,
} from '@kubewright/core'

export interface FakeChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: string
  readonly object: DynamicObject
  /** As it was before. */
  readonly old?: DynamicObject | undefined
  readonly revision: bigint
}

interface FakePage {
  readonly rest: readonly DynamicObject[]
  readonly revision: string
}

/** The state of a server, to go back to. */
export interface FakeBackup {
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, DynamicObject>>
  readonly revision: bigint
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
  /** Whether lists come as streams (WatchList). Refused ones are no requests to {@link requests}: most tests count lists. */
  streamingLists: 'refused' | 'ignored' | 'served' = 'refused'
  /** Whether the parameter `shardSelector` is known; else it is ignored. */
  servesShards = false
  /** Whether a DELETE answers with the object as it was, as of Services, or with a Status. */
  showsWhatIsGone = false
  /** What objects take on the wire. */
  bytesOf: (object: KubeObject) => number = () => 0
  /** What the server makes of an object before it stores it. */
  onPut: (object: DynamicObject) => DynamicObject = (object) => object
  /** Says every change twice. */
  stutters = false
  readonly #pages = new Map<string, FakePage>()
  readonly #kinds = new Map<string, ResourceType>()
  readonly #objects = new Map<string, Map<string, DynamicObject>>()
  readonly #log: FakeChange[] = []
  readonly #watches = new Set<FakeWatch>()
  #held: FakeChange[] | undefined
  #revision = 10n
  #oldest = 0n
  #uid = 0

  /** Serves the kind from now on. */
  serve(...kinds: readonly Kind<KubeObject>[]): this {
    for (const kind of kinds) {
      const { group, version, plural = `${kind.kind.toLowerCase()}s`, namespaced = true } = kind
      this.#kinds.set(describeKind(kind), { group, version, kind: kind.kind, plural, namespaced })
    }
    return this
  }

  /** Kinds (as `describeKind` writes them) whose status is a field like any other. */
  readonly withoutStatus = new Set<string>()

  discovered(kind: { readonly group: string; readonly kind: string }): ApiResource | undefined {
    const type = [...this.#kinds.values()].find((known) => known.group === kind.group && known.kind === kind.kind)
    if (type === undefined) return undefined
    const subresources = this.withoutStatus.has(describeKind(type)) ? [] : ['status']
    return { ...type, singular: type.kind.toLowerCase(), shortNames: [], categories: [], verbs: [], subresources }
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
  put<T extends KubeObject>(kind: Kind<T>, given: { readonly metadata: KubeObject['metadata']; readonly [field: string]: unknown }): T {
    const name = describeKind(kind)
    const object = this.onPut(given)
    const before = this.find(name, objectKey(object))
    const { uid = before?.metadata.uid ?? `uid-${++this.#uid}`, creationTimestamp = '2026-01-01T00:00:00Z' } = object.metadata
    const generation = generationOf(before, object)
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
        metadata: {
          ...object.metadata,
          uid,
          ...(generation === undefined ? {} : { generation }),
          creationTimestamp,
          resourceVersion: String(++this.#revision),
        },
      }),
    )
    const gone = stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers?.length ?? 0) === 0
    if (gone) this.#objects.get(name)?.delete(objectKey(stored))
    else this.#bucket(name).set(objectKey(stored), stored)
    this.#announce({
      type: gone ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED',
      kind: name,
      object: stored,
      old: before,
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
    this.#pages.clear()
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

  /** One page of a list; all pages of it are of one moment, and the history must last that long. */
  page<T extends KubeObject>(
    kind: string,
    { resourceVersion = '', limit, continue: token }: { resourceVersion?: string; limit?: number; continue?: string },
    wanted: (object: KubeObject) => boolean,
  ): KubeList<T> {
    if (BigInt(resourceVersion) > this.#revision) throw this.#tooLarge(resourceVersion)
    const known = token === undefined ? undefined : this.#pages.get(token)
    if (token !== undefined && known === undefined) throw apiError(410, 'Expired', 'the continue token is too old')
    const { rest, revision } = known ?? { rest: this.objects(kind).filter(wanted), revision: this.revision }
    const size = limit === undefined ? rest.length : Math.min(limit, this.pageSize)
    const items = rest.slice(0, size) as unknown as T[]
    if (rest.length <= size) return { items, metadata: { resourceVersion: revision } }
    const next = `page-${this.#pages.size + 1}`
    this.#pages.set(next, { rest: rest.slice(size), revision })
    return { items, metadata: { resourceVersion: revision, continue: next } }
  }

  open(
    kind: string,
    { resourceVersion = '', sendInitialEvents = false }: { resourceVersion?: string; sendInitialEvents?: boolean },
    wanted: (object: KubeObject) => boolean,
  ): FakeWatch {
    const from = BigInt(resourceVersion)
    const showsAll = from === 0n || sendInitialEvents
    if (from < this.#oldest && !showsAll) throw apiError(410, 'Expired', 'too old resource version')
    if (from > this.#revision) throw this.#tooLarge(resourceVersion)
    const watch = new FakeWatch(kind, wanted, () => this.#watches.delete(watch))
    if (showsAll) for (const object of this.objects(kind)) if (wanted(object)) watch.push({ type: 'ADDED', object })
    if (sendInitialEvents && this.streamingLists === 'served') {
      const annotations = { 'k8s.io/initial-events-end': 'true' }
      watch.push({ type: 'BOOKMARK', object: { metadata: { resourceVersion: this.revision, annotations } } })
    }
    if (!showsAll) for (const change of this.#log) if (change.revision > from) watch.offer(change)
    this.#watches.add(watch)
    return watch
  }

  /** Counts its resource versions from there: they are as long as those of an old cluster, or of an aggregated server. */
  startAt(revision: string): void {
    this.#revision = BigInt(revision)
    this.#oldest = this.#revision
  }

  backup(): FakeBackup {
    return { objects: new Map([...this.#objects].map(([kind, objects]) => [kind, new Map(objects)])), revision: this.#revision }
  }

  /** Starts again from a backup: what happened since then has never happened, and its resource versions will be used again. */
  restore({ objects, revision }: FakeBackup): void {
    this.#objects.clear()
    for (const [kind, held] of objects) this.#objects.set(kind, new Map(held))
    this.#revision = revision
    this.#log.length = 0
    this.#oldest = revision
    this.#pages.clear()
    this.endWatches(refused())
  }

  #tooLarge(resourceVersion: string): ApiError {
    return apiError(504, 'Timeout', `Too large resource version: ${resourceVersion}, current: ${this.#revision}`)
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
    for (const watch of this.#watches) for (let times = this.stutters ? 2 : 1; times > 0; times--) watch.offer(change)
  }
}

/** Counts what is not metadata and not status; kinds without a spec are not counted, as on a real server. */
function generationOf(before: KubeObject | undefined, object: KubeObject): number | undefined {
  const { generation } = object.metadata
  if (generation !== undefined && generation !== before?.metadata.generation) return generation
  if (before === undefined) return 'spec' in object ? 1 : undefined
  const content = ({ apiVersion: _, kind: __, metadata: ___, ...rest }: KubeObject) => ({ ...rest, status: undefined })
  const earlier = before.metadata.generation
  return earlier === undefined || deepEqual(content(before), content(object)) ? earlier : earlier + 1
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
    if (change.kind !== this.#kind) return
    const { type, object, old } = change
    const left = old !== undefined && this.#wanted(old) ? old : undefined
    const is = this.#wanted(object)
    // What comes into a selection is added to it, and what leaves it is told as deleted, as it was before.
    if (is) this.push({ type: type === 'MODIFIED' && left === undefined ? 'ADDED' : type, object })
    else if (left !== undefined)
      this.push({ type: 'DELETED', object: { ...left, metadata: { ...left.metadata, resourceVersion: object.metadata.resourceVersion } } })
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
