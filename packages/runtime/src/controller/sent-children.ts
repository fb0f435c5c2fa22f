import { describeKind, type KubeObject, kindOf, objectKey } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import type { ReconcileTarget } from './request.ts'

interface Sent {
  readonly child: KubeObject
  readonly owner: ReconcileTarget
}

/**
 * Children that were applied and that no watch has shown yet. One that somebody deletes while the history is lost comes in no event and in no list: its
 * owner would never be looked at again. Here it is missed.
 */
export class SentChildren {
  readonly #missed: (owner: ReconcileTarget) => void
  /** By kind, then by object. */
  readonly #unseen = new Map<string, Map<string, Sent>>()

  /** `missed`: a child of this owner was there and is not any more. */
  constructor(missed: (owner: ReconcileTarget) => void) {
    this.#missed = missed
  }

  /** The server has answered an apply with the child. */
  sent(child: KubeObject, owner: ReconcileTarget, informer: Informer<KubeObject>): void {
    const { name = '', namespace, uid } = child.metadata
    if (informer.get(name, namespace)?.metadata.uid === uid) return
    const kind = describeKind(kindOf(child))
    const children = this.#unseen.get(kind) ?? new Map<string, Sent>()
    this.#unseen.set(kind, children)
    children.set(objectKey(child), { child, owner })
    // The list that passed over it may have been quicker than the answer.
    this.#lookFor(objectKey(child), children, informer)
  }

  /** The watch has said something of the child. */
  seen(child: KubeObject, informer: Informer<KubeObject>): void {
    const children = this.#unseen.get(describeKind(informer.type))
    // The end of the one that had its name before may come later than the answer to the apply.
    if (children?.get(objectKey(child))?.child.metadata.uid === child.metadata.uid) children?.delete(objectKey(child))
  }

  /** Everything was listed anew. */
  relisted(informer: Informer<KubeObject>): void {
    const children = this.#unseen.get(describeKind(informer.type))
    if (children !== undefined) for (const key of children.keys()) this.#lookFor(key, children, informer)
  }

  #lookFor(key: string, children: Map<string, Sent>, informer: Informer<KubeObject>): void {
    const { child, owner } = children.get(key)!
    const { name = '', namespace, uid, resourceVersion = '' } = child.metadata
    if (!informer.reached(resourceVersion, namespace)) return
    children.delete(key)
    if (informer.get(name, namespace)?.metadata.uid !== uid) this.#missed(owner)
  }
}
