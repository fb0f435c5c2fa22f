import type { Client, Resource } from '@kubewright/client'
import { deepEqual, diffMergePatch, type GroupVersionKind, type KubeObject } from '@kubewright/core'

/** The type of an object's status, without `undefined`. */
export type StatusOf<T extends KubeObject> = T extends { readonly status?: infer S } ? NonNullable<S> : Record<string, unknown>

/** Everything in it may be written, and nothing has to be there yet. */
export type Draft<S> = { -readonly [K in keyof S]?: S[K] | undefined }

/** A copy of the status to write to. */
export function draftOf<T extends KubeObject>(object: T): Draft<StatusOf<T>> {
  return structuredClone(statusOf(object)) as Draft<StatusOf<T>>
}

export function statusDiffers(object: KubeObject, draft: object): boolean {
  return !deepEqual(statusOf(object), draft)
}

/**
 * Writes what changed. The patch carries uid and resourceVersion: a status worked out for
 * another state of the object, or for an object that had its name before, must not land on this one.
 */
export async function writeStatus<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  draft: object,
  options: { readonly signal: AbortSignal; readonly fieldManager: string },
): Promise<T> {
  const { name = '', namespace, uid, resourceVersion } = object.metadata
  const body = { metadata: { uid, resourceVersion }, status: diffMergePatch(statusOf(object), JSON.parse(JSON.stringify(draft))) }
  return await resource.patch({ name, namespace }, { type: 'merge', body }, { ...options, subresource: 'status' })
}

/** Whether the server keeps a status of the kind; when it does not say, it does. */
export async function servesStatus(client: Client, kind: GroupVersionKind, signal: AbortSignal): Promise<boolean> {
  return (await client.discovery.find(kind, { signal }))?.subresources.includes('status') ?? true
}

function statusOf(object: KubeObject): object {
  return 'status' in object && typeof object.status === 'object' && object.status !== null ? object.status : {}
}
