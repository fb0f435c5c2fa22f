import { apiVersionOf, type KubeObject, type ResourceType } from '@kubewright/core'

/** In which form objects travel: whole, or reduced to their metadata by the server. */
export interface Representation<T extends KubeObject> {
  readonly accept: string
  readonly listAccept: string
  /** What every object gets on its way in. */
  adapt(object: T): T
}

/** Objects as they are; the items of built-in lists come without apiVersion and kind and get them here. */
export function wholeObjects<T extends KubeObject>(type: ResourceType<T>): Representation<T> {
  const apiVersion = apiVersionOf(type)
  return {
    accept: 'application/json',
    listAccept: 'application/json',
    adapt(object) {
      if (object.apiVersion !== undefined && object.kind !== undefined) return object
      // Freshly parsed and ours alone: filled in place, as a copy of each of 100,000 items would cost as much as the parse.
      return Object.assign(object, { apiVersion: object.apiVersion ?? apiVersion, kind: object.kind ?? type.kind })
    },
  }
}

/**
 * Metadata alone. The plain form stands last in Accept: a server that cannot reduce (an aggregated one, a simple one) then answers with whole
 * objects, which are reduced here. apiVersion and kind become the object's own instead of PartialObjectMetadata, as owner references and caches need them.
 */
export function metadataObjects(type: ResourceType<KubeObject>): Representation<KubeObject> {
  const apiVersion = apiVersionOf(type)
  return {
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
    listAccept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
    adapt: (object) => ({ apiVersion, kind: type.kind, metadata: object.metadata }),
  }
}
