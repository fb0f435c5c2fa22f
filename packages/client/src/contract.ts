// The shape of the client as its users see it: what the runtime, the operators and tests program against.

import type { DynamicObject, JsonPatchOperation, Kind, KubeList, KubeObject, ListMeta, ResourceType, Status } from '@kubewright/core'
import type { ServerDate } from './transport/server-date.ts'

/** What becomes of an object's dependents when it is deleted: they go first, they go after it, or they stay. */
export type PropagationPolicy = 'Foreground' | 'Background' | 'Orphan'

/** What every request may be given. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for one attempt, headers to last byte. @default 30 s; watches have their own limits */
  readonly timeout?: number
  /**
   * Whether the client repeats what may be repeated (429, 503, a connection that cannot be had). `false`: the caller has its own policy, and
   * hears of each refusal at once; only a 401 is still answered with renewed credentials. @default true
   */
  readonly retry?: boolean
  /**
   * Called synchronously in the moment in which an attempt goes out: after waiting for credentials, a connection, or the pause before a retry.
   * What it throws is the answer, and that attempt is not sent. What must not happen after a lease is over is refused here.
   */
  readonly beforeSend?: (() => void) | undefined
}

/** What a request that writes may be given. */
export interface WriteOptions extends RequestOptions {
  readonly dryRun?: boolean
  /** Who changes, for managedFields. @default the client's `fieldManager` */
  readonly fieldManager?: string
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
}

/** Names one object of a resource; `namespace` is required for namespaced resources. */
export interface ObjectName {
  readonly name: string
  readonly namespace?: string | undefined
}

/** Which objects of a kind are meant. */
export interface Selection {
  /** Absent or empty: all namespaces (or a cluster-scoped resource). */
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
  /**
   * A share of the objects by hash, such as `shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')`: hexadecimal text,
   * the end excluded, several joined by `||`; the field is `object.metadata.uid` or `object.metadata.namespace`, the hash FNV-1a of 64 bits.
   * Servers of 1.36 and later know it when their gate ShardedListAndWatch is on; others ignore it and answer with everything. Of a list
   * `metadata.shardInfo` tells; a watch does not say. `remainingItemCount` counts the objects of all shards.
   */
  readonly shardSelector?: string | undefined
}

/** Which objects are listed, and how. */
export interface ListOptions extends Selection, RequestOptions {
  /** Milliseconds for the head of the answer, and then for each next piece of it: a list of any length takes the time that it takes. @default 30 s */
  readonly timeout?: number
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  /** `false`: `metadata.managedFields` of the items are left out by the server if it can, else cut from the bytes before parsing. @default true */
  readonly managedFields?: boolean
}

/** As {@link ListOptions}, for a list that is read piece by piece. */
export interface ListPartsOptions extends ListOptions {
  /** As for watches. @default false */
  readonly managedFields?: boolean
}

/** What comes of a list, in this order: its items, one by one, and at last the metadata of the page. */
export type ListPart<T extends KubeObject = DynamicObject> =
  | {
      readonly type: 'ITEM'
      readonly object: T
      /** The length of what was parsed: without managedFields, when they were cut. */
      readonly bytes?: number
    }
  | { readonly type: 'END'; readonly metadata: ListMeta }

/** Which objects are watched, and from where on. */
export interface WatchOptions extends Selection {
  readonly signal?: AbortSignal | undefined
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'NotOlderThan'
  readonly sendInitialEvents?: boolean
  readonly allowWatchBookmarks?: boolean
  readonly timeoutSeconds?: number
  /** Called for every chunk from the socket, and with 0 when the server has accepted the watch: the reflector's signs of life. */
  readonly onBytes?: (bytes: number) => void
  /**
   * Keep `metadata.managedFields` of the objects.
   * @default false: the server leaves them out if it can, else they are cut from the bytes before parsing, which halves memory and parse time
   */
  readonly managedFields?: boolean
}

/** What a watch tells: an object that came, changed or went, a bookmark, or that it is over. */
export type WatchEvent<T extends KubeObject = DynamicObject> =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
      readonly object: T
      /** The length of the frame that was parsed: without managedFields, when they were cut. */
      readonly bytes?: number
    }
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly status: Status }

/** How an object is deleted. */
export interface DeleteOptions extends RequestOptions {
  readonly dryRun?: boolean
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: PropagationPolicy
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/**
 * What a DELETE answered: gone at once, or accepted and waiting for finalizers or a grace period. Of what is gone most kinds tell no more than its uid, in
 * `status`; some (Service, ServiceAccount, Pod) answer with the `object` as it was.
 */
export type DeleteResult<T extends KubeObject> =
  | { readonly gone: true; readonly status?: Status; readonly object?: T }
  | { readonly gone: false; readonly object: T }

/** A change of an object in one of the forms that the API server takes. */
export type Patch =
  | { readonly type: 'json'; readonly body: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly body: object }
  /** Legal for built-in kinds only; the server answers 415 for custom resources. */
  | { readonly type: 'strategic'; readonly body: object }
  | { readonly type: 'apply'; readonly body: object; readonly force?: boolean }

/** How many replicas something has and shall have, whatever its kind: the subresource `scale`. */
export interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly replicas: number; readonly selector?: string }
}

