import type { Resource } from '@kubewright/client'
import { deepEqual, diffMergePatch, type KubeObject } from '@kubewright/core'

/** The type of an object's status, without `undefined`. */
export type StatusOf<T extends KubeObject> = T extends { readonly status?: infer S } ? NonNullable<S> : Record<string, unknown>

/** Everything in it may be written, and nothing has to be there yet. */
export type Draft<S> = { -readonly [K in keyof S]?: S[K] | undefined }

/** A copy of the status to write to. */
export function draftOf<T extends KubeObject>(object: T): Draft<StatusOf<T>> {
  return structuredClone(statusOf(object)) as Draft<StatusOf<T>>
}

/**
 * Writes what changed, if anything did; returns the object as it is then. The patch carries uid and resourceVersion: a status worked out for
 * another state of the object, or for an object that had its name before, must not land on this one.
 */
export async function writeStatus<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  draft: object,
  options: { readonly signal: AbortSignal; readonly fieldManager: string },
): Promise<T> {
  if (deepEqual(statusOf(object), draft)) return object
  const { name = '', namespace, uid, resourceVersion } = object.metadata
  const body = { metadata: { uid, resourceVersion }, status: diffMergePatch(statusOf(object), JSON.parse(JSON.stringify(draft))) }
  return await resource.patch({ name, namespace }, { type: 'merge', body }, { ...options, subresource: 'status' })
}

function statusOf(object: KubeObject): object {
  return 'status' in object && typeof object.status === 'object' && object.status !== null ? object.status : {}
}
