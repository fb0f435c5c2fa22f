import type { Client, KubeObject } from 'kubewright'
import type { Target } from '../policy/target.ts'

/** A watch that keeps its objects: they can be looked at again at any time. */
export interface HeldObjects {
  readonly is: 'objects'
  all(): Iterable<KubeObject>
  get(name: string, namespace: string | undefined): KubeObject | undefined
}

/** A watch that keeps which objects there are, in which version, and shows them as they come. */
export interface HeldKeys {
  readonly is: 'keys'
  /** Whether the watch has this object in this version. */
  has(object: KubeObject): boolean
  /**
   * Reads the target from the server, and shows what the watch has in the version that was read. Any other version the watch has told, or will tell: so no
   * object goes unseen, none is seen in an older version than before, and none that is gone is seen again. @throws ApiError, ConnectionError, the signal's reason
   */
  read(target: Target, visit: (object: KubeObject) => void, signal: AbortSignal): Promise<void>
}

export type Held = HeldObjects | HeldKeys

/** Page by page: however many there are, a page of them is in memory at a time. */
export function heldKeys(client: Client, has: HeldKeys['has']): HeldKeys {
  return {
    is: 'keys',
    has,
    async read({ kind, namespace, labelSelector, fieldSelector, metadataOnly }, visit, signal) {
      const resource = await client.resource(kind, { signal })
      const from = metadataOnly ? resource.metadataOnly() : resource
      for await (const object of from.items({ namespace, labelSelector, fieldSelector, signal })) if (has(object)) visit(object)
    },
  }
}
