import {
  type Cache,
  compareQuantities,
  controllerOf,
  deepEqual,
  type GroupVersionKind,
  type Kind,
  type KubeObject,
  parseQuantity,
  quantityToNumber,
  type Reachability,
} from 'kubewright'
import type { AuthorRights } from '../author/author-rights.ts'
import { stampAt } from '../expiry/stamp.ts'
import { PROTECT } from '../protection/protection.ts'
import type { FactChange, FactNeeds, FactSource, World, WorldFacts } from './fact-source.ts'
import { type Fact, known, type NamespaceFact, NO_FACTS, type Use, unknown } from './facts.ts'
import { Referrers } from './referrers.ts'
import { WatchedKind } from './watched-kind.ts'

export interface CacheFactsEnvironment {
  readonly cache: Cache
  readonly reachability: Pick<Reachability, 'failed' | 'pause'>
  /** Wall clock, ms. */
  readonly now: () => number
  readonly rights: AuthorRights
}

const NAMESPACE: Kind<KubeObject> = { group: '', version: 'v1', kind: 'Namespace' }
const CRD: Kind<KubeObject> = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' }
const QUOTA: Kind<Quota> = { group: '', version: 'v1', kind: 'ResourceQuota' }

export interface Quota extends KubeObject {
  readonly status?: { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> }
}

interface Shared {
  readonly referrers: Referrers
  readonly listeners: Set<(change: FactChange) => void>
}

/** Facts out of the manager's shared cache: however many policies ask for the same, it is watched once. */
export function cacheFacts(environment: CacheFactsEnvironment): FactSource {
  const shared = new Map<string, Shared>()
  return {
    open: (needs, changed) => new CacheWorld(environment, shared, needs, changed),
    async kindsChanged(signal) {
      const changed = Promise.withResolvers<void>()
      const told = () => changed.resolve()
      const watch: WatchedKind<KubeObject> = new WatchedKind<KubeObject>({
        ...environment,
        kind: CRD,
        scope: { metadataOnly: true },
        // What was there before is no change; a definition tells of its being served by another update.
        handler: {
          add: () => {
            if (watch.state.is === 'synced') told()
          },
          update: told,
          delete: told,
        },
        changed: () => {},
      })
      const aborted = () => changed.resolve()
      signal.addEventListener('abort', aborted, { once: true })
      if (signal.aborted) aborted()
      try {
        await changed.promise
      } finally {
        signal.removeEventListener('abort', aborted)
        await watch.close()
      }
    },
  }
}

type Closable = Pick<WatchedKind<KubeObject>, 'inspect' | 'close'>

class CacheWorld implements World {
  readonly facts: WorldFacts
  readonly settled: Promise<void>
  readonly #watches: WatchedKind<never>[] = []
  readonly #parts: Closable[] = []
  #closed = false

