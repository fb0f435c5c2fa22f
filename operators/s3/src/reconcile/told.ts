import { type Condition, findCondition, type KubeObject, parseTime, type ReconcileContext, type ReconcileResult } from 'kubewright'
import { PolicyError } from '../canonical/policy.ts'
import { CredentialsError } from '../gateway/credentials.ts'
import { type FailureClass, isRemoteFailure } from '../gateway/failure.ts'
import type { Reason } from '../reasons.ts'
import { isBlocked } from './blocked.ts'
import type { Environment } from './environment.ts'

interface CommonStatus {
  observedGeneration?: number | undefined
  conditions?: readonly Condition[] | undefined
}

/** What {@link told} needs of the context of any of our kinds. */
export type AnyContext<T extends KubeObject> = ReconcileContext<T> & { readonly status: CommonStatus }

/** The pass went well. `ready: false` with a reason: it did, and there is still something to say. */
export interface Pass {
  readonly again: number | undefined
  readonly ready?: { readonly is: boolean; readonly reason: Reason; readonly message?: string }
  readonly prune?: boolean
}

const MINUTE = 60_000
/** How soon a refusal is looked at again. A change of the object or of what it refers to comes first. */
const RETRY: Readonly<Partial<Record<FailureClass, number>>> = {
  Denied: 10 * MINUTE,
  Refused: 60 * MINUTE,
  Conflict: 10 * MINUTE,
  Unsupported: 60 * MINUTE,
  NotFound: MINUTE,
  Unauthenticated: 5 * MINUTE,
  LockedOut: 5 * MINUTE,
  ClockSkew: 5 * MINUTE,
}
/** What was just made may not be known to all servers of IAM yet: for two minutes that is looked at again soon. */
const YOUNG = 2 * MINUTE
const NOT_YET_VISIBLE = 2_000
/** So often something that mostly passes may fail before the object is no longer Ready. */
const PATIENCE = 4

type SetCondition = (type: string, status: Condition['status'] | boolean, reason: Reason, message?: string) => void

/** Does the work, and says in conditions, events and metrics what has come of it: the same for all kinds. */
export async function told<T extends KubeObject>(
  context: AnyContext<T>,
  environment: Environment,
  kind: string,
  work: () => Promise<Pass>,
  phase: 'reconcile' | 'cleanup' = 'reconcile',
): Promise<ReconcileResult> {
  // The end of a cleanup without a time to come again would be the end of the object.
  const usual = phase === 'cleanup' ? { requeueAfter: MINUTE } : {}
  const { object, status, clock, recorder, signal } = context
  const { meter, creations } = environment
  const condition = context.condition as unknown as SetCondition
  const before = findCondition((object as { readonly status?: CommonStatus }).status?.conditions, 'Ready')
  const begin = clock.monotonic()
  meter.started(kind)
  let outcome: 'success' | 'failed' | 'error' = 'success'
  try {
    const { again, ready = { is: true, reason: 'Ready' }, prune = true } = await work()
    if (phase === 'cleanup' && again === undefined) creations.forget(object)
    condition('Synced', true, 'Synced')
    condition('Ready', ready.is, ready.reason, ready.message ?? '')
    return again === undefined ? { prune } : { requeueAfter: again, prune }
  } catch (error) {
    signal.throwIfAborted()
    if (isBlocked(error)) {
      outcome = 'failed'
      condition('Synced', false, error.reason, error.message)
      condition('Ready', false, error.reason, error.message)
      return { ...usual, ...(error.retry !== undefined && { requeueAfter: error.retry }), prune: false }
    }
    outcome = 'error'
    meter.failed(kind, isRemoteFailure(error) ? error.is : error instanceof Error ? error.name : 'Error')
    if (error instanceof PolicyError || error instanceof CredentialsError) {
      const reason = error instanceof PolicyError ? 'PolicyInvalid' : 'AuthInvalid'
      condition('Synced', false, reason, error.message)
      condition('Ready', false, reason, error.message)
      return { ...usual, ...(error instanceof CredentialsError && { requeueAfter: MINUTE }), prune: false }
    }
    if (!isRemoteFailure(error)) throw error
    const retry = error.is === 'NotFound' && isYoung(object, clock.now()) ? NOT_YET_VISIBLE : RETRY[error.is]
    condition('Synced', retry === undefined ? 'Unknown' : false, error.is, error.message)
    if (retry !== undefined || context.attempt >= PATIENCE || before === undefined) condition('Ready', false, error.is, error.message)
    if (retry === undefined) throw error
    return { requeueAfter: retry, prune: false }
  } finally {
    status.observedGeneration = object.metadata.generation
    meter.ended(kind, outcome, (clock.monotonic() - begin) / 1000)
    const after = findCondition(status.conditions, 'Ready')
    meter.saw(kind, object, after?.status === 'True')
    // Only what is new: an event for each pass tells nothing.
    if (after !== undefined && (after.status !== before?.status || after.reason !== before.reason))
      recorder.event(object, {
        type: after.status === 'True' ? 'Normal' : 'Warning',
        reason: after.reason,
        note: after.message || `${kind} is ready`,
      })
  }
}

const isYoung = ({ metadata }: KubeObject, now: number): boolean => now < (parseTime(metadata.creationTimestamp ?? '') ?? 0) + YOUNG
