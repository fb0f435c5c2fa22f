import type { KubeObject, ManagedFieldsEntry } from '@kubewright/core'

/**
 * Field ownership as the server writes it: `f:name` a field, `k:{…}` an item of a list by its keys, `v:…` an item of a set, `.` the thing itself.
 * A node without children is owned as a whole.
 */
export type OwnedFields = Readonly<Record<string, unknown>>

/** Whose fields: what one manager applied to an object, or to a subresource of it. */
export interface AppliedBy {
  readonly fieldManager: string
  /** `undefined`: the object itself. */
  readonly subresource?: string | undefined
}

/**
 * A transform for informers that keeps, of all `managedFields`, what was applied: about as much as was said, where the whole is half of an object.
 * One function for all controllers, so that two which own the same kind share a watch.
 */
export function keepAppliedFields<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata
  if (managedFields === undefined) return object
  const kept = managedFields.flatMap(({ manager, operation, subresource, apiVersion, fieldsV1 }): ManagedFieldsEntry[] =>
    operation !== 'Apply'
      ? []
      : [
          {
            operation,
            ...(manager === undefined ? {} : { manager }),
            ...(apiVersion === undefined ? {} : { apiVersion }),
            ...(subresource === undefined ? {} : { subresource }),
            ...(fieldsV1 === undefined ? {} : { fieldsV1 }),
          },
        ],
  )
  return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, managedFields: kept } }
}

/** What the manager has applied; `undefined` when it has not. */
export function appliedFields({ metadata }: KubeObject, { fieldManager, subresource = '' }: AppliedBy): OwnedFields | undefined {
  return metadata.managedFields?.find(
    (entry) => entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === subresource,
  )?.fieldsV1
}
