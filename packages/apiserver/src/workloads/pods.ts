import { type DynamicObject, findCondition, formatTime, isConditionTrue } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, NOTHING, TABLES } from './actuator.ts'
import { NODE_ADDRESS } from './nodes.ts'
import { accepts, drivesOut, hostPorts, leavesFree } from './placement.ts'
import { asPod, isLeaving, isOver, type Pod, type PodStatus } from './pod.ts'
import { isMissingImage, outcomeOf, type PodOutcome } from './pod-outcome.ts'

/** A step of a pod's life: the first whose time has come is taken. */
interface Stage {
  readonly name: string
  when(pod: Pod, view: ClusterView): boolean
  next(pod: Pod, view: ClusterView): readonly Effect[]
}

export interface PodNetwork {
  /** An address that no other pod has. */
  address(): string
}

/** The scheduler and the kubelets, as kwok plays them: nothing runs, and everything says so as if it did. */
export function pods(network: PodNetwork): Actuator {
  const stages = podStages(network)
  return {
    name: 'pod',
    table: TABLES.pods,
    concerns: {
      // A node that has come may be what pods were waiting for.
      [TABLES.nodes]: (node, view) => [...unplaced(view), ...view.list(TABLES.pods).filter((pod) => isDrivenOut(asPod(pod), node))],
      // And so may one that has left ports free.
      [TABLES.pods]: (pod, view) => (hostPorts(asPod(pod)).length === 0 ? [] : unplaced(view)),
    },
    plan(object, view) {
      const pod = asPod(object)
      const stage = stages.find(({ when }) => when(pod, view))
      return stage === undefined ? NOTHING : { effects: stage.next(pod, view) }
    },
  }
}

const unplaced = (view: ClusterView): readonly DynamicObject[] =>
  view.list(TABLES.pods).filter((pod) => asPod(pod).spec.nodeName === undefined)

/** By a taint of its node that it does not tolerate. For how long it would is not looked at: a taint does not say since when it is there. */
const isDrivenOut = ({ spec }: Pod, node: DynamicObject | undefined): boolean =>
  node !== undefined && spec.nodeName === node.metadata.name && drivesOut(node, spec)

function podStages(network: PodNetwork): readonly Stage[] {
  return [
    {
      name: 'is gone when it was to go',
      when: (pod) => isLeaving(pod) && pod.spec.nodeName !== undefined,
      next: (pod) => [{ do: 'delete', table: TABLES.pods, object: pod, gracePeriodSeconds: 0 }],
    },
    {
      name: 'is driven out',
      when: (pod, view) => !isLeaving(pod) && isDrivenOut(pod, view.get(TABLES.nodes, undefined, pod.spec.nodeName ?? '')),
      next: (pod) => [{ do: 'delete', table: TABLES.pods, object: pod }],
    },
    {
      name: 'comes to a node',
      when: (pod) => !isLeaving(pod) && !isOver(pod) && !pod.spec.nodeName && !pod.spec.schedulingGates?.length,
      next: scheduled,
    },
    {
      name: 'does what it does',
      when: (pod) => !isLeaving(pod) && !isOver(pod) && !!pod.spec.nodeName,
      next: (pod, { now }) => [statusOf(pod, statusAfter(pod, formatTime(now), network))],
    },
  ]
}

const statusOf = (pod: Pod, status: PodStatus): Effect => ({
  do: 'status',
  table: TABLES.pods,
  object: { ...pod, status } as DynamicObject,
})

function scheduled(pod: Pod, view: ClusterView): readonly Effect[] {
  const nodes = view.list(TABLES.nodes)
  const node = nodeFor(pod, view)
  const time = formatTime(view.now)
  if (node !== undefined) {
    return [{ do: 'bind', table: TABLES.pods, object: { ...pod, spec: { ...pod.spec, nodeName: node.metadata.name } } as DynamicObject }]
  }
  const message = `0/${nodes.length} nodes are available: ${nodes.length} node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`
  const text = nodes.length === 0 ? 'no nodes available to schedule pods' : message
  if (findCondition(pod.status?.conditions, 'PodScheduled')?.reason === 'Unschedulable') return []
  const condition = {
    type: 'PodScheduled',
    status: 'False' as const,
    reason: 'Unschedulable',
    message: text,
    lastProbeTime: null,
    lastTransitionTime: time,
  }
  return [statusOf(pod, { ...pod.status, phase: 'Pending', conditions: [condition] })]
}

