// The gc operator: what has to go goes in time, and nothing else ever does.
import { type ConfigMap, Job } from '@kubewright/client'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, GarbageCollectionStop, gc } from '@kubewright/operator-gc'
import { consistently, eventually, type FaultProxy, faultProxy } from '@kubewright/testing'
import { test as base, beforeAll, describe, expect } from 'vitest'
import { configMap, namesOf, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type RunningManager, startManager } from './managers.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, GarbageCollectionPolicy)
  await installKind(bench.client, ClusterGarbageCollectionPolicy)
  await installKind(bench.client, GarbageCollectionStop)
})

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']

/** A namespace with an operator of its own, behind a proxy that sees what it asks for. */
class Site {
  readonly namespace: string
  readonly proxy: FaultProxy
  readonly running: RunningManager

  constructor(namespace: string, proxy: FaultProxy, running: RunningManager) {
    this.namespace = namespace
    this.proxy = proxy
    this.running = running
  }

  async policy(name: string, spec: Spec, annotations: Record<string, string> = {}): Promise<void> {
    const { namespace } = this
    await (await policies()).create(GarbageCollectionPolicy.of({ metadata: { namespace, name, annotations }, spec }))
  }

  async statusOf(name: string) {
    return (await (await policies()).get({ namespace: this.namespace, name })).status
  }

  async ready(name: string) {
    return (await this.statusOf(name))?.conditions?.find(({ type }) => type === 'Ready')
  }

  async make(
    name: string,
    app: string,
    over: { readonly data?: Record<string, string>; readonly metadata?: object; readonly namespace?: string } = {},
  ) {
    const object = configMap(over.namespace ?? this.namespace, name, { labels: { app }, ...(over.data ? { data: over.data } : {}) })
    return (await bench.configMaps()).create({ ...object, metadata: { ...object.metadata, ...over.metadata } })
  }

  async left(where = this.namespace) {
    return namesOf((await (await bench.configMaps()).list({ namespace: where, labelSelector: 'app' })).items)
  }

  /** The DELETE requests of the operator in the namespace. */
  deletions() {
    return this.proxy.requests.filter(({ method, path }) => method === 'DELETE' && path.includes(`/namespaces/${this.namespace}/`))
  }
}

const policies = () => bench.client.resource(GarbageCollectionPolicy)
const onConfigMaps = (app: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app } } })
const createdAt = (object: ConfigMap) => Date.parse(object.metadata.creationTimestamp!)

const test = base.extend<{ site: Site }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
  async site({}, use) {
    const namespace = await bench.namespace()
    const proxy = await faultProxy(bench.cluster.connection)
    // Confined to the namespace, so that the operators of tests that run at the same time do not work on each other's policies.
    const running = startManager(proxy.connection, (manager) => gc.setup(manager, gc.config.parse({})), { namespaces: [namespace] })
    await use(new Site(namespace, proxy, running))
    await running.stop()
    await proxy.stop()
  },
})

test('T8: a hundred objects go when they fall due and not before; a hundred others, and those that are due later, stay', async ({
  site,
}) => {
  const configMaps = await bench.configMaps()
  await site.policy('five-seconds', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 5 } })
  await site.policy('one-hour', { targetResource: onConfigMaps('later'), ttl: { secondsAfterCreation: 3600 } })
  const gone = new Map<string, number>()
  const controller = new AbortController()
  const from = (await configMaps.list({ namespace: site.namespace })).metadata.resourceVersion!
  const watching = (async () => {
    for await (const event of configMaps.watch({ namespace: site.namespace, resourceVersion: from, signal: controller.signal })) {
      if (event.type === 'DELETED') gone.set(event.object.metadata.name!, Date.now())
    }
  })().catch((error: unknown) => error)
  const numbers = Array.from({ length: 100 }, (_, i) => i)
  const made = await Promise.all(numbers.map((i) => site.make(`go-${i}`, 'go')))
  await Promise.all([
    ...numbers.map((i) => site.make(`stay-${i}`, 'stay')),
    ...numbers.slice(0, 10).map((i) => site.make(`later-${i}`, 'later')),
  ])

  await eventually(() => expect(gone.size).toBe(100), { timeout: 20_000 })
  controller.abort()
  await watching
  const late = made.map((object) => gone.get(object.metadata.name!)! - (createdAt(object) + 5_000))
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
  expect((await site.left()).filter((name) => name.startsWith('go-'))).toEqual([])
  expect(await site.left()).toHaveLength(110)
  expect(site.deletions()).toHaveLength(100)
  await eventually(async () => expect(await site.statusOf('five-seconds')).toMatchObject({ phase: 'Active', deletedTotal: 100 }), {
    timeout: 15_000,
  })
  await eventually(async () => expect(await site.statusOf('one-hour')).toMatchObject({ matched: 10, pending: 10, deletedTotal: 0 }), {
    timeout: 15_000,
  })
})

