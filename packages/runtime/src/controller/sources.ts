import type { ObjectName } from '@kubewright/client'
import { describeKind, type Kind, type KubeObject } from '@kubewright/core'
import type { InformerLease } from '../cache/cache.ts'
import type { Informer, Subscription } from '../cache/informer.ts'
import type { EventHandler } from '../cache/listener.ts'
import type { InformerScope } from '../cache/scope.ts'
import type { Logger } from '../log/logger.ts'
import type { Manager } from '../manager/manager.ts'
import type { ControllerMeter } from '../metrics/controller-metrics.ts'
import { INITIAL_LIST_PRIORITY, type WorkQueue } from '../queue/work-queue.ts'
import { isOrder } from './annotations.ts'
import type { Applier } from './applier.ts'
import type { ControllerSpec } from './definition.ts'
import { awaitKind } from './kind-wait.ts'
import type { OwnWrites } from './own-writes.ts'
import type { ObjectEvent } from './predicate.ts'
import { keyOf, ownerRequest } from './request.ts'

export interface SourceTools {
  readonly manager: Manager
  readonly queue: WorkQueue
  readonly log: Logger
  readonly meter: ControllerMeter
  readonly ownWrites: OwnWrites
  readonly applier: Applier
  readonly signal: AbortSignal
}

/** The informers that feed one controller, open. */
export interface Sources<T extends KubeObject> {
  readonly primary: Informer<T>
  /** By described kind. */
  readonly owned: ReadonlyMap<string, Informer<KubeObject>>
  readonly feeds: readonly { readonly informer: Informer<KubeObject>; readonly subscription: Subscription }[]
  close(): Promise<void>
}

/** Opens every informer and connects it to the queue. @throws Error when a kind stays unknown to the server for too long */
export async function openSources<T extends KubeObject>(spec: ControllerSpec<T>, tools: SourceTools): Promise<Sources<T>> {
  const { manager, signal, log } = tools
  const leases: InformerLease<KubeObject>[] = []
  const close = async () => {
    for (const { subscription } of feeds) subscription.close()
    await Promise.all(leases.map((lease) => lease.release()))
  }
  const open = async <W extends KubeObject>(kind: Kind<W>, scope: InformerScope<W>): Promise<Informer<W>> => {
    const lease = await awaitKind(() => manager.cache.informer(kind, scope), { kind, spec, manager, log, signal })
    leases.push(lease as unknown as InformerLease<KubeObject>)
    return lease.informer
  }
  const feeds: { informer: Informer<KubeObject>; subscription: Subscription }[] = []
  const feed = <W extends KubeObject>(informer: Informer<W>, handler: EventHandler<W>) => {
    feeds.push({ informer: informer as unknown as Informer<KubeObject>, subscription: informer.subscribe(handler) })
  }
  try {
    // Together, so that the sentence about each kind that is missing comes at once.
    const opened = await Promise.allSettled([
      open(spec.kind, spec.scope),
      ...spec.owns.map((kind) => open(kind, { namespaces: spec.scope.namespaces })),
      ...spec.watches.map(({ kind, map: _, ...scope }) => open(kind, { namespaces: spec.scope.namespaces, ...scope })),
    ])
    const failed = opened.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const [primary, ...others] = opened.map((result) => (result as PromiseFulfilledResult<unknown>).value) as [
      Informer<T>,
      ...Informer<KubeObject>[],
    ]
    const owned = new Map(spec.owns.map((kind, at) => [describeKind(kind), others[at]!]))
    feed(primary, primaryHandler(spec, tools))
    const owner = primary.type
    for (const informer of owned.values()) {
      feed(informer, { delete: (object) => tools.applier.forget(object) })
      feed(
        informer,
        mappingHandler(tools, (object) => ownerRequest(owner, object)),
      )
    }
    for (const [at, source] of spec.watches.entries())
      feed(
        others[spec.owns.length + at]!,
        mappingHandler(tools, (object) => source.map(object)),
      )
    return { primary, owned, feeds, close }
  } catch (error) {
    await close()
    throw error
  }
}

function primaryHandler<T extends KubeObject>(spec: ControllerSpec<T>, tools: SourceTools): EventHandler<T> {
  const { queue, ownWrites } = tools
  const offer = (event: ObjectEvent<T>) => {
    const ordered = event.type === 'update' && isOrder(event.old, event.object)
    const wanted = ordered || guarded(tools, event.object, () => spec.predicates.every((predicate) => predicate(event)), true)
    if (!wanted) return
    const { name = '', namespace } = event.object.metadata
    queue.add(keyOf({ name, namespace }), event.type === 'add' && event.initial ? { priority: INITIAL_LIST_PRIORITY } : {})
  }
  return {
    add: (object, { initial }) => offer({ type: 'add', object, initial }),
    update: (old, object) => offer({ type: 'update', old, object }),
    delete: (object, { finalStateUnknown }) => {
      const { name = '', namespace } = object.metadata
      ownWrites.forget(keyOf({ name, namespace }))
      offer({ type: 'delete', object, finalStateUnknown })
    },
  }
}

/** Both what it was and what it is: an object that changed its owner concerns the old one too. */
function mappingHandler<W extends KubeObject>(tools: SourceTools, map: (object: W) => Iterable<ObjectName>): EventHandler<W> {
  const { queue } = tools
  const keys = (object: W) => guarded(tools, object, () => [...map(object)].map(keyOf), [])
  return {
    add: (object, { initial }) => {
      for (const key of keys(object)) queue.add(key, initial ? { priority: INITIAL_LIST_PRIORITY } : {})
    },
    update: (old, object) => {
      for (const key of new Set([...keys(old), ...keys(object)])) queue.add(key)
    },
    delete: (object) => {
      for (const key of keys(object)) queue.add(key)
    },
  }
}

/** A predicate or map function that throws is a mistake in the program: it is told and counted, and the others go on. */
function guarded<R>({ log, meter }: SourceTools, { metadata }: KubeObject, run: () => R, otherwise: R): R {
  try {
    return run()
  } catch (error) {
    meter.panic()
    log.error('a predicate or map function threw', { namespace: metadata.namespace, name: metadata.name, error })
    return otherwise
  }
}
