import { formatTime } from 'kubewright'
import type { PodStatus, VaultUnsealerStatus } from '../kinds/vault-unsealer.ts'
import type { NodeView, Snapshot } from './snapshot.ts'

type Draft = { -readonly [K in keyof VaultUnsealerStatus]?: VaultUnsealerStatus[K] | undefined }

/** More would not fit into an object; they are looked after all the same. */
const MOST_PODS = 1_000

/** What the status says beside its conditions. */
export function statusFields(snapshot: Snapshot): Omit<Draft, 'conditions' | 'lastReconcileTime' | 'observedGeneration'> {
  const { nodes, keys, clusterId } = snapshot
  const open = nodes.filter(({ node }) => node.standing.state === 'Unsealed')
  const before = new Map(snapshot.previous.map((pod) => [podKey(pod.name, pod.uid), pod]))
  const required = Math.max(0, ...nodes.map(({ node }) => node.status?.threshold ?? 0))
  return {
    podsChecked: nodes.map(({ member }) => member.name),
    unsealedPods: open.map(({ member }) => member.name),
    pods: nodes
      .slice(0, MOST_PODS)
      .map((view) => podStatus(view, snapshot.namespace, before.get(podKey(view.member.name, view.member.pod?.uid)))),
    keys: {
      loaded: keys.loaded,
      ...(required > 0 && { required }),
      set: keys.set,
      ...(keys.proven.length > 0 && { proven: [...keys.proven] }),
    },
    clusterID: clusterId,
    summary: `${open.length}/${nodes.length}`,
  }
}

const podKey = (name: string, uid = '') => `${name}/${uid}`

function podStatus({ member, node, since }: NodeView, namespace: string, before: PodStatus | undefined): PodStatus {
  const { standing, status } = node
  const same = before?.state === standing.state && before.reason === standing.reason
  return {
    name: member.name,
    ...(member.pod !== undefined && { uid: member.pod.uid }),
    ...(member.pod !== undefined && member.pod.namespace !== namespace && { namespace: member.pod.namespace }),
    state: standing.state,
    reason: standing.reason,
    message: standing.message,
    since: same ? before.since : formatTime(since),
    ...(status?.sealed === true && status.initialized && { progress: status.progress }),
    ...(status !== undefined && status.threshold > 0 && { threshold: status.threshold }),
    ...(status !== undefined && status.version !== '' && { version: status.version }),
    ...(status?.clusterId !== undefined && { clusterID: status.clusterId }),
    ...(node.givenUp && { rejectedKeySet: node.keySet }),
  }
}
