import type { Client } from '@kubewright/client'
import { controllerOf, describeKind, isConflict, isNotFound, isTerminating, type KubeObject, kindOf, objectKey } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { Logger } from '../log/logger.ts'
import { appliedFields } from './applied-fields.ts'

/** What one reconcile wants there to be, beside the reconciled object. */
export class DesiredChildren {
  readonly #ids = new Set<string>()
  #complete = true

  /** At the call and not after it: what could not be applied this time is wanted all the same. @throws Error when the object does not say what it is */
  add(object: KubeObject, owner: KubeObject): void {
    try {
      const { name = '', namespace = owner.metadata.namespace } = object.metadata
      // Whether the kind has namespaces is not known here; what is of another scope than the kind matches nothing.
      this.#ids.add(idOf(object, name, namespace))
      this.#ids.add(idOf(object, name, undefined))
    } catch (error) {
      this.#complete = false
      throw error
    }
  }

  /** Not when something is wanted of which nobody could say what it is: it might be any of the children. */
  get complete(): boolean {
    return this.#complete
  }

  has(child: KubeObject): boolean {
    return this.#ids.has(idOf(child, child.metadata.name ?? '', child.metadata.namespace))
  }
}

export interface PruneCall {
  readonly owner: KubeObject
  readonly desired: DesiredChildren
  readonly client: Client
  readonly signal: AbortSignal
  readonly log: Logger
  readonly recorder: EventRecorder
}

/** An index by the uid of the controlling owner. One function for all, so that controllers can share it. */
export const OWNER_INDEX = 'kubewright.dev/controlling-owner'
export const ownerUids = (object: KubeObject): readonly string[] => {
  const owner = controllerOf(object)
  return owner === undefined ? [] : [owner.uid]
}

/**
 * Deletes what this controller applied for an object earlier and does not want any more. It must be controlled by the object, and have been
 * applied under this controller's name: what another controller, or a person, put under the same owner is theirs. What the cache does not show
 * yet is deleted when it does, for that reconciles the owner.
 */
export async function prune(
  { fieldManager, informers }: { readonly fieldManager: string; readonly informers: Iterable<Informer<KubeObject>> },
  { owner, desired, client, signal, log, recorder }: PruneCall,
): Promise<void> {
  if (!desired.complete) return
  for (const informer of informers) {
    for (const child of informer.byIndex(OWNER_INDEX, owner.metadata.uid ?? '')) {
      if (desired.has(child) || isTerminating(child) || appliedFields(child, { fieldManager }) === undefined) continue
      const { name = '', namespace, uid, resourceVersion } = child.metadata
      if (uid === undefined || resourceVersion === undefined) continue
      signal.throwIfAborted()
      const resource = await client.resource(informer.type, { signal })
      try {
        await resource.delete({ name, namespace }, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background', signal })
      } catch (error) {
        if (isNotFound(error)) continue
        // It changed since: the change reconciles the owner again, and then it is looked at anew.
        if (isConflict(error)) log.debug('what is to be pruned has changed', { kind: describeKind(informer.type), child: objectKey(child) })
        throw error
      }
      log.info('pruned: not applied any more', { kind: describeKind(informer.type), child: objectKey(child) })
      const note = `deleted ${informer.type.kind} ${objectKey(child)}, which is not wanted any more`
      recorder.event(owner, { reason: 'Pruned', action: 'Delete', note, related: child })
    }
  }
}

/** The version says nothing about identity. */
function idOf(object: KubeObject, name: string, namespace: string | undefined): string {
  const { group, kind } = kindOf(object)
  return `${kind}.${group} ${namespace ?? ''}/${name}`
}
