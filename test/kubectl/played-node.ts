import { type Client, type ClusterConnection, connectTo, Node, Pod } from '@kubewright/client'
import { isConflict, isNotFound, sleep } from '@kubewright/core'

/** What the embedded server calls the one that it plays itself. */
const NODE = 'kubewright'
/** Milliseconds between two looks at the Pods. */
const ROUND = 150
/** Milliseconds. The controller manager calls a node lost that was silent for 50 s. */
const HEARTBEAT = 10_000

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** What the embedded server's own actuators do, for a real one: a scheduler and a kubelet that run nothing, and say that they did. Until the signal. */
export async function playNode(connection: ClusterConnection, signal: AbortSignal): Promise<void> {
  const client = connectTo(connection)
  try {
    await joinCluster(client)
    const pods = await client.resource(Pod)
    let heartbeat = performance.now()
    while (!signal.aborted) {
      const { items } = await pods.list()
      for (const pod of items) await advance(client, pod).catch(ignoreLate)
      if (performance.now() - heartbeat > HEARTBEAT) {
        heartbeat = performance.now()
        await client.request('PATCH', `${LEASES}/${NODE}`, {
          body: { spec: renewed() },
          headers: { 'content-type': 'application/merge-patch+json' },
        })
      }
      await sleep(ROUND, { signal }).catch(() => undefined)
    }
  } finally {
    await client.close()
  }
}

/** Somebody else was there first: the next round sees what is left. */
function ignoreLate(error: unknown): void {
  if (!isConflict(error) && !isNotFound(error)) throw error
}

const renewed = () => ({ holderIdentity: NODE, leaseDurationSeconds: 40, renewTime: new Date().toISOString().replace('Z', '000Z') })

async function joinCluster(client: Client): Promise<void> {
  const nodes = await client.resource(Node)
  const labels = { 'kubernetes.io/hostname': NODE, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' }
  await nodes.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels } })
  const room = { cpu: '32', memory: '256Gi', pods: '1000' }
  const conditions = [condition('Ready', 'True', 'KubeletReady')]
  await nodes.patch(
    { name: NODE },
    { type: 'merge', body: { status: { capacity: room, allocatable: room, conditions } } },
    { subresource: 'status' },
  )
  await client.request('POST', LEASES, {
    body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: NODE }, spec: renewed() },
  })
}

/** One step of its life. */
async function advance(client: Client, pod: Pod): Promise<void> {
  const { name = '', namespace = '', deletionTimestamp } = pod.metadata
  const pods = await client.resource(Pod)
  const phase = pod.status?.phase
  if (deletionTimestamp !== undefined) await pods.delete({ name, namespace }, { gracePeriodSeconds: 0 })
  else if (!pod.spec?.nodeName)
    await client.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, {
      body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { apiVersion: 'v1', kind: 'Node', name: NODE } },
    })
  else if ((phase === undefined || phase === 'Pending') && !isMissing(pod))
    await pods.patch({ name, namespace }, { type: 'merge', body: { status: statusOf(pod) } }, { subresource: 'status' })
}

/** An image of this name is in no registry of the embedded server's, either. */
const isMissing = ({ spec }: Pod): boolean => spec?.containers.some(({ image }) => image?.includes('does-not-exist')) === true

function statusOf(pod: Pod): object {
  const isOver =
    pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true ||
    pod.metadata.annotations?.['kubewright.dev/pod-outcome'] === 'Succeeded'
  const time = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const ready = isOver ? condition('Ready', 'False', 'PodCompleted') : condition('Ready', 'True')
  const state = isOver
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time } }
    : { running: { startedAt: time } }
  return {
    phase: isOver ? 'Succeeded' : 'Running',
    podIP: '10.1.0.1',
    podIPs: [{ ip: '10.1.0.1' }],
    hostIP: '10.0.0.1',
    hostIPs: [{ ip: '10.0.0.1' }],
    startTime: time,
    conditions: [
      { ...condition('PodReadyToStartContainers', isOver ? 'False' : 'True') },
      condition('Initialized', 'True'),
      ready,
      { ...ready, type: 'ContainersReady' },
      condition('PodScheduled', 'True'),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map(({ name, image = '' }) => ({
      name,
      image,
      imageID: '',
      state,
      lastState: {},
      ready: !isOver,
      restartCount: 0,
      started: !isOver,
    })),
  }
}

const condition = (type: string, status: 'True' | 'False', reason?: string) => ({
  type,
  status,
  lastProbeTime: null,
  lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
  ...(reason !== undefined && { reason }),
})
