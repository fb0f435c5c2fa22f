import { createHash } from 'node:crypto'
import type { Client } from '@kubewright/client'
import { describeKind, type KubeObject, kindOf, objectKey, ownerReferenceTo, withOwnerReference } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import type { ApplyOptions } from './definition.ts'

export interface ApplierOptions {
  readonly client: Client
  readonly fieldManager: string
  /** The informer of a kind that the controller owns. */
  readonly informerOf: (kind: string) => Informer<KubeObject> | undefined
}

interface Applied {
  readonly intent: string
  /** The object was like this when it was last seen to hold the intent. */
  readonly resourceVersion: string | undefined
}

/**
 * Server-side apply that is silent in the steady state. It sends when the intent is not the one sent last, or when the cached object no longer
 * holds it; once after a start, which the server answers without a write when there is nothing to change.
 */
export class Applier {
  readonly #options: ApplierOptions
  readonly #applied = new Map<string, Applied>()

  constructor(options: ApplierOptions) {
    this.#options = options
  }

  async apply<O extends KubeObject>(owner: KubeObject, object: O, { own = true }: ApplyOptions, signal: AbortSignal): Promise<O> {
    const kind = kindOf(object)
    const { client, fieldManager, informerOf } = this.#options
    const resource = await client.resource<O>(kind, { signal })
    const intent = intentOf(owner, object, { own, namespaced: resource.type.namespaced })
    const { name = '', namespace } = intent.metadata
    const id = `${describeKind(kind)} ${objectKey(intent)}`
    const hash = createHash('sha256').update(JSON.stringify(intent)).digest('base64')
    const live = informerOf(describeKind(kind))?.get(name, namespace) as O | undefined
    const earlier = this.#applied.get(id)
    if (live !== undefined && earlier?.intent === hash) {
      const { resourceVersion } = live.metadata
      if (earlier.resourceVersion === resourceVersion) return live
      if (contains(live, intent)) {
        this.#applied.set(id, { intent: hash, resourceVersion })
        return live
      }
    }
    const result = await resource.patch({ name, namespace }, { type: 'apply', body: intent, force: true }, { fieldManager, signal })
    if (informerOf(describeKind(kind)) !== undefined)
      this.#applied.set(id, { intent: hash, resourceVersion: result.metadata.resourceVersion })
    return result
  }

  /** The object is gone: what was sent for it means nothing any more. */
  forget(object: KubeObject): void {
    this.#applied.delete(`${describeKind(kindOf(object))} ${objectKey(object)}`)
  }
}

/** What is sent: with a namespace, with the owner, without what only a server may say. */
function intentOf<O extends KubeObject>(owner: KubeObject, object: O, { own, namespaced }: { own: boolean; namespaced: boolean }): O {
  const where = `apply ${object.kind ?? ''} "${object.metadata.name ?? ''}"`
  if (!object.metadata.name)
    throw new Error(`${where}: it has no metadata.name; an object that is applied needs a name of its own (generateName cannot be applied)`)
  const namespace = namespaced ? (object.metadata.namespace ?? owner.metadata.namespace) : undefined
  if (namespaced && !namespace)
    throw new Error(`${where}: it needs metadata.namespace, for its owner "${owner.metadata.name ?? ''}" has none`)
  if (own && owner.metadata.namespace !== undefined && namespace !== owner.metadata.namespace) {
    throw new Error(
      `${where}: an object in namespace "${owner.metadata.namespace}" cannot own one ${namespace ? `in namespace "${namespace}"` : 'without a namespace'}: the garbage collector would delete it; pass { own: false } and delete it in cleanup`,
    )
  }
  const { resourceVersion: _, uid: __, managedFields: ___, creationTimestamp: ____, generation: _____, ...metadata } = object.metadata
  const owned = own ? { ownerReferences: withOwnerReference(metadata.ownerReferences, ownerReferenceTo(owner)) } : {}
  return { ...object, metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }), ...owned } }
}

/** Whether everything that is wanted is there. Lists are compared whole: the server keeps the order of those it does not merge. */
function contains(live: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, at) => contains(live[at], item))
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null || Array.isArray(live)) return false
    return Object.entries(wanted).every(([key, value]) => contains((live as Record<string, unknown>)[key], value))
  }
  return live === wanted
}
