import { type GroupVersionKind, type KubeObject, kindOf } from '@kubewright/core'

/** A kind without its version: `Deployment.apps`, `Pod`. */
export function kindName({ kind, group }: Pick<GroupVersionKind, 'kind' | 'group'>): string {
  return group === '' ? kind : `${kind}.${group}`
}

/** Names an object of one cluster: `Deployment.apps/shop/web`, `Namespace//shop`. Neither kinds nor names hold a slash that would confuse it. */
export function objectId(
  kind: string,
  { namespace = '', name = '' }: { readonly namespace?: string | undefined; readonly name?: string | undefined },
): string {
  return `${kind}/${namespace}/${name}`
}

export function idOf(object: KubeObject): string {
  return objectId(kindName(kindOf(object)), object.metadata)
}

export function parseObjectId(id: string): { readonly kind: string; readonly namespace: string; readonly name: string } | undefined {
  const [kind = '', namespace = '', ...name] = id.split('/')
  return name.length === 0 ? undefined : { kind, namespace, name: name.join('/') }
}
