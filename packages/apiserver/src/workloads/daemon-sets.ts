import type { DynamicObject } from '@kubewright/core'
import { type Actuator, type Effect, NOTHING, TABLES, type Workload, type WorkloadSpec } from './actuator.ts'
import { scaled } from './deployment.ts'
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
    const nodes = view.list(TABLES.nodes).filter((node) => isWantedOn(set, node))
    const names = nodes.map(({ metadata }) => metadata.name ?? '')
    const isUsed = (revision: DynamicObject) =>
      revision === history.update ||
      pods.some((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision.metadata.labels?.[REVISION_LABEL])
    return {
      effects: [
        ...history.effects,
        ...placed(set, pods, names, hash),
        ...replaced(set, pods, names, hash, view.now),
        { do: 'status', table: TABLES.daemonSets, object: { ...set, status: statusOf(set, pods, names, hash, view.now) } as DynamicObject },
        ...outdatedRevisions(set, history.all, isUsed),
      ],
      dueAt: nextAvailableAt(pods, view.now, set.spec.minReadySeconds),
    }
  },
}

function isWantedOn({ spec: { template } }: DaemonSet, { metadata }: DynamicObject): boolean {
  const selector = (template.spec['nodeSelector'] ?? {}) as Readonly<Record<string, string>>
  return Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)
}

/** The node that a pod is on, or is made for. */
function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined) return spec.nodeName
  return /"values":\["([^"]+)"\]/.exec(JSON.stringify(spec.affinity ?? {}))?.[1]
}

function placed(set: DaemonSet, pods: readonly Pod[], nodes: readonly string[], hash: string): readonly Effect[] {
  const remove = (pod: Pod): Effect => ({ do: 'delete', table: TABLES.pods, object: pod })
  const stray = pods.filter((pod) => !isLeaving(pod) && (isOver(pod) || !nodes.includes(nodeOf(pod) ?? '')))
  const empty = nodes.filter((node) => !pods.some((pod) => nodeOf(pod) === node))
  return [...stray.map(remove), ...empty.map((node): Effect => ({ do: 'create', table: TABLES.pods, object: podOn(set, node, hash) }))]
}

function podOn(set: DaemonSet, node: string, hash: string): DynamicObject {
  const { template } = set.spec
  const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }]
  const tolerations = (template.spec['tolerations'] ?? []) as readonly object[]
  return podFrom(set, template, {
    labels: { [REVISION_LABEL]: hash, 'pod-template-generation': set.metadata.annotations?.[GENERATION] ?? '1' },
    spec: {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
      tolerations: [...tolerations, ...TOLERATIONS],
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
