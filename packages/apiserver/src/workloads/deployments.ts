import { type DynamicObject, findCondition, labelSelectorOf } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, NOTHING, type Plan, TABLES, type Workload } from './actuator.ts'
import { claimed, possibleOwners } from './adoption.ts'
import { type Deployment, deadlineOf, isRolling, REVISION, type ReplicaSet, revisionOf, wanted } from './deployment.ts'
import { begun, countedStatus, isComplete, pausedStatus, progressDueAt, rolloutStatus } from './deployment-status.ts'
import { isLeaving } from './pod.ts'
import { historyOf, newReplicaSet, outdated, resized, synced, wasScaled } from './replica-set-history.ts'
import { currentSize, type Resize, recreateStep, rollingStep, scalingStep } from './rollout.ts'

/** Rolls ReplicaSets out and back. */
export const deployments: Actuator = {
  name: 'deployment',
  table: TABLES.deployments,
  controls: [TABLES.replicaSets],
  concerns: {
    [TABLES.replicaSets]: (set, view) => possibleOwners(set, { table: TABLES.deployments, selector: selectorOf }, view),
  },
  plan(object, view) {
    if (isLeaving(object)) return NOTHING
    const { own, effects } = claimed(object, { table: TABLES.replicaSets, selector: selectorOf(object as Deployment) }, view)
    // What it has taken or let go wakes it again.
    return effects.length > 0 ? { effects } : planOf(object as Deployment, own as readonly ReplicaSet[], view)
  },
}

const selectorOf = ({ spec: { selector } }: Workload) => selector && labelSelectorOf(selector)

function planOf(deployment: Deployment, sets: readonly ReplicaSet[], { now }: ClusterView): Plan {
  const { current, old } = historyOf(deployment, sets)
  const counted = pausedStatus(deployment, countedStatus(deployment, current, sets, now), now)
  const base = { ...deployment, status: { ...counted } } as Deployment
  if (deployment.spec.paused || wasScaled(deployment, sets)) {
    const effects = [...resizes(deployment, scalingStep(deployment, current, old)), statusOf(base)]
    return { effects: [...effects, ...(deployment.spec.paused ? cleanup(deployment, old) : [])] }
  }
  if (current === undefined) return created(base, old, now)
  const next = synced(deployment, current, old)
  const step = isRolling(deployment) ? rollingStep(deployment, next, old) : recreateStep(deployment, next, old)
  const changed = step.some(({ set }) => set === next) ? [] : [update(next)]
  const started = startedStatus(base, current, now)
  const status = rolloutStatus(deployment, started, current, now)
  return {
    effects: [
      ...changed,
      ...resizes(deployment, step),
      statusOf(withRevision({ ...deployment, status } as Deployment, String(revisionOf(next)))),
      ...(isComplete(deployment, status) ? cleanup(deployment, old) : []),
    ],
    dueAt: progressDueAt(deployment, status),
  }
}

/** The first step of a rollout. Old pods that have to go first keep the new ReplicaSet from being made. */
function created(deployment: Deployment, old: readonly ReplicaSet[], now: number): Plan {
  if (!isRolling(deployment)) {
    const step = recreateStep(deployment, undefined, old)
    const isWaiting = old.some((set) => (set.status?.replicas ?? 0) > 0 || (set.status?.terminatingReplicas ?? 0) > 0)
    if (step.length > 0 || isWaiting) return { effects: [...resizes(deployment, step), statusOf(deployment)] }
  }
  const set = newReplicaSet(deployment, old, currentSize(deployment, 0, old))
  const message = `Created new replica set ${JSON.stringify(set.metadata.name)}`
  const status =
    deadlineOf(deployment) === undefined ? (deployment.status ?? {}) : begun(deployment.status ?? {}, 'NewReplicaSetCreated', message, now)
  return {
    effects: [
      { do: 'create', table: TABLES.replicaSets, object: set },
      statusOf(withRevision({ ...deployment, status } as Deployment, set.metadata.annotations![REVISION]!)),
    ],
  }
}

function startedStatus(deployment: Deployment, current: ReplicaSet, now: number): NonNullable<Deployment['status']> {
  const status = deployment.status ?? {}
  if (deadlineOf(deployment) === undefined || findCondition(status.conditions, 'Progressing') !== undefined) return status
  return { ...begun(status, 'FoundNewReplicaSet', `Found new replica set ${JSON.stringify(current.metadata.name)}`, now) }
}

function withRevision(deployment: Deployment, revision: string): Deployment {
  const { annotations } = deployment.metadata
  if (annotations?.[REVISION] === revision) return deployment
  return { ...deployment, metadata: { ...deployment.metadata, annotations: { ...annotations, [REVISION]: revision } } }
}

const update = (object: DynamicObject): Effect => ({ do: 'update', table: TABLES.replicaSets, object })
const statusOf = (object: Deployment): Effect => ({ do: 'status', table: TABLES.deployments, object })
const resizes = (deployment: Deployment, steps: readonly Resize[]): readonly Effect[] =>
  steps
    .filter(({ set, to }) => to !== wanted(set) || wasScaled(deployment, [set]))
    .map(({ set, to }) => update(resized(deployment, set, to)))
const cleanup = (deployment: Deployment, old: readonly ReplicaSet[]): readonly Effect[] =>
  outdated(deployment, old).map((object) => ({ do: 'delete', table: TABLES.replicaSets, object }))
