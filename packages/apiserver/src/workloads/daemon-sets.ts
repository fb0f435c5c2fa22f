import type { DynamicObject } from '@kubewright/core'
import { type Actuator, type Effect, NOTHING, TABLES, type Workload, type WorkloadSpec } from './actuator.ts'
import { scaled } from './deployment.ts'
import { type Affinity, accepts, keeps, type Placing, pinnedNode, pinnedTo } from './placement.ts'
import { asPod, isAvailable, isLeaving, isOver, isReady, nextAvailableAt, type Pod } from './pod.ts'
import { podFrom } from './pod-template.ts'
import { positive } from './replicas.ts'
import { historyOf, outdatedRevisions } from './revisions.ts'
import { REVISION_LABEL } from './stateful-sets.ts'

interface DaemonSet extends Workload {
  readonly spec: WorkloadSpec & {
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly maxUnavailable?: number | string } }
  }
}

const GENERATION = 'deprecated.daemonset.template.generation'

/** What every daemon bears: it is there for the node, whatever the node's state. */
const TOLERATIONS = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]

/** Keeps one pod on every node that its template selects. */
export const daemonSets: Actuator = {
  name: 'daemonset',
  table: TABLES.daemonSets,
  controls: [TABLES.pods, TABLES.revisions],
  concerns: { [TABLES.nodes]: (_node, view) => view.list(TABLES.daemonSets) },
  plan(object, view) {
    if (isLeaving(object)) return NOTHING
    const set = object as DaemonSet
    const history = historyOf(set, view, (hash) => ({ [REVISION_LABEL]: hash }))
    const hash = history.update.metadata.labels?.[REVISION_LABEL] ?? ''
    const pods = view.controlled(TABLES.pods, set).map(asPod)
    const nodes = view.list(TABLES.nodes)
    const placing = placingOf(set)
    const names = namesOf(nodes.filter((node) => accepts(node, placing)))
    const kept = namesOf(nodes.filter((node) => keeps(node, placing)))
    const isUsed = (revision: DynamicObject) =>
      revision === history.update ||
      pods.some((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision.metadata.labels?.[REVISION_LABEL])
    return {
      effects: [
        ...history.effects,
        ...placed(set, pods, { wanted: names, kept }, hash),
        ...replaced(set, pods, names, hash, view.now),
        { do: 'status', table: TABLES.daemonSets, object: { ...set, status: statusOf(set, pods, names, hash, view.now) } as DynamicObject },
        ...outdatedRevisions(set, history.all, isUsed),
      ],
      dueAt: nextAvailableAt(pods, view.now, set.spec.minReadySeconds),
    }
  },
}

/** What is asked of a node: also that it bears what every daemon bears. */
function placingOf({ spec: { template } }: DaemonSet): Placing {
  const placing = template.spec as Placing
  return { ...placing, tolerations: [...(placing.tolerations ?? []), ...TOLERATIONS] }
}

/** The node that a pod is on, or is made for. */
const nodeOf = ({ spec }: Pod): string | undefined => spec.nodeName ?? pinnedNode(spec.affinity)

const namesOf = (nodes: readonly DynamicObject[]): readonly string[] => nodes.map(({ metadata }) => metadata.name ?? '')

interface Nodes {
  /** One is to be there. */
  readonly wanted: readonly string[]
  /** One that is there may stay. */
  readonly kept: readonly string[]
}

function placed(set: DaemonSet, pods: readonly Pod[], { wanted, kept }: Nodes, hash: string): readonly Effect[] {
  const remove = (pod: Pod): Effect => ({ do: 'delete', table: TABLES.pods, object: pod })
  const stray = pods.filter((pod) => !isLeaving(pod) && (isOver(pod) || !kept.includes(nodeOf(pod) ?? '')))
  const empty = wanted.filter((node) => !pods.some((pod) => nodeOf(pod) === node))
  return [...stray.map(remove), ...empty.map((node): Effect => ({ do: 'create', table: TABLES.pods, object: podOn(set, node, hash) }))]
}

function podOn(set: DaemonSet, node: string, hash: string): DynamicObject {
  const { template } = set.spec
  return podFrom(set, template, {
    labels: { [REVISION_LABEL]: hash, 'pod-template-generation': set.metadata.annotations?.[GENERATION] ?? '1' },
    spec: {
      affinity: pinnedTo(node, template.spec['affinity'] as Affinity | undefined),
      tolerations: placingOf(set).tolerations,
    },
  })
}

const isCurrent = (pod: Pod, hash: string): boolean => pod.metadata.labels?.[REVISION_LABEL] === hash

/** As many old pods go at once as may be missing; those that do not work first, and they do not count. */
function replaced({ spec }: DaemonSet, pods: readonly Pod[], nodes: readonly string[], hash: string, now: number): readonly Effect[] {
  if (spec.updateStrategy?.type === 'OnDelete') return []
  const most = Math.max(1, scaled(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, nodes.length, Math.ceil))
  const works = (pod: Pod) => !isLeaving(pod) && isAvailable(pod, now, spec.minReadySeconds)
  const old = pods.filter((pod) => !isLeaving(pod) && !isOver(pod) && !isCurrent(pod, hash))
  const working = nodes.filter((node) => pods.some((pod) => nodeOf(pod) === node && works(pod))).length
  const spare = Math.max(0, most - (nodes.length - working))
  const going = [...old.filter((pod) => !works(pod)), ...old.filter(works).slice(0, spare)]
  return going.map((pod) => ({ do: 'delete', table: TABLES.pods, object: pod }))
}

function statusOf({ metadata, spec }: DaemonSet, pods: readonly Pod[], nodes: readonly string[], hash: string, now: number): object {
  const there = pods.filter((pod) => !isLeaving(pod) && nodes.includes(nodeOf(pod) ?? ''))
  const available = there.filter((pod) => isAvailable(pod, now, spec.minReadySeconds)).length
  return {
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    currentNumberScheduled: there.length,
    desiredNumberScheduled: nodes.length,
    numberMisscheduled: pods.filter((pod) => !isLeaving(pod) && !nodes.includes(nodeOf(pod) ?? '')).length,
    numberReady: there.filter(isReady).length,
    ...positive('updatedNumberScheduled', there.filter((pod) => isCurrent(pod, hash)).length),
    ...positive('numberAvailable', available),
    ...positive('numberUnavailable', nodes.length - available),
  }
}
