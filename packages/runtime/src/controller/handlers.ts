import type { KubeObject } from '@kubewright/core'
import type { EventHandler } from '../cache/listener.ts'
import { INITIAL_LIST_PRIORITY } from '../queue/work-queue.ts'
import { isOrder } from './annotations.ts'
import type { ObjectEvent, Predicate } from './predicate.ts'
import { keyOf, type ReconcileTarget } from './request.ts'
import type { SourceTools } from './sources.ts'

type HandlerTools = Pick<SourceTools, 'enqueue' | 'log' | 'panicked'>

/** What happens to the reconciled objects themselves. */
export function primaryHandler<T extends KubeObject>(predicates: readonly Predicate<T>[], tools: HandlerTools): EventHandler<T> {
  return handlerOf<T>((event) => {
    const ordered = event.type === 'update' && isOrder(event.old, event.object)
    if (!ordered && !wanted(tools, predicates, event)) return
    const { name = '', namespace } = event.object.metadata
    tools.enqueue({ name, ...(namespace === undefined ? {} : { namespace }) }, priorityOf(event))
  })
}

/** Of an update both what it was and what it is: an object that changed its owner concerns the old one too. */
export function mappingHandler<W extends KubeObject>(
  predicates: readonly Predicate<W>[],
  map: (object: W) => Iterable<ReconcileTarget>,
  tools: HandlerTools,
): EventHandler<W> {
  const targets = (object: W) => guarded(tools, object, () => [...map(object)], [])
  return handlerOf<W>((event) => {
    if (!wanted(tools, predicates, event)) return
    const concerned = event.type === 'update' ? [...targets(event.old), ...targets(event.object)] : targets(event.object)
    const told = new Set<string>()
    for (const target of concerned) {
      const key = `${keyOf(target)} ${target.cluster === undefined}`
      if (!told.has(key)) tools.enqueue(target, priorityOf(event))
      told.add(key)
    }
  })
}

function handlerOf<W extends KubeObject>(hear: (event: ObjectEvent<W>) => void): EventHandler<W> {
  return {
    add: (object, { initial }) => hear({ type: 'add', object, initial }),
    update: (old, object) => {
      const same = old.metadata.uid === object.metadata.uid && old.metadata.resourceVersion === object.metadata.resourceVersion
      hear(same ? { type: 'resync', object } : { type: 'update', old, object })
    },
    delete: (object, { finalStateUnknown }) => hear({ type: 'delete', object, finalStateUnknown }),
  }
}

/** What was there already, and what is looked at for no reason, comes after everything that changes now. */
function priorityOf(event: ObjectEvent<KubeObject>): number {
  return event.type === 'resync' || (event.type === 'add' && event.initial) ? INITIAL_LIST_PRIORITY : 0
}

/** An object that goes is always worth it, whatever a predicate says: nobody hears of it again. */
function wanted<W extends KubeObject>(tools: HandlerTools, predicates: readonly Predicate<W>[], event: ObjectEvent<W>): boolean {
  return guarded(tools, event.object, () => event.type === 'delete' || predicates.every((predicate) => predicate(event)), true)
}

/** A predicate or map function that throws is a mistake in the program: it is told and counted, and the others go on. */
function guarded<R>({ log, panicked }: HandlerTools, { metadata }: KubeObject, run: () => R, otherwise: R): R {
  try {
    return run()
  } catch (error) {
    panicked()
    log.error('a predicate or map function threw', { namespace: metadata.namespace, name: metadata.name, error })
    return otherwise
  }
}
