import { type Client, isApiError, isConnectionError, isKindNotFound, type Kind, type KubeObject, messageOf } from 'kubewright'
import type { Listing, Scene } from './scene.ts'

/** One page of this many objects at a time: the server's own default for kubectl. */
const PAGE = 500

/** A cluster as it is while it is read. */
export function clusterScene(client: Client, signal: AbortSignal): Scene {
  return {
    name: client.server,
    async list(kind, { metadataOnly = false, namespace, labelSelector = '', fieldSelector = '' } = {}): Promise<Listing> {
      try {
        const whole = await client.resource(kind as Kind<KubeObject>, { signal })
        const resource = metadataOnly ? whole.metadataOnly() : whole
        const objects: KubeObject[] = []
        const selection = {
          ...(namespace !== undefined && whole.type.namespaced && { namespace }),
          ...(labelSelector !== '' && { labelSelector }),
          ...(fieldSelector !== '' && { fieldSelector }),
        }
        for await (const object of resource.items({ ...selection, limit: PAGE, managedFields: false, signal })) objects.push(object)
        return { is: 'read', objects }
      } catch (error) {
        signal.throwIfAborted()
        if (isKindNotFound(error)) return { is: 'absent', reason: messageOf(error) }
        // Without a server there is no plan; a right that is missing is a part of it.
        if (isConnectionError(error) || !isApiError(error)) throw error
        return { is: 'failed', reason: messageOf(error) }
      }
    },
    async isNamespaced({ group, version, kind }) {
      return (await client.discovery.find({ group, version, kind }, { signal }))?.namespaced
    },
  }
}
