// What keeps the gc operator from doing harm: stops, protected namespaces, notices, limits, the rights of authors, admission, and a change of leaders.
import { isApiError, type KubeObject } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy, emergencyStop, GarbageCollectionPolicy, GarbageCollectionStop, gc } from '@kubewright/operator-gc'
import { consistently, eventually, faultProxy } from '@kubewright/testing'
import { webhookServer } from '@kubewright/webhook'
import { afterAll, test as base, beforeAll, describe, expect } from 'vitest'
import { configMap, namesOf, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type RunningManager, startManager } from './managers.ts'

const bench = useCluster()
const LONG = { timeout: 30_000 }

beforeAll(async () => {
  for (const kind of [GarbageCollectionPolicy, ClusterGarbageCollectionPolicy, GarbageCollectionStop])
    await installKind(bench.client, kind as never)
})

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
const policies = () => bench.client.resource(GarbageCollectionPolicy)
const on = (app: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app } } })
const policy = async (namespace: string, name: string, spec: Spec, annotations: Record<string, string> = {}) =>
  (await policies()).create(GarbageCollectionPolicy.of({ metadata: { namespace, name, annotations }, spec }))
const statusOf = async (namespace: string, name: string) => (await (await policies()).get({ namespace, name })).status
const make = async (namespace: string, name: string, app = 'go', metadata: object = {}) => {
  const object = configMap(namespace, name, { labels: { app } })
  return (await bench.configMaps()).create({ ...object, metadata: { ...object.metadata, ...metadata } })
}
const left = async (namespace: string) => namesOf((await (await bench.configMaps()).list({ namespace, labelSelector: 'app' })).items)
const annotate = async (namespace: string, name: string, annotations: Record<string, string | null>) =>
  (await bench.configMaps()).patch({ namespace, name }, { type: 'merge', body: { metadata: { annotations } } })

const test = base.extend<{ namespace: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
  async namespace({}, use) {
    const namespace = await bench.namespace()
    const running = startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})), { namespaces: [namespace] })
    await use(namespace)
    await running.stop()
  },
})

describe.concurrent('limits and notices', () => {
  test('marked, put off by its owner, and deleted when the notice is over', async ({ namespace }) => {
    await make(namespace, 'goes')
    await make(namespace, 'put-off')
    await policy(namespace, 'p', { targetResource: on('go'), ttl: { secondsAfterCreation: 1 }, notice: { seconds: 6 } })
    const marks = async () =>
      (await (await bench.configMaps()).list({ namespace, labelSelector: 'app' })).items.map(
        ({ metadata }) => metadata.annotations?.['gc.kubewright.dev/delete-at'],
      )
    await eventually(async () => expect((await marks()).every((mark) => mark !== undefined)).toBe(true), LONG)
    expect(await left(namespace)).toEqual(['goes', 'put-off'])
    await annotate(namespace, 'put-off', { 'gc.kubewright.dev/delete-at': '2099-01-01T00:00:00Z' })
    await eventually(async () => expect(await left(namespace)).toEqual(['put-off']), LONG)
    await consistently(async () => expect(await left(namespace)).toEqual(['put-off']), 2_000, 500)
  })

  test('a finalizer is put on first, and its owner decides when the object goes', async ({ namespace }) => {
    await make(namespace, 'a')
    await policy(namespace, 'p', {
      targetResource: on('go'),
      ttl: { secondsAfterCreation: 1 },
      behavior: { finalizer: 'example.dev/backup' },
    })
    const get = async () => (await (await bench.configMaps()).get({ namespace, name: 'a' })).metadata
    await eventually(
      async () =>
        expect(await get()).toMatchObject({ finalizers: ['example.dev/backup'], deletionTimestamp: expect.any(String) as unknown }),
      LONG,
    )
    await (await bench.configMaps()).patch({ namespace, name: 'a' }, { type: 'merge', body: { metadata: { finalizers: null } } })
    await eventually(async () => expect(await left(namespace)).toEqual([]), LONG)
  })

  test('maxPercent stops it with what it may not delete still there, and approval lets it go on', async ({ namespace }) => {
    for (let n = 0; n < 10; n++) await make(namespace, `go-${n}`)
    for (let n = 0; n < 9; n++) await make(namespace, `stay-${n}`, 'stay')
    await policy(namespace, 'p', { targetResource: on('go'), ttl: { secondsAfterCreation: 1 }, limits: { maxPercent: 20 } })
    // Each namespace has a ConfigMap of the cluster's own: 20 in all, or 19 where nobody makes it.
    await eventually(
      async () => expect(await statusOf(namespace, 'p')).toMatchObject({ phase: 'Blocked', halt: { reason: 'MaxPercent' } }),
      LONG,
    )
    const before = (await left(namespace)).filter((name) => name.startsWith('go'))
    expect([6, 7]).toContain(before.length)
    await consistently(async () => expect((await left(namespace)).filter((name) => name.startsWith('go'))).toEqual(before), 2_000, 500)
    const since = (await statusOf(namespace, 'p'))!.halt!.since
    await (await policies()).patch(
      { namespace, name: 'p' },
      { type: 'merge', body: { metadata: { annotations: { 'gc.kubewright.dev/approve': since } } } },
    )
    await eventually(async () => expect((await left(namespace)).filter((name) => name.startsWith('go'))).toEqual([]), LONG)
    expect(await left(namespace)).toHaveLength(9)
  })

  test('K3: a protected namespace keeps everything, until it no longer is', async ({ namespace }) => {
    const namespaces = await bench.client.resource({ group: '', version: 'v1', kind: 'Namespace' } as never)
    const protect = (value: string | null) =>
      namespaces.patch({ name: namespace }, { type: 'merge', body: { metadata: { labels: { 'gc.kubewright.dev/protect': value } } } })
    await protect('true')
    await make(namespace, 'a')
    await policy(namespace, 'p', { targetResource: on('go'), ttl: { secondsAfterCreation: 1 } })
    await eventually(async () => expect(await statusOf(namespace, 'p')).toMatchObject({ matched: 1 }), LONG)
    await consistently(async () => expect(await left(namespace)).toEqual(['a']), 2_500, 500)
    await protect(null)
    await eventually(async () => expect(await left(namespace)).toEqual([]), LONG)
  })

  test('the author’s rights count when an object goes, and count anew when they change', async ({ namespace }) => {
    await make(namespace, 'a')
    const record = { user: `ann-${namespace}`, groups: ['system:authenticated'], extra: {}, generation: 1 }
    await policy(
      namespace,
      'p',
      { targetResource: on('go'), ttl: { secondsAfterCreation: 1 } },
      { 'gc.kubewright.dev/author': JSON.stringify(record) },
    )
    await eventually(async () => expect(JSON.stringify((await statusOf(namespace, 'p'))?.conditions)).toContain('may not delete it'), LONG)
    expect(await left(namespace)).toEqual(['a'])
    await grant(namespace, record.user, ['configmaps'], [''], ['delete'])
    await eventually(async () => expect(await left(namespace)).toEqual([]), { timeout: 90_000 })
  }, 120_000)
})

