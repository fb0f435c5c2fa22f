/** What every Kubernetes object carries. Objects are shared between readers (cache, handlers), so everything is readonly. */
export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  /** Opaque to programs except for {@link compareResourceVersions}. Never parse it to a number. */
  readonly resourceVersion?: string
  readonly generation?: number
  /** RFC 3339, whole seconds, UTC. */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly ManagedFieldsEntry[]
}

/** An object that owns another one, which goes with its last owner. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** The fields that one manager has written. */
export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: 'Apply' | 'Update'
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: Readonly<Record<string, unknown>>
  readonly subresource?: string
}

/** Any Kubernetes object. Kinds extend it with their own top-level fields. */
export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
}

/** An object of which nothing but its metadata is known at compile time. */
export interface DynamicObject extends KubeObject {
  readonly [field: string]: unknown
}

/** The metadata of a list. */
export interface ListMeta {
  readonly resourceVersion?: string
  readonly continue?: string
  readonly remainingItemCount?: number
  /** The shard selector that the server applied. Absent when it was asked for one and does not know them: then the list is the whole. */
  readonly shardInfo?: { readonly selector: string }
}

/** Objects as the API server lists them. */
export interface KubeList<T extends KubeObject = KubeObject> {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ListMeta
  readonly items: readonly T[]
}

/** meta/v1 Status: what the API server answers when it does not answer with an object. */
export interface Status {
  readonly apiVersion?: 'v1'
  readonly kind?: 'Status'
  readonly metadata?: ListMeta
  readonly status?: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

/** What a Status is about. */
export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  /** The plural resource name, in spite of its own name. */
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** One field that is wrong, in an answer of the API server. */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** `namespace/name`, or `name` for cluster-scoped objects: how caches and queues name an object of a known kind. */
export function objectKey(object: KubeObject): string {
  const { namespace, name } = object.metadata
  return namespace ? `${namespace}/${name ?? ''}` : (name ?? '')
}
