import type { Client, Resource } from '@kubewright/client'
import { deepEqual, diffMergePatch, type GroupVersionKind, type KubeObject } from '@kubewright/core'

/** The type of an object's status, without `undefined`. */
export type StatusOf<T extends KubeObject> = T extends { readonly status?: infer S } ? NonNullable<S> : Record<string, unknown>

/** Everything in it may be written, and nothing has to be there yet. */
export type Draft<S> = { -readonly [K in keyof S]?: S[K] | undefined }

/** The status of one object while it is worked out. */
export class StatusDraft<T extends KubeObject> {
  /** To be changed in place. */
  readonly draft: Draft<StatusOf<T>>
  #written: T

  constructor(object: T) {
    this.draft = structuredClone(statusOf(object)) as Draft<StatusOf<T>>
    this.#written = object
  }

  /** Whether it says anything that the server has not. */
  get differs(): boolean {
    return !deepEqual(statusOf(this.#written), this.draft)
  }

  /**
   * Writes what changed. The patch carries uid and resourceVersion: a status worked out for
   * another state of the object, or for an object that had its name before, must not land on this one.
   */
  async write(resource: Resource<T>, options: { readonly signal: AbortSignal; readonly fieldManager: string }): Promise<void> {
    const { name = '', namespace, uid, resourceVersion } = this.#written.metadata
    const body = {
      metadata: { uid, resourceVersion },
      status: diffMergePatch(statusOf(this.#written), JSON.parse(JSON.stringify(this.draft))),
    }
    this.#written = await resource.patch({ name, namespace }, { type: 'merge', body }, { ...options, subresource: 'status' })
  }
}

/** Whether the server keeps a status of the kind; when it does not say, it does. */
export async function servesStatus(client: Client, kind: GroupVersionKind, signal: AbortSignal): Promise<boolean> {
  return (await client.discovery.find(kind, { signal }))?.subresources.includes('status') ?? true
}

function statusOf(object: KubeObject): object {
  return 'status' in object && typeof object.status === 'object' && object.status !== null ? object.status : {}
}
