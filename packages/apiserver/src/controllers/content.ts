import type { Objects } from '../registry/objects.ts'
import { isRefusal, type RemovalOptions, remove } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import type { Entry } from '../storage/index.ts'
import { targetOfObject } from './context.ts'

/** Deletes the objects of something that is to go itself, each once; one may go as a consequence of another before its turn comes. */
export function removeContent(objects: Objects, resource: StoredResource, entries: readonly Entry[], options: RemovalOptions = {}): void {
  for (const { object } of entries) {
    if (object.metadata.deletionTimestamp !== undefined) continue
    try {
      remove(objects, resource, targetOfObject(object), options)
    } catch (error) {
      if (!isRefusal(error, 404)) throw error
    }
  }
}
