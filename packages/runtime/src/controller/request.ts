import type { ObjectName } from '@kubewright/client'
import { controllerOf, type GroupVersionKind, type KubeObject, parseApiVersion } from '@kubewright/core'

/** Names of Kubernetes objects hold no slash, so the text is as good as the pair, and can be the key of a queue. */
export function keyOf({ name, namespace }: ObjectName): string {
  return namespace ? `${namespace}/${name}` : name
}

export function requestOf(key: string): ObjectName {
  const slash = key.indexOf('/')
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
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
