import type { ObjectName } from '@kubewright/client'
import { ConfigurationError, describeKind, type Kind, type KubeObject, matchesLabels, parseLabelSelector } from '@kubewright/core'
import type { WriteGuard } from '../writes/write-guard.ts'
import { type CacheReader, ConsistentReads, type ReadOptions, type WaitOptions } from './consistent-reads.ts'
import type { Cache, IndexedSelection, InformerLease, InformerSummary, KindReference, SharedCacheOptions } from './contract.ts'
import type { Informer } from './informer.ts'
import { type InformerScope, isAbout, isUnselective, partsOf, type ResolvedScope, resolveScope, scopeKey } from './scope.ts'
import type { FamilyKind, ShardFilter, ShardScope } from './shard-filter.ts'
import { SharedInformer } from './shared-informer.ts'
import type { Stored } from './stored.ts'
import { checkWatches } from './watch-health.ts'
import { type WrittenTo, WrittenVersions } from './written-versions.ts'

export type {
  Cache,
  CacheIndex,
  CacheOptions,
  CacheSelection,
  IndexedSelection,
  InformerLease,
  InformerSummary,
  SharedCacheOptions,
} from './contract.ts'

interface Entry {
  readonly key: string
  readonly kind: string
  readonly scope: ResolvedScope
  readonly informer: Promise<SharedInformer<KubeObject>>
  ready: SharedInformer<KubeObject> | undefined
  readonly stop: AbortController
  leases: number
  run: Promise<void> | undefined
}

/** All informers of a program. Before {@link run} they are made but do not watch. */
export class SharedCache implements Cache {
  readonly #options: SharedCacheOptions
  readonly #byKind = new Map<string, Omit<InformerScope, 'keep'>>()
  readonly #entries = new Map<string, Entry>()
  /** Who answers reads, by kind and namespace, until the entries change: a reconcile reads often. */
  readonly #answering = new Map<string, SharedInformer<KubeObject>>()
  /** All informers of a resource, until the entries change: each write asks for them several times. */
  readonly #ofResource = new Map<string, readonly SharedInformer<KubeObject>[]>()
  readonly #transforms = new WeakMap<object, number>()
  #transformCount = 0
  readonly #runs = new Set<Promise<void>>()
  readonly #failed = Promise.withResolvers<never>()
  readonly #written: WrittenVersions
  readonly #reads: ConsistentReads
  readonly read: CacheReader
  #shardFilter: ShardFilter | undefined
  #life: 'waiting' | 'running' | 'ended' = 'waiting'

