import type { Client } from '@kubewright/client'
import type { DynamicObject, KubeObject } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'
import type { Draft } from './draft.ts'
import type { FieldErrors } from './field-errors.ts'
import type { AdmissionRequest, UserInfo } from './review.ts'

/** What every hook has at hand. */
export interface HookContext {
  /** Who made the request. */
  readonly user: UserInfo
  /** Nothing will be stored: leave out every effect outside of the answer. */
  readonly dryRun: boolean
  /** As the API server sent it. */
  readonly request: AdmissionRequest
  /** Tells the user something beside the verdict. Keep it to 120 characters; from 256 it is cut, and 4,096 is the most for all. */
  warn(text: string): void
  /** For the API server's audit log; the key without a prefix. */
  audit(key: string, value: string): void
  /** Refuses the request with this sentence. @throws DeniedError, always. `code`: HTTP status. @default 403 */
  deny(message: string, code?: number): never
  /** Of the program that serves the hook. */
  readonly client: Client
  /** Aborts when the API server does not wait any longer: at its timeout less a margin, or when it has hung up. Pass it to whatever waits. */
  readonly signal: AbortSignal
  /** Its lines carry the webhook, the object's name and the request's uid. */
  readonly log: Logger
}

/** Of a creation there is no old object, of an update there always is. */
type CreateOrUpdate<T> = { readonly operation: 'CREATE'; readonly old: undefined } | { readonly operation: 'UPDATE'; readonly old: T }

/** What a defaulting hook sees, and may change. */
export type DefaultContext<T extends KubeObject> = HookContext &
  CreateOrUpdate<T> & {
    /**
     * To be changed in place. The API server has filled in the schema's defaults and has not checked the rest yet: a field that is required may be
     * missing. What changes is sent as a JSON patch of what came, so fields that the types do not know stay.
     */
    readonly object: Draft<T>
  }

/** What a validating hook sees. */
export type ValidateContext<T extends KubeObject> = HookContext &
  CreateOrUpdate<T> & {
    /** Frozen. */
    readonly object: T
    /** Collects what is wrong; all of it is reported at once, together with what other validators and the kind's schema find. */
    readonly errors: FieldErrors
  }

/** What a hook sees of an object that is to be deleted. */
export interface ValidateDeleteContext<T extends KubeObject> extends HookContext {
  readonly operation: 'DELETE'
  /** What is to be deleted. */
  readonly old: T
  readonly errors: FieldErrors
}

/** What a hook sees of a connection to a subresource, such as `exec`. */
export interface ValidateConnectContext extends HookContext {
  readonly operation: 'CONNECT'
  /** Such as PodExecOptions. */
  readonly object: DynamicObject
  readonly errors: FieldErrors
}

/** Fills in what the API server cannot: called before an object is validated. */
export type DefaultHook<T extends KubeObject> = (context: DefaultContext<T>) => void | Promise<void>
/** Refuses objects: called when one is created or changed. */
export type ValidateHook<T extends KubeObject> = (context: ValidateContext<T>) => void | Promise<void>
/** Refuses deletions: called before an object goes. */
export type ValidateDeleteHook<T extends KubeObject> = (context: ValidateDeleteContext<T>) => void | Promise<void>
/** Refuses connections: called before one is made. */
export type ValidateConnectHook = (context: ValidateConnectContext) => void | Promise<void>
