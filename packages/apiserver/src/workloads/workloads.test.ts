import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'
import { OUTCOME_ANNOTATION, type PodOutcome } from './pod-outcome.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: ['*'] })
})
afterEach(() => api[Symbol.asyncDispose]())

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const REPLICA_SETS = '/apis/apps/v1/namespaces/default/replicasets'
const STATEFUL_SETS = '/apis/apps/v1/namespaces/default/statefulsets'
const JOBS = '/apis/batch/v1/namespaces/default/jobs'
const CRON_JOBS = '/apis/batch/v1/namespaces/default/cronjobs'
const PODS = '/api/v1/namespaces/default/pods'
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims'

const template = (image = 'web:1', outcome?: PodOutcome, spec: object = {}) => ({
  metadata: { labels: { app: 'web' }, ...(outcome === undefined ? {} : { annotations: { [OUTCOME_ANNOTATION]: outcome } }) },
  spec: { containers: [{ name: 'c', image }], ...spec },
})
const deployment = (spec: object = {}) => ({
  metadata: { name: 'web' },
  spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template(), ...spec },
})
const job = (spec: object = {}, outcome?: PodOutcome) => ({
  metadata: { name: 'once' },
  spec: { template: template('job:1', outcome, { restartPolicy: 'Never' }), ...spec },
})

/** Enough for everything that is not a matter of time. */
const settle = async () => {
  for (let round = 0; round < 4; round++) await api.settle()
}
const SECOND = 1_000
const later = async (seconds: number) => {
  await api.clock.advance(seconds * SECOND)
  await settle()
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
}
async function conditions(path: string): Promise<Record<string, string>> {
  const { status } = (await api.get(path)).body as unknown as { readonly status?: { readonly conditions?: readonly Condition[] } }
  return Object.fromEntries((status?.conditions ?? []).map((each) => [each.type, `${each.status} ${each.reason}`]))
}
const statusOf = async (path: string) => (await api.get(path)).body['status'] as Record<string, unknown>
const podStates = async () =>
  ((await api.get(PODS)).body.items ?? []).map((pod) => {
    const status = pod['status'] as { phase: string; containerStatuses?: readonly { state: { waiting?: { reason: string } } }[] }
    return status.containerStatuses?.[0]?.state.waiting?.reason ?? status.phase
  })
const revision = async () => Number((await api.get('/api/v1/namespaces')).metadata.resourceVersion)

describe('a deployment', () => {
  test('whose image is in no registry misses its deadline, and goes on when the image is mended', async () => {
    await api.post(DEPLOYMENTS, deployment())
    await settle()
    await api.patch(`${DEPLOYMENTS}/web`, { spec: { template: template('web:does-not-exist') } })
    await settle()
    expect((await podStates()).toSorted()).toEqual(['ErrImagePull', 'Running', 'Running'])
    expect(await conditions(`${DEPLOYMENTS}/web`)).toEqual({
      Available: 'True MinimumReplicasAvailable',
      Progressing: 'True ReplicaSetUpdated',
    })
    await later(599)
    expect((await conditions(`${DEPLOYMENTS}/web`))['Progressing']).toBe('True ReplicaSetUpdated')
    await later(2)
    expect((await conditions(`${DEPLOYMENTS}/web`))['Progressing']).toBe('False ProgressDeadlineExceeded')
    await api.patch(`${DEPLOYMENTS}/web`, { spec: { template: template('web:2') } })
    await settle()
    expect(await podStates()).toEqual(['Running', 'Running'])
    expect((await conditions(`${DEPLOYMENTS}/web`))['Progressing']).toBe('True NewReplicaSetAvailable')
  })

  test('counts its pods as available when they have been ready for long enough', async () => {
    await api.post(DEPLOYMENTS, deployment({ minReadySeconds: 30 }))
    await settle()
    expect(await statusOf(`${DEPLOYMENTS}/web`)).toMatchObject({ readyReplicas: 2, unavailableReplicas: 2 })
    await later(31)
    expect(await statusOf(`${DEPLOYMENTS}/web`)).toMatchObject({ readyReplicas: 2, availableReplicas: 2 })
  })

  test('makes a new pod for one that was deleted, and takes everything with it when it goes', async () => {
    await api.post(DEPLOYMENTS, deployment())
    await settle()
    const [first] = (await api.get(PODS)).body.items ?? []
    await api.delete(`${PODS}/${first!.metadata.name}`)
    await settle()
    const names = ((await api.get(PODS)).body.items ?? []).map(({ metadata }) => metadata.name)
    expect(names).toHaveLength(2)
    expect(names).not.toContain(first!.metadata.name)
    await api.delete(`${DEPLOYMENTS}/web`)
    await settle()
    expect([(await api.get(PODS)).body.items, (await api.get(REPLICA_SETS)).body.items]).toEqual([[], []])
  })

  test.each<[PodOutcome, string]>([
    ['NotReady', 'Running'],
    ['ErrImagePull', 'ErrImagePull'],
    ['CrashLoopBackOff', 'CrashLoopBackOff'],
  ])('whose pods are to be %s is not available', async (outcome, state) => {
    await api.post(DEPLOYMENTS, deployment({ replicas: 1, template: template('web:1', outcome) }))
    await settle()
    expect(await podStates()).toEqual([state])
    expect((await conditions(`${DEPLOYMENTS}/web`))['Available']).toBe('False MinimumReplicasUnavailable')
  })

  test('that nobody touches is not written, and neither is anything else', async () => {
    await api.post(DEPLOYMENTS, deployment())
    await api.post(STATEFUL_SETS, { ...deployment(), metadata: { name: 'db' } })
    await settle()
    await api.patch(`${DEPLOYMENTS}/web`, { spec: { template: template('web:does-not-exist') } })
    await settle()
    await later(700)
    const before = await revision()
    await later(24 * 60 * 60)
    expect(await revision()).toBe(before)
  })
})