async function grant(namespace: string, user: string, resources: string[], apiGroups: string[], verbs: string[]): Promise<void> {
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
  const name = `r${Math.random().toString(36).slice(2)}`
  const api = 'rbac.authorization.k8s.io'
  await bench.client.request('POST', `${path}/roles`, {
    body: { apiVersion: `${api}/v1`, kind: 'Role', metadata: { name }, rules: [{ apiGroups, resources, verbs }] },
  })
  const subjects = [{ kind: 'User', name: user, apiGroup: api }]
  await bench.client.request('POST', `${path}/rolebindings`, {
    body: { apiVersion: `${api}/v1`, kind: 'RoleBinding', metadata: { name }, subjects, roleRef: { kind: 'Role', name, apiGroup: api } },
  })
}

test('a stop holds the whole cluster, and its end takes it up again', async ({ namespace }) => {
  const stops = await bench.client.resource(GarbageCollectionStop)
  await stops.create(emergencyStop('a test'))
  try {
    await policy(namespace, 'p', { targetResource: on('go'), ttl: { secondsAfterCreation: 1 } })
    await eventually(async () => expect(JSON.stringify((await statusOf(namespace, 'p'))?.conditions)).toContain('EmergencyStop'), LONG)
    await make(namespace, 'a')
    await consistently(async () => expect(await left(namespace)).toEqual(['a']), 3_000, 500)
  } finally {
    await stops.delete({ name: 'emergency-stop' })
  }
  await eventually(async () => expect(await left(namespace)).toEqual([]), LONG)
})