/** The first that takes the pod, and on which the ports are free that it wants of the node itself. */
function nodeFor(pod: Pod, view: ClusterView): DynamicObject | undefined {
  const wanted = hostPorts(pod)
  const others = wanted.length === 0 ? [] : view.list(TABLES.pods).map(asPod)
  return view.list(TABLES.nodes).find((node) => {
    const there = others.filter((other) => other.spec.nodeName === node.metadata.name && !isOver(other))
    return accepts(node, pod.spec) && there.every((other) => leavesFree(wanted, other))
  })
}

interface Ending {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly isReady: boolean
  /** Of one container, and whether it is ready. */
  container(name: string, time: string, isMissing: boolean): object
}

const terminated = (exitCode: number, reason: string, time: string) => ({
  terminated: { exitCode, reason, startedAt: time, finishedAt: time },
})
const running = (time: string) => ({ state: { running: { startedAt: time } }, ready: true, restartCount: 0, started: true, lastState: {} })

const ENDINGS: Readonly<Record<PodOutcome, Ending>> = {
  Ready: { phase: 'Running', isReady: true, container: (_name, time) => running(time) },
  NotReady: { phase: 'Running', isReady: false, container: (_name, time) => ({ ...running(time), ready: false }) },
  ErrImagePull: {
    phase: 'Pending',
    isReady: false,
    container: (_name, _time, isMissing) => ({
      state: {
        waiting: isMissing
          ? { reason: 'ErrImagePull', message: 'the image is in no registry: its name contains "does-not-exist"' }
          : { reason: 'ErrImagePull' },
      },
      ready: false,
      restartCount: 0,
      started: false,
      lastState: {},
    }),
  },
  CrashLoopBackOff: {
    phase: 'Running',
    isReady: false,
    container: (name, time) => ({
      state: { waiting: { reason: 'CrashLoopBackOff', message: `back-off 5m0s restarting failed container=${name}` } },
      lastState: terminated(1, 'Error', time),
      ready: false,
      restartCount: 5,
      started: false,
    }),
  },
  Failed: {
    phase: 'Failed',
    isReady: false,
    container: (_name, time) => ({ state: terminated(1, 'Error', time), ready: false, restartCount: 0, started: false, lastState: {} }),
  },
  Succeeded: {
    phase: 'Succeeded',
    isReady: false,
    container: (_name, time) => ({ state: terminated(0, 'Completed', time), ready: false, restartCount: 0, started: false, lastState: {} }),
  },
}

/** Nothing changes once it is what it becomes: a pod that stays as it is is written no more. */
function statusAfter(pod: Pod, time: string, network: PodNetwork): PodStatus {
  const outcome = outcomeOf(pod)
  const ending = ENDINGS[outcome]
  const gates = (pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType)
  const isOpen = gates.every((gate) => isConditionTrue(pod.status?.conditions, gate))
  const before = pod.status ?? {}
  const waiting = before.containerStatuses?.[0]?.state?.waiting?.reason
  const shown = before.phase === 'Running' && ending.phase === 'Running' && waiting === undefined ? before.containerStatuses : undefined
  const isSettled =
    outcome === 'ErrImagePull' ? waiting === 'ErrImagePull' : outcome === 'CrashLoopBackOff' ? waiting === outcome : shown !== undefined
  const podIP = before.podIP ?? network.address()
  const own = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']
  const condition = (type: string, isTrue: boolean, reason?: string) => {
    const known = findCondition(before.conditions, type)
    const status = isTrue ? ('True' as const) : ('False' as const)
    if (known?.status === status) return known
    return { type, status, lastProbeTime: null, lastTransitionTime: time, ...(isTrue || reason === undefined ? {} : { reason }) }
  }
  const unready = ending.phase === 'Succeeded' ? 'PodCompleted' : ending.phase === 'Failed' ? 'PodFailed' : 'ContainersNotReady'
  return {
    ...before,
    phase: ending.phase,
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP: before['hostIP'] ?? NODE_ADDRESS,
    hostIPs: before['hostIPs'] ?? [{ ip: NODE_ADDRESS }],
    startTime: before['startTime'] ?? time,
    conditions: [
      ...(before.conditions ?? []).filter(({ type }) => !own.includes(type)),
      condition('PodReadyToStartContainers', ending.phase === 'Running' || ending.phase === 'Pending'),
      condition('Initialized', true),
      condition('Ready', ending.isReady && isOpen, ending.isReady ? 'ReadinessGatesNotReady' : unready),
      condition('ContainersReady', ending.isReady, unready),
      condition('PodScheduled', true),
    ],
    containerStatuses: isSettled
      ? (before.containerStatuses ?? [])
      : pod.spec.containers.map((container) => ({
          name: container.name,
          image: container.image ?? '',
          imageID: '',
          ...ending.container(container.name, time, isMissingImage(container)),
        })),
  } as PodStatus
}
