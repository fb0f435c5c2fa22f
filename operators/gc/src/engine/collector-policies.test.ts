import { settle } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'
import { status } from '../fake/fake-cluster.ts'
import { ClusterGarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'

// Policies that come, change, cannot work and go.

const bench = useCollector()

test('P1: a pause stops a drain at once, and its end takes it up again', async () => {
  for (let n = 0; n < 100; n++) bench.configMap(`o${n}`)
  await bench.apply({ behavior: { maxDeletionsPerSecond: 10, batchSize: 1 } })
  await bench.clock.advance(13_000)
  const before = bench.left().length
  expect(before).toBeLessThan(100)
  await bench.apply({ paused: true })
  await bench.clock.advance(30_000)
  expect(bench.left()).toHaveLength(before)
  expect(bench.statuses().at(-1)).toMatchObject({ phase: 'Paused', due: before })
  await bench.apply({ behavior: { maxDeletionsPerSecond: 1_000 } })
  await bench.clock.advance(5_000)
  expect(bench.left()).toEqual([])
})

test('Z3, Z16: editing the target takes effect, and the old watch is given back', async () => {
  bench.configMap('x')
  bench.configMap('y', { labels: { app: 'y' } })
  await bench.apply()
  await bench.apply({ targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'y' } } } })
  await bench.clock.advance(12_000)
  expect(bench.left()).toEqual(['x'])
  expect(bench.cluster.watches).toBe(1)
})

test('Z2: two policies about one kind with other selectors: each deletes its own (Z2); with the same, they share one watch', async () => {
  bench.configMap('x')
  bench.configMap('y', { labels: { app: 'y' } })
  await bench.apply({}, { name: 'px', uid: '1' })
  await bench.apply({}, { name: 'px2', uid: '2' })
  expect(bench.cluster.watches).toBe(1)
  await bench.apply(
    {
      targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'y' } } },
      ttl: { secondsAfterCreation: 20 },
    },
    { name: 'py', uid: '3' },
  )
  expect(bench.cluster.watches).toBe(2)
  await bench.clock.advance(12_000)
  expect(bench.left()).toEqual(['y'])
  await bench.clock.advance(12_000)
  expect(bench.left()).toEqual([])
})

test('W7: a deleted policy deletes nothing more, and its watch ends', async () => {
  bench.configMap('a')
  const policy = await bench.apply()
  bench.collector.removePolicy(policy)
  await settle()
  expect(bench.cluster.watches).toBe(0)
  await bench.clock.advance(60_000)
  expect(bench.cluster.deletes()).toEqual([])
})

test('Z19: a policy for another namespace does nothing and says so', async () => {
  bench.configMap('a')
  await bench.apply({ targetResource: { apiVersion: 'v1', kind: 'ConfigMap', namespace: '*' } })
  await bench.clock.advance(60_000)
  expect(bench.cluster.requests.map(({ verb }) => verb)).toEqual(['patch'])
  expect(bench.statuses()[0]).toMatchObject({ phase: 'Error', conditions: [{ reason: 'OutsideNamespace' }] })
  expect(bench.events).toEqual([expect.stringContaining('p OutsideNamespace')])
})

test('K15, W5: an unknown kind is told, asked for again every half minute, and taken up when it comes', async () => {
  await bench.apply({ targetResource: { apiVersion: 'example.dev/v1', kind: 'Widget', labelSelector: { matchLabels: { app: 'x' } } } })
  await bench.clock.advance(20_000)
  expect(bench.statuses()).toEqual([
    expect.objectContaining({
      phase: 'Error',
      conditions: [
        expect.objectContaining({ type: 'Ready', reason: 'UnknownKind' }),
        expect.objectContaining({ type: 'TargetNotFound', status: 'True' }),
      ],
    }),
  ])
  bench.cluster.served.set('Widget', { namespaced: true })
  bench.cluster.put('Widget', 'w', { labels: { app: 'x' } })
  await bench.clock.advance(60_000)
  expect(bench.cluster.names('Widget')).toEqual([])
  expect(bench.statuses().at(-1)?.phase).toBe('Active')
})