  /** @throws ConfigurationError when `byKind` says two things of one kind */
  constructor(options: SharedCacheOptions) {
    this.#options = options
    this.#failed.promise.catch(() => {})
    for (const { kind, scope } of options.byKind ?? []) {
      const name = describeKind(kind)
      if (this.#byKind.has(name)) throw new ConfigurationError(`cache: "byKind" has ${name} twice: join the two scopes into one`)
      this.#byKind.set(name, scope)
    }
    this.#written = new WrittenVersions(options.clock, (type) => this.#informersOf(type))
    this.#reads = new ConsistentReads(options.clock, this.#written)
    this.read = {
      get: async (kind, name, read) => found(await this.#current(kind, name.namespace, name, read), name),
      list: async (kind, selection = {}, read) => listed(await this.#current(kind, selection.namespace, undefined, read), selection),
    }
  }

  async informer<T extends KubeObject>(kind: Kind<T>, scope: InformerScope<T> = {}): Promise<InformerLease<T>> {
    if (this.#hasEnded()) throw new Error(`cache: ${describeKind(kind)} was asked for after the cache had stopped`)
    const { key, resolved } = this.#resolve(kind, scope)
    const entry = this.#entries.get(key) ?? this.#open(key, kind as unknown as Kind<KubeObject>, resolved)
    entry.leases++
    try {
      const { shard } = await entry.informer
      // Nobody would ever run it, and whoever waits for its first list would wait for ever.
      if (this.#hasEnded()) throw new Error(`cache: it stopped while ${describeKind(kind)} was asked for`)
      if (shard !== undefined && scope.shard !== undefined) shard.serve(await this.#familyKind(scope.shard.family))
    } catch (error) {
      if (entry.ready !== undefined) await this.#release(key, entry)
      else if (this.#entries.get(key) === entry) this.#entries.delete(key)
      throw error
    }
    return this.#lease(key, entry)
  }

  get<T extends KubeObject>(kind: Kind<T>, { name, namespace }: ObjectName): (T & Stored) | undefined {
    return found(this.#covering(kind, namespace), { name, namespace })
  }

  list<T extends KubeObject>(kind: Kind<T>, selection: IndexedSelection<T> = {}): readonly (T & Stored)[] {
    return listed(this.#covering(kind, selection.namespace), selection)
  }

  caughtUp(of: Informer<KubeObject> | KindReference, to?: WrittenTo): boolean {
    return this.#reads.caughtUp(this.#meant(of), to)
  }

  async whenCaughtUp(of: Informer<KubeObject> | KindReference, to?: WrittenTo, options: WaitOptions = {}): Promise<void> {
    await Promise.all(this.#meant(of).map((informer) => this.#reads.catchUp(informer, to, options)))
  }

  informers(): readonly InformerSummary[] {
    return [...this.#entries.values()].flatMap(({ kind, scope, ready, leases }) =>
      ready === undefined ? [] : [{ kind, scope, informer: ready, leases }],
    )
  }

  /** Sees the answers to this program's writes. `undefined` when `readYourOwnWrites` is off. */
  get writeGuard(): WriteGuard | undefined {
    return (this.#options.readYourOwnWrites ?? true) ? this.#written : undefined
  }

  /** How many writes of this program may not be in the cache yet. */
  get rememberedWrites(): number {
    return this.#written.size
  }

  /** For a ready check. @throws Error naming the kinds on whose watch the server has not been heard for more than 140 s, twice what a watch may be silent */
  checkWatches(): void {
    checkWatches(this.informers(), this.#options.clock.monotonic())
  }

  /** Runs until the signal aborts; is over when every watch is. @throws what ended an informer that should have gone on */
  async run(signal: AbortSignal): Promise<void> {
    this.#life = 'running'
    for (const entry of this.#entries.values()) this.#start(entry)
    const aborted = Promise.withResolvers<void>()
    const onAbort = () => aborted.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      await Promise.race([aborted.promise, this.#failed.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#life = 'ended'
      for (const entry of this.#entries.values()) entry.stop.abort(signal.reason)
      await Promise.allSettled(this.#runs)
    }
  }

  #open(key: string, kind: Kind<KubeObject>, scope: ResolvedScope): Entry {
    const { client, clock, observerOf, reachability, random, freeze = process.env['NODE_ENV'] !== 'production' } = this.#options
    const stop = new AbortController()
    const made = client.resource(kind, { signal: stop.signal }).then((resource) => {
      const observer = observerOf(describeKind(kind))
      const informer = new SharedInformer({
        ...{ resource, scope, clock, observer, freeze, shardFilter: this.#filter() },
        ...(reachability === undefined ? {} : { reachability }),
        ...(random === undefined ? {} : { random }),
      })
      entry.ready = informer
      this.#entriesChanged()
      this.#start(entry)
      return informer
    })
    const entry: Entry = { key, kind: describeKind(kind), scope, informer: made, ready: undefined, stop, leases: 0, run: undefined }
    this.#entries.set(key, entry)
    return entry
  }

  #hasEnded(): boolean {
    return this.#life === 'ended'
  }

  #filter(): ShardFilter | undefined {
    this.#shardFilter ??= this.#options.shardFilter?.()
    return this.#shardFilter
  }

  async #familyKind({ group, version, kind, namespaced }: ShardScope['family']): Promise<FamilyKind> {
    const known = namespaced ?? (await this.#options.client.discovery.find({ group, version, kind }))?.namespaced
    return { group, kind, namespaced: known ?? true }
  }

  #start(entry: Entry): void {
    if (this.#life !== 'running' || entry.ready === undefined || entry.run !== undefined) return
    const run = entry.ready.run(entry.stop.signal).catch((error: unknown) => this.#failed.reject(error as Error))
    entry.run = run
    this.#runs.add(run)
    run.finally(() => this.#runs.delete(run)).catch(() => {})
  }

  #lease<T extends KubeObject>(key: string, entry: Entry): InformerLease<T> {
    let released: Promise<void> | undefined
    const release = () => {
      released ??= this.#release(key, entry)
      return released
    }
    return { informer: entry.ready as unknown as Informer<T>, release, [Symbol.asyncDispose]: release }
  }

  async #release(key: string, entry: Entry): Promise<void> {
    entry.leases--
    if (entry.leases > 0) return
    // At once, so that whoever asks while this watch ends gets a new one.
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    this.#entriesChanged()
    entry.stop.abort(new Error(`nobody watches ${entry.kind} any more`))
    await entry.run
  }

  #resolve<T extends KubeObject>(kind: Kind<T>, scope: InformerScope<T>): { readonly key: string; readonly resolved: ResolvedScope } {
    const { namespaces = [], watchList = 'auto' } = this.#options
    const sharded = scope.shard !== undefined && this.#filter() !== undefined
    const defaults = { namespaces, byKind: this.#byKind.get(describeKind(kind)), watchList, sharded }
    const resolved = resolveScope(scope, defaults) as unknown as ResolvedScope
    return { key: scopeKey(kind, resolved, this.#transformNumber(resolved.transform)), resolved }
  }

  #meant(of: Informer<KubeObject> | KindReference): readonly SharedInformer<KubeObject>[] {
    return of instanceof SharedInformer ? [of] : this.#informersOf('type' in of ? of.type : of)
  }

  /** Whatever their scope, and in whatever version of the API. */
  #informersOf({ group, kind, plural }: KindReference): readonly SharedInformer<KubeObject>[] {
    const question = plural === undefined ? `${group}/${kind}` : `${plural}.${group}`
    const known = this.#ofResource.get(question)
    if (known !== undefined) return known
    const found = [...this.#entries.values()].flatMap(({ ready }) => {
      if (ready === undefined || ready.type.group !== group) return []
      return (plural === undefined ? ready.type.kind === kind : ready.type.plural === plural) ? [ready] : []
    })
    this.#ofResource.set(question, found)
    return found
  }

  #entriesChanged(): void {
    this.#answering.clear()
    this.#ofResource.clear()
  }

  /** Who answers reads, in sync, and with this program's own writes unless they are not wanted. */
  async #current<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    to: WrittenTo,
    { consistent = this.#options.readYourOwnWrites ?? true, ...wait }: ReadOptions = {},
  ): Promise<SharedInformer<T>> {
    const informer = this.#covering(kind, namespace)
    await informer.whenSynced(wait.signal)
    if (consistent) await this.#reads.catchUp(informer as unknown as SharedInformer<KubeObject>, to, wait)
    return informer
  }

  #covering<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined): SharedInformer<T> {
    const wanted = describeKind(kind)
    const question = namespace === undefined ? wanted : `${namespace}/${wanted}`
    const known = this.#answering.get(question)
    if (known !== undefined) return known as unknown as SharedInformer<T>
    const found = this.#find(wanted, this.#resolve(kind, {}).key, namespace)
    if (found !== undefined) {
      this.#answering.set(question, found)
      return found as unknown as SharedInformer<T>
    }
    const where = namespace === undefined ? '' : ` in namespace "${namespace}"`
    if ([...this.#entries.values()].some(({ kind: held, scope }) => held === wanted && scope.keep === 'keys'))
      throw new Error(`cache: of ${wanted}${where} only keys are kept: read it with the client, or hold an informer without "keep"`)
    throw new Error(
      `cache: nothing watches ${wanted}${where}: add the kind to the controller's "owns" or "watches", or hold cache.informer(…)`,
    )
  }

  /** An informer with the kind's usual scope, else any that holds all of the namespace, else one that holds this replica's part of it. */
  #find(kind: string, usual: string, namespace: string | undefined): SharedInformer<KubeObject> | undefined {
    const candidates = [...this.#entries.values()].flatMap(({ key, kind: described, scope, ready }) =>
      described === kind && ready !== undefined && scope.keep === 'objects' ? [{ key, scope, ready }] : [],
    )
    const whole = candidates.filter(({ scope }) => scope.shard === undefined)
    const whatever = ({ scope, ready }: (typeof candidates)[number]) => !scope.metadataOnly && holds(ready, namespace, false)
    return (
      whole.find(({ key, ready }) => key === usual && holds(ready, namespace, true)) ??
      whole.find(whatever) ??
      candidates.find(whatever)
    )?.ready
  }

  #transformNumber(transform: object | undefined): number {
    if (transform === undefined) return 0
    const known = this.#transforms.get(transform) ?? ++this.#transformCount
    this.#transforms.set(transform, known)
    return known
  }
}

/** `usual`: what the kind's own scope leaves out is left out on purpose. */
function holds({ scope, type }: SharedInformer<KubeObject>, namespace: string | undefined, usual: boolean): boolean {
  const parts = partsOf(scope, type.namespaced).filter((part) => usual || isUnselective(part))
  if (!type.namespaced || namespace !== undefined) return parts.some((part) => isAbout(part, namespace ?? ''))
  return usual || parts.some((part) => part.namespace === undefined && part.except.length === 0)
}

function found<T extends KubeObject>(informer: Informer<T>, { name, namespace }: ObjectName): (T & Stored) | undefined {
  return informer.get(name, namespace) as (T & Stored) | undefined
}

function listed<T extends KubeObject>(
  informer: Informer<T>,
  { namespace, labelSelector, by }: IndexedSelection<T>,
): readonly (T & Stored)[] {
  const all = (by === undefined ? informer.list(namespace) : indexed(informer, by, namespace)) as readonly (T & Stored)[]
  if (!labelSelector) return all
  const selector = parseLabelSelector(labelSelector)
  return all.filter((object) => matchesLabels(selector, object.metadata.labels))
}

function indexed<T extends KubeObject>(
  informer: Informer<T>,
  { index: { name, valuesOf }, value }: NonNullable<IndexedSelection<T>['by']>,
  namespace: string | undefined,
): readonly T[] {
  informer.addIndex(name, valuesOf)
  const found = informer.byIndex(name, value)
  return namespace === undefined ? found : found.filter((object) => object.metadata.namespace === namespace)
}
