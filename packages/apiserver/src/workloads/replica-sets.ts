import { type Condition, labelSelectorOf, matchesLabels } from '@kubewright/core'
import { type Actuator, type Effect, NOTHING, TABLES, type Workload } from './actuator.ts'
import { asPod, byExpendability, isActive, isAvailable, isLeaving, isOver, isReady, nextAvailableAt, type Pod } from './pod.ts'
import { podFrom } from './pod-template.ts'

interface ReplicaSetStatus {
  readonly conditions?: readonly Condition[]
}

/** Keeps as many pods as a ReplicaSet wants. */
export const replicaSets: Actuator = {
  name: 'replicaset',
  table: TABLES.replicaSets,
  controls: [TABLES.pods],
  plan(object, view) {
    if (isLeaving(object)) return NOTHING
    const set = object as Workload
    const { replicas = 1, minReadySeconds = 0, template } = set.spec
    const pods = view.controlled(TABLES.pods, set).map(asPod)
    const active = pods.filter(isActive)
    const effects: Effect[] = []
    for (let missing = replicas - active.length; missing > 0; missing--)
      effects.push({ do: 'create', table: TABLES.pods, object: podFrom(set, template) })
    const surplus = active.toSorted(byExpendability).slice(0, Math.max(0, active.length - replicas))
    effects.push(...surplus.map((pod): Effect => ({ do: 'delete', table: TABLES.pods, object: pod })))
    effects.push({ do: 'status', table: TABLES.replicaSets, object: withStatus(set, pods, view.now) })
    return { effects, dueAt: nextAvailableAt(active, view.now, minReadySeconds) }
  },
}

function withStatus(set: Workload, pods: readonly Pod[], now: number): Workload {
  const { template, minReadySeconds = 0 } = set.spec
  const active = pods.filter(isActive)
  const labelled = labelSelectorOf({ matchLabels: template.metadata?.labels ?? {} })
  const conditions = (set.status as ReplicaSetStatus | undefined)?.conditions
  return {
    ...set,
    status: {
      replicas: active.length,
      ...positive('fullyLabeledReplicas', active.filter((pod) => matchesLabels(labelled, pod.metadata.labels)).length),
      ...positive('readyReplicas', active.filter(isReady).length),
      ...positive('availableReplicas', active.filter((pod) => isAvailable(pod, now, minReadySeconds)).length),
      terminatingReplicas: pods.filter((pod) => isLeaving(pod) && !isOver(pod)).length,
      ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
      ...(conditions === undefined ? {} : { conditions }),
    },
  }
}

/** Go leaves a zero out of these. */
export const positive = (field: string, count: number): Readonly<Record<string, number>> => (count > 0 ? { [field]: count } : {})
