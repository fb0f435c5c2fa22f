import { type Client, type Clock, isConnectionError, isNotFound, type Logger } from 'kubewright'
import { labelsOf, type PolicyEntry } from '../engine/policy-entry.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy, type PolicyStatus } from '../kinds/policies.ts'
import type { Meter } from '../metrics/meter.ts'
import { isPaused } from '../policy/policy.ts'
import type { Tracker } from '../tracker/tracker.ts'
import { pace, statusPatch } from './pacing.ts'
import { type Standing, statusOf } from './status.ts'

/** Tells people, in the policy's namespace. Never throws, never waits. */
export type Announce = (
  policy: Policy,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly note: string },
) => void

export interface ReporterEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly tracker: Tracker
  readonly meter: Meter
  readonly announce: Announce
}

/** After a status could not be written, ms. */
const RETRY = 10_000

/** Tells what has become of a policy: in metrics, in its status, and in one event for each time that the status tells of deletions. */
export class StatusReporter {
  readonly #environment: ReporterEnvironment

  constructor(environment: ReporterEnvironment) {
    this.#environment = environment
  }

  /** Resolves to `true` when everything has been told. */
  async report(entry: PolicyEntry, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#environment
    const now = clock.monotonic()
    const standing = this.#standing(entry)
    this.#measure(entry, standing)
    if (entry.writing || now < entry.retryAt || (standing.phase === 'Pending' && now < entry.quietUntil)) return false
    const wanted = statusOf(standing, entry.written, clock.now())
    const { write, pacing } = pace(entry.pacing, entry.written, wanted, now)
    entry.pacing = pacing
    return write ? this.#write(entry, wanted, signal) : pacing.differsSince === undefined
  }

  #standing(entry: PolicyEntry): Standing {
    const { tracker, clock } = this.#environment
    const now = { wall: clock.now(), mono: clock.monotonic() }
    const deletedTotal = entry.deletedBefore + tracker.deletedBy(entry.key)
    if (deletedTotal > entry.deletedCounted) entry.lastDeletion = now.wall
    return {
      generation: entry.policy.metadata.generation,
      phase: phaseOf(entry),
      problem: problemOf(entry),
      dryRun: entry.policy.spec.behavior.dryRun,
      census: tracker.census(entry.key, now),
      deletedTotal,
      lastDeletion: entry.lastDeletion,
      forbidden: tracker.forbiddenTo(entry.key, now),
    }
  }

  #measure(entry: PolicyEntry, { census, deletedTotal, dryRun }: Standing): void {
    const { meter } = this.#environment
    const labels = labelsOf(entry)
    meter.deleted(labels, deletedTotal - entry.deletedCounted)
    const everMatched = census.matched + deletedTotal - entry.deletedBefore
    meter.standing(labels, {
      matched: Math.max(0, everMatched - entry.matchedCounted),
      pending: census.pending,
      wouldDelete: dryRun ? census.due : 0,
    })
    entry.deletedCounted = deletedTotal
    entry.matchedCounted = Math.max(everMatched, entry.matchedCounted)
  }

  async #write(entry: PolicyEntry, wanted: PolicyStatus, signal: AbortSignal): Promise<boolean> {
    const { client, clock, log, meter } = this.#environment
    const { name = '', namespace } = entry.policy.metadata
    entry.writing = true
    try {
      const kind = entry.policy.kind === 'GarbageCollectionPolicy' ? GarbageCollectionPolicy : ClusterGarbageCollectionPolicy
      const resource = await client.resource<Policy>(kind, { signal })
      await resource.patch(
        { name, namespace },
        { type: 'merge', body: statusPatch(entry.written, wanted) },
        { subresource: 'status', signal },
      )
      this.#announceChange(entry, wanted)
      entry.written = wanted
      return true
    } catch (error) {
      // Gone with its policy; the watch will say so.
      if (signal.aborted || isNotFound(error)) return true
      meter.error(labelsOf(entry), 'status_update_failed')
      // That the server is away is said once, by the manager.
      log[isConnectionError(error) ? 'debug' : 'warn']('the status of a policy could not be written', { policy: entry.key, error })
      entry.retryAt = clock.monotonic() + RETRY
      return false
    } finally {
      entry.writing = false
    }
  }

  #announceChange(entry: PolicyEntry, { deletedTotal = 0, due = 0, conditions = [] }: PolicyStatus): void {
    const { announce, log } = this.#environment
    const problem = problemOf(entry)
    const before = entry.written?.conditions?.find((condition) => condition.type === 'Ready')
    if (problem !== undefined && before?.message !== problem.message) {
      announce(entry.policy, { type: 'Warning', reason: problem.reason, note: problem.message })
      log.warn('a policy does nothing', { policy: entry.key, reason: problem.reason, problem: problem.message })
    }
    for (const { type, status, reason, message } of conditions) {
      const news =
        type !== 'Ready' &&
        type !== 'Overlap' &&
        status === 'True' &&
        entry.written?.conditions?.find((old) => old.type === type)?.status !== 'True'
      if (news) announce(entry.policy, { type: 'Warning', reason, note: message })
    }
    const deleted = deletedTotal - entry.deletedTold
    if (deleted <= 0) return
    entry.deletedTold = deletedTotal
    const { kind } = entry.policy.spec.targetResource
    announce(entry.policy, {
      type: 'Normal',
      reason: 'ResourcesDeleted',
      note: `deleted ${deleted} ${kind} objects${due > 0 ? `; ${due} more have fallen due` : ''}`,
    })
  }
}

export function phaseOf({ policy, work }: PolicyEntry): NonNullable<PolicyStatus['phase']> {
  if (work.is === 'idle' || work.run.state.is === 'failing') return 'Error'
  if (work.run.state.is === 'starting') return 'Pending'
  return isPaused(policy) ? 'Paused' : 'Active'
}

function problemOf({ work }: PolicyEntry) {
  if (work.is === 'idle') return work.problem
  return work.run.state.is === 'failing' ? work.run.state.problem : undefined
}
