import { apiVersionOf, type KubeObject, type ResourceType } from '@kubewright/core'

/** In which form objects travel: whole, or reduced to their metadata by the server. */
export interface Representation<T extends KubeObject> {
  readonly accept: string
  readonly listAccept: string
  /** The same without `metadata.managedFields`, from servers that can leave them out; the others do not mind the wish. */
  readonly lean: { readonly accept: string; readonly listAccept: string }
  /** What every object gets on its way in. */
  adapt(object: T): T
}

/**
 * KEP-5958, from Kubernetes 1.37 on. A server that does not know the parameter ignores it (1.36 does); for one that is stricter the second
 * choice is there, at no cost.
 */
const WITHOUT_MANAGED_FIELDS = ';drop=metadata.managedFields'
const JSON_TYPE = 'application/json'
const LEAN_JSON = `${JSON_TYPE}${WITHOUT_MANAGED_FIELDS},${JSON_TYPE}`

/** Objects as they are; the items of built-in lists come without apiVersion and kind and get them here. */
export function wholeObjects<T extends KubeObject>(type: ResourceType<T>): Representation<T> {
  const apiVersion = apiVersionOf(type)
  return {
    accept: JSON_TYPE,
    listAccept: JSON_TYPE,
    lean: { accept: LEAN_JSON, listAccept: LEAN_JSON },
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
    accept: reduced('PartialObjectMetadata'),
    listAccept: reduced('PartialObjectMetadataList'),
    lean: {
      accept: reduced('PartialObjectMetadata', WITHOUT_MANAGED_FIELDS),
      listAccept: reduced('PartialObjectMetadataList', WITHOUT_MANAGED_FIELDS),
    },
    adapt: (object) => ({ apiVersion, kind: type.kind, metadata: object.metadata }),
  }
}

function reduced(form: string, parameter = ''): string {
  return `${JSON_TYPE};as=${form};g=meta.k8s.io;v=v1${parameter},${JSON_TYPE}`
}