  constructor(environment: CacheFactsEnvironment, shared: Map<string, Shared>, needs: FactNeeds, changed: (change: FactChange) => void) {
    const tell = (change: FactChange) => {
      if (!this.#closed) changed(change)
    }
    const namespace = this.#namespaces(environment, tell)
    const rights = needs.author && environment.rights.of(needs.author, needs.target, tell)
    if (rights !== undefined) this.#parts.push(rights)
    this.facts = {
      namespace: needs.namespaces ? namespace : NO_FACTS.namespace,
      guard: (name) => guardOf(name, namespace(name)),
      author: rights === undefined ? NO_FACTS.author : (where) => rights.in(where),
      exists: needs.owner === undefined ? NO_FACTS.exists : this.#owners(environment, needs.owner, needs, tell),
      use: needs.use ? this.#uses(environment, shared, needs, tell) : NO_FACTS.use,
      quota: needs.quota ? this.#quotas(environment, needs, tell) : NO_FACTS.quota,
    }
    this.settled = Promise.all(this.#watches.map((watch) => watch.settled)).then(() => undefined)
  }

  inspect(): void {
    for (const part of this.#parts) part.inspect()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#parts.map((part) => part.close()))
  }

  #namespaces(environment: CacheFactsEnvironment, tell: (change: FactChange) => void): WorldFacts['namespace'] {
    const told = ({ metadata: { name = '' } }: KubeObject) => tell({ is: 'namespace', name })
    const watch = this.#watch(
      environment,
      NAMESPACE,
      { metadataOnly: true },
      {
        add: told,
        update: (old, object) => {
          if (!saysTheSame(old, object)) told(object)
        },
        delete: told,
      },
      tell,
    )
    return (name) => {
      const blind = blindness(watch, 'its namespace')
      if (blind !== undefined) return blind
      const found = watch.get(name)?.metadata
      return known(
        found && { labels: found.labels ?? {}, annotations: found.annotations ?? {}, terminating: found.deletionTimestamp !== undefined },
      )
    }
  }

  #owners(
    environment: CacheFactsEnvironment,
    kind: GroupVersionKind,
    { namespace }: FactNeeds,
    tell: (change: FactChange) => void,
  ): WorldFacts['exists'] {
    const told = ({ metadata: { namespace: where } }: KubeObject) =>
      tell(where === undefined ? { is: 'all' } : { is: 'namespace', name: where })
    const scope = { metadataOnly: true, ...(namespace !== undefined && { namespace }) }
    const handler = {
      add: told,
      delete: told,
      update: (old: KubeObject, object: KubeObject) => {
        if (old.metadata.uid !== object.metadata.uid) told(object)
      },
    }
    const watch = this.#watch(environment, kind as Kind<KubeObject>, scope, handler, tell)
    return (_, where, name, uid) => {
      // A kind that is not served may have been removed by mistake, with everything of it.
      const blind =
        watch.state.is === 'absent'
          ? unknown(`its owner cannot be seen: the server does not serve ${kind.kind}`)
          : blindness(watch, 'its owner')
      if (blind !== undefined) return blind
      const found = watch.get(name, where) ?? watch.get(name)
      return known(found !== undefined && (uid === undefined || found.metadata.uid === uid))
    }
  }

  #uses(
    environment: CacheFactsEnvironment,
    shared: Map<string, Shared>,
    { namespace, kind: target, referrers: declared }: FactNeeds,
    tell: (change: FactChange) => void,
  ): WorldFacts['use'] {
    const key = [namespace ?? '*', ...declared.map((referrer) => referrer.key).sort()].join(' ')
    const share = shared.get(key) ?? shareReferrers(environment, { namespace, declared })
    shared.set(key, share)
    const listener = (change: FactChange & { readonly kind?: string }) => {
      if (change.kind === undefined || change.kind === target) tell(change)
    }
    share.listeners.add(listener)
    this.#parts.push({
      inspect: () => share.referrers.inspect(),
      close: async () => {
        share.listeners.delete(listener)
        if (share.listeners.size > 0) return
        if (shared.get(key) === share) shared.delete(key)
        await share.referrers.close()
      },
    })
    return (kind, object) => useOf(share.referrers, kind, object)
  }

  #quotas(environment: CacheFactsEnvironment, { namespace }: FactNeeds, tell: (change: FactChange) => void): WorldFacts['quota'] {
    const told = ({ metadata: { namespace: name = '' } }: KubeObject) => tell({ is: 'namespace', name })
    const scope = namespace === undefined ? {} : { namespace }
    const watch = this.#watch(environment, QUOTA, scope, { add: told, update: (_, object) => told(object), delete: told }, tell)
    return (where, resources) => blindness(watch, 'the quota of its namespace') ?? known(fullest(watch.list(where), resources))
  }

  #watch<T extends KubeObject>(
    { cache, reachability }: CacheFactsEnvironment,
    kind: Kind<T>,
    scope: ConstructorParameters<typeof WatchedKind<T>>[0]['scope'],
    handler: ConstructorParameters<typeof WatchedKind<T>>[0]['handler'],
    tell: (change: FactChange) => void,
  ): WatchedKind<T> {
    const watch = new WatchedKind({ cache, reachability, kind, scope, handler, changed: () => tell({ is: 'all' }) })
    this.#parts.push(watch)
    this.#watches.push(watch as unknown as WatchedKind<never>)
    return watch
  }
}

