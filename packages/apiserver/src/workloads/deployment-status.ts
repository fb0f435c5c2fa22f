import { findCondition, formatTime, parseTime } from '@kubewright/core'
import {
  bounds,
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  deadlineOf,
  type ReplicaSet,
  sum,
  wanted,
} from './deployment.ts'
import { positive } from './replicas.ts'

type Update = Omit<DeploymentCondition, 'lastTransitionTime' | 'lastUpdateTime'>

/** A condition that says the same stays; one of the same status keeps its time. */
function withCondition(conditions: readonly DeploymentCondition[], update: Update, now: number): readonly DeploymentCondition[] {
  const before = findCondition(conditions, update.type)
  if (before?.status === update.status && before.reason === update.reason) return conditions
  const time = formatTime(now)
  const condition = {
    ...update,
    lastUpdateTime: time,
    lastTransitionTime: before?.status === update.status ? (before.lastTransitionTime ?? time) : time,
  }
  return [...conditions.filter(({ type }) => type !== update.type), condition]
}

/** The counts, and whether enough pods work. */
export function countedStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  now: number,
): DeploymentStatus {
  const available = sum(sets, ({ status }) => status?.availableReplicas)
  const { collisionCount } = deployment.status ?? {}
  const isAvailable = available >= wanted(deployment) - bounds(deployment).unavailable
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...positive(
      'replicas',
      sum(sets, ({ status }) => status?.replicas),
    ),
    ...positive('updatedReplicas', current?.status?.replicas ?? 0),
    ...positive(
      'readyReplicas',
      sum(sets, ({ status }) => status?.readyReplicas),
    ),
    ...positive('availableReplicas', available),
    ...positive('unavailableReplicas', Math.max(0, sum(sets, wanted) - available)),
    terminatingReplicas: sum(sets, ({ status }) => status?.terminatingReplicas),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(
      deployment.status?.conditions ?? [],
      isAvailable
        ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      now,
    ),
  }
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = wanted(deployment)
  const { updatedReplicas = 0, replicas: present = 0, availableReplicas = 0, observedGeneration = 0 } = status
  return (
    updatedReplicas === replicas &&
    present === replicas &&
    availableReplicas === replicas &&
    observedGeneration >= (deployment.metadata.generation ?? 0)
  )
}

/** How far a rollout is: done, moving, or stuck for longer than its deadline. */
export function rolloutStatus(
  deployment: Deployment,
  counted: DeploymentStatus,
  current: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const conditions = counted.conditions ?? []
  const deadline = deadlineOf(deployment)
  if (deadline === undefined) return { ...counted, conditions: conditions.filter(({ type }) => type !== 'Progressing') }
  const before = findCondition(conditions, 'Progressing')
  // A rollout that was done stays done when a pod fails, or when it is scaled.
  if ((counted.replicas ?? 0) === (counted.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable') return counted
  const subject =
    current === undefined ? `Deployment ${JSON.stringify(deployment.metadata.name)}` : `ReplicaSet ${JSON.stringify(current.metadata.name)}`
  const say = (status: 'True' | 'False', reason: string, what: string): Update => ({
    type: 'Progressing',
    status,
    reason,
    message: `${subject} ${what}`,
  })
  if (isComplete(deployment, counted))
    return { ...counted, conditions: withCondition(conditions, say('True', 'NewReplicaSetAvailable', 'has successfully progressed.'), now) }
  if (hasMoved(deployment.status ?? {}, counted)) {
    const update = say('True', 'ReplicaSetUpdated', 'is progressing.')
    const time = formatTime(now)
    // Each sign of progress moves the deadline, so that the time of the update counts.
    const since = before?.status === 'True' ? (before.lastTransitionTime ?? time) : time
    const moved = { ...update, lastUpdateTime: time, lastTransitionTime: since }
    return { ...counted, conditions: [...conditions.filter(({ type }) => type !== 'Progressing'), moved] }
  }
  const overdueAt = progressDueAt(deployment, counted)
  if (before === undefined || (overdueAt !== undefined && overdueAt > now)) return counted
  return { ...counted, conditions: withCondition(conditions, say('False', 'ProgressDeadlineExceeded', 'has timed out progressing.'), now) }
}

function hasMoved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const count = (value: number | undefined) => value ?? 0
  const old = (status: DeploymentStatus) => count(status.replicas) - count(status.updatedReplicas)
  return (
    count(after.updatedReplicas) > count(before.updatedReplicas) ||
    old(after) < old(before) ||
    count(after.readyReplicas) > count(before.readyReplicas) ||
    count(after.availableReplicas) > count(before.availableReplicas)
  )
}

/** When a rollout that does not move will have missed its deadline. */
export function progressDueAt(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const deadline = deadlineOf(deployment)
  const progressing = findCondition(status.conditions, 'Progressing')
  if (deadline === undefined || progressing === undefined || isComplete(deployment, status)) return undefined
  if (['ProgressDeadlineExceeded', 'NewReplicaSetAvailable', 'DeploymentPaused'].includes(progressing.reason ?? '')) return undefined
  const since = parseTime(progressing.lastUpdateTime ?? '')
  return since === undefined ? undefined : since + deadline * 1000
}

/** The first word about a rollout, from which its deadline runs. */
export function begun(
  status: DeploymentStatus,
  reason: 'NewReplicaSetCreated' | 'FoundNewReplicaSet',
  message: string,
  now: number,
): DeploymentStatus {
  return { ...status, conditions: withCondition(status.conditions ?? [], { type: 'Progressing', status: 'True', reason, message }, now) }
}

/** A pause stops the clock of the deadline; what has missed it stays so. */
export function pausedStatus(deployment: Deployment, status: DeploymentStatus, now: number): DeploymentStatus {
  const conditions = status.conditions ?? []
  const before = findCondition(conditions, 'Progressing')
  if (deadlineOf(deployment) === undefined || before?.reason === 'ProgressDeadlineExceeded') return status
  const update: Update | undefined = deployment.spec.paused
    ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : before?.reason === 'DeploymentPaused'
      ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' }
      : undefined
  return update === undefined ? status : { ...status, conditions: withCondition(conditions, update, now) }
}