describe('a job', () => {
  test('that fails is tried again, later each time, until it is given up', async () => {
    await api.post(JOBS, job({ backoffLimit: 2 }, 'Failed'))
    await settle()
    expect(await statusOf(`${JOBS}/once`)).toMatchObject({ failed: 1 })
    await later(9)
    expect(await statusOf(`${JOBS}/once`)).toMatchObject({ failed: 1 })
    await later(2)
    expect(await statusOf(`${JOBS}/once`)).toMatchObject({ failed: 2 })
    await later(22)
    expect(await statusOf(`${JOBS}/once`)).toMatchObject({ failed: 3 })
    expect(await conditions(`${JOBS}/once`)).toEqual({ FailureTarget: 'True BackoffLimitExceeded', Failed: 'True BackoffLimitExceeded' })
  })

  test('is done when its own policy says so, though work is left', async () => {
    const spec = { completionMode: 'Indexed', completions: 4, parallelism: 1, successPolicy: { rules: [{ succeededIndexes: '0-1' }] } }
    await api.post(JOBS, job(spec))
    await settle()
    expect(await conditions(`${JOBS}/once`)).toEqual({ SuccessCriteriaMet: 'True SuccessPolicy', Complete: 'True SuccessPolicy' })
    expect(await statusOf(`${JOBS}/once`)).toMatchObject({ succeeded: 2, completedIndexes: '0,1', terminating: 0, ready: 0 })
  })

  test('stays done when its pods are deleted, and goes when its time is over', async () => {
    await api.post(JOBS, job({ ttlSecondsAfterFinished: 60 }))
    await settle()
    for (const pod of (await api.get(PODS)).body.items ?? []) await api.delete(`${PODS}/${pod.metadata.name}`)
    await later(30)
    expect(await statusOf(`${JOBS}/once`)).toMatchObject({ succeeded: 1 })
    await later(31)
    expect((await api.get(`${JOBS}/once`)).code).toBe(404)
  })
})

describe('a cron job', () => {
  const cron = (spec: object = {}) => ({
    metadata: { name: 'tick' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: job().spec }, ...spec },
  })

  test('makes a job each time, and keeps the last three', async () => {
    await api.post(CRON_JOBS, cron())
    for (let minute = 0; minute < 30; minute++) await later(60)
    expect((await api.get(JOBS)).body.items).toHaveLength(3)
    expect(await statusOf(`${CRON_JOBS}/tick`)).toMatchObject({
      lastScheduleTime: expect.any(String) as unknown,
      lastSuccessfulTime: expect.any(String) as unknown,
    })
  })

  test('that forbids company waits for the job before', async () => {
    const jobTemplate = { spec: job({}, 'NotReady').spec }
    await api.post(CRON_JOBS, cron({ concurrencyPolicy: 'Forbid', jobTemplate }))
    for (let minute = 0; minute < 20; minute++) await later(60)
    expect((await api.get(JOBS)).body.items).toHaveLength(1)
    expect(((await statusOf(`${CRON_JOBS}/tick`))['active'] as unknown[]).length).toBe(1)
  })

  test('that is suspended makes nothing', async () => {
    await api.post(CRON_JOBS, cron({ suspend: true }))
    await later(3600)
    expect((await api.get(JOBS)).body.items).toEqual([])
  })
})

