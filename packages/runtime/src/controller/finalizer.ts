import type { Resource } from '@kubewright/client'
import { hasFinalizer, isNotFound, type KubeObject, withFinalizer, withoutFinalizer } from '@kubewright/core'

interface WriteContext {
  readonly signal: AbortSignal
  readonly fieldManager: string
}

/** Puts the finalizer on; returns the object as it is then. @throws ApiError (conflict) when the object changed since it was read */
export async function addFinalizer<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  finalizer: string,
  context: WriteContext,
): Promise<T> {
  if (hasFinalizer(object, finalizer)) return object
  return await write(resource, withFinalizer(object, finalizer), context)
}

/** Takes the finalizer off. That the object is gone already is fine. */
export async function removeFinalizer<T extends KubeObject>(
  resource: Resource<T>,
  object: KubeObject,
  finalizer: string,
  context: WriteContext,
): Promise<void> {
  if (!hasFinalizer(object, finalizer)) return
  try {
    await write(resource, withoutFinalizer(object, finalizer), context)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** A merge patch replaces the whole list, so it is locked: a finalizer that somebody else has just added must not be lost. */
async function write<T extends KubeObject>(resource: Resource<T>, { metadata }: KubeObject, context: WriteContext): Promise<T> {
  const { name = '', namespace, uid, resourceVersion, finalizers = [] } = metadata
  return await resource.patch({ name, namespace }, { type: 'merge', body: { metadata: { uid, resourceVersion, finalizers } } }, context)
}
