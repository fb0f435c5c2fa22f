import type { Client } from '@kubewright/client'
import type { Clock, Condition, Kind, KubeObject } from '@kubewright/core'
import type { Cache } from '../cache/contract.ts'
import type { Stored } from '../cache/stored.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { Logger } from '../log/logger.ts'
import type { Duration } from './duration.ts'
import type { ReconcileRequest } from './request.ts'
import type { Draft, StatusOf } from './status.ts'

/** When the object is reconciled again though nothing happened. */
export interface ReconcileAgain {
  /** Once more after this time, failures forgotten. */
  readonly requeueAfter?: Duration
  /**
   * Once more at this time (a Date, or ms since the epoch) by the program's clock; in a tenth of a second when it has passed meanwhile. For schedules: the delay to
   * a time that has just come is 0, and with `requeueAfter` that would be never. With both the earlier one counts.
   */
  readonly requeueAt?: Date | number
  /** For the next time: higher goes first. @default as this time */
  readonly priority?: number
  /**
   * Whether this reconcile has said everything that it wants there to be, so that what it applied earlier and not this time is deleted.
   * @default true without `requeueAfter`, else false: a reconcile that waits for a first step has not come to its last one yet
   */
  readonly prune?: boolean
}

/** Nothing; or when to come again: `{ requeueAfter: '10s' }`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a reconcile that ends without a return, or with a call of a function without one, is the common case
export type ReconcileResult = void | ReconcileAgain

/** What a cleanup may answer. */
export interface CleanupAgain extends ReconcileAgain {
  /**
   * Whether everything is undone, so that the finalizer can go; it goes before `requeueAfter` and `requeueAt`. `false` keeps the finalizer whatever the
   * delay is: without one, or with 0, cleanup is called again after 10 s. Say it wherever the delay is worked out.
   * @default true, unless there is a `requeueAfter` of more than 0, or a `requeueAt`
   */
  readonly done?: boolean
}

/** Nothing when everything is undone; else when to go on. */
// biome-ignore lint/suspicious/noConfusingVoidType: as above
export type CleanupResult = void | CleanupAgain

/** What a reconcile has at hand; everything in it is of the object's cluster. */
export interface ReconcileContext<T extends KubeObject> {
  /** As the cache has it; shared and frozen. */
  readonly object: T & Stored
  readonly request: ReconcileRequest
  /** 1 for the first try; one more after each failure in a row. That another writer was faster is no failure. */
  readonly attempt: number
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  /**
   * Aborts when the reconcile takes too long (its reason is a ReconcileTimeoutError), the program's time to stop is over, leadership is lost, or
   * the object has become another replica's. Pass it to whatever waits.
   */
  readonly signal: AbortSignal
  /** Its lines carry the controller, the object and the reconcile's id. */
  readonly log: Logger
  readonly recorder: EventRecorder
  /**
   * What the object controls of a kind in `owns`, as this controller's own watch of it shows it: with the `labelSelector` that it has there, which
   * `cache` does not read through, for it could not tell what is not there from what is not shown.
   * @throws Error when the kind is not in `owns`
   */
  readonly children: <O extends KubeObject>(kind: Kind<O>) => readonly (O & Stored)[]
  /** The object's status, to be changed in place. It is written once at the end (also after a failure), and only when it differs. */
  readonly status: Draft<StatusOf<T>>
  /**
   * Writes the status as it is drafted now, and goes on: for what has to be noted down before anything is done outside of the cluster. Later changes of
   * the draft are written at the end as always. Nothing is written when the server has it so already.
   * @throws ApiError: 409 when the object has changed since it was read, which the next reconcile sees; nothing may be done then
   */
  readonly saveStatus: () => Promise<void>
  /**
   * Says how one aspect of the object stands, in `status.conditions`: with the generation that this is about, and with the time of the last
   * change of its `status`.
   */
  readonly condition: SetCondition<T>
  /**
   * Makes an object be as said (server-side apply, as the controller), owned by the reconciled object. Nothing is sent when the cache shows
   * that it is so already. Returns the object as it is now.
   *
   * What an earlier reconcile of this object applied and this one did not is deleted when the reconcile has succeeded; see `prune`.
   * @throws FieldConflictError with `force: false`, when another manager holds a field; TerminalError naming the fields, when the kind has them not, or with
   * other types
   */
  readonly apply: <O extends KubeObject>(object: O, options?: ApplyOptions) => Promise<O>
}

/** How a reconcile applies one object. */
export interface ApplyOptions {
  /** Whether the reconciled object becomes the controlling owner. @default true; false for a subresource */
  readonly own?: boolean
  /** Whether fields that other managers hold are taken over. @default true: a controller means what it says, and the other would never hear of a conflict */
  readonly force?: boolean
  /** Applies a part of the object that the server keeps apart, such as `status`. */
  readonly subresource?: string
}

/** `True`, `False` or `Unknown`. */
export type ConditionStatus = Condition['status']

/** Sets the condition of this type. `reason` in CamelCase for programs, `message` for people. */
export type ConditionSetter<Type extends string> = (type: Type, status: ConditionStatus | boolean, reason: string, message?: string) => void

/** Callable where the status has conditions; elsewhere its type is a sentence that says what is missing. */
export type SetCondition<T extends KubeObject> =
  StatusOf<T> extends { readonly conditions?: readonly (infer C)[] | undefined }
    ? ConditionSetter<C extends { readonly type: infer Type extends string } ? Type : string>
    : 'conditions' extends keyof StatusOf<T>
      ? ConditionSetter<string>
      : { readonly 'the status of this kind has no field "conditions": add it to the kind to use condition()': never }
