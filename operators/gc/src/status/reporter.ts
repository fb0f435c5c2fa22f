import { type Client, type Clock, isNotFound, isServerTrouble, type Logger, type Reachability } from 'kubewright'
import { labelsOf, type PolicyEntry, SAMPLES } from '../engine/policy-entry.ts'
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
  readonly timeInDoubt: () => string | undefined
  /** Objects of the policy that could not be written on before their deletion, by uid. */
  readonly unprepared: (key: string) => ReadonlyMap<string, { readonly object: string; readonly reason: string }>
  readonly reachability: Pick<Reachability, 'state' | 'failed' | 'whenDecided'>
}

/** Conditions that are no news, or whose news is told in other words. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(['Ready', 'Overlap', 'Paused', 'TargetNotFound', 'Degraded', 'TimeInDoubt'])

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
    const { clock, reachability } = this.#environment
    const now = clock.monotonic()
    const standing = this.#standing(entry)
    this.#measure(entry, standing)
    if (
      entry.writing ||
      reachability.state !== 'reachable' ||
      now < entry.retryAt ||
      (standing.phase === 'Pending' && now < entry.quietUntil)
    )
      return false
    const wanted = statusOf(standing, entry.written, clock.now())
    const before = entry.pacing
    const { write, pacing } = pace(before, entry.written, wanted, now)
    entry.pacing = pacing
    if (!write) return pacing.differsSince === undefined
    const told = await this.#write(entry, wanted, signal)
    // What was not written needs no pause of ten seconds after it.
    if (!told) entry.pacing = before
    return told
  }

  /** The server is back from an outage: what could not be written is written now. */
  serverIsBack(entry: PolicyEntry): void {
    entry.retryAt = 0
  }

  #standing(entry: PolicyEntry): Standing {
    const { tracker, clock, timeInDoubt } = this.#environment
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
      stuck: entry.work.is === 'run' ? entry.work.run.terminating.stuck(now.wall) : 0,
      run: entry.brake?.run,
      halt: entry.brake?.halt,
      waits: entry.held?.is === 'wait' ? entry.held.message : undefined,
      stopped: entry.stopped,
      doubt: timeInDoubt(),
      samples: this.#samples(entry),
    }
  }

  #samples(entry: PolicyEntry): Standing['samples'] {
    const unprepared = this.#environment.unprepared(entry.key)
    const samples = [...entry.samples.values(), ...unprepared.values()].slice(0, SAMPLES)
    return samples.sort((a, b) => (a.object < b.object ? -1 : 1)).map(({ object, reason }) => ({ object, reason: reason.slice(0, 256) }))
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
    const { client, clock, meter } = this.#environment
    const { name = '', namespace } = entry.policy.metadata
    entry.writing = true
    try {
      const kind = entry.policy.kind === 'GarbageCollectionPolicy' ? GarbageCollectionPolicy : ClusterGarbageCollectionPolicy
      const resource = await client.resource<Policy>(kind, { signal })
      await resource.patch(
        { name, namespace },
        { type: 'merge', body: statusPatch(entry.written, wanted) },
        { subresource: 'status', signal, retry: false },
      )
      if (entry.statusFails) this.#environment.log.info('the status of a policy is written again', { policy: entry.key })
      entry.statusFails = false
      this.#announceChange(entry, wanted)
      entry.written = wanted
      return true
    } catch (error) {
      // Gone with its policy; the watch will say so.
      if (signal.aborted || isNotFound(error)) return true
      meter.error(labelsOf(entry), 'status_update_failed')
      entry.retryAt = clock.monotonic() + RETRY
      await this.#complain(entry, error, signal)
      return false
    } finally {
      entry.writing = false
    }
  }

  /** Once, until it works again; and not at all while the server is away, for that is said once for everything. */
  async #complain(entry: PolicyEntry, error: unknown, signal: AbortSignal): Promise<void> {
    const { log, reachability } = this.#environment
    reachability.failed(error)
    const outage = isServerTrouble(error) && (await reachability.whenDecided(signal).catch(() => 'unreachable')) === 'unreachable'
    const fields = { policy: entry.key, error }
    if (outage || entry.statusFails) log.debug('the status of a policy could not be written', fields)
    else {
      entry.statusFails = true
      log.warn('the status of a policy cannot be written; tried again every ten seconds', fields)
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
        !TOLD_OTHERWISE.has(type) &&
        (type !== 'Unauthorised' || problem === undefined) &&
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

export function phaseOf({ policy, work, brake }: PolicyEntry): NonNullable<PolicyStatus['phase']> {
  if (work.is === 'idle' || 'problem' in work.run.state) return 'Error'
  if (work.run.state.is === 'starting') return 'Pending'
  if (isPaused(policy)) return 'Paused'
  return brake?.halt === undefined ? 'Active' : 'Blocked'
}

function problemOf({ work }: PolicyEntry) {
  if (work.is === 'idle') return work.problem
  return 'problem' in work.run.state ? work.run.state.problem : undefined
}
