import { apiVersionOf, deepFreeze, type KubeObject, type ResourceType } from '@kubewright/core'

export interface PreparationOptions<T extends KubeObject> {
  readonly type: ResourceType<T>
  readonly metadataOnly: boolean
  readonly managedFields: boolean
  readonly freeze: boolean
  readonly transform: ((object: T) => T) | undefined
  readonly transformFailed: (object: T, error: unknown) => void
}

/** An object as it is kept. Done before the store sees it, so that two readers never see two forms of one object. */
export function prepared<T extends KubeObject>(object: T, options: PreparationOptions<T>): T {
  const kept = options.managedFields ? object : withoutManagedFields(object)
  let result = options.metadataOnly ? named(kept, options.type) : kept
  try {
    result = options.transform?.(result) ?? result
  } catch (error) {
    options.transformFailed(object, error)
  }
  return options.freeze ? deepFreeze(result) : result
}

/** Servers call metadata-only objects PartialObjectMetadata; an owner reference to one must name the real kind. */
function named<T extends KubeObject>(object: T, type: ResourceType<T>): T {
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind }
}

function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
