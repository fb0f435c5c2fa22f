import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'
import { status } from '../fake/fake-cluster.ts'

// Policies that tell the owner of an object before they delete it, or have somebody else look after its end.

const bench = useCollector()
const SECOND = 1_000
const LONG = 10 * 60 * SECOND

test('K19: in two steps: marked when it falls due, its owner told, and deleted when the notice is over', async () => {
  bench.configMap('a')
  bench.configMap('later', { annotations: { 'kubewright.dev/ttl': '1h' } })
  await bench.apply({ notice: { seconds: 300 }, ttl: { secondsAfterCreation: 10, fromObject: {} } })
  await bench.clock.advance(12 * SECOND)
  expect(bench.cluster.requests.filter(({ verb, kind }) => verb === 'patch' && kind === 'ConfigMap').map(({ name }) => name)).toEqual(['a'])
  expect(bench.notices).toEqual([expect.stringContaining('a: policy team/p deletes it after')])
  await bench.clock.advance(290 * SECOND)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(15 * SECOND)
  expect(bench.left()).toEqual(['later'])
})

test('the owner of a marked object puts it off, protects it, or lets it go', async () => {
  for (const name of ['put-off', 'protected', 'goes']) bench.configMap(name)
  await bench.apply({ notice: { seconds: 60 } })
  await bench.clock.advance(15 * SECOND)
  const later = new Date(bench.clock.now() + 200 * SECOND).toISOString()
  const annotations = (name: string) => bench.cluster.annotationsOf('ConfigMap', name)
  bench.configMap('put-off', { annotations: { ...annotations('put-off'), 'gc.kubewright.dev/delete-at': later } })
  bench.configMap('protected', { annotations: { ...annotations('protected'), 'gc.kubewright.dev/protect': 'true' } })
  await bench.clock.advance(120 * SECOND)
  expect(bench.left()).toEqual(['put-off', 'protected'])
  await bench.clock.advance(120 * SECOND)
  expect(bench.left()).toEqual(['protected'])
})

test('what may not be marked is not deleted, and the status says why', async () => {
  bench.configMap('a')
  bench.cluster.beforePatchOf = (kind) => (kind === 'ConfigMap' ? status(403, 'User "gc" cannot patch resource "configmaps"') : undefined)
  await bench.apply({ notice: { seconds: 1 } })
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.cluster.requests.filter(({ kind, verb }) => verb === 'patch' && kind === 'ConfigMap').length).toBeLessThan(5)
  expect(bench.statuses().at(-1)?.samples).toEqual([{ object: 'team/a', reason: expect.stringContaining('cannot patch') as unknown }])
})

test('Z7: a dry run marks nothing', async () => {
  bench.configMap('a')
  await bench.apply({ notice: { seconds: 1 }, behavior: { dryRun: true, finalizer: 'example.dev/backup' } })
  await bench.clock.advance(LONG)
  expect(bench.cluster.requests.filter(({ kind }) => kind === 'ConfigMap')).toEqual([])
})

test('Z6: the finalizer is there when the object is deleted, and who looks after it decides when it goes', async () => {
  bench.configMap('a', { finalizers: ['other.dev/x'] })
  await bench.apply({ behavior: { finalizer: 'example.dev/backup' } })
  await bench.clock.advance(20 * SECOND)
  expect(bench.cluster.finalizersOf('ConfigMap', 'a')).toEqual(['other.dev/x', 'example.dev/backup'])
  expect(bench.cluster.deletes()).toHaveLength(1)
  expect(bench.statuses().at(-1)).toMatchObject({ terminating: 1 })
})

test('P8: nothing is marked, either, when more is due than the policy may begin with', async () => {
  for (let n = 0; n < 5; n++) bench.configMap(`o${n}`)
  await bench.apply({ notice: { seconds: 1 }, limits: { maxInitialDeletions: 4 } })
  await bench.clock.advance(LONG)
  expect(bench.cluster.requests.filter(({ kind }) => kind === 'ConfigMap')).toEqual([])
  expect(bench.statuses().at(-1)).toMatchObject({ phase: 'Blocked' })
})
