import type { ObjectName } from '@kubewright/client'
import { controllerOf, type GroupVersionKind, type KubeObject, parseApiVersion } from '@kubewright/core'
import { LOCAL_CLUSTER } from '../cluster/cluster.ts'

/** What one reconcile is about. */
export interface ReconcileRequest extends ObjectName {
  /** `''`: the manager's own cluster. */
  readonly cluster: string
}

/** Names an object to reconcile. */
export interface ReconcileTarget extends ObjectName {
  /** @default where it was heard of: the cluster of the object that was mapped, else the manager's own */
  readonly cluster?: string
  /** Higher goes first. @default 0, or -100 for what was there at the start and for what a resync brings */
  readonly priority?: number
}

/**
 * The request as the key of a queue. A cluster's name is a DNS label and objects' names hold no slash, so the first bar and the last slash part
 * it again, whatever the name (a ClusterRole's may hold a bar).
 */
export function keyOf({ cluster = LOCAL_CLUSTER, namespace, name }: ReconcileTarget): string {
  return `${cluster}|${namespace ? `${namespace}/` : ''}${name}`
}

export function requestOf(key: string): ReconcileRequest {
  const bar = key.indexOf('|')
  const slash = key.indexOf('/', bar)
  const cluster = key.slice(0, bar)
  if (slash === -1) return { cluster, name: key.slice(bar + 1) }
  return { cluster, namespace: key.slice(bar + 1, slash), name: key.slice(slash + 1) }
}

/** Whose turn it is when the queue is shared out: a namespace of a cluster, and everything without a namespace together. */
export function tenantOf(key: string): string {
  const slash = key.indexOf('/')
  return slash === -1 ? key.slice(0, key.indexOf('|') + 1) : key.slice(0, slash)
}

/**
 * The owner that controls the object, when it is of the kind: by group and kind, for the version in a reference is the one of whoever wrote
 * it.
 */
export function ownerRequest(owner: GroupVersionKind & { readonly namespaced: boolean }, object: KubeObject): readonly ObjectName[] {
  const reference = controllerOf(object)
  if (reference === undefined || reference.kind !== owner.kind || parseApiVersion(reference.apiVersion).group !== owner.group) return []
  return [owner.namespaced ? { name: reference.name, namespace: object.metadata.namespace } : { name: reference.name }]
}
