import { compareResourceVersions, isResourceVersion, type KubeObject } from '@kubewright/core'

/** How long a reconcile waits for the cache to show this controller's own last write. A watch that is this late is broken, and work goes on. */
const PATIENCE = 5_000

/**
 * What this controller last wrote to an object, so that it does not reconcile a copy from before. Without it, a reconcile that follows
 * closely on another does its work twice and then loses against its own write.
 */
export class OwnWrites {
  readonly #writes = new Map<string, { readonly object: KubeObject; readonly at: number }>()

  /** `now`: monotonic ms. */
  remember(key: string, object: KubeObject, now: number): void {
    const { name, namespace, uid, resourceVersion, finalizers } = object.metadata
    const metadata = { name, namespace, uid, resourceVersion, finalizers } as KubeObject['metadata']
    this.#writes.set(key, { object: { metadata }, at: now })
  }

  /** Whether the cache's copy is older than the last write. */
  isStale(key: string, resourceVersion: string | undefined, now: number): boolean {
    const write = this.#writes.get(key)
    if (write === undefined) return false
    if (isOlder(resourceVersion, write.object.metadata.resourceVersion) && now - write.at < PATIENCE) return true
    this.#writes.delete(key)
    return false
  }

  /** The newer of the object and what was written of it since: its name, uid, resource version and finalizers. */
  latest(key: string, object: KubeObject): KubeObject {
    const written = this.#writes.get(key)?.object
    if (written === undefined || written.metadata.uid !== object.metadata.uid) return object
    return isOlder(object.metadata.resourceVersion, written.metadata.resourceVersion) ? written : object
  }

  forget(key: string): void {
    this.#writes.delete(key)
  }
}

function isOlder(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && isResourceVersion(a) && isResourceVersion(b) && compareResourceVersions(a, b) < 0
}
