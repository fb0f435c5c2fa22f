import { type Deployment, findCondition, parseTime } from 'kubewright'
import { REVISION_ANNOTATION } from '../desired/names.ts'

export interface PodCounts {
  readonly desired: number
  readonly replicas: number
  readonly ready: number
  readonly updated: number
  readonly available: number
}

/** How far a Deployment is, as its controller says. */
export type DeploymentState =
  | { readonly is: 'absent' }
  /** Its controller has not looked at it since it was changed. */
  | { readonly is: 'unobserved' }
  /** It does not get on, and its deadline is over. */
  | { readonly is: 'failed'; readonly message: string }
  | { readonly is: 'paused' }
  | { readonly is: 'rolling out' }
  /** All pods are of the last revision; some are not available yet. `until` (wall clock, ms): with so few of them that it may not last longer. */
  | { readonly is: 'scaling'; readonly until?: number }
  /** All pods are of the last revision; fewer are available than there must be, and have been for as long as a rollout may take. */
  | { readonly is: 'unavailable'; readonly message: string }
  | { readonly is: 'complete' }

export function countsOf(deployment: Deployment | undefined): PodCounts {
  const { spec, status } = deployment ?? {}
  return {
    desired: spec?.replicas ?? 1,
    replicas: status?.replicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
  }
}

/** In the order in which `kubectl rollout status` looks, so that both say the same. `now`: wall clock, ms. */
export function stateOf(deployment: Deployment | undefined, now: number): DeploymentState {
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return { is: 'absent' }
  const { metadata, spec, status } = deployment
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return { is: 'unobserved' }
  const progressing = findCondition(status?.conditions, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') return { is: 'failed', message: progressing.message ?? '' }
  const { desired, replicas, updated, available } = countsOf(deployment)
  const rolledOut = updated >= desired && replicas <= updated
  if (rolledOut && available >= desired) return { is: 'complete' }
  if (spec?.paused === true) return { is: 'paused' }
  // Once a rollout is over this reason stays through changes of scale, and through the death of pods.
  const settled = replicas === updated && progressing?.reason === 'NewReplicaSetAvailable'
  return settled ? settledState(deployment, now) : { is: 'rolling out' }
}

/** The server's own default. */
const PROGRESS_DEADLINE_SECONDS = 600

/** That pods are missing is the normal course of things after a change of scale, and is not told from their death but by how long it lasts. */
function settledState({ spec, status }: Deployment, now: number): DeploymentState {
  const minimum = findCondition(status?.conditions, 'Available')
  if (minimum?.status !== 'False') return { is: 'scaling' }
  const since = parseTime(minimum.lastTransitionTime ?? '') ?? 0
  const until = since + (spec?.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS) * 1_000
  return now < until ? { is: 'scaling', until } : { is: 'unavailable', message: minimum.message ?? '' }
}

/** Pods that cannot even be made: a quota, an admission plugin that refuses them. */
export function replicaFailure(deployment: Deployment | undefined): string | undefined {
  const failure = findCondition(deployment?.status?.conditions, 'ReplicaFailure')
  return failure?.status === 'True' ? (failure.message ?? failure.reason ?? '') : undefined
}

/** As many are there as the Deployment's controller needs to call it available. */
export const isAvailable = (deployment: Deployment | undefined): boolean =>
  findCondition(deployment?.status?.conditions, 'Available')?.status === 'True'

/** What its pods are made from. */
export const deployedRevision = (deployment: Deployment | undefined): string | undefined =>
  deployment?.spec?.template.metadata?.annotations?.[REVISION_ANNOTATION]
