import type { Client } from '@kubewright/client'
import { describeKind, hasFinalizer, isConflict, isNotFound, isTerminating, type Kind, type KubeObject, messageOf } from '@kubewright/core'
import type { Stored } from '../cache/stored.ts'
import type { EventRecorder } from '../events/recorder.ts'
import type { Logger } from '../log/logger.ts'
import { isPausedByAnnotation, PAUSED_ANNOTATION } from './annotations.ts'
import type { ClusterWork } from './cluster-work.ts'
import { conditionSetter } from './condition.ts'
import type { ReconcileContext } from './context.ts'
import type { ControllerEngine } from './engine.ts'
import { TerminalError } from './errors.ts'
import { addFinalizer, removeFinalizer } from './finalizer.ts'
import { cleanupOutcomeOf, failedOutcome, type Outcome, outcomeOf } from './outcome.ts'
import { DesiredChildren, OWNER_INDEX, prune } from './pruner.ts'
import type { ReconcileRequest } from './request.ts'
import { StatusDraft, servesStatus } from './status.ts'

/** One pass over one object. */
export interface Attempt<T extends KubeObject> {
  readonly engine: ControllerEngine<T>
  readonly work: ClusterWork<T>
  readonly key: string
  readonly request: ReconcileRequest
  /** Passes the fence of shards, where there are any. */
  readonly client: Client
  readonly recorder: EventRecorder
  readonly number: number
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Finalizer, reconcile or cleanup, children, status. Never throws. */
export async function reconcileOnce<T extends KubeObject>(attempt: Attempt<T>): Promise<Outcome> {
  const { engine, work, key, request } = attempt
  const { paused, sources } = work
  const object = sources.primary.get(request.name, request.namespace)
  try {
    if (object === undefined) {
      if (await isHidden(attempt)) return { result: 'not ours' }
      paused.delete(key)
      await engine.spec.onDeleted?.(request)
      return { result: 'success', prune: false }
    }
    if (isTerminating(object)) return await reconcileTerminating(attempt, object)
    if (isPausedByAnnotation(object)) return pausedOutcome(attempt, object)
    if (paused.delete(key)) attempt.log.info('no longer paused')
    if (engine.spec.manages?.(object) === false) return await cleanUp(attempt, object)
    return await pass(attempt, await withOurFinalizer(attempt, object), 'reconcile')
  } catch (error) {
    return failed(attempt, error)
  }
}

/**
 * Where replicas share by labels, an object that has lost its label looks deleted until it is labelled again. Whoever would act on the deletion has to
 * ask the server.
 */
async function isHidden<T extends KubeObject>({ engine, work, request, client, signal, log }: Attempt<T>): Promise<boolean> {
  const { spec } = engine
  if (spec.onDeleted === undefined || work.sources.primary.labelsFor === undefined) return false
  const resource = await client.resource(spec.kind, { signal })
  const { name, namespace } = request
  try {
    await resource.metadataOnly().get({ name, namespace }, { signal })
    log.debug('the object has lost the label of its shard, and is not deleted')
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

function failed<T extends KubeObject>({ engine, number }: Attempt<T>, error: unknown): Outcome {
  return failedOutcome(error, number >= engine.spec.retry.maxAttempts)
}

function pausedOutcome<T extends KubeObject>({ work, recorder, key, log }: Attempt<T>, object: T): Outcome {
  if (!work.paused.has(key)) {
    work.paused.add(key)
    log.info('paused: not reconciled while the annotation says so', { annotation: PAUSED_ANNOTATION })
    recorder.event(object, { reason: 'Paused', note: `not reconciled while the annotation ${PAUSED_ANNOTATION} is "true"` })
  }
  return { result: 'paused' }
}

async function reconcileTerminating<T extends KubeObject>(attempt: Attempt<T>, object: T): Promise<Outcome> {
  const { spec } = attempt.engine
  if (spec.finalizer === undefined) {
    if (spec.terminating === 'reconcile') return await pass(attempt, object, 'reconcile')
    return { result: 'success', prune: false }
  }
  return await cleanUp(attempt, object)
}

/** Undoes what was done for the object, when anything was, and lets go of it. */
async function cleanUp<T extends KubeObject>(attempt: Attempt<T>, object: T): Promise<Outcome> {
  const { finalizer, kind, name } = attempt.engine.spec
  if (finalizer === undefined || !hasFinalizer(object, finalizer)) return { result: 'success', prune: false }
  const outcome = await pass(attempt, object, 'cleanup')
  if (outcome.result !== 'success') return outcome
  attempt.signal.throwIfAborted()
  const resource = await attempt.client.resource(kind, { signal: attempt.signal })
  await removeFinalizer(resource, object, finalizer, { signal: attempt.signal, fieldManager: name })
  return outcome
}

async function withOurFinalizer<T extends KubeObject>(attempt: Attempt<T>, object: T): Promise<T> {
  const { finalizer, kind, name } = attempt.engine.spec
  if (finalizer === undefined || hasFinalizer(object, finalizer)) return object
  const resource = await attempt.client.resource(kind, { signal: attempt.signal })
  return await addFinalizer(resource, object, finalizer, { signal: attempt.signal, fieldManager: name })
}

/** Calls the user's function, and writes the status that it left whether it succeeded or not: a failure is what a status is there to tell. */
async function pass<T extends KubeObject>(attempt: Attempt<T>, object: T, what: 'reconcile' | 'cleanup'): Promise<Outcome> {
  const desired = new DesiredChildren()
  const status = new StatusDraft(object)
  const context = contextOf(attempt, object, { desired, status })
  const outcome = await thenPrune(attempt, object, desired, await call(attempt, context, what))
  if (outcome.result === 'error' && outcome.verdict === 'terminal' && !attempt.signal.aborted)
    attempt.recorder.event(object, { type: 'Warning', reason: 'ReconcileFailed', note: messageOf(outcome.error) })
  return await thenWriteStatus(attempt, status, outcome)
}

async function call<T extends KubeObject>(
  attempt: Attempt<T>,
  context: ReconcileContext<T>,
  what: 'reconcile' | 'cleanup',
): Promise<Outcome> {
  const { spec, meter } = attempt.engine
  try {
    if (what === 'reconcile') return outcomeOf(await callSafely(() => spec.reconcile(context), meter.panic), context.clock.now())
    return cleanupOutcomeOf(await callSafely(() => spec.cleanup?.(context), meter.panic), context.clock.now())
  } catch (error) {
    return failed(attempt, error)
  }
}

/** A function that throws instead of returning a rejected promise is a mistake in the program, and counted as one. */
function callSafely<R>(run: () => R, panicked: () => void): R {
  try {
    return run()
  } catch (error) {
    panicked()
    throw error
  }
}

const isWell = (outcome: Outcome) => outcome.result === 'success' || outcome.result === 'requeue_after'

async function thenPrune<T extends KubeObject>(
  attempt: Attempt<T>,
  owner: T,
  desired: DesiredChildren,
  outcome: Outcome,
): Promise<Outcome> {
  const { engine, work, client, signal, log, recorder } = attempt
  if (!isWell(outcome) || !outcome.prune || isTerminating(owner)) return outcome
  const informers = work.sources.owned.filter(({ spec }) => spec.prune).map(({ informer }) => informer)
  try {
    await prune({ fieldManager: engine.spec.name, informers }, { owner, desired, client, signal, log, recorder })
    return outcome
  } catch (error) {
    return failed(attempt, error)
  }
}

async function thenWriteStatus<T extends KubeObject>(attempt: Attempt<T>, status: StatusDraft<T>, outcome: Outcome): Promise<Outcome> {
  const { engine, client, signal, log } = attempt
  const { kind } = engine.spec
  if (!status.differs) return outcome
  // Whoever was told to end does not write any more: another may be at it already. If not, what was left unwritten is worked out anew.
  if (signal.aborted) return isWell(outcome) ? failed(attempt, signal.reason) : outcome
  try {
    await saveStatus(attempt, status)
    return outcome
  } catch (error) {
    if (isNotFound(error)) {
      if (await servesStatus(client, kind, signal)) log.debug('the object went before its status was written')
      else return failed(attempt, noStatus(describeKind(kind)))
      return outcome
    }
    if (outcome.result !== 'error') return failed(attempt, error)
    if (!isConflict(error)) log.warn('cannot write the status', { error })
    return outcome
  }
}

async function saveStatus<T extends KubeObject>({ engine, client, signal }: Attempt<T>, status: StatusDraft<T>): Promise<void> {
  const { kind, name, scope } = engine.spec
  if (scope.metadataOnly) throw statusUnseen()
  await status.write(await client.resource(kind, { signal }), { signal, fieldManager: name })
}

const statusUnseen = () =>
  new TerminalError('the status cannot be drafted with "metadataOnly": how it is now is not known; patch it with context.client')

const noStatus = (kind: string) =>
  new TerminalError(`${kind} has no status subresource: add "subresources: { status: {} }" to its CustomResourceDefinition`)

function contextOf<T extends KubeObject>(
  attempt: Attempt<T>,
  object: T,
  { desired, status }: { readonly desired: DesiredChildren; readonly status: StatusDraft<T> },
): ReconcileContext<T> {
  const { engine, work, request, client, signal, log, recorder } = attempt
  const { clock } = engine.manager
  return {
    ...{ request, client, clock, signal, log, recorder },
    status: status.draft,
    // From the cache, and so from the server.
    object: object as T & Stored,
    attempt: attempt.number,
    cache: work.cluster.cache,
    condition: conditionSetter(object, status.draft, clock),
    async saveStatus() {
      signal.throwIfAborted()
      if (status.differs) await saveStatus(attempt, status)
    },
    children: <O extends KubeObject>(kind: Kind<O>) => childrenOf(attempt, object, kind),
    async apply(wanted, options = {}) {
      desired.add(wanted, object)
      return await work.applier.apply(wanted, options, { owner: object, client, signal })
    },
  }
}

function childrenOf<T extends KubeObject, O extends KubeObject>(
  { engine, work }: Attempt<T>,
  owner: T,
  kind: Kind<O>,
): readonly (O & Stored)[] {
  const wanted = describeKind(kind)
  const found = work.sources.owned.find(({ spec }) => describeKind(spec.kind) === wanted)
  if (found === undefined) throw new Error(`controller ${engine.spec.name}: children(${wanted}): add the kind to "owns"`)
  return found.informer.byIndex(OWNER_INDEX, owner.metadata.uid ?? '') as readonly KubeObject[] as readonly (O & Stored)[]
}
