import { type Condition, type DynamicObject, type LabelSelectorSpec, labelSelectorOf, matchesLabels, setCondition } from '@kubewright/core'
import { type Actuator, type ClusterView, NOTHING, TABLES, type Workload } from './actuator.ts'
import { scaled } from './deployment.ts'
import { asPod, isActive, isLeaving, isReady, type Pod } from './pod.ts'

interface DisruptionBudget extends DynamicObject {
  readonly spec: {
    readonly selector?: LabelSelectorSpec
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
  }
  readonly status?: { readonly conditions?: readonly Condition[]; readonly disruptedPods?: object }
}

/** Says how many pods may be evicted. */
export const disruptionBudgets: Actuator = {
  name: 'disruptionbudget',
  table: TABLES.disruptionBudgets,
  concerns: {
    [TABLES.pods]: (pod, view) =>
      view.list(TABLES.disruptionBudgets, pod.metadata.namespace).filter((budget) => selects(budget as DisruptionBudget, pod)),
  },
  plan(object, view) {
    if (isLeaving(object)) return NOTHING
    const budget = object as DisruptionBudget
    const pods = view
      .list(TABLES.pods, budget.metadata.namespace)
      .map(asPod)
      .filter((pod) => isActive(pod) && selects(budget, pod))
    return {
      effects: [
        { do: 'status', table: TABLES.disruptionBudgets, object: { ...budget, status: statusOf(budget, pods, view) } as DynamicObject },
      ],
    }
  },
}

const selects = ({ spec }: DisruptionBudget, { metadata }: DynamicObject): boolean =>
  spec.selector !== undefined && matchesLabels(labelSelectorOf(spec.selector), metadata.labels)

/** A number is of the pods that are there; a percentage, and what may be missing, of those that their workloads want. */
function statusOf({ metadata, spec, status }: DisruptionBudget, pods: readonly Pod[], view: ClusterView): object {
  const isCounted = typeof spec.minAvailable === 'number'
  const expectedPods = isCounted ? pods.length : expected(pods, view)
  const desiredHealthy =
    spec.maxUnavailable !== undefined
      ? Math.max(0, expectedPods - scaled(spec.maxUnavailable, expectedPods, Math.ceil))
      : scaled(spec.minAvailable ?? 0, expectedPods, Math.ceil)
  const currentHealthy = pods.filter(isReady).length
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0
  const condition =
    disruptionsAllowed > 0
      ? ({ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' } as const)
      : ({ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' } as const)
  const { generation } = metadata
  const observed = generation === undefined ? {} : { observedGeneration: generation }
  return {
    ...(status?.disruptedPods === undefined ? {} : { disruptedPods: status.disruptedPods }),
    ...observed,
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: setCondition(status?.conditions, { ...condition, ...observed }, view.now),
  }
}

/** The sizes of the workloads that the pods belong to; a pod without one counts for itself. */
function expected(pods: readonly Pod[], view: ClusterView): number {
  const sizes = new Map<string, number>()
  for (const { metadata } of pods) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
    const tables = { ReplicaSet: TABLES.replicaSets, StatefulSet: TABLES.statefulSets } as const
    const table = owner === undefined ? undefined : tables[owner.kind as keyof typeof tables]
    const workload = table === undefined ? undefined : (view.get(table, metadata.namespace, owner!.name) as Workload | undefined)
    if (workload === undefined) sizes.set(metadata.uid ?? '', 1)
    else sizes.set(workload.metadata.uid ?? '', workload.spec.replicas ?? 1)
  }
  return [...sizes.values()].reduce((total, size) => total + size, 0)
}
