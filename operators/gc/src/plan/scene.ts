import type { GroupVersionKind, KubeObject } from 'kubewright'

/** Which objects of a kind; as in a list request. */
export interface SceneSelection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly metadataOnly?: boolean
}

/** What there was of a kind. A kind that is not served has no objects, but whoever asks for owners of it must not take that for an answer. */
export type Listing =
  | { readonly is: 'read'; readonly objects: readonly KubeObject[] }
  | { readonly is: 'absent'; readonly reason: string }
  | { readonly is: 'failed'; readonly reason: string }

/** Where policies are tried out: a cluster, or a folder of manifests. It is only ever read. */
export interface Scene {
  /** What it is, for people. */
  readonly name: string
  list(kind: GroupVersionKind, selection?: SceneSelection): Promise<Listing>
  /** `undefined`: it cannot be told. */
  isNamespaced(kind: GroupVersionKind): Promise<boolean | undefined>
}