/** One resource (a kind with its URL known) of one API server. */
export interface Resource<T extends KubeObject = DynamicObject> {
  readonly type: ResourceType<T>
  get(name: ObjectName, options?: RequestOptions & { readonly resourceVersion?: string }): Promise<T>
  /** One page (or everything, without `limit`). */
  list(options?: ListOptions): Promise<KubeList<T>>
  /**
   * The same page item by item as it comes, for readers of a hundred thousand objects: neither the text nor the objects of the whole list ever
   * exist here, and the socket waits while the reader is busy. Nothing is sent before the first `next`; leaving the loop ends the request.
   * @throws ApiError when the server refuses; ConnectionError when the answer breaks off. Before its first byte the client tries again as for
   * any request, after that never: what to do with half a list is its reader's business.
   */
  listParts(options?: ListPartsOptions): AsyncIterable<ListPart<T>>
  /** All pages, object by object; a 410 on a continue token starts over with one full list, and says so by throwing only if that fails too. */
  items(options?: ListOptions): AsyncIterable<T>
  create(object: T, options?: WriteOptions & { readonly namespace?: string }): Promise<T>
  /** PUT. `metadata.resourceVersion` is the optimistic lock. */
  update(object: T, options?: WriteOptions & { readonly subresource?: string }): Promise<T>
  patch(name: ObjectName, patch: Patch, options?: WriteOptions & { readonly subresource?: string }): Promise<T>
  delete(name: ObjectName, options?: DeleteOptions): Promise<DeleteResult<T>>
  /** Without `shardSelector`: a server that does not know shards would delete the others' objects, too. */
  deleteCollection(options?: Omit<ListOptions, 'managedFields' | 'shardSelector'> & DeleteOptions): Promise<void>
  getScale(name: ObjectName, options?: RequestOptions): Promise<Scale>
  setReplicas(name: ObjectName, replicas: number, options?: WriteOptions): Promise<Scale>
  /**
   * Framed events until the server ends the stream (the iteration ends) or it breaks (it throws). A frame that is no JSON throws; nothing is skipped.
   * @throws ApiError when the server refuses to open the watch; ConnectionError when the stream breaks.
   */
  watch(options?: WatchOptions): AsyncIterable<WatchEvent<T>>
  /** The same resource with the objects reduced to apiVersion, kind and metadata by the server. */
  metadataOnly(): Resource<KubeObject>
}

/** Whom to act as. The caller needs the `impersonate` right for each of these. */
export interface Impersonation {
  readonly user: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** A connection to one API server. Made by {@link connect} or {@link connectTo}. */
export interface Client {
  /** The server's base URL. */
  readonly server: string
  /** The namespace of the context (`default` when it names none). */
  readonly namespace: string
  /** Whether the identity is that of the Pod this process runs in, and not one from a kubeconfig. */
  readonly inCluster: boolean
  /** Resolves the kind through discovery where plural and scope are not known; asked again, it is the same resource. @throws KindNotFoundError */
  resource<T extends KubeObject>(kind: Kind<T>, options?: { readonly signal?: AbortSignal }): Promise<Resource<T>>
  /** Every resource the server serves, as of the last discovery. */
  readonly discovery: Discovery
  /**
   * Any request, for what has no method of its own. JSON in, JSON out; an answer of type text/plain (`/readyz`, a Pod's log) comes back as a string.
   * `path` starts with `/` and is sent as it is: encode what comes from outside.
   */
  request<R>(
    method: string,
    path: string,
    options?: RequestOptions & {
      readonly query?: Readonly<Record<string, string | undefined>>
      readonly body?: unknown
      readonly headers?: Readonly<Record<string, string>>
    },
  ): Promise<R>
  /** What the server said last about its own time, in the Date of an answer; `undefined` before the first, and from servers that give none. */
  serverDate?(): ServerDate | undefined
  /** A client for the same server with the same connections, acting as another identity. Its `close` leaves the connections to this one. */
  impersonate(identity: Impersonation): Client
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>
}

/** A kind as the API server serves it. */
export interface ApiResource extends ResourceType {
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly string[]
  /** The last look at its group failed, so this is what was known before. */
  readonly stale?: boolean
}

/** A group whose discovery fails at the moment, usually because its aggregated API server is down. The other groups are not touched by it. */
export interface DiscoveryFailure {
  readonly group: string
  readonly version: string
  readonly message: string
}

/** Which kinds the API server serves. What it has said is remembered. */
export interface Discovery {
  /** Finds a kind; asks the server again (at most once every 10 s) when it is unknown. `undefined`: the server does not serve it. */
  find(
    kind: { readonly group: string; readonly version?: string; readonly kind: string },
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ApiResource | undefined>
  all(options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly ApiResource[]>
  /** The groups that could not be read the last time. */
  failures(): readonly DiscoveryFailure[]
  /** Forgets what is known: the next question goes to the server. */
  invalidate(): void
}
