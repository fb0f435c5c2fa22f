import type { Phase } from '../kind/status.ts'
import type { Reason } from '../reasons.ts'
import type { DeploymentState, PodCounts } from '../rollout/deployment-state.ts'

/** What is known of an application after a reconcile. */
export interface Findings {
  readonly state: DeploymentState
  readonly counts: PodCounts
  /** Whether the Deployment's controller calls it available. */
  readonly available: boolean
  /** Why pods cannot be made. */
  readonly replicaFailure: string | undefined
  readonly paused: boolean
  readonly revision: string
  readonly rollback: { readonly failedRevision: string; readonly restoredRevision: string; readonly message: string } | undefined
  /** Objects that have the names of children and are not ours, such as `Service "shop"`. */
  readonly conflicts: readonly string[]
}

export interface ConditionReport {
  readonly type: 'Available' | 'Progressing' | 'Degraded' | 'Ready' | 'Conflict'
  readonly status: boolean
  readonly reason: Reason
  readonly message: string
}

export interface Report {
  readonly phase: Phase
  readonly conditions: readonly ConditionReport[]
}

/** What to tell of an application that could be worked on. */
export function reportOf(findings: Findings): Report {
  const { state, counts, available, conflicts } = findings
  const trouble = troubleOf(findings)
  const progress = progressOf(findings)
  const have = `${counts.available} of ${counts.desired} replicas are available`
  const isReady = trouble === undefined && state.is === 'complete'
  return {
    phase: phaseOf(findings, trouble),
    conditions: [
      {
        type: 'Available',
        status: available,
        reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        message: have,
      },
      progress,
      trouble === undefined
        ? { type: 'Degraded', status: false, reason: 'AsExpected', message: '' }
        : { type: 'Degraded', status: true, ...trouble },
      isReady
        ? {
            type: 'Ready',
            status: true,
            reason: 'ReconciliationSucceeded',
            message: `revision ${findings.revision} is rolled out; ${have}`,
          }
        : { type: 'Ready', status: false, ...(trouble ?? { reason: progress.reason, message: progress.message || have }) },
      ...(conflicts.length > 0 ? [{ type: 'Conflict' as const, status: true, ...conflictReason(conflicts) }] : []),
    ],
  }
}

/** What to tell of an application that nothing is done about, because it is wrong. What it has is left as it is. */
export function refusalOf(reason: Reason, message: string): Report {
  return {
    phase: 'Failed',
    conditions: [
      { type: 'Progressing', status: false, reason, message },
      { type: 'Degraded', status: true, reason, message },
      { type: 'Ready', status: false, reason, message },
    ],
  }
}

type Trouble = Pick<ConditionReport, 'reason' | 'message'>

/** The worst that is to be told. */
function troubleOf({ state, conflicts, rollback, replicaFailure }: Findings): Trouble | undefined {
  if (conflicts.length > 0) return conflictReason(conflicts)
  if (rollback !== undefined) {
    const { failedRevision, restoredRevision, message } = rollback
    return {
      reason: 'RolledBack',
      message: `revision ${failedRevision} failed (${message}), and ${restoredRevision} was restored: change the spec to try again`,
    }
  }
  if (state.is === 'failed') return { reason: 'ProgressDeadlineExceeded', message: state.message }
  if (replicaFailure !== undefined) return { reason: 'ReplicaFailure', message: replicaFailure }
  return state.is === 'unavailable' ? { reason: 'ReplicasUnavailable', message: state.message } : undefined
}

function conflictReason(conflicts: readonly string[]): Trouble {
  const verb = conflicts.length === 1 ? 'is' : 'are'
  return {
    reason: 'Conflict',
    message: `${conflicts.join(', ')} ${verb} there and not of this application: rename one of the two, or delete what is not needed`,
  }
}

function progressOf({ state, counts, revision, paused }: Findings): ConditionReport {
  const moving = (reason: Reason, message: string): ConditionReport => ({ type: 'Progressing', status: true, reason, message })
  const still = (reason: Reason, message: string): ConditionReport => ({ type: 'Progressing', status: false, reason, message })
  const updated = `${counts.updated} of ${counts.desired} replicas are of revision ${revision}, ${counts.available} are available`
  switch (state.is) {
    case 'complete':
      return paused ? still('Paused', 'rollouts are paused') : still('NewReplicaSetAvailable', `revision ${revision} is rolled out`)
    case 'paused':
      return still('Paused', `rollouts are paused: ${updated}`)
    case 'failed':
      return still('ProgressDeadlineExceeded', state.message)
    case 'unavailable':
      return still('NewReplicaSetAvailable', `revision ${revision} is rolled out`)
    case 'scaling':
      return moving('Scaling', `${counts.available} of ${counts.desired} replicas are available`)
    default:
      return moving('RolloutInProgress', updated)
  }
}

function phaseOf({ state, available, rollback, conflicts, paused }: Findings, trouble: Trouble | undefined): Phase {
  if (conflicts.length > 0) return 'Failed'
  if (rollback !== undefined) return 'RolledBack'
  if (state.is === 'failed' || (trouble !== undefined && !available)) return 'Failed'
  if (paused) return 'Paused'
  if (state.is === 'complete') return 'Running'
  return available ? 'Progressing' : 'Pending'
}
