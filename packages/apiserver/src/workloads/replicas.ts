import {
  type Condition,
  type DynamicObject,
  findCondition,
  formatTime,
  type LabelRequirement,
  labelSelectorOf,
  matchesLabels,
} from '@kubewright/core'
import { type Actuator, type Effect, NOTHING, TABLES, type Table, type Workload } from './actuator.ts'
import { claimed, possibleOwners } from './adoption.ts'
import { asPod, byExpendability, isActive, isAvailable, isLeaving, isOver, isReady, nextAvailableAt, type Pod } from './pod.ts'
import { podFrom } from './pod-template.ts'

/** What differs between the kinds that keep a number of pods. */
export interface ReplicaKind {
  readonly name: string
  readonly table: Table
  /** Undefined: it selects nothing. */
  readonly selector: (set: Workload) => readonly LabelRequirement[] | undefined
  /** Fields of the status that the kind has beside those of all. */
  readonly status?: (pods: readonly Pod[]) => Readonly<Record<string, unknown>>
}

/** Said of a set whose pods are refused, for as long as some of them are missing. */
const FAILURE = 'ReplicaFailure'

/** Keeps as many pods as a set wants: its own, those it finds without an owner, and new ones. */
export function replicas(kind: ReplicaKind): Actuator {
  return {
    name: kind.name,
    table: kind.table,
    controls: [TABLES.pods],
    concerns: { [TABLES.pods]: (pod, view) => possibleOwners(pod, kind, view) },
    plan(object, view) {
      if (isLeaving(object)) return NOTHING
      const set = object as Workload
      const { replicas: wanted = 1, minReadySeconds = 0, template } = set.spec
      const claim = claimed(set, { table: TABLES.pods, selector: kind.selector(set), isAdoptable: (pod) => isActive(asPod(pod)) }, view)
      const pods = claim.own.map(asPod)
      const effects = [...claim.effects]
      const active = pods.filter(isActive)
      for (let missing = wanted - active.length; missing > 0; missing--)
        effects.push({ do: 'create', table: TABLES.pods, object: podFrom(set, template) })
      const surplus = active.toSorted(byExpendability).slice(0, Math.max(0, active.length - wanted))
      effects.push(...surplus.map((pod): Effect => ({ do: 'delete', table: TABLES.pods, object: pod })))
      effects.push({ do: 'status', table: kind.table, object: withStatus(kind, set, pods, view.now) })
      return { effects, dueAt: nextAvailableAt(active, view.now, minReadySeconds) }
    },
    refused(object, why, { now }) {
      const { status = {} } = object as Workload
      const conditions = (status['conditions'] ?? []) as readonly Condition[]
      const known = findCondition(conditions, FAILURE)
      if (known?.status === 'True') return []
      const failure = { type: FAILURE, status: 'True', reason: 'FailedCreate', message: why, lastTransitionTime: formatTime(now) }
      const others = conditions.filter(({ type }) => type !== FAILURE)
      return [
        {
          do: 'status',
          table: kind.table,
          object: { ...object, status: { ...status, conditions: [...others, failure] } } as DynamicObject,
        },
      ]
    },
  }
}

function withStatus(kind: ReplicaKind, set: Workload, pods: readonly Pod[], now: number): Workload {
  const { template, minReadySeconds = 0 } = set.spec
  const active = pods.filter(isActive)
  const labelled = labelSelectorOf({ matchLabels: template.metadata?.labels ?? {} })
  const { conditions: before = [] } = (set.status ?? {}) as { readonly conditions?: readonly Condition[] }
  const conditions = active.length < (set.spec.replicas ?? 1) ? before : before.filter(({ type }) => type !== FAILURE)
  return {
    ...set,
    status: {
      replicas: active.length,
      ...positive('fullyLabeledReplicas', active.filter((pod) => matchesLabels(labelled, pod.metadata.labels)).length),
      ...positive('readyReplicas', active.filter(isReady).length),
      ...positive('availableReplicas', active.filter((pod) => isAvailable(pod, now, minReadySeconds)).length),
      ...kind.status?.(pods),
      ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
      ...(conditions.length === 0 ? {} : { conditions }),
    },
  }
}

/** Pods that are on their way out. */
export const terminating = (pods: readonly Pod[]): number => pods.filter((pod) => isLeaving(pod) && !isOver(pod)).length

/** Go leaves a zero out of these. */
export const positive = (field: string, count: number): Readonly<Record<string, number>> => (count > 0 ? { [field]: count } : {})