/** What a namespace says about everything in it. Nothing is deleted in one that goes by itself: it would be in vain. */
export function guardOf(name: string, fact: Fact<NamespaceFact | undefined>): Fact<string | undefined> {
  if (fact.is === 'unknown') return fact
  // Watches are not in step: an object may be told before its namespace.
  if (fact.value === undefined) return unknown(`its namespace ${name} is not known yet`)
  const { labels, annotations, terminating } = fact.value
  if (terminating) return known(`namespace ${name} is being deleted, with everything in it`)
  return known(labels[PROTECT] === 'true' || annotations[PROTECT] === 'true' ? `namespace ${name} carries ${PROTECT}: "true"` : undefined)
}

/** To what is in it: quotas, finalizers and whoever writes of its own in its status change a namespace, and no judgement. */
function saysTheSame({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  const isGoing = (metadata: KubeObject['metadata']) => metadata.deletionTimestamp !== undefined
  return a.uid === b.uid && isGoing(a) === isGoing(b) && deepEqual(a.labels, b.labels) && deepEqual(a.annotations, b.annotations)
}

function shareReferrers(environment: CacheFactsEnvironment, who: ConstructorParameters<typeof Referrers>[1]): Shared {
  const listeners: Shared['listeners'] = new Set()
  const referrers = new Referrers(environment, who, (key) => {
    for (const listener of listeners) listener(key === undefined ? { is: 'all' } : changeOf(key))
  })
  return { referrers, listeners }
}

function changeOf(key: string): FactChange & { readonly kind?: string } {
  const [kind = '', namespace = '', name = ''] = key.split('/')
  // A family of claims: any of the namespace.
  if (kind.endsWith('*')) return { is: 'namespace', name: namespace }
  return { is: 'object', kind, namespace, name }
}

export function useOf(referrers: Pick<Referrers, 'since' | 'index'>, { kind }: GroupVersionKind, object: KubeObject): Fact<Use> {
  const { since } = referrers
  if (since.is === 'unknown') return since
  const { name = '', namespace, creationTimestamp } = object.metadata
  // Who made it needs it, though perhaps under no name that one can see: Secrets of cert-manager, of SealedSecrets.
  if (controllerOf(object) !== undefined || referrers.index.isUsed(kind, namespace, name)) return known({ is: 'used' })
  const created = stampAt(creationTimestamp)
  if (created === undefined) return unknown('it has no creationTimestamp')
  return known({ is: 'unused', since: Math.max(since.value, created, referrers.index.unusedSince(kind, namespace, name) ?? 0) })
}

function blindness(watch: WatchedKind<never> | WatchedKind<KubeObject>, what: string): Fact<never> | undefined {
  const { state } = watch
  if (state.is === 'synced' || state.is === 'absent') return undefined
  return unknown(state.is === 'failing' ? `${what} cannot be seen: ${state.reason}` : `${what} is being read for the first time`)
}

export function fullest(quotas: readonly Quota[], resources: readonly string[]): number | undefined {
  let most: number | undefined
  for (const { status } of quotas) {
    for (const resource of resources) {
      const [hard, used] = [status?.hard?.[resource], status?.used?.[resource]]
      if (hard === undefined || used === undefined) continue
      const share = compareQuantities(hard, '0') === 0 ? 1 : quantityToNumber(parseQuantity(used)) / quantityToNumber(parseQuantity(hard))
      most = Math.max(most ?? 0, share)
    }
  }
  return most
}