test.concurrent('R1: an object that is deleted and made again under its name keeps its new life', async ({ site }) => {
  await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 7 } })
  await site.make('a', 'go')
  await eventually(() => site.left().then((names) => expect(names).toEqual(['a'])))
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await (await bench.configMaps()).delete({ namespace: site.namespace, name: 'a' })
  const second = await site.make('a', 'go')
  await eventually(async () => expect(await site.left()).toEqual([]), { timeout: 15_000 })
  expect(Date.now()).toBeGreaterThanOrEqual(createdAt(second) + 7_000)
  expect(site.deletions()).toHaveLength(1)
})

test.concurrent('an object that leaves the selector, or is protected, before its time is kept', async ({ site }) => {
  const configMaps = await bench.configMaps()
  await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 3 } })
  for (const name of ['relabelled', 'protected', 'goes']) await site.make(name, 'go')
  await configMaps.patch(
    { namespace: site.namespace, name: 'relabelled' },
    { type: 'merge', body: { metadata: { labels: { app: 'stay' } } } },
  )
  await configMaps.patch(
    { namespace: site.namespace, name: 'protected' },
    { type: 'merge', body: { metadata: { annotations: { 'gc.kubewright.dev/protect': 'true' } } } },
  )
  await eventually(async () => expect(await site.left()).toEqual(['protected', 'relabelled']), { timeout: 20_000 })
  await consistently(async () => expect(await site.left()).toEqual(['protected', 'relabelled']), 1_500, 250)
})

describe.concurrent('times to live', () => {
  test('from a field of the object: seconds, a duration, a key of the mapping, its default, never', async ({ site }) => {
    await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { fieldPath: 'data.ttl' } })
    await site.policy('mapped', {
      targetResource: onConfigMaps('mapped'),
      ttl: { fieldPath: 'data.tier', mappings: { short: 1, long: 3600 }, default: 7200 },
    })
    for (const [name, ttl] of Object.entries({ number: '1', duration: '1s', hour: '1h', never: 'never', nonsense: 'soon' }))
      await site.make(name, 'go', { data: { ttl } })
    for (const [name, tier] of Object.entries({ short: 'short', long: 'long', other: 'other' }))
      await site.make(name, 'mapped', { data: { tier } })
    const kept = ['hour', 'long', 'never', 'nonsense', 'other']
    await eventually(async () => expect(await site.left()).toEqual(kept), { timeout: 15_000 })
    await consistently(async () => expect(await site.left()).toEqual(kept), 1_000, 250)
  })

  test('Z4: after a time that the object tells: already past is due at once', async ({ site }) => {
    const jobs = await bench.client.resource(Job)
    await site.policy('p', {
      targetResource: { apiVersion: 'batch/v1', kind: 'Job' },
      ttl: { relativeTo: 'status.completionTime', secondsAfter: 1 },
    })
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c:1' }] } }
    for (const name of ['finished', 'running'])
      await jobs.create({ metadata: { namespace: site.namespace, name }, spec: { template } } as Job)
    const stamp = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z$/, 'Z')
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastTransitionTime: stamp }))
    await jobs.patch(
      { namespace: site.namespace, name: 'finished' },
      { type: 'merge', body: { status: { startTime: stamp, completionTime: stamp, succeeded: 1, conditions } } },
      { subresource: 'status' },
    )
    await eventually(async () => expect(namesOf((await jobs.list({ namespace: site.namespace })).items)).toEqual(['running']), {
      timeout: 15_000,
    })
  })
})

test.concurrent('a dry run deletes nothing, asks for no deletion and says what it would do', async ({ site }) => {
  await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 1 }, behavior: { dryRun: true } })
  for (const name of ['a', 'b', 'c']) await site.make(name, 'go')
  await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ wouldDelete: 3, deletedTotal: 0 }), { timeout: 20_000 })
  expect(await site.left()).toEqual(['a', 'b', 'c'])
  expect(site.deletions()).toEqual([])
})

