import { type DynamicObject, deepEqual, type ObjectMeta } from '@kubewright/core'
import { sameButTimes } from '../managed-fields/index.ts'
import type { StoredResource } from './resource.ts'
import type { Draft } from './strategy.ts'

// Which parts of an object are its author's, which are the server's, and which make it another one.

export function sentMetadata(given: ObjectMeta, namespace: string | undefined): Draft['metadata'] {
  const {
    resourceVersion: _version,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    namespace: _namespace,
    selfLink: _link,
    uid: _uid,
    creationTimestamp: _created,
    ...rest
  } = given as ObjectMeta & { readonly selfLink?: string }
  return { ...rest, ...(namespace === undefined ? {} : { namespace }) }
}

/** What only the server sets is the server's, whatever was sent; what names the object may be left out. */
export function updatedMetadata(sent: ObjectMeta, current: ObjectMeta): Draft['metadata'] {
  const {
    generation: _generation,
    resourceVersion: _version,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    selfLink: _link,
    ...rest
  } = sent as ObjectMeta & { readonly selfLink?: string }
  const { name, namespace, uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, managedFields } = current
  const kept = { name, namespace, uid, creationTimestamp }
  const fixed = { generation, deletionTimestamp, deletionGracePeriodSeconds }
  return { ...defined(kept), ...rest, ...defined(fixed), ...(rest.managedFields === undefined ? defined({ managedFields }) : {}) }
}

function defined(fields: ObjectMeta | Readonly<Record<string, unknown>>): ObjectMeta {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

export function withManagedFields(object: DynamicObject, managedFields: ObjectMeta['managedFields']): DynamicObject {
  const { managedFields: _sent, ...metadata } = object.metadata
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } }
}

export function restoreStatus(draft: Draft, from: DynamicObject): void {
  if (from['status'] === undefined) delete draft['status']
  else draft['status'] = structuredClone(from['status'])
}

export function sameDesired({ strategy }: StoredResource, a: DynamicObject, b: DynamicObject): boolean {
  const desired = (object: DynamicObject) => {
    const { metadata: _metadata, apiVersion: _apiVersion, status, ...rest } = object
    return strategy.statusSeparated ? rest : { ...rest, status }
  }
  return deepEqual(desired(a), desired(b)) && deepEqual(strategy.generationOf?.(a), strategy.generationOf?.(b))
}

/** A write that changes nothing but the times in managedFields is none: operators that write in a loop become quiet only so. */
export const settle = (before: DynamicObject, after: DynamicObject): DynamicObject => (sameButTimes(before, after) ? before : after)

export function withVersion(object: DynamicObject, resourceVersion: string | undefined): DynamicObject {
  return resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } }
}