test('a stateful set makes the claims of its pods, and leaves them when it shrinks', async () => {
  const volumeClaimTemplates = [
    { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
  ]
  await api.post(STATEFUL_SETS, { ...deployment({ serviceName: 'db', volumeClaimTemplates }), metadata: { name: 'db' } })
  await settle()
  await api.patch(`${STATEFUL_SETS}/db`, { spec: { replicas: 1 } })
  await settle()
  const names = async (path: string) => ((await api.get(path)).body.items ?? []).map(({ metadata }) => metadata.name)
  expect([await names(PODS), await names(CLAIMS)]).toEqual([['db-0'], ['data-db-0', 'data-db-1']])
})

test('a stateful set that replaces its pods on deletion alone makes them anew as they are wanted now', async () => {
  await api.post(STATEFUL_SETS, { ...deployment({ serviceName: 'db', updateStrategy: { type: 'OnDelete' } }), metadata: { name: 'db' } })
  await settle()
  await api.patch(`${STATEFUL_SETS}/db`, { spec: { template: template('web:2') } })
  await settle()
  await api.delete(`${PODS}/db-0`)
  await settle()
  const images = ((await api.get(PODS)).body.items ?? []).map(
    (pod) => (pod['spec'] as { containers: { image: string }[] }).containers[0]!.image,
  )
  expect(images).toEqual(['web:2', 'web:1'])
})

test('a pod that no node takes waits for one that does', async () => {
  await api.post(PODS, { metadata: { name: 'picky' }, spec: { containers: [{ name: 'c', image: 'x' }], nodeSelector: { disk: 'fast' } } })
  await settle()
  expect(await conditions(`${PODS}/picky`)).toEqual({ PodScheduled: 'False Unschedulable' })
  await api.post('/api/v1/nodes', { metadata: { name: 'fast', labels: { disk: 'fast' } } })
  await settle()
  expect(await podStates()).toEqual(['Running'])
})

test('pods that want the same port of a node do not share it, and one waits until the other has gone', async () => {
  const pod = (name: string) => ({
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80, hostPort: 5555 }] }] },
  })
  await api.post(PODS, pod('first'))
  await settle()
  await api.post(PODS, pod('second'))
  await settle()
  expect(await podStates()).toEqual(['Running', 'Pending'])
  await api.delete(`${PODS}/first`)
  await settle()
  expect(await podStates()).toEqual(['Running'])
})

test('a node has an address and a name, and its pods have that address', async () => {
  await api.post(PODS, { metadata: { name: 'guest' }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  await settle()
  expect(await statusOf('/api/v1/nodes/kubewright')).toMatchObject({
    addresses: [
      { type: 'InternalIP', address: '10.0.0.1' },
      { type: 'Hostname', address: 'kubewright' },
    ],
  })
  expect(await statusOf(`${PODS}/guest`)).toMatchObject({ hostIP: '10.0.0.1' })
})

test('a taint drives pods out that do not tolerate it', async () => {
  const pod = (name: string, tolerations: readonly object[] = []) => ({
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'x' }], tolerations },
  })
  await api.post(PODS, pod('tender'))
  await api.post(PODS, pod('tough', [{ key: 'fire', operator: 'Exists' }]))
  await settle()
  const taints = [{ key: 'fire', effect: 'NoExecute' }]
  await api.patch('/api/v1/nodes/kubewright', { spec: { taints } })
  await settle()
  expect(((await api.get(PODS)).body.items ?? []).map(({ metadata }) => metadata.name)).toEqual(['tough'])
})

