import type { KubeObject } from '@kubewright/core'

/** Set to `"true"`, it keeps the operator's hands off the object. Deletion and its cleanup go on. */
export const PAUSED_ANNOTATION = 'kubewright.dev/paused'
/** Set to anything new (the time, say), it has the object looked at now. */
export const RECONCILE_ANNOTATION = 'kubewright.dev/reconcile'

/** By the one spelling: a value that somebody mistyped must not stop an operator silently, so everything else is no pause. */
export function isPausedByAnnotation({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[PAUSED_ANNOTATION] === 'true'
}

/** Whether an update is an order to this program, which no predicate may swallow: annotations do not change the generation. */
export function isOrder(old: KubeObject, object: KubeObject): boolean {
  const asked = object.metadata.annotations?.[RECONCILE_ANNOTATION]
  return (
    (asked !== undefined && asked !== old.metadata.annotations?.[RECONCILE_ANNOTATION]) ||
    isPausedByAnnotation(old) !== isPausedByAnnotation(object)
  )
}
