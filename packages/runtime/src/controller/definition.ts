import type { Client, ObjectName } from '@kubewright/client'
import { type Clock, ConfigurationError, type Kind, type KubeObject } from '@kubewright/core'
import type { Cache } from '../cache/cache.ts'
import type { InformerScope } from '../cache/scope.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { Logger } from '../log/logger.ts'
import type { Runnable } from '../manager/runnable.ts'
import { type Duration, milliseconds } from './duration.ts'
import type { Predicate } from './predicate.ts'
import { runController } from './run.ts'
import type { Draft, StatusOf } from './status.ts'

// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that ends without a return, or with a call of a function without one, is the common case
export type ReconcileResult = void | { readonly requeueAfter: Duration }

export interface ReconcileContext<T extends KubeObject> {
  /** As the cache has it; shared and frozen. */
  readonly object: T
  readonly request: ObjectName
  /** 1 for the first try; more after failures. */
  readonly attempt: number
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  /** Aborts when the reconcile takes too long, the program's time to stop is over, or leadership is lost. Pass it to whatever waits. */
  readonly signal: AbortSignal
  /** Its lines carry the controller, the object and the reconcile's id. */
  readonly log: Logger
  readonly recorder: EventRecorder
  /** The object's status, to be changed in place. It is written once at the end (also after a failure), and only when it differs. */
  readonly status: Draft<StatusOf<T>>
  /**
   * Makes an object be as said (server-side apply, as the controller, with force), owned by the reconciled object. Nothing is sent when the
   * cache shows that it is so already. Returns the object as it is now.
   */
  readonly apply: <O extends KubeObject>(object: O, options?: ApplyOptions) => Promise<O>
}

export interface ApplyOptions {
  /** Whether the reconciled object becomes the controlling owner. @default true */
  readonly own?: boolean
}

/** Another kind whose changes concern this controller's objects. */
export interface WatchSource<W extends KubeObject = KubeObject> extends InformerScope<W> {
  readonly kind: Kind<W>
  /** The objects to reconcile. Called with the object as it was and as it is, so that what lost its reference hears of it too. */
  map(object: W): Iterable<ObjectName>
}

/** A {@link WatchSource} with the type of its objects inferred. */
export function watch<W extends KubeObject>(
  kind: Kind<W>,
  map: (object: W) => Iterable<ObjectName>,
  scope: InformerScope<W> = {},
): WatchSource<W> {
  return { ...scope, kind, map }
}

export interface ControllerOptions<T extends KubeObject> {
  /** In logs, metrics, events, and as the field manager. @default the kind in lower case */
  readonly name?: string
  /** Kinds that the controller makes: a change of one reconciles the object that controls it. */
  readonly owns?: readonly Kind<KubeObject>[]
  readonly watches?: readonly WatchSource<KubeObject>[]
  readonly predicates?: readonly Predicate<T>[]
  /** How many objects are worked on at a time; never one object twice. @default 1 */
  readonly workers?: number
  /** After that the reconcile's signal aborts. @default none: a reconcile knows best what it waits for */
  readonly reconcileTimeout?: Duration
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
   * Makes the world as the object says. Called at the beginning, after each change, and after failures with growing delays. It must be
   * idempotent. Throw {@link TerminalError} when a retry cannot help. Not called while the object's annotation `kubewright.dev/paused` is
   * `"true"`; and called whatever the predicates say when `kubewright.dev/reconcile` gets a new value.
   */
  reconcile(context: ReconcileContext<T>): ReconcileResult | Promise<ReconcileResult>
  /**
   * Undoes what reconcile did outside the cluster. With it, a finalizer is put on each object before its first reconcile, and taken off only
   * after cleanup succeeded. `requeueAfter`: not finished yet, call again.
   */
  cleanup?(context: ReconcileContext<T>): ReconcileResult | Promise<ReconcileResult>
  /** The object is not there any more; for forgetting what is kept about it in memory. May be called for objects never seen. */
  onDeleted?(request: ObjectName): void | Promise<void>
}

/** A controller, ready to be added to a manager. What it touches can be read from it, for permissions and documents. */
export interface ControllerDefinition<T extends KubeObject = KubeObject> extends Runnable {
  readonly kind: Kind<T>
  readonly owns: readonly Kind<KubeObject>[]
  readonly watches: readonly Kind<KubeObject>[]
  readonly finalizer: string | undefined
  readonly metadataOnly: boolean
}

/** {@link ControllerOptions} with every default in place. */
export interface ControllerSpec<T extends KubeObject> {
  readonly kind: Kind<T>
  readonly name: string
  readonly owns: readonly Kind<KubeObject>[]
  readonly watches: readonly WatchSource<KubeObject>[]
  readonly predicates: readonly Predicate<T>[]
  readonly workers: number
  /** Milliseconds; `undefined`: none. */
  readonly reconcileTimeout: number | undefined
  readonly cacheSyncTimeout: number
  readonly scope: InformerScope<T>
  readonly needsLeaderElection: boolean
  readonly finalizer: string | undefined
  readonly terminating: 'skip' | 'reconcile'
  readonly reconcile: ControllerOptions<T>['reconcile']
  readonly cleanup: ControllerOptions<T>['cleanup']
  readonly onDeleted: ControllerOptions<T>['onDeleted']
}

/** @throws ConfigurationError when options contradict each other or make no sense. */
export function controller<T extends KubeObject>(kind: Kind<T>, options: ControllerOptions<T>): ControllerDefinition<T> {
  const spec = resolve(kind, options)
  return {
    name: spec.name,
    needsLeaderElection: spec.needsLeaderElection,
    kind,
    owns: spec.owns,
    watches: spec.watches.map((source) => source.kind),
    finalizer: spec.finalizer,
    metadataOnly: spec.scope.metadataOnly ?? false,
    run: (signal, manager) => runController(spec, signal, manager),
  }
}

function resolve<T extends KubeObject>(kind: Kind<T>, options: ControllerOptions<T>): ControllerSpec<T> {
  const { name = kind.kind.toLowerCase(), owns = [], watches = [], predicates = [], workers = 1, cleanup } = options
  const refuse = (problem: string): never => {
    throw new ConfigurationError(`controller ${name}: ${problem}`)
  }
  if (!/^[\w.-]{1,100}$/.test(name))
    refuse('its name must be 1 to 100 letters, digits, ".", "_" or "-": it is a label, a field manager and part of a path')
  if (!Number.isInteger(workers) || workers < 1) refuse(`"workers" is ${workers}: it must be a whole number of 1 or more`)
  if (options.finalizer !== undefined && cleanup === undefined)
    refuse('"finalizer" is set without "cleanup": add a cleanup function, or remove it')
  const finalizer = options.finalizer ?? `${kind.group || 'kubewright.dev'}/${name}`
  const { namespaces, labelSelector, metadataOnly = false } = options
  return {
    kind,
    name,
    owns,
    watches,
    predicates,
    workers,
    reconcileTimeout: options.reconcileTimeout === undefined ? undefined : milliseconds(options.reconcileTimeout),
    cacheSyncTimeout: milliseconds(options.cacheSyncTimeout ?? '2m'),
    scope: { namespaces, labelSelector, metadataOnly },
    needsLeaderElection: options.needsLeaderElection ?? true,
    finalizer: cleanup === undefined ? undefined : finalizer,
    terminating: options.terminating ?? 'skip',
    reconcile: options.reconcile.bind(options),
    cleanup: cleanup?.bind(options),
    onDeleted: options.onDeleted?.bind(options),
  }
}
