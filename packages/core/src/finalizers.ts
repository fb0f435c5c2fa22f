import type { KubeObject } from './meta.ts'

/** Whether the object has the finalizer. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

/** The object with the finalizer, last in order; the same object when it has it. */
export function withFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  if (hasFinalizer(object, finalizer)) return object
  return { ...object, metadata: { ...object.metadata, finalizers: [...(object.metadata.finalizers ?? []), finalizer] } }
}

/**
 * The object without the finalizer; the same object when it has it not. The others keep their order. An empty list stays an empty list and
 * is not left out: a merge patch made from the difference must say that the last one went.
 */
export function withoutFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
  if (!hasFinalizer(object, finalizer)) return object
  return { ...object, metadata: { ...object.metadata, finalizers: object.metadata.finalizers!.filter((other) => other !== finalizer) } }
}

/** Whether deletion was asked for: what remains is to clean up and to remove one's finalizer. */
export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}