test('P2: a leader that is cut off in mid-run: another goes on, nothing goes twice, and nothing that should stay', async () => {
  const namespace = await bench.namespace()
  const times = { leaseDuration: 4_000, renewDeadline: 2_500, retryPeriod: 500 }
  const proxies = [await faultProxy(bench.cluster.connection), await faultProxy(bench.cluster.connection)] as const
  const leaderElection = { leaseName: 'gc-safety', leaseNamespace: namespace, ...times }
  const run = (n: 0 | 1) =>
    startManager(proxies[n].connection, (manager) => gc.setup(manager, gc.config.parse({})), {
      namespaces: [namespace],
      identity: `replica-${n}`,
      leaderElection,
    })
  const numbers = Array.from({ length: 120 }, (_, n) => n)
  await Promise.all(numbers.flatMap((n) => [make(namespace, `go-${n}`), make(namespace, `stay-${n}`, 'stay')]))
  const uids = new Set(
    (await (await bench.configMaps()).list({ namespace, labelSelector: 'app=go' })).items.map(({ metadata }) => metadata.uid),
  )
  await policy(namespace, 'p', {
    targetResource: on('go'),
    ttl: { secondsAfterCreation: 1 },
    behavior: { maxDeletionsPerSecond: 20, batchSize: 1 },
  })
  const first = run(0)
  await first.manager.elected
  const second = run(1)
  try {
    // By its own words, which are heard at once: a list takes its time on a busy machine, and the first would be done.
    await eventually(() => expect(recordsOf(first).length).toBeGreaterThan(20), { ...LONG, interval: 25 })
    await proxies[0].pause()
    await eventually(async () => expect((await left(namespace)).filter((name) => name.startsWith('go'))).toEqual([]), { timeout: 60_000 })
    expect((await left(namespace)).filter((name) => name.startsWith('stay'))).toHaveLength(120)
    const [ofFirst, ofSecond] = [recordsOf(first), recordsOf(second)]
    const records = [...ofFirst, ...ofSecond]
    const gone = records.filter(({ outcome }) => outcome === 'gone').map(({ uid }) => uid)
    expect(new Set(gone).size, 'an object was deleted twice').toBe(gone.length)
    expect(
      gone.filter((uid) => !uids.has(uid)),
      'something else was deleted',
    ).toEqual([])
    const each = [ofFirst.length, ofSecond.length]
    expect(Math.min(...each), 'both replicas had their part').toBeGreaterThan(0)
    console.info(`leader cut off: ${gone.length} of 120 objects confirmed gone by ${each.join(' + ')} requests, 120 controls kept`)
  } finally {
    await proxies[0].resume()
    await Promise.all([first.stop(), second.stop()])
    await Promise.all(proxies.map((proxy) => proxy.stop()))
  }
}, 120_000)

/** What a replica's audit says. */
function recordsOf({ lines }: RunningManager): readonly { readonly uid: string; readonly outcome: string }[] {
  return lines
    .map(({ text }) => JSON.parse(text) as { audit?: boolean; uid: string; outcome: string })
    .filter(({ audit }) => audit === true)
}

const definitionOfWebsites = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'websites.warnings.example.dev' },
  spec: {
    group: 'warnings.example.dev',
    scope: 'Namespaced',
    names: { plural: 'websites', singular: 'website', kind: 'Website', listKind: 'WebsiteList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { configMapName: { type: 'string' } } } },
          },
        },
      },
    ],
  },
}

