import { type Condition, type DynamicObject, findCondition, isConditionTrue, parseTime } from '@kubewright/core'
import type { Placing } from './placement.ts'

/** A Pod, as much of it as actuators read. */
export interface Pod extends DynamicObject {
  readonly spec: Placing & {
    readonly nodeName?: string
    readonly restartPolicy?: string
    readonly hostname?: string
    readonly schedulingGates?: readonly unknown[]
    readonly readinessGates?: readonly { readonly conditionType: string }[]
    readonly containers: readonly Container[]
    readonly initContainers?: readonly Container[]
    readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName?: string } }[]
  }
  readonly status?: PodStatus
}

export interface Container {
  readonly name: string
  readonly image?: string
  readonly restartPolicy?: string
  readonly ports?: readonly {
    readonly name?: string
    readonly containerPort: number
    readonly protocol?: string
    readonly hostPort?: number
    readonly hostIP?: string
  }[]
}

export interface PodStatus {
  readonly phase?: string
  readonly podIP?: string
  readonly conditions?: readonly Condition[]
  readonly containerStatuses?: readonly {
    readonly state?: { readonly terminated?: { readonly finishedAt?: string }; readonly waiting?: { readonly reason?: string } }
  }[]
  readonly [field: string]: unknown
}

export const asPod = (object: DynamicObject): Pod => object as unknown as Pod

export const isLeaving = ({ metadata }: DynamicObject): boolean => metadata.deletionTimestamp !== undefined

export const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** Counts for its workload: it is neither over nor on its way out. */
export const isActive = (pod: Pod): boolean => !isOver(pod) && !isLeaving(pod)

export const isReady = ({ status }: Pod): boolean => isConditionTrue(status?.conditions, 'Ready')

/** Since when it has been ready for long enough: wall-clock milliseconds, that may lie ahead. Undefined: it is not ready. */
export function availableAt(pod: Pod, minReadySeconds = 0): number | undefined {
  if (!isReady(pod)) return undefined
  const since = parseTime(findCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime ?? '') ?? 0
  return since + minReadySeconds * 1000
}

export function isAvailable(pod: Pod, now: number, minReadySeconds = 0): boolean {
  const at = availableAt(pod, minReadySeconds)
  return at !== undefined && at <= now
}

/** When the next of these pods will have been ready for long enough. */
export function nextAvailableAt(pods: readonly Pod[], now: number, minReadySeconds = 0): number | undefined {
  const ahead = pods.map((pod) => availableAt(pod, minReadySeconds)).filter((at) => at !== undefined && at > now)
  return ahead.length === 0 ? undefined : Math.min(...(ahead as number[]))
}

/**
 * Those first that a controller lets go first: not yet on a node, not yet running, not yet ready, ready since a short time, young.
 */
export function byExpendability(a: Pod, b: Pod): number {
  const rank = (pod: Pod) => [
    pod.spec.nodeName ? 1 : 0,
    pod.status?.phase === 'Running' ? 1 : 0,
    isReady(pod) ? 1 : 0,
    -(availableAt(pod) ?? 0),
    -(parseTime(pod.metadata.creationTimestamp ?? '') ?? 0),
  ]
  const [left, right] = [rank(a), rank(b)]
  const differing = left.findIndex((each, index) => each !== right[index])
  if (differing >= 0) return left[differing]! - right[differing]!
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
