import type { Kind, KubeObject } from '@kubewright/core'
import type { InformerLease } from '../cache/contract.ts'
import type { Informer, Subscription } from '../cache/informer.ts'
import type { EventHandler } from '../cache/listener.ts'
import type { InformerScope } from '../cache/scope.ts'
import type { ShardScope } from '../cache/shard-filter.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import { keepAppliedFields } from './applied-fields.ts'
import type { ControllerSpec, OwnedSpec } from './definition.ts'
import { mappingHandler, primaryHandler } from './handlers.ts'
import { awaitKind } from './kind-wait.ts'
import { OWNER_INDEX, ownerUids } from './pruner.ts'
import { mapOf } from './references.ts'
import { ownerRequest, type ReconcileTarget } from './request.ts'

export interface SourceTools {
  readonly manager: Manager
  readonly cluster: Cluster
  readonly log: Logger
  readonly signal: AbortSignal
  readonly enqueue: (target: ReconcileTarget, priority: number) => void
  readonly panicked: () => void
  /** Hears what the watches of owned kinds show, and what has gone of the others. */
  readonly children: {
    seen(child: KubeObject, informer: Informer<KubeObject>): void
    gone(child: KubeObject): void
    relisted(informer: Informer<KubeObject>): void
  }
}

/** The informers that feed one controller from one cluster, open. */
export interface Sources<T extends KubeObject> {
  readonly primary: Informer<T>
  readonly owned: readonly { readonly spec: OwnedSpec; readonly informer: Informer<KubeObject> }[]
  /** In the order of the controller's `watches`. */
  readonly watched: readonly Informer<KubeObject>[]
  readonly feeds: readonly { readonly informer: Informer<KubeObject>; readonly subscription: Subscription }[]
  close(): Promise<void>
}

/** Opens every informer and connects it to the queue. @throws Error when a kind stays unknown to the server for too long */
export async function openSources<T extends KubeObject>(spec: ControllerSpec<T>, tools: SourceTools): Promise<Sources<T>> {
  const { manager, cluster, signal, log } = tools
  const leases: InformerLease<KubeObject>[] = []
  const feeds: { informer: Informer<KubeObject>; subscription: Subscription }[] = []
  const close = async () => {
    for (const { subscription } of feeds) subscription.close()
    await Promise.all(leases.map((lease) => lease.release()))
  }
  const open = async <W extends KubeObject>(kind: Kind<W>, scope: InformerScope<W>): Promise<Informer<W>> => {
    const lease = await awaitKind(() => cluster.cache.informer(kind, scope), { kind, spec, manager, cluster, log, signal })
    leases.push(lease as unknown as InformerLease<KubeObject>)
    return lease.informer
  }
  const feed = <W extends KubeObject>(informer: Informer<W>, handler: EventHandler<W>, options: { readonly resync?: number } = {}) => {
    feeds.push({ informer: informer as unknown as Informer<KubeObject>, subscription: informer.subscribe(handler, options) })
  }
  const { namespaces } = spec.scope
  try {
    // Together, so that the sentence about each kind that is missing comes at once.
    const [primary, owned, watched] = await allOrFirstError([
      open(spec.kind, { ...spec.scope, shard: shardOf(spec, 'name') }),
      allOrFirstError(spec.owns.map((owns) => open(owns.kind, { ...ownedScope(owns, namespaces), shard: shardOf(spec, 'owner') }))),
      allOrFirstError(spec.watches.map(({ source }) => open(source.kind, { namespaces, ...source }))),
    ])
    feed(primary, primaryHandler(spec.predicates, tools), spec.resync === undefined ? {} : { resync: spec.resync })
    const owner = primary.type
    for (const [at, informer] of owned.entries()) {
      informer.addIndex(OWNER_INDEX, ownerUids)
      const { predicates } = spec.owns[at]!
      const handler = mappingHandler(predicates, (object) => ownerRequest(owner, object), tools)
      feed(informer, withChildren(handler, informer, tools.children))
    }
    for (const [at, concerned] of spec.watches.entries()) {
      const handler = mappingHandler(concerned.source.predicates ?? [], mapOf(concerned, primary), tools)
      feed(watched[at]!, withApplied(handler, tools.children))
    }
    return { primary, owned: owned.map((informer, at) => ({ spec: spec.owns[at]!, informer })), watched, feeds, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** With what the controllers have applied, of all that is known about who set which field: that is what `apply` and pruning decide by. */
function ownedScope({ labelSelector, metadataOnly }: OwnedSpec, namespaces: readonly string[] | undefined): InformerScope {
  return { namespaces, labelSelector, metadataOnly, managedFields: true, transform: keepAppliedFields }
}

function withChildren(
  handler: EventHandler<KubeObject>,
  informer: Informer<KubeObject>,
  children: SourceTools['children'],
): EventHandler<KubeObject> {
  return {
    add(object, context) {
      children.seen(object, informer)
      return handler.add?.(object, context)
    },
    update(old, object) {
      children.seen(object, informer)
      return handler.update?.(old, object)
    },
    delete(object, context) {
      children.seen(object, informer)
      children.gone(object)
      return handler.delete?.(object, context)
    },
    relisted: () => children.relisted(informer),
  }
}

/** What is only watched may be applied as well. */
function withApplied(handler: EventHandler<KubeObject>, children: SourceTools['children']): EventHandler<KubeObject> {
  return {
    ...handler,
    delete(object, context) {
      children.gone(object)
      return handler.delete?.(object, context)
    },
  }
}

/** What is only watched may concern any object, and is held as a whole. */
function shardOf<T extends KubeObject>({ kind, sharded }: ControllerSpec<T>, by: ShardScope['by']): ShardScope | undefined {
  return sharded ? { by, family: kind } : undefined
}

/** Like Promise.all, but over only when all are: nothing is opened behind the back of whoever closes everything. */
async function allOrFirstError<const P extends readonly Promise<unknown>[]>(
  promises: P,
): Promise<{ -readonly [I in keyof P]: Awaited<P[I]> }> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never
}
