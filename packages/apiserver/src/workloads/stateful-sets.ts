import type { DynamicObject } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, NOTHING, TABLES, type Workload, type WorkloadSpec } from './actuator.ts'
import { asPod, isAvailable, isLeaving, isOver, isReady, nextAvailableAt, type Pod } from './pod.ts'
import { podFrom } from './pod-template.ts'
import { positive } from './replicas.ts'
import { historyOf, outdatedRevisions, type Revision, templateOf } from './revisions.ts'
import { claimsOf, withClaims } from './stateful-claims.ts'

export interface StatefulSet extends Workload {
  readonly spec: WorkloadSpec & {
    readonly serviceName?: string
    readonly podManagementPolicy?: string
    readonly ordinals?: { readonly start?: number }
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } }
    readonly volumeClaimTemplates?: readonly DynamicObject[]
  }
  readonly status?: { readonly currentRevision?: string; readonly collisionCount?: number } & Readonly<Record<string, unknown>>
}

export const REVISION_LABEL = 'controller-revision-hash'

/** Keeps pods with names of their own: one after the other up, and down in the reverse order. */
export const statefulSets: Actuator = {
  name: 'statefulset',
  table: TABLES.statefulSets,
  controls: [TABLES.pods, TABLES.revisions],
  plan(object, view) {
    if (isLeaving(object)) return NOTHING
    const set = object as StatefulSet
    const history = historyOf(set, view, (hash) => ({ 'controller.kubernetes.io/hash': hash }))
    const current = history.all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? history.update
    const pods = view.controlled(TABLES.pods, set).map(asPod)
    const rollout = { set, pods, current, update: history.update }
    const used = (revision: Revision) =>
      [current, history.update].includes(revision) || pods.some((pod) => revisionOf(pod) === revision.metadata.name)
    return {
      effects: [
        ...history.effects,
        ...steps(rollout, view),
        { do: 'status', table: TABLES.statefulSets, object: { ...set, status: statusOf(rollout, view.now) } as DynamicObject },
        ...outdatedRevisions(set, history.all, used),
      ],
      dueAt: nextAvailableAt(pods, view.now, set.spec.minReadySeconds),
    }
  },
}

interface Rollout {
  readonly set: StatefulSet
  readonly pods: readonly Pod[]
  readonly current: Revision
  readonly update: Revision
}

const revisionOf = ({ metadata }: Pod): string | undefined => metadata.labels?.[REVISION_LABEL]
const ordinalOf = ({ metadata }: Pod): number => Number(/-(\d+)$/.exec(metadata.name ?? '')?.[1] ?? -1)

function ordinals({ spec: { replicas = 1, ordinals: { start = 0 } = {} } }: StatefulSet): readonly number[] {
  return Array.from({ length: replicas }, (_, index) => start + index)
}

/** The pod of an ordinal that is not to be there is surplus. */
function steps({ set, pods, current, update }: Rollout, view: ClusterView): readonly Effect[] {
  const { spec } = set
  const isOrdered = spec.podManagementPolicy !== 'Parallel'
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  const partition = type === 'OnDelete' ? Number.POSITIVE_INFINITY : (rollingUpdate?.partition ?? 0)
  const wanted = ordinals(set)
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]))
  const isSteady = (pod: Pod | undefined) => pod !== undefined && !isLeaving(pod) && isAvailable(pod, view.now, spec.minReadySeconds)
  const effects: Effect[] = []
  for (const ordinal of wanted) {
    const pod = byOrdinal.get(ordinal)
    if (pod !== undefined && isOver(pod) && !isLeaving(pod)) effects.push(remove(pod))
    // What was there before a rollout and is below its partition comes back as it was. OnDelete has no partition: what was deleted comes back new.
    const isKept = type !== 'OnDelete' && ordinal - (wanted[0] ?? 0) < partition && set.status?.currentRevision !== undefined
    const revision = isKept ? current : update
    if (pod === undefined) effects.push(...claimsOf(set, ordinal, view), create(set, ordinal, revision))
    if (isOrdered && !isSteady(pod)) return effects
  }
  const surplus = pods.filter((pod) => !wanted.includes(ordinalOf(pod))).sort((a, b) => ordinalOf(b) - ordinalOf(a))
  if (isOrdered && surplus.some(isLeaving)) return effects
  effects.push(...(isOrdered ? surplus.slice(0, 1) : surplus.filter((pod) => !isLeaving(pod))).map(remove))
  if (surplus.length > 0) return effects
  return [...effects, ...replaced({ wanted, byOrdinal, partition, update, isSteady })]
}

interface Replacement {
  readonly wanted: readonly number[]
  readonly byOrdinal: ReadonlyMap<number, Pod>
  readonly partition: number
  readonly update: Revision
  readonly isSteady: (pod: Pod | undefined) => boolean
}

/** From the last to the first, each when the one before it works. */
function replaced({ wanted, byOrdinal, partition, update, isSteady }: Replacement): readonly Effect[] {
  for (const ordinal of wanted.toReversed()) {
    if (ordinal - (wanted[0] ?? 0) < partition) return []
    const pod = byOrdinal.get(ordinal)
    if (pod !== undefined && revisionOf(pod) !== update.metadata.name && !isLeaving(pod)) return [remove(pod)]
    if (!isSteady(pod)) return []
  }
  return []
}

const remove = (pod: Pod): Effect => ({ do: 'delete', table: TABLES.pods, object: pod })

function create(set: StatefulSet, ordinal: number, revision: Revision): Effect {
  const template = withClaims(set, templateOf(revision), ordinal)
  const name = `${set.metadata.name}-${ordinal}`
  const object = podFrom(set, template, {
    name,
    labels: {
      'apps.kubernetes.io/pod-index': String(ordinal),
      [REVISION_LABEL]: revision.metadata.name ?? '',
      'statefulset.kubernetes.io/pod-name': name,
    },
    spec: { hostname: name, ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}) },
  })
  return {
    do: 'create',
    table: TABLES.pods,
    object: { ...object, metadata: { ...object.metadata, generateName: `${set.metadata.name}-` } },
  }
}

function statusOf({ set, pods, current, update }: Rollout, now: number): object {
  const living = pods.filter((pod) => !isOver(pod))
  const of = (revision: Revision) => living.filter((pod) => !isLeaving(pod) && revisionOf(pod) === revision.metadata.name).length
  const { replicas = 1, minReadySeconds = 0, updateStrategy } = set.spec
  const ready = living.filter(isReady).length
  // The rollout is over when every pod is of the new revision; with a partition it never is.
  const isDone = updateStrategy?.type !== 'OnDelete' && of(update) === replicas && ready === replicas && living.length === replicas
  const settled = isDone ? update : current
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: living.length,
    ...positive('readyReplicas', ready),
    ...positive('currentReplicas', of(settled)),
    ...positive('updatedReplicas', of(update)),
    availableReplicas: living.filter((pod) => isAvailable(pod, now, minReadySeconds)).length,
    currentRevision: settled.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: set.status?.collisionCount ?? 0,
  }
}
