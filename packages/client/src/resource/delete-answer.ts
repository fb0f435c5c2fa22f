import type { KubeObject, Status } from '@kubewright/core'
import type { DeleteResult } from '../contract.ts'

/**
 * Reads what a DELETE answered. A Status means gone. An object means that it is still there, waiting for finalizers or its grace period, with
 * two exceptions: kinds that return the object they have just deleted (Service, ServiceAccount, Pod and some more), which then either has no
 * deletionTimestamp, or a grace period of zero and no finalizer left.
 */
export function readDeleteAnswer<T extends KubeObject>(answer: T | Status): DeleteResult<T> {
  if ((answer as Status).kind === 'Status') return { gone: true, status: answer as Status }
  const object = answer as T
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = object.metadata
  if (finalizers.length > 0) return { gone: false, object }
  // A Namespace waits for its content by spec.finalizers and has no grace period at all.
  return deletionTimestamp === undefined || deletionGracePeriodSeconds === 0 ? { gone: true, object } : { gone: false, object }
}