describe.concurrent('confinement', () => {
  test('K3: a namespaced policy works in its own namespace alone', async ({ site }) => {
    const other = await bench.namespace()
    await site.make('here', 'go')
    await site.make('there', 'go', { namespace: other })
    await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 1 } })
    await eventually(async () => expect(await site.left()).toEqual([]), { timeout: 15_000 })
    expect(await site.left(other)).toEqual(['there'])
  })

  test('S9, Z19: one that names another namespace, or all, is refused on its status, and does nothing', async ({ site }) => {
    const other = await bench.namespace()
    await site.make('here', 'go')
    await site.make('there', 'go', { namespace: other })
    await site.policy('one', { targetResource: { ...onConfigMaps('go'), namespace: other }, ttl: { secondsAfterCreation: 1 } })
    await site.policy('all', { targetResource: { ...onConfigMaps('go'), namespace: '*' }, ttl: { secondsAfterCreation: 1 } })
    for (const name of ['one', 'all']) {
      await eventually(async () =>
        expect(await site.ready(name)).toMatchObject({
          status: 'False',
          message: expect.stringContaining('ClusterGarbageCollectionPolicy') as unknown,
        }),
      )
    }
    await consistently(async () => expect([...(await site.left()), ...(await site.left(other))]).toEqual(['here', 'there']), 2_000, 250)
  })
})

describe.concurrent('a policy that cannot work says why, and asks calmly', () => {
  test('an unknown kind, until the server serves it', async ({ site }) => {
    await site.policy('p', { targetResource: { apiVersion: 'nowhere.example.dev/v1', kind: 'Nothing' }, ttl: { secondsAfterCreation: 1 } })
    await eventually(async () =>
      expect(await site.ready('p')).toMatchObject({ status: 'False', message: expect.stringContaining('Nothing') as unknown }),
    )
    site.proxy.forget()
    await consistently(() => expect(site.proxy.count()).toBeLessThan(6), 2_000)
  })

  test('a selector that is none', async ({ site }) => {
    await site.make('a', 'go')
    const labelSelector = { matchExpressions: [{ key: 'app', operator: 'In' as const, values: [] }] }
    await site.policy('p', { targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector }, ttl: { secondsAfterCreation: 1 } })
    await eventually(async () =>
      expect(await site.ready('p')).toMatchObject({
        status: 'False',
        message: expect.stringContaining('targetResource.labelSelector') as unknown,
      }),
    )
    expect(await site.left()).toEqual(['a'])
  })
})

test.concurrent('K1: paused, in the spec or by the annotation, it deletes nothing until it goes on', async ({ site }) => {
  await site.policy('spec', { targetResource: onConfigMaps('a'), ttl: { secondsAfterCreation: 1 }, paused: true })
  await site.policy(
    'annotation',
    { targetResource: onConfigMaps('b'), ttl: { secondsAfterCreation: 1 } },
    { 'kubewright.dev/paused': 'true' },
  )
  await site.make('a', 'a')
  await site.make('b', 'b')
  for (const name of ['spec', 'annotation'])
    await eventually(async () => expect(await site.statusOf(name)).toMatchObject({ phase: 'Paused' }))
  await consistently(async () => expect(await site.left()).toEqual(['a', 'b']), 2_500, 250)
  const resource = await policies()
  await resource.patch({ namespace: site.namespace, name: 'spec' }, { type: 'merge', body: { spec: { paused: false } } })
  await resource.patch(
    { namespace: site.namespace, name: 'annotation' },
    { type: 'merge', body: { metadata: { annotations: { 'kubewright.dev/paused': null } } } },
  )
  await eventually(async () => expect(await site.left()).toEqual([]), { timeout: 15_000 })
})

test.concurrent('R5: an object that a finalizer holds is asked for once, and shown as terminating', async ({ site }) => {
  const configMaps = await bench.configMaps()
  await site.make('held', 'go', { metadata: { finalizers: ['example.dev/hold'] } })
  await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 1 } })
  await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ terminating: 1, deletedTotal: 0 }), { timeout: 20_000 })
  expect(site.deletions()).toHaveLength(1)
  await configMaps.patch({ namespace: site.namespace, name: 'held' }, { type: 'merge', body: { metadata: { finalizers: null } } })
  await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ terminating: 0, deletedTotal: 1 }), { timeout: 20_000 })
  expect(site.deletions()).toHaveLength(1)
})

