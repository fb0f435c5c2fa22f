// Edge cases of garbage collection that only a server can decide, by the numbers of docs/gc/cases.md.
import { CustomResourceDefinition, Pod } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { consistently, errorFrame, eventually, type Fault, type FaultProxy, faultProxy } from '@kubewright/testing'
import { test as base, describe, expect } from 'vitest'
import { GcSite, installGcKinds, onMaps } from './gc-site.ts'
import { useCluster } from './harness.ts'

// Owners' children go by the server's own garbage collector.
const bench = useCluster({ controllers: true })
installGcKinds(bench)

const LONG = { timeout: 40_000 }

interface Scene {
  readonly site: GcSite
  readonly proxy: FaultProxy
  /** The DELETE requests of the operator in the namespace. */
  deletions(): readonly string[]
}

const test = base.extend<{ scene: Scene }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
  async scene({}, use) {
    const site = new GcSite(bench, await bench.namespace())
    const proxy = await faultProxy(bench.cluster.connection)
    const running = site.run({}, proxy.connection)
    const ours = ({ method, path }: { readonly method: string; readonly path: string }) =>
      method === 'DELETE' && path.includes(`/namespaces/${site.namespace}/`)
    await use({ site, proxy, deletions: () => proxy.requests.filter(ours).map(({ path }) => path.split('/').at(-1)!.split('?')[0]!) })
    await running.stop()
    await proxy.stop()
  },
})

test.concurrent('R8: an object that is seen in two versions of its kind is one object: deleted once, and kept when either version’s policy keeps it', async ({
  scene: { site, deletions },
}) => {
  const group = `${site.namespace}.cases.example.dev`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const versions = [
    { name: 'v1', served: true, storage: true, schema },
    { name: 'v1beta1', served: true, storage: false, schema },
  ]
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }
  const definition = { metadata: { name: `widgets.${group}` }, spec: { group, scope: 'Namespaced', names, versions } }
  await (await bench.client.resource(CustomResourceDefinition)).create(definition as unknown as CustomResourceDefinition)
  const widget: Kind<KubeObject> = { group, version: 'v1', kind: 'Widget' }
  for (const [name, keep] of [
    ['both', 'no'],
    ['one', 'maybe'],
    ['kept', 'yes'],
  ] as const)
    await eventually(() => {
      bench.client.discovery.invalidate()
      return site.make(widget, name, {}, { labels: { app: 'x', keep } })
    }, LONG)
  const of = (version: string, matchLabels: Record<string, string>) => ({
    apiVersion: `${group}/${version}`,
    kind: 'Widget',
    labelSelector: { matchLabels },
  })
  await site.policy('keeps', { targetResource: of('v1beta1', { keep: 'yes' }), action: 'Retain' })
  await site.policy('old', { targetResource: of('v1beta1', { keep: 'no' }), ttl: { secondsAfterCreation: 1 } })
  await site.policy('new', { targetResource: of('v1', { app: 'x' }), ttl: { secondsAfterCreation: 1 } })
  await eventually(async () => expect(await site.left(widget)).toEqual(['kept']), LONG)
  await consistently(async () => expect(await site.left(widget)).toEqual(['kept']), 2_000, 400)
  expect(deletions().toSorted()).toEqual(['both', 'one'])
})

test.concurrent('K15, Z18: the resource of a kind is what the server says, however irregular its plural', async ({
  scene: { site, deletions },
}) => {
  const group = `${site.namespace}.plurals.example.dev`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const names = { plural: 'mice', singular: 'mouse', kind: 'Mouse', listKind: 'MouseList' }
  const versions = [{ name: 'v1', served: true, storage: true, schema }]
  const definition = { metadata: { name: `mice.${group}` }, spec: { group, scope: 'Namespaced', names, versions } }
  await (await bench.client.resource(CustomResourceDefinition)).create(definition as unknown as CustomResourceDefinition)
  const mouse: Kind<KubeObject> = { group, version: 'v1', kind: 'Mouse' }
  await eventually(() => {
    bench.client.discovery.invalidate()
    return site.make(mouse, 'jerry')
  }, LONG)
  await site.policy('p', { targetResource: { apiVersion: `${group}/v1`, kind: 'Mouse' }, ttl: { secondsAfterCreation: 1 } })
  await eventually(async () => expect(await site.left(mouse)).toEqual([]), LONG)
  expect(deletions()).toEqual(['jerry'])
})