test('a pod with scheduling gates says that it is held back, and comes to a node without them', async () => {
  const schedulingGates = [{ name: 'example.com/gate' }]
  await api.post(PODS, { metadata: { name: 'gated' }, spec: { containers: [{ name: 'c', image: 'x' }], schedulingGates } })
  await settle()
  expect([await podStates(), await conditions(`${PODS}/gated`)]).toEqual([['Pending'], { PodScheduled: 'False SchedulingGated' }])
  await api.patch(`${PODS}/gated`, { spec: { schedulingGates: null } })
  await settle()
  expect(await podStates()).toEqual(['Running'])
})

test('with the controllers of a bare server a deployment stays what it was told to be', async () => {
  await using bare = await testClient()
  await bare.post(DEPLOYMENTS, deployment())
  for (let round = 0; round < 4; round++) await bare.settle()
  expect((await bare.get(PODS)).body.items).toEqual([])
  expect((await bare.get('/api/v1/nodes')).body.items).toEqual([])
})

describe('who keeps a number of pods', () => {
  const CONTROLLERS = '/api/v1/namespaces/default/replicationcontrollers'
  const set = (replicas: number) => ({
    metadata: { name: 'set' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template() },
  })
  const owners = async () =>
    ((await api.get(PODS)).body.items ?? []).map(
      ({ metadata }) => metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`) ?? [],
    )

  test('keeps them for a ReplicationController too', async () => {
    await api.post(CONTROLLERS, { metadata: { name: 'rc' }, spec: { replicas: 2, selector: { app: 'web' }, template: template() } })
    await settle()
    expect(await owners()).toEqual([['ReplicationController rc'], ['ReplicationController rc']])
    expect(await statusOf(`${CONTROLLERS}/rc`)).toMatchObject({ replicas: 2, readyReplicas: 2, availableReplicas: 2 })
  })

  test('takes a pod that it finds, whichever of the two comes first', async () => {
    await api.post(PODS, { ...template(), metadata: { name: 'before', labels: { app: 'web' } } })
    await api.post(REPLICA_SETS, set(2))
    await settle()
    expect(await owners()).toEqual([['ReplicaSet set'], ['ReplicaSet set']])
    await api.post(PODS, { ...template(), metadata: { name: 'after', labels: { app: 'web' } } })
    await settle()
    // It is one too many.
    expect(await owners()).toEqual([['ReplicaSet set'], ['ReplicaSet set']])
  })

  test('lets a pod go whose labels fit no longer, and makes another one', async () => {
    await api.post(REPLICA_SETS, set(1))
    await settle()
    const [pod] = (await api.get(PODS)).body.items ?? []
    await api.patch(`${PODS}/${pod!.metadata.name}`, { metadata: { labels: { app: 'other' } } })
    await settle()
    expect((await owners()).toSorted()).toEqual([[], ['ReplicaSet set']])
    const before = await revision()
    await later(60)
    expect(await revision()).toBe(before)
  })

  test('says when its pods are refused, once, and that they no longer are', async () => {
    await api.post('/api/v1/namespaces/default/resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '1' } } })
    await settle()
    await api.post(REPLICA_SETS, set(2))
    await settle()
    expect(await conditions(`${REPLICA_SETS}/set`)).toEqual({ ReplicaFailure: 'True FailedCreate' })
    const before = await revision()
    await later(60)
    expect(await revision()).toBe(before)
    await api.patch(`${REPLICA_SETS}/set`, { spec: { replicas: 1 } })
    await settle()
    expect(await conditions(`${REPLICA_SETS}/set`)).toEqual({})
  })
})

test('a deployment takes the replica set that it finds, and counts on from its revision, however large', async () => {
  const annotations = { 'deployment.kubernetes.io/revision': '3546343826724305832' }
  const metadata = { name: 'found', labels: { app: 'web' }, annotations }
  await api.post(REPLICA_SETS, { metadata, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('web:0') } })
  await settle()
  await api.post(DEPLOYMENTS, deployment({ replicas: 1 }))
  await settle()
  expect((await api.get(`${REPLICA_SETS}/found`)).metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'web' }])
  expect((await api.get(`${DEPLOYMENTS}/web`)).metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3546343826724305833',
  })
  expect(await statusOf(`${REPLICA_SETS}/found`)).toMatchObject({ replicas: 0 })
})

test('a job that somebody else manages is left alone', async () => {
  await api.post(JOBS, job({ managedBy: 'example.com/controller' }))
  await settle()
  expect([await podStates(), await statusOf(`${JOBS}/once`)]).toEqual([[], {}])
})