describe('admission', () => {
  let running: RunningManager
  let namespace: string
  const warned: string[] = []

  beforeAll(async () => {
    namespace = await bench.namespace()
    const server = webhookServer({
      name: 'kubewright-gc',
      namespace: 'default',
      reach: { url: 'https://127.0.0.1:0' },
      bindAddress: '127.0.0.1:0',
      hooks: gc.webhooksWith?.(gc.config.parse({})) ?? gc.webhooks ?? [],
    })
    running = startManager(bench.cluster.connection, (manager) => manager.add(server), { preStopDelay: 0 })
    await Promise.race([server.whenServing!(AbortSignal.timeout(30_000)), running.ended.then((error) => Promise.reject(error))])
    let probes = 0
    await eventually(async () => {
      const made = await policy(namespace, `probe-${++probes}`, { targetResource: on('probe'), ttl: { secondsAfterCreation: 60 } })
      expect(made.metadata.annotations).toHaveProperty(['gc.kubewright.dev/author'])
    }, LONG)
    for (const user of ['ann', 'bob']) await grant(namespace, user, ['garbagecollectionpolicies'], ['gc.kubewright.dev'], ['*'])
    await grant(namespace, 'ann', ['configmaps'], [''], ['delete', 'list'])
  }, 60_000)
  afterAll(async () => {
    await running.stop()
    for (const sort of ['mutating', 'validating'])
      await bench.client.request('DELETE', `/apis/admissionregistration.k8s.io/v1/${sort}webhookconfigurations/kubewright-gc`)
  })

  const as = (userName: string) =>
    bench.cluster.client({ onWarning: (text) => void warned.push(text) }).impersonate({ user: userName, groups: ['system:authenticated'] })
  const spec: Spec = { targetResource: on('go'), ttl: { secondsAfterCreation: 1 } }
  const write = async (user: string, name: string, over: Partial<Spec> = {}, annotations: Record<string, string> = {}) =>
    (await as(user).resource(GarbageCollectionPolicy)).create(
      GarbageCollectionPolicy.of({ metadata: { namespace, name, annotations }, spec: { ...spec, ...over } }),
    )
  const refusal = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'allowed',
      (error: unknown) => (isApiError(error) ? (error.status.message ?? '') : Promise.reject(error)),
    )
  const authorOf = ({ metadata }: KubeObject) =>
    JSON.parse(metadata.annotations?.['gc.kubewright.dev/author'] ?? '{}') as { user?: string; generation?: number }

  test('whoever writes a policy is recorded, whatever they say about it', async () => {
    const made = await write('ann', 'of-ann', {}, { 'gc.kubewright.dev/author': '{"user":"root"}' })
    expect(authorOf(made)).toMatchObject({ user: 'ann', generation: 1 })
    const patched = await (await as('bob').resource(GarbageCollectionPolicy)).patch(
      { namespace, name: 'of-ann' },
      { type: 'merge', body: { metadata: { annotations: { 'gc.kubewright.dev/author': '{"user":"root"}' } } } },
    )
    expect(authorOf(patched)).toMatchObject({ user: 'ann', generation: 1 })
  })

  test('K3, K20, S10: who may not delete the objects may not write the policy, but may pause it; going on takes the right again', async () => {
    expect(await refusal(write('bob', 'of-bob'))).toContain(`bob may not delete configmaps in namespace "${namespace}"`)
    await write('ann', 'paused')
    const patch = async (user: string, paused: boolean) =>
      (await as(user).resource(GarbageCollectionPolicy)).patch({ namespace, name: 'paused' }, { type: 'merge', body: { spec: { paused } } })
    expect(authorOf(await patch('bob', true))).toMatchObject({ user: 'ann', generation: 2 })
    expect(await refusal(patch('bob', false))).toContain('bob may not delete')
    expect(authorOf(await patch('ann', false))).toMatchObject({ user: 'ann', generation: 3 })
  })

  test('what would go at once is told in numbers', async () => {
    for (let n = 0; n < 3; n++) await make(namespace, `counted-${n}`, 'counted')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    warned.length = 0
    await write('ann', 'counted', { targetResource: on('counted') })
    await write('ann', 'nothing', { targetResource: on('nobody') })
    expect(warned).toEqual([
      expect.stringContaining('deletes 3 ConfigMap objects at once, of 3 that it selects'),
      expect.stringContaining('selects no ConfigMap'),
    ])
  })

  test('what would go is told in numbers, too, when all objects together decide about it', async () => {
    for (const n of [1, 2, 3]) await make(namespace, `ranked-${n}`, 'ranked')
    await bench.client.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definitionOfWebsites })
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    warned.length = 0
    await write('ann', 'ranked', { targetResource: on('ranked'), ttl: undefined as never, keep: { newest: 1 } as never })
    expect(warned).toEqual([expect.stringContaining('deletes 2 ConfigMap objects at once, of 3 that it selects')])
    warned.length = 0
    const unused: Partial<Spec> = {
      targetResource: on('ranked'),
      ttl: { relativeTo: '@unusedSince', secondsAfter: 60 },
      conditions: { state: ['Unused'] },
    }
    await write('ann', 'unused', unused)
    expect(warned).toEqual([
      expect.stringContaining('of 3 ConfigMap objects 3 fall due within a day'),
      expect.stringContaining('may be referred to by Website.warnings.example.dev (spec.configMapName)'),
    ])
    // A kind that has just come is found by the webhook a little later; until then it says that nothing is known.
    let tries = 0
    await eventually(async () => {
      warned.length = 0
      await write('ann', `unused-but-${++tries}`, { ...unused, referrers: [{ apiVersion: 'warnings.example.dev/v1', kind: 'Website' }] })
      expect(warned).toEqual([expect.stringContaining('3 fall due within a day')])
    }, LONG)
  })

  test.each<[string, Partial<Spec>, RegExp]>([
    ['another namespace', { targetResource: { ...on('go'), namespace: 'default' } }, /works in its own namespace/],
    ['a kind that is never collected', { targetResource: { apiVersion: 'v1', kind: 'Event' } }, /never collected/],
    ['a kind of the whole cluster', { targetResource: { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' } }, /cluster-scoped/],
    ['a pattern that is none', { conditions: { and: [{ fieldPath: 'data.x', operator: 'Matches', value: '(' }] } }, /conditions/],
  ])('S9: refused: %s', async (_, over, why) => {
    expect(await refusal(write('ann', 'refused', over))).toMatch(why)
  })

  test('S8: a cluster policy about everything is refused until it says so', async () => {
    const cluster = await bench.client.resource(ClusterGarbageCollectionPolicy)
    const broad = { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 3_600 }, paused: true }
    const attempt = (more: object) =>
      cluster.create(ClusterGarbageCollectionPolicy.of({ metadata: { name: 'broad' }, spec: { ...broad, ...more } }))
    expect(await refusal(attempt({}))).toContain('every ConfigMap of the cluster')
    await attempt({ acknowledgeBroadScope: 'every ConfigMap of the cluster' })
    await cluster.delete({ name: 'broad' })
  })
})
