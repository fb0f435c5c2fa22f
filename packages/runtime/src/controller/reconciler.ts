import type { Resource } from '@kubewright/client'
import { type Clock, hasFinalizer, isConflict, isNotFound, isTerminating, type KubeObject } from '@kubewright/core'
import type { Cache } from '../cache/cache.ts'
import type { Informer } from '../cache/informer.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { Logger } from '../log/logger.ts'
import { isPausedByAnnotation, PAUSED_ANNOTATION } from './annotations.ts'
import type { Applier } from './applier.ts'
import type { ControllerSpec, ReconcileContext } from './definition.ts'
import { addFinalizer, removeFinalizer } from './finalizer.ts'
import { failedOutcome, type Outcome, outcomeOf } from './outcome.ts'
import type { OwnWrites } from './own-writes.ts'
import { requestOf } from './request.ts'
import { draftOf, writeStatus } from './status.ts'

export interface ReconcilerTools<T extends KubeObject> {
  readonly spec: ControllerSpec<T>
  readonly resource: Resource<T>
  readonly informer: Informer<T>
  readonly applier: Applier
  readonly ownWrites: OwnWrites
  /** Keys of the objects that are known to be paused, so that each pause is told once. */
  readonly paused: Set<string>
  readonly client: ReconcileContext<T>['client']
  readonly cache: Cache
  readonly clock: Clock
  readonly recorder: EventRecorder
  /** A reconcile function that threw instead of returning a rejected promise: a mistake in the program. */
  readonly panicked: () => void
}

export interface Attempt {
  readonly key: string
  readonly attempt: number
  readonly signal: AbortSignal
  readonly log: Logger
}

/** How soon to look again whether the cache has caught up with our own write. */
const CATCH_UP = 25

/** One pass over one object: finalizer, reconcile or cleanup, status. Never throws. */
export async function reconcileOnce<T extends KubeObject>(tools: ReconcilerTools<T>, attempt: Attempt): Promise<Outcome> {
  const { spec, informer, ownWrites, clock } = tools
  const { name, namespace } = requestOf(attempt.key)
  const object = informer.get(name, namespace)
  try {
    if (object === undefined) {
      ownWrites.forget(attempt.key)
      tools.paused.delete(attempt.key)
      await spec.onDeleted?.({ name, namespace })
      return { result: 'success' }
    }
    if (ownWrites.isStale(attempt.key, object.metadata.resourceVersion, clock.monotonic())) return { result: 'not yet', ms: CATCH_UP }
    if (isTerminating(object)) return await reconcileTerminating(tools, attempt, object)
    if (isPausedByAnnotation(object)) return pausedOutcome(tools, attempt, object)
    if (tools.paused.delete(attempt.key)) attempt.log.info('no longer paused')
    return await pass(tools, attempt, await withOurFinalizer(tools, attempt, object), 'reconcile')
  } catch (error) {
    return failedOutcome(error)
  }
}

function pausedOutcome<T extends KubeObject>({ paused, recorder }: ReconcilerTools<T>, { key, log }: Attempt, object: T): Outcome {
  if (!paused.has(key)) {
    paused.add(key)
    log.info('paused: not reconciled while the annotation says so', { annotation: PAUSED_ANNOTATION })
    recorder.event(object, { reason: 'Paused', note: `not reconciled while the annotation ${PAUSED_ANNOTATION} is "true"` })
  }
  return { result: 'paused' }
}

async function reconcileTerminating<T extends KubeObject>(tools: ReconcilerTools<T>, attempt: Attempt, object: T): Promise<Outcome> {
  const { spec, resource } = tools
  if (spec.finalizer === undefined)
    return spec.terminating === 'reconcile' ? await pass(tools, attempt, object, 'reconcile') : { result: 'success' }
  if (!hasFinalizer(object, spec.finalizer)) return { result: 'success' }
  const outcome = await pass(tools, attempt, object, 'cleanup')
  if (outcome.result !== 'success') return outcome
  const latest = tools.ownWrites.latest(attempt.key, object)
  await removeFinalizer(resource, latest, spec.finalizer, { signal: attempt.signal, fieldManager: spec.name })
  return outcome
}

async function withOurFinalizer<T extends KubeObject>(tools: ReconcilerTools<T>, { key, signal }: Attempt, object: T): Promise<T> {
  const { spec, resource } = tools
  if (spec.finalizer === undefined || hasFinalizer(object, spec.finalizer)) return object
  const held = await addFinalizer(resource, object, spec.finalizer, { signal, fieldManager: spec.name })
  remember(tools, key, held)
  return held
}

/** Calls the user's function and writes the status that it left, whether it succeeded or not: a failure is what a status is there to tell. */
async function pass<T extends KubeObject>(
  tools: ReconcilerTools<T>,
  attempt: Attempt,
  object: T,
  what: 'reconcile' | 'cleanup',
): Promise<Outcome> {
  const context = contextOf(tools, attempt, object)
  const outcome = await call(tools, context, what)
  if (attempt.signal.aborted) return outcome
  try {
    const written = await writeStatus(tools.resource, object, context.status, { signal: attempt.signal, fieldManager: tools.spec.name })
    if (written !== object) remember(tools, attempt.key, written)
    return outcome
  } catch (error) {
    if (isNotFound(error)) {
      attempt.log.debug('the object went before its status was written')
      return outcome
    }
    if (outcome.result !== 'error') return failedOutcome(error)
    if (!isConflict(error)) attempt.log.warn('cannot write the status', { error })
    return outcome
  }
}

async function call<T extends KubeObject>(
  { spec, panicked }: ReconcilerTools<T>,
  context: ReconcileContext<T>,
  what: 'reconcile' | 'cleanup',
): Promise<Outcome> {
  const work = what === 'reconcile' ? spec.reconcile : spec.cleanup
  try {
    const running = callSafely(() => work?.(context), panicked)
    return outcomeOf(await running)
  } catch (error) {
    return failedOutcome(error)
  }
}

function callSafely<R>(run: () => R, panicked: () => void): R {
  try {
    return run()
  } catch (error) {
    panicked()
    throw error
  }
}

function contextOf<T extends KubeObject>(tools: ReconcilerTools<T>, attempt: Attempt, object: T): ReconcileContext<T> {
  const { client, cache, clock, recorder, applier } = tools
  return {
    object,
    request: requestOf(attempt.key),
    attempt: attempt.attempt,
    client,
    cache,
    clock,
    signal: attempt.signal,
    log: attempt.log,
    recorder,
    status: draftOf(object),
    apply: (wanted, options = {}) => applier.apply(object, wanted, options, attempt.signal),
  }
}

function remember<T extends KubeObject>({ ownWrites, clock }: ReconcilerTools<T>, key: string, written: T): void {
  ownWrites.remember(key, written, clock.monotonic())
}