test.concurrent('S18: an object with as many annotations as the server takes is judged as any other', { timeout: 60_000 }, async ({
  scene: { site },
}) => {
  const labels = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`l${n}`, 'x']))
  const large = (ttl: string) => ({
    labels: { ...labels, app: 'x' },
    annotations: { blob: 'x'.repeat(250_000), 'kubewright.dev/ttl': ttl },
  })
  await site.map('goes', {}, large('1s'))
  await site.map('stays', {}, large('1h'))
  await site.policy('p', { targetResource: onMaps, ttl: { fromObject: {} } })
  await eventually(async () => expect(await site.maps()).toEqual(['stays']), LONG)
})

test.concurrent('K11, S16: events reach the API server, in the namespace of the policy: one for a run, and not one for each object', async ({
  scene: { site },
}) => {
  for (let n = 0; n < 30; n++) await site.map(`o${n}`)
  await site.policy('p', { targetResource: onMaps, ttl: { secondsAfterCreation: 1 } })
  await eventually(async () => expect(await site.maps()).toEqual([]), LONG)
  const Event: Kind<KubeObject> = { group: 'events.k8s.io', version: 'v1', kind: 'Event' }
  const told = async () =>
    (
      (await (await bench.client.resource(Event)).list({ namespace: site.namespace })).items as readonly {
        readonly note?: string
        readonly reason?: string
      }[]
    ).filter(({ note = '' }) => note.includes('deleted'))
  await eventually(async () => expect((await told()).length).toBeGreaterThan(0), LONG)
  expect((await told()).length).toBeLessThan(5)
})

test.concurrent('S14: evicted Pods go as far as their PodDisruptionBudget allows, and the others when it allows more', {
  timeout: 120_000,
}, async ({ scene: { site, deletions } }) => {
  const Budget: Kind<KubeObject> = { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget' }
  const budgets = await bench.client.resource(Budget)
  const matchLabels = { app: 'x', guarded: 'yes' }
  // A server with a controller for budgets comes to the same numbers by itself.
  const demand = async (minAvailable: number, healthy: number) => {
    const name = { namespace: site.namespace, name: 'b' }
    const { generation } = (await budgets.patch(name, { type: 'merge', body: { spec: { minAvailable } } })).metadata
    const numbers = {
      disruptionsAllowed: healthy - minAvailable,
      currentHealthy: healthy,
      desiredHealthy: minAvailable,
      expectedPods: healthy,
    }
    await budgets.patch(
      name,
      { type: 'merge', body: { status: { observedGeneration: generation, ...numbers } } },
      { subresource: 'status' },
    )
  }
  await site.make(Budget, 'b', { spec: { minAvailable: 2, selector: { matchLabels } } })
  await demand(2, 2)
  const conditions = [{ type: 'Ready', status: 'True' }]
  for (const name of ['a', 'b'])
    await site.make(
      Pod,
      name,
      { spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] } },
      { labels: matchLabels },
      { phase: 'Running', conditions },
    )
  await site.policy('p', {
    targetResource: { apiVersion: 'v1', kind: 'Pod', labelSelector: { matchLabels } },
    ttl: { secondsAfterCreation: 1 },
    behavior: { evict: true },
  })
  await eventually(async () => expect(JSON.stringify((await site.statusOf('p'))?.samples ?? [])).toContain('disruption budget'), LONG)
  expect(await site.left(Pod)).toEqual(['a', 'b'])
  await demand(1, 2)
  await eventually(async () => expect(await site.left(Pod)).toHaveLength(1), LONG)
  await consistently(async () => expect(await site.left(Pod)).toHaveLength(1), 3_000, 500)
  await demand(0, 1)
  await eventually(async () => expect(await site.left(Pod)).toEqual([]), { timeout: 80_000 })
  await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ deletedTotal: 2 }), LONG)
  expect(deletions()).toEqual([])
})

