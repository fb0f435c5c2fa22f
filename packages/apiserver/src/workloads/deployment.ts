import type { Condition } from '@kubewright/core'
import type { Workload, WorkloadSpec } from './actuator.ts'

export interface DeploymentCondition extends Condition {
  readonly lastUpdateTime?: string
}

export interface DeploymentStatus {
  readonly conditions?: readonly DeploymentCondition[]
  readonly collisionCount?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  readonly terminatingReplicas?: number
  readonly observedGeneration?: number
}

/** A Deployment, as much of it as actuators read. */
export interface Deployment extends Workload {
  readonly spec: WorkloadSpec & {
    readonly paused?: boolean
    readonly progressDeadlineSeconds?: number
    readonly strategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string }
    }
  }
  readonly status?: DeploymentStatus & Readonly<Record<string, unknown>>
}

export interface ReplicaSet extends Workload {
  readonly status?: {
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly terminatingReplicas?: number
  } & Readonly<Record<string, unknown>>
}

export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'

/** A Deployment of which kube-controller-manager says that it has no deadline. */
const NO_DEADLINE = 2 ** 31 - 1

export const wanted = ({ spec }: Workload): number => spec.replicas ?? 1

export const deadlineOf = ({ spec: { progressDeadlineSeconds } }: Deployment): number | undefined =>
  progressDeadlineSeconds === undefined || progressDeadlineSeconds === NO_DEADLINE ? undefined : progressDeadlineSeconds

export const isRolling = ({ spec: { strategy } }: Deployment): boolean => strategy?.type !== 'Recreate'

/** How many pods there may be beside the wanted ones, and how many of those may be missing. */
export function bounds(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const replicas = wanted(deployment)
  if (!isRolling(deployment) || replicas === 0) return { surge: 0, unavailable: 0 }
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = scaled(maxSurge, replicas, Math.ceil)
  const unavailable = scaled(maxUnavailable, replicas, Math.floor)
  // Both may round to zero, and then nothing could ever move.
  return { surge, unavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas) }
}

/** A number, or a percentage of `of`. */
export function scaled(value: number | string, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * of) / 100)
}

export const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, set) => total + (count(set) ?? 0), 0)

/** Go counts in 64 bits, and an adopted ReplicaSet may bring any number. */
export function revisionOf({ metadata }: Workload): bigint {
  const text = metadata.annotations?.[REVISION] ?? ''
  return /^-?\d+$/.test(text) ? BigInt(text) : 0n
}
