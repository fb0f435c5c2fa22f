import type { ObjectName } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import type { InformerScope } from '../cache/scope.ts'
import type { FairnessOptions } from '../queue/fairness.ts'
import type { CleanupResult, ReconcileContext, ReconcileResult } from './context.ts'
import type { Duration } from './duration.ts'
import type { ExternalSource } from './external-source.ts'
import type { Predicate } from './predicate.ts'
import type { ReconcileRequest, ReconcileTarget } from './request.ts'

/** A kind that the controller makes, with what is particular about it. */
export interface OwnedKind<W extends KubeObject = KubeObject> {
  readonly kind: Kind<W>
  /** Which events of it reconcile the owner. @default all of them: a Deployment's status is what its owner waits for */
  readonly predicates?: readonly Predicate<W>[]
  /** Only these are watched, and only these are compared and pruned: everything that the controller makes must match. @default all */
  readonly labelSelector?: string
  /**
   * Watches only the metadata: for many and large objects of which the reconcile reads nothing. `apply` then sends one request per object after
   * a start, as it cannot see whether the content is right. @default false
   */
  readonly metadataOnly?: boolean
  /** Whether what is no longer applied is deleted. @default the controller's `prune` */
  readonly prune?: boolean
}

/** Another kind whose changes concern this controller's objects. */
export type WatchSource<W extends KubeObject = KubeObject, T extends KubeObject = KubeObject> = MappedSource<W> | ReferencedSource<W, T>

interface WatchedKind<W extends KubeObject> extends InformerScope<W> {
  readonly kind: Kind<W>
  /** Which events count. @default all of them */
  readonly predicates?: readonly Predicate<W>[]
}

/** What a watched object concerns can be read from the object. */
export interface MappedSource<W extends KubeObject = KubeObject> extends WatchedKind<W> {
  /**
   * The objects to reconcile. Of an update it is called with the object as it was and as it is, so that what lost its reference hears of it too.
   * Must be quick; what it needs of other kinds it finds in indexes of the cache.
   */
  map(object: W): Iterable<ReconcileTarget>
}

/** What a watched object concerns can be read from the reconciled objects, which name it. */
export interface ReferencedSource<W extends KubeObject = KubeObject, T extends KubeObject = KubeObject> extends WatchedKind<W> {
  /** What the object names of the kind: without a namespace, in its own. Kept in an index, so it must say the same of the same object. */
  namedBy(object: T): Iterable<string | ObjectName>
}

// What these make forgets the type of the other kind's objects: a list of sources holds several kinds, and functions of one are none of another.

/** A {@link MappedSource} with the type of its objects inferred. */
export function watch<W extends KubeObject>(
  kind: Kind<W>,
  map: (object: W) => Iterable<ReconcileTarget>,
  options: Omit<MappedSource<W>, 'kind' | 'map'> = {},
): MappedSource {
  return { ...options, kind, map } as unknown as MappedSource
}

/**
 * A kind of which the reconciled objects name some: a change of one, its coming and its going reconcile all that name it.
 * @example watches: [references(Secret, ({ spec }) => [spec.credentials])]
 */
export function references<W extends KubeObject, T extends KubeObject>(
  kind: Kind<W>,
  namedBy: (object: T) => Iterable<string | ObjectName>,
  options: Omit<ReferencedSource<W>, 'kind' | 'namedBy'> = {},
): ReferencedSource<KubeObject, T> {
  return { ...options, kind, namedBy } as unknown as ReferencedSource<KubeObject, T>
}

/** An {@link OwnedKind} with the type of its objects inferred. */
export function owned<W extends KubeObject>(kind: Kind<W>, options: Omit<OwnedKind<W>, 'kind'> = {}): OwnedKind {
  return { ...options, kind } as unknown as OwnedKind
}

/** How a reconcile that failed is tried again. */
export interface RetryOptions {
  /** Delay after the first failure; it doubles with each further one. @default 5 ms: a conflict with one's own cache is mostly over by then */
  readonly base?: Duration
  /** Longest delay. @default 1000 s, client-go's */
  readonly cap?: Duration
  /** After so many failures in a row the object is left alone until it changes (or a resync comes), as after a {@link TerminalError}. @default none */
  readonly maxAttempts?: number
}