describe.concurrent('answers that go wrong', () => {
  test('R6: a lost answer is counted once, and the object is not asked for under another identity', async ({ site }) => {
    const injection = site.proxy.inject({ is: 'lost-answer' }, { method: 'DELETE' }, 1)
    await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 1 } })
    await site.make('a', 'go')
    await eventually(async () => expect(await site.left()).toEqual([]), { timeout: 15_000 })
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ deletedTotal: 1, matched: 0 }), { timeout: 20_000 })
    expect(injection.hits).toBe(1)
  })

  test('S1: too many requests, a server in trouble and cut connections delay the deletion, no more', async ({ site }) => {
    for (const fault of [
      { is: 'status', code: 429, retryAfterSeconds: 1 },
      { is: 'status', code: 503 },
      { is: 'status', code: 500 },
      { is: 'reset' },
    ] as const) {
      site.proxy.inject(fault, { method: 'DELETE' }, 2)
    }
    await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 1 } })
    for (const name of ['a', 'b', 'c']) await site.make(name, 'go')
    await eventually(async () => expect(await site.left()).toEqual([]), { timeout: 40_000 })
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ deletedTotal: 3 }), { timeout: 20_000 })
  })

  // Found as a wrong deletion: the object was fetched anew after a conflict, and nobody looked whether the selector still took it.
  test('R2, W2: changes that a hanging watch does not tell of are read before anything is deleted', async ({ site }) => {
    const configMaps = await bench.configMaps()
    const names = ['changed', 'protected', 'relabelled']
    for (const name of names) await site.make(name, 'go')
    await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 15 } })
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ matched: 3 }), { timeout: 20_000 })
    site.proxy.inject({ is: 'blackhole' }, { watch: true, path: '/configmaps' })
    site.proxy.cut({ watch: true, path: '/configmaps' })
    const patches = [
      { data: { n: '1' } },
      { metadata: { annotations: { 'gc.kubewright.dev/protect': 'true' } } },
      { metadata: { labels: { app: 'stay' } } },
    ]
    for (const [i, name] of names.entries())
      await configMaps.patch({ namespace: site.namespace, name }, { type: 'merge', body: patches[i]! })
    await eventually(async () => expect(await site.left()).toEqual(['protected', 'relabelled']), { timeout: 60_000 })
    await consistently(async () => expect(await site.left()).toEqual(['protected', 'relabelled']), 3_000, 250)
  })

  test('a server that is away while objects fall due: afterwards they go, and a change made meanwhile counts', async ({ site }) => {
    const configMaps = await bench.configMaps()
    for (const name of ['a', 'b', 'saved']) await site.make(name, 'go')
    await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 15 } })
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ matched: 3 }), { timeout: 20_000 })
    await site.proxy.pause()
    await configMaps.patch({ namespace: site.namespace, name: 'saved' }, { type: 'merge', body: { metadata: { labels: { app: 'stay' } } } })
    await new Promise((resolve) => setTimeout(resolve, 16_000))
    expect(await site.left()).toEqual(['a', 'b', 'saved'])
    await site.proxy.resume()
    await eventually(async () => expect(await site.left()).toEqual(['saved']), { timeout: 60_000 })
    await consistently(async () => expect(await site.left()).toEqual(['saved']), 1_000, 250)
  })
})

test.concurrent('K9: when nothing changes and nothing falls due, nothing is written', async ({ site }) => {
  await site.policy('p', { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 3600 } })
  for (let i = 0; i < 20; i++) await site.make(`m-${i}`, 'go')
  await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ phase: 'Active', matched: 20, pending: 20 }), {
    timeout: 20_000,
  })
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  site.proxy.forget()
  await consistently(() => expect(site.proxy.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([]), 12_000, 500)
})

test.concurrent('K2, W7: the last policy for a kind takes its watch with it', async ({ site }) => {
  const watches = () => site.proxy.open({ watch: true, path: `/namespaces/${site.namespace}/configmaps` })
  const resource = await policies()
  const same = { targetResource: onConfigMaps('go'), ttl: { secondsAfterCreation: 3600 } }
  await site.policy('one', same)
  await site.policy('two', same)
  await eventually(() => expect(watches()).toBe(1))
  await resource.delete({ namespace: site.namespace, name: 'one' })
  await consistently(() => expect(watches()).toBe(1), 500)
  await resource.delete({ namespace: site.namespace, name: 'two' })
  await eventually(() => expect(watches()).toBe(0))
  expect(site.running.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('a cluster policy works in every namespace but those of the system', async ({ site }) => {
  const other = await bench.namespace()
  const clusterPolicies = await bench.client.resource(ClusterGarbageCollectionPolicy)
  const running = startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})))
  try {
    for (const [name, namespace] of Object.entries({ here: site.namespace, there: other, system: 'kube-system' }))
      await site.make(name, 'anywhere', { namespace })
    const spec: Spec = { targetResource: onConfigMaps('anywhere'), ttl: { secondsAfterCreation: 1 } }
    await clusterPolicies.create(ClusterGarbageCollectionPolicy.of({ metadata: { name: 'everywhere' }, spec }))
    await eventually(async () => expect([...(await site.left()), ...(await site.left(other))]).toEqual([]), { timeout: 15_000 })
    expect(await site.left('kube-system')).toEqual(['system'])
  } finally {
    await running.stop()
  }
})
