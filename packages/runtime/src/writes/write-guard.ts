import type { Client, ObjectName } from '@kubewright/client'
import type { KubeObject, ResourceType } from '@kubewright/core'

/** A request that changes something, about to be sent. */
export interface WriteAttempt {
  readonly verb: 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'
  /** Of a raw `client.request()` it is read from the path: `kind` is then empty, and so is `plural` when the path is that of no resource. */
  readonly type: ResourceType
  /** `undefined`: the server will choose the name, or it is about many. */
  readonly name: ObjectName | undefined
  readonly dryRun: boolean
}

/** Stands between a program and its writes. */
export interface WriteGuard {
  /**
   * Called synchronously when the write is asked for, and again right before each attempt to send it: what waited for a connection, for
   * credentials or for a retry is looked at anew. What it throws is the answer, and nothing is sent.
   */
  before?(write: WriteAttempt): void
  /**
   * The server has answered with the object as it is now (of a DELETE: as it was last, or, when it is gone, no more than its name and uid; not
   * called when the server does not say that). Not called for dry runs.
   */
  after?(write: WriteAttempt, object: KubeObject): void
  /** Aborts writes that are under way. */
  readonly signal?: AbortSignal
}

/** The same client, with every write of its resources (and of the clients made by `impersonate`) passing the guards, in order. */
export type GuardedClient = (client: Client, guards: readonly WriteGuard[]) => Client
