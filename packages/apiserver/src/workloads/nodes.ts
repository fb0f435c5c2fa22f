import { type Condition, type DynamicObject, formatTime, isConditionTrue } from '@kubewright/core'
import { type Actuator, NOTHING, TABLES } from './actuator.ts'

/** The node that there is from the start. */
export const NODE = 'kubewright'

export const firstNode: DynamicObject = {
  metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
}

const NOT_READY = 'node.kubernetes.io/not-ready'

const CONDITIONS: readonly (readonly [type: string, status: 'True' | 'False', reason: string, message: string])[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
]
/** Of every node: nothing answers there. */
export const NODE_ADDRESS = '10.0.0.1'
const ROOM = { cpu: '32', memory: '256Gi', pods: '1000' }

interface NodeStatus {
  readonly conditions?: readonly Condition[]
  readonly capacity?: object
  readonly allocatable?: object
  readonly addresses?: readonly object[]
}

/** Makes nodes ready. There are no heartbeats: a quiet cluster writes nothing. */
export const nodes: Actuator = {
  name: 'node',
  table: TABLES.nodes,
  plan(node, { now }) {
    const { taints = [], ...spec } = (node['spec'] ?? {}) as { readonly taints?: readonly { readonly key: string }[] }
    const status = (node['status'] ?? {}) as NodeStatus
    if (!isConditionTrue(status.conditions, 'Ready')) {
      const time = formatTime(now)
      const conditions = CONDITIONS.map(([type, value, reason, message]) => ({
        type,
        status: value,
        reason,
        message,
        lastHeartbeatTime: time,
        lastTransitionTime: time,
      }))
      const own = [
        { type: 'InternalIP', address: NODE_ADDRESS },
        { type: 'Hostname', address: node.metadata.name },
      ]
      const addresses = status.addresses ?? own
      const next = { ...status, addresses, capacity: status.capacity ?? ROOM, allocatable: status.allocatable ?? ROOM, conditions }
      return { effects: [{ do: 'status', table: TABLES.nodes, object: { ...node, status: next } }] }
    }
    if (!taints.some(({ key }) => key === NOT_READY)) return NOTHING
    const kept = taints.filter(({ key }) => key !== NOT_READY)
    return {
      effects: [
        { do: 'update', table: TABLES.nodes, object: { ...node, spec: { ...spec, ...(kept.length === 0 ? {} : { taints: kept }) } } },
      ],
    }
  },
}