test('a kind of the whole cluster is refused to a namespaced policy, by what discovery says', async () => {
  bench.cluster.served.set('ConfigMap', { namespaced: false })
  await bench.apply()
  await bench.clock.advance(5_000)
  expect(bench.statuses()[0]).toMatchObject({ phase: 'Error', conditions: [{ reason: 'ClusterScopedTarget' }] })
})

test('a watch that is forbidden is told; when it is granted, everything is judged again', async () => {
  await bench.apply({ ttl: { secondsAfterCreation: 30 } })
  bench.configMap('a')
  bench.cluster.broken.set('ConfigMap', { reason: 'Forbidden', message: 'may not watch' })
  await bench.clock.advance(60_000)
  expect(bench.statuses().at(-1)).toMatchObject({
    phase: 'Error',
    conditions: [
      { reason: 'Forbidden', message: 'may not watch' },
      { type: 'Unauthorised', reason: 'ReadForbidden' },
    ],
  })
  expect(bench.cluster.deletes()).toEqual([])
  bench.cluster.broken.clear()
  await bench.clock.advance(5_000)
  expect(bench.left()).toEqual([])
})

test('a policy of which the schema was older does nothing and says which field', async () => {
  bench.collector.setPolicy({ ...bench.policyOf(), spec: { ttl: {} } } as unknown as Policy)
  await bench.clock.advance(10_000)
  expect(bench.statuses()[0]).toMatchObject({
    phase: 'Error',
    conditions: [{ reason: 'InvalidSpec', message: expect.stringContaining('spec.targetResource: is required') }],
  })
})

test('nothing of a kind is deleted while another policy of that kind still reads: it may keep longer', async () => {
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(5_000)
  const reading = Promise.withResolvers<void>()
  bench.cluster.slow.set('ConfigMap', reading.promise)
  await bench.apply({ ttl: { secondsAfterCreation: 100 } }, { name: 'keeps', uid: '2' })
  await bench.clock.advance(20_000)
  expect(bench.cluster.deletes()).toEqual([])
  reading.resolve()
  await bench.clock.advance(20_000)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(80_000)
  expect(bench.left()).toEqual([])
})

test('S2: forbidden to delete in one namespace of a cluster policy: told once, and the others go on', async () => {
  bench.configMap('mine')
  for (let n = 0; n < 20; n++) bench.configMap(`theirs${n}`, { namespace: 'other' })
  bench.cluster.beforeDelete = (name) =>
    name.startsWith('theirs') ? Promise.reject(status(403, 'User "gc" cannot delete resource "configmaps"')) : undefined
  bench.collector.setPolicy(
    ClusterGarbageCollectionPolicy.of({
      metadata: { name: 'p', uid: 'c', generation: 1 },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'x' } } },
        ttl: { secondsAfterCreation: 1 },
      },
    }),
  )
  await bench.clock.advance(60_000)
  expect(bench.left()).not.toContain('mine')
  expect(bench.cluster.deletes().length).toBeLessThanOrEqual(1 + 16)
  expect(bench.statuses().at(-1)?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Unauthorised', status: 'True', reason: 'DeletionForbidden' }),
  )
  expect(bench.events.filter((event) => event.includes('DeletionForbidden'))).toHaveLength(1)
})

test('evaluationInterval looks again though nothing was told', async () => {
  const object = bench.configMap('a')
  await bench.apply({ ttl: { fieldPath: 'metadata.annotations.ttl' }, evaluationInterval: '1m' })
  bench.cluster.telling = false
  bench.configMap('a', { annotations: { ttl: '5' }, uid: object.metadata.uid })
  await bench.clock.advance(30_000)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual([])
})