/** What a controller does, on what it is called, and how it is tried again. */
export interface ControllerOptions<T extends KubeObject> {
  /** In logs, metrics, events, and as the field manager. It must stay the same in every release. @default the kind in lower case */
  readonly name?: string
  /** Kinds that the controller makes: a change of one reconciles the object that controls it. */
  readonly owns?: readonly (Kind<KubeObject> | OwnedKind<KubeObject>)[]
  /** Other kinds that matter, each with the objects that its changes concern. */
  readonly watches?: readonly WatchSource<KubeObject, T>[]
  /** What matters outside the cluster: {@link eventSource}, {@link poll}, {@link streamSource}, or one of your own. */
  readonly sources?: readonly ExternalSource[]
  /**
   * Which events of the reconciled kind count; all must agree. Whatever they say, `kubewright.dev/reconcile` and the end of a pause do.
   * @default [changedBesidesStatus]: a write of the status never calls the reconcile that made it. `[]`: everything counts
   */
  readonly predicates?: readonly Predicate<T>[]
  /** How many objects are worked on at a time; never one object twice. (controller-runtime: MaxConcurrentReconciles.) @default 1 */
  readonly workers?: number
  /**
   * How namespaces share the workers. Each gets its turn, however much another has waiting; `share: 'time'` counts how long its reconciles take,
   * `perTenant` is the most that one may have under way. @default by keys, without a limit
   */
  readonly fairness?: Omit<FairnessOptions, 'tenantOf'>
  /** After that the reconcile's signal aborts; what it leaves unwritten then is worked out anew, as after a failure. @default none: a reconcile knows best what it waits for */
  readonly reconcileTimeout?: Duration
  /** How failures are tried again, per object. */
  readonly retry?: RetryOptions
  /**
   * How often every object is reconciled though nothing happened, ±10 %, behind everything else; for what changes outside without a word.
   * `false`: never. @default 10 h, controller-runtime's
   */
  readonly resync?: Duration | false
  /** Waits until an object has been quiet for so long (at most ten times as long altogether), where changes come in bursts. @default 0 */
  readonly debounce?: Duration
  /** Whether what `apply` made for an object, and a later successful reconcile does not apply, is deleted. @default true */
  readonly prune?: boolean
  /** `every`: works in all clusters of the manager, with those that join later; requests carry the cluster's name. @default 'local' */
  readonly clusters?: 'local' | 'every'
  /** Whether replicas share the objects, when the manager has shards. @default true */
  readonly sharded?: boolean
  /** How long to wait for the kinds to be served and listed before giving up. @default 2 min */
  readonly cacheSyncTimeout?: Duration
  /** Watches and passes only the objects' metadata. @default false */
  readonly metadataOnly?: boolean
  readonly namespaces?: readonly string[]
  readonly labelSelector?: string
  readonly needsLeaderElection?: boolean
  /** Name of the finalizer, for `cleanup`. @default GROUP/NAME of the controller (kubewright.dev/NAME for built-in kinds) */
  readonly finalizer?: string
  /** What to do with objects that are being deleted and that have no cleanup here. @default 'skip' */
  readonly terminating?: 'skip' | 'reconcile'
  /**
   * Which objects are managed, where only some of the kind are: those with an annotation, say. The others get no finalizer and are not reconciled; one
   * that has the finalizer and is managed no longer is cleaned up as at its end, and loses it. @default all
   */
  manages?(object: T): boolean
  /**
   * Makes the world as the object says. Called at the beginning, after each change, and after failures with growing delays. It must be
   * idempotent. Throw {@link TerminalError} when a retry cannot help. Not called while the object's annotation `kubewright.dev/paused` is
   * `"true"`; and called whatever the predicates say when `kubewright.dev/reconcile` gets a new value.
   */
  reconcile(context: ReconcileContext<T>): ReconcileResult | Promise<ReconcileResult>
  /**
   * Undoes what reconcile did outside the cluster. With it, a finalizer is put on each object before its first reconcile, and taken off only
   * after cleanup succeeded. `{ done: false }`, or a `requeueAfter`: not finished yet, call again.
   */
  cleanup?(context: ReconcileContext<T>): CleanupResult | Promise<CleanupResult>
  /** The object is not there any more; for forgetting what is kept about it in memory. May be called for objects never seen. */
  onDeleted?(request: ReconcileRequest): void | Promise<void>
}
