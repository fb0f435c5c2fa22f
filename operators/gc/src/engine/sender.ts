import {
  type Client,
  type Clock,
  controllerOf,
  formatMicroTime,
  formatTime,
  type KubeObject,
  type Logger,
  type Reachability,
} from 'kubewright'
import type { AuditSink } from '../audit/audit.ts'
import { BackupWriter, type Kept } from '../backup/writer.ts'
import type { BackupBucket } from '../bucket/bucket.ts'
import type { Answer } from '../deletion/answer.ts'
import type { Meter } from '../metrics/meter.ts'
import type { Instant, Step } from '../tracker/step.ts'
import type { Tracker } from '../tracker/tracker.ts'
import { deleteObject, fetchSelected } from './deleter.ts'
import { keepSample, labelsOf, type PolicyEntry } from './policy-entry.ts'
import type { PolicyRun } from './policy-run.ts'

export interface SenderEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly meter: Meter
  readonly reachability: Pick<Reachability, 'failed' | 'succeeded'>
  readonly audit: AuditSink
  readonly tracker: Tracker
  readonly bucket?: BackupBucket | undefined
  /** Requests under way end when it aborts. */
  readonly signal: AbortSignal
}

type DeleteStep = Step & { readonly do: 'delete' }

/** Does what the tracker has decided, and tells everybody who has to know what became of it. */
export class Sender {
  readonly #environment: SenderEnvironment
  readonly #backups: BackupWriter

  constructor(environment: SenderEnvironment) {
    this.#environment = environment
    this.#backups = new BackupWriter(environment)
  }

  /** One DELETE. @returns the answer, and how long it took, ms */
  async delete(step: DeleteStep, entry: PolicyEntry, run: PolicyRun): Promise<{ readonly answer: Answer; readonly ms: number }> {
    const { clock, meter, log, tracker, signal } = this.#environment
    const { object: seen, opinion } = step
    const object = run.current(seen)
    if (object !== undefined && isMadeAnew(object, run)) entry.brake?.recreations.deleted(object, clock.monotonic())
    const start = clock.monotonic()
    const kept = await this.#backups.keep({ policy: entry.policy, ready: run.ready, seen, reason: opinion.reason }, signal)
    this.#countBackup(entry, kept)
    const answer = kept.is === 'failed' ? kept.answer : await deleteObject(this.#environment, run.ready, seen, signal)
    const ms = clock.monotonic() - start
    meter.requested(labelsOf(entry), ms / 1000)
    const message = 'message' in answer ? answer.message : undefined
    if (message !== undefined) meter.error(labelsOf(entry), 'deletion_failed')
    log.debug(message === undefined ? 'deleted' : 'a deletion failed', {
      policy: step.policy,
      namespace: seen.namespace,
      name: seen.name,
      outcome: answer.is,
      ...(message !== undefined && { answer: message }),
    })
    this.#record(step, entry, run, answer, ms, kept)
    keepSample(entry, seen, TELLING.has(answer.is) ? message : undefined)
    const now = this.#now()
    entry.brake?.answered(answer, now)
    tracker.answered(step, answer, now)
    // Whoever shares a watch of keys hears of what goes only of objects about which it still says something.
    if (answer.is === 'gone' || answer.is === 'already-gone' || answer.is === 'replaced') run.terminating.left(seen.uid)
    return { answer, ms }
  }

  /** An object that has changed behind a late watch, read again. */
  async fetch({ object }: Step & { readonly do: 'fetch' }, runs: readonly PolicyRun[]): Promise<void> {
    const { client, log, reachability, tracker, signal } = this.#environment
    try {
      for (const run of runs) {
        const current = await fetchSelected(client, run.ready, object, signal)
        if (current === undefined) tracker.leave(run.key, object.uid, this.#now())
        else run.judge(current)
      }
    } catch (error) {
      reachability.failed(error)
      log.debug('an object that has changed could not be read again yet', { namespace: object.namespace, name: object.name, error })
    } finally {
      tracker.fetched(object.uid, this.#now())
    }
  }

  /** That there was nothing to keep any more, or something else, is no failure. */
  #countBackup(entry: PolicyEntry, kept: Kept): void {
    const { meter } = this.#environment
    if (kept.is === 'kept') meter.backedUp(labelsOf(entry), { is: 'kept', bytes: kept.bytes })
    else if (kept.is === 'failed' && !MOVED_ON.has(kept.answer.is)) meter.backedUp(labelsOf(entry), { is: 'failed' })
  }

  #record(
    { object: seen, policy, opinion }: DeleteStep,
    { policy: { metadata, spec } }: PolicyEntry,
    { ready }: PolicyRun,
    answer: Answer,
    ms: number,
    kept: Kept,
  ): void {
    const { audit, clock } = this.#environment
    audit({
      time: formatMicroTime(clock.now()),
      policy,
      policyUid: metadata.uid ?? '',
      generation: metadata.generation,
      author: ready.needs.author?.user,
      apiVersion: spec.targetResource.apiVersion,
      kind: spec.targetResource.kind,
      namespace: seen.namespace,
      name: seen.name,
      uid: seen.uid,
      resourceVersion: seen.resourceVersion,
      reason: opinion.reason,
      due: opinion.is === 'at' ? formatTime(opinion.at) : undefined,
      propagationPolicy: ready.propagationPolicy,
      backup: kept.is === 'kept' ? kept.backup : undefined,
      outcome: answer.is,
      message: 'message' in answer ? answer.message : undefined,
      milliseconds: Math.round(ms),
    })
  }

  #now(): Instant {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }
}

/** What its controller replaces as a matter of course is no sign of a fight. */
function isMadeAnew(object: KubeObject, { ready }: PolicyRun): boolean {
  return controllerOf(object) === undefined || ready.replaces(object)
}

/** Answers about this one object that somebody should see; others pass, or are told for the whole namespace. */
const TELLING: ReadonlySet<Answer['is']> = new Set(['denied', 'refused', 'unknown'])

/** Answers about an object that is no longer what was to be deleted. */
const MOVED_ON: ReadonlySet<Answer['is']> = new Set(['already-gone', 'replaced', 'changed'])
