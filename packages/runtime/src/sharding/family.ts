import { controllerOf, type KubeObject } from '@kubewright/core'
import { positionOf } from './hash.ts'
import type { Family } from './shards.ts'
import { positionOfSlot, slotOf } from './slots.ts'

/**
 * What decides where a family is on the ring: all of its name; its namespace, so that a server can tell whose an object is; or the slot that its name
 * is in, so that a label can tell. All members of a ring must say the same.
 */
export type Placement = 'family' | 'namespace' | 'slot'

/** `family` for what is not said, or is not known here. */
export const placementOf = (text: string | undefined): Placement => (text === 'namespace' || text === 'slot' ? text : 'family')

/** Where a family is on the ring. What is in no namespace is placed by its name in any case. */
export function positionOfFamily({ cluster, group, kind, namespace = '', name }: Family, placement: Placement = 'family'): number {
  if (placement === 'namespace' && namespace !== '') return positionOfNamespace(cluster, namespace)
  const position = positionOf(cluster, group, kind, namespace, name)
  return placement === 'slot' ? positionOfSlot(slotOf(position)) : position
}

export const positionOfNamespace = (cluster: string, namespace: string): number => positionOf(cluster, namespace)

/** Where a family of objects is. */
export interface FamilyScope {
  /** `''` for the manager's own cluster. */
  readonly cluster: string
  /** Whether objects of a kind are in namespaces: a reference to an owner does not say. @default all are */
  readonly isNamespaced?: (group: string, kind: string) => boolean
}

/** The family of an object: its controlling owner's, so that both are in one shard, or, when nothing controls it, its own. */
export function familyOf(object: KubeObject, { cluster, isNamespaced = () => true }: FamilyScope): Family {
  const owner = controllerOf(object)
  const {
    apiVersion = '',
    kind = '',
    name = '',
  } = owner ?? { apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name }
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const namespace = owner === undefined || isNamespaced(group, kind) ? object.metadata.namespace : undefined
  return { cluster, group, kind, namespace, name }
}