describe.concurrent('R11: an owner and what it owns fall due together', () => {
  /** An owner with a child that a finalizer may hold. */
  async function family(site: GcSite, finalizers: readonly string[] = []): Promise<void> {
    const { metadata } = await site.map('owner', {}, { labels: { app: 'x', role: 'owner' } })
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid!, blockOwnerDeletion: true }]
    await site.map('child', {}, { ownerReferences, finalizers })
  }
  const owners = { ...onMaps, labelSelector: { matchLabels: { role: 'owner' } } }
  const ttl = { secondsAfterCreation: 2 }
  const calm = async (site: GcSite) => {
    const status = await site.statusOf('p')
    expect(status?.samples ?? []).toEqual([])
    expect(status?.conditions?.find(({ type }) => type === 'Degraded')?.status ?? 'False').toBe('False')
  }

  test('R11: in the background both go, whoever is first, and nobody is told of an error', async ({ scene: { site } }) => {
    await family(site)
    await site.policy('p', { targetResource: onMaps, ttl, behavior: { propagationPolicy: 'Background' } })
    await eventually(async () => expect(await site.maps()).toEqual([]), LONG)
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ matched: 0 }), LONG)
    await calm(site)
  })

  test('R11: orphaned, the child stays, without its owner', async ({ scene: { site } }) => {
    await family(site)
    await site.policy('p', { targetResource: owners, ttl, behavior: { propagationPolicy: 'Orphan' } })
    await eventually(async () => expect(await site.maps()).toEqual(['child']), LONG)
    const child = await (await bench.configMaps()).get({ namespace: site.namespace, name: 'child' })
    expect(child.metadata.ownerReferences ?? []).toEqual([])
    await calm(site)
  })

  test('R11: in the foreground the owner waits for its child, and is asked to go once', async ({ scene: { site, deletions } }) => {
    await family(site, ['example.dev/hold'])
    await site.policy('p', { targetResource: owners, ttl, behavior: { propagationPolicy: 'Foreground' } })
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ terminating: 1 }), LONG)
    expect(await site.maps()).toEqual(['child', 'owner'])
    await (await bench.configMaps()).patch(
      { namespace: site.namespace, name: 'child' },
      { type: 'merge', body: { metadata: { finalizers: null } } },
    )
    await eventually(async () => expect(await site.maps()).toEqual([]), LONG)
    await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ terminating: 0, deletedTotal: 1 }), LONG)
    expect(deletions()).toEqual(['owner'])
  })
})

describe.concurrent('watches that go wrong', () => {
  const WATCHES = { watch: true, path: '/configmaps' } as const
  const faults: Readonly<Record<string, Fault>> = {
    'W2: frames are cut in the middle': { is: 'truncate', after: { lines: 2 } },
    'W2: streams end cleanly in the middle of a frame': { is: 'truncate', after: { lines: 1 }, clean: true },
    'W3: rubbish comes between two frames': { is: 'insert', afterLines: 1, line: '{"type":"ADDED","obj' },
    'W3: the server reports an error in the stream': { is: 'insert', afterLines: 1, line: errorFrame(500, 'InternalError', 'etcd') },
    'W1: the history is lost': { is: 'insert', afterLines: 1, line: errorFrame(410, 'Expired', 'too old') },
  }
  test.for(Object.entries(faults))('%s: what is due goes once, and the rest stays', { timeout: 90_000 }, async ([, fault], { scene }) => {
    const { site, proxy, deletions } = scene
    await site.policy('p', {
      targetResource: { ...onMaps, labelSelector: { matchLabels: { role: 'go' } } },
      ttl: { secondsAfterCreation: 3 },
    })
    const injection = proxy.inject(fault, WATCHES, 3)
    for (let n = 0; n < 20; n++) {
      await site.map(`go-${n}`, {}, { labels: { app: 'x', role: 'go' } })
      await site.map(`stay-${n}`, {}, { labels: { app: 'x', role: 'stay' } })
      if (n % 6 === 0) proxy.cut(WATCHES)
    }
    // Made anew while the watch was broken: its life begins again.
    await eventually(async () => expect((await site.maps()).filter((name) => name.startsWith('go'))).toEqual([]), { timeout: 60_000 })
    expect(await site.maps()).toHaveLength(20)
    expect(injection.hits).toBeGreaterThan(0)
    const once = new Set(deletions())
    expect([once.size, deletions().length]).toEqual([20, 20])
  })
})

// Alone: a server that forgets its history is started anew, and nobody else's requests should break over that.
test('W1: a history that is compacted while the operator is cut off: what was made anew meanwhile lives its own life', {
  timeout: 180_000,
}, async ({ scene: { site, proxy } }) => {
  for (const name of ['goes', 'again', 'leaves']) await site.map(name)
  await site.policy('p', { targetResource: onMaps, ttl: { secondsAfterCreation: 12 } })
  await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ matched: 3 }), LONG)
  await proxy.pause()
  const maps = await bench.configMaps()
  for (const name of ['again', 'leaves']) await maps.delete({ namespace: site.namespace, name })
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  const second = await site.map('again', { life: 'second' })
  await bench.cluster.forgetHistory()
  await proxy.resume()
  await eventually(async () => expect(await site.maps()).toEqual([]), { timeout: 120_000 })
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(second.metadata.creationTimestamp!) + 12_000)
})
