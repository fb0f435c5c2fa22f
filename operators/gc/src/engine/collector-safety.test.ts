import { settle } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { emergencyStop } from '../emergency-stop/emergency-stop.ts'
import { known, unknown } from '../facts/facts.ts'
import { useCollector } from '../fake/collector-bench.ts'
import { status } from '../fake/fake-cluster.ts'

const bench = useCollector()
const SECOND = 1_000
const LONG = 10 * 60 * SECOND

test('a stop holds everything at once, and its end takes it up again', async () => {
  for (let n = 0; n < 50; n++) bench.configMap(`o${n}`)
  await bench.apply({ behavior: { maxDeletionsPerSecond: 10, batchSize: 1 } })
  await bench.clock.advance(12 * SECOND)
  const before = bench.left().length
  expect(before).toBeLessThan(50)
  const stop = emergencyStop('a wrong selector')
  bench.collector.setStop(stop)
  await bench.clock.advance(LONG)
  expect(bench.left()).toHaveLength(before)
  expect(bench.condition('Stopped')).toMatchObject({ status: 'True', message: expect.stringContaining('a wrong selector') as unknown })
  bench.collector.removeStop(stop)
  await bench.clock.advance(30 * SECOND)
  expect(bench.left()).toEqual([])
  expect(bench.said.filter((line) => line.startsWith('WARN'))).toHaveLength(2)
})

test('a stop that was there before the policies lets nothing go', async () => {
  bench.collector.setStop(emergencyStop())
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  bench.collector.removeStop(emergencyStop())
})

test('T2: while the time is in doubt nothing goes, and each policy says so', async () => {
  bench.configMap('a')
  await bench.apply()
  bench.doubt = 'the clock has jumped'
  await bench.clock.advance(LONG)
  expect(bench.left()).toEqual(['a'])
  expect(bench.condition('TimeInDoubt')).toMatchObject({ status: 'True', message: 'the clock has jumped' })
  expect(bench.events).toEqual([])
  bench.doubt = undefined
  await bench.clock.advance(2 * SECOND)
  expect(bench.left()).toEqual([])
  expect(bench.condition('TimeInDoubt')).toMatchObject({ status: 'False' })
})

test('a namespace that is protected keeps what is in it, and lets it go when it no longer is', async () => {
  bench.facts.facts = { ...bench.facts.facts, guard: () => known('namespace team carries gc.kubewright.dev/protect: "true"') }
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(LONG)
  expect(bench.left()).toEqual(['a'])
  bench.facts.facts = { ...bench.facts.facts, guard: () => known(undefined) }
  bench.facts.tell({ is: 'namespace', name: 'team' })
  await bench.clock.advance(2 * SECOND)
  expect(bench.left()).toEqual([])
})

test('R12: in a namespace that is being deleted nothing is deleted one by one', async () => {
  bench.facts.facts = { ...bench.facts.facts, guard: () => known('namespace team is being deleted, with everything in it') }
  for (let n = 0; n < 10; n++) bench.configMap(`o${n}`)
  await bench.apply()
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.condition('Degraded')).toBeUndefined()
})

test('a namespace that is not known keeps what is in it', async () => {
  bench.facts.facts = { ...bench.facts.facts, guard: () => unknown('its namespace is being read for the first time') }
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
})

test('K19: maxDeletionsPerRun: the rest waits for the next run, and the status says so', async () => {
  for (let n = 0; n < 12; n++) bench.configMap(`o${n}`)
  await bench.apply({ limits: { maxDeletionsPerRun: 5, runSeconds: 300 } })
  await bench.clock.advance(60 * SECOND)
  expect(bench.left()).toHaveLength(7)
  expect(bench.condition('Limited')).toMatchObject({ status: 'True', message: expect.stringContaining('maxDeletionsPerRun') as unknown })
  expect(bench.statuses().at(-1)).toMatchObject({ run: { deleted: 5, before: [] }, due: 7 })
  await bench.clock.advance(300 * SECOND)
  expect(bench.left()).toHaveLength(2)
  await bench.clock.advance(300 * SECOND)
  expect(bench.left()).toEqual([])
  expect(bench.condition('Limited')).toMatchObject({ status: 'False' })
})

test('S6: maxPercent is of everything there is, not of what the selector takes; more stops it until somebody approves', async () => {
  for (let n = 0; n < 10; n++) bench.configMap(`o${n}`)
  for (let n = 0; n < 10; n++) bench.configMap(`other${n}`, { labels: { app: 'y' } })
  const spec = { limits: { maxPercent: 20 } }
  const policy = await bench.apply(spec, { generation: 1 })
  await bench.clock.advance(LONG)
  expect(bench.left()).toHaveLength(16)
  const { halt, phase } = bench.statuses().at(-1)!
  expect([phase, halt?.reason, bench.condition('Blocked')?.status, bench.condition('Ready')?.reason]).toEqual([
    'Blocked',
    'MaxPercent',
    'True',
    'Blocked',
  ])
  expect(bench.events.filter((event) => event.includes('MaxPercent'))).toHaveLength(1)
  bench.collector.setPolicy({ ...policy, metadata: { ...policy.metadata, annotations: { 'gc.kubewright.dev/approve': halt!.since } } })
  await bench.clock.advance(60 * SECOND)
  expect(bench.left()).toHaveLength(10)
  expect(bench.statuses().at(-1)).toMatchObject({ phase: 'Active', halt: null })
})

test('a count that cannot be had holds the policy, and is asked for again', async () => {
  bench.configMap('a')
  const { resource } = bench.cluster.client
  let broken = true
  bench.cluster.client.resource = ((kind: never) =>
    resource(kind).then((found) =>
      broken ? { ...found, metadataOnly: () => ({ ...found, list: () => Promise.reject(status(500, 'no')) }) } : found,
    )) as never
  await bench.apply({ limits: { maxPercent: 100 } })
  await bench.clock.advance(60 * SECOND)
  expect(bench.left()).toEqual(['a'])
  expect(bench.condition('Limited')?.message).toContain('cannot be counted')
  broken = false
  await bench.clock.advance(60 * SECOND)
  expect(bench.left()).toEqual([])
})

test('P8: a new policy under which more falls due than it may begin with deletes nothing, not even after a restart', async () => {
  for (let n = 0; n < 10; n++) bench.configMap(`o${n}`)
  await bench.clock.advance(60 * SECOND)
  const policy = await bench.apply({ limits: { maxInitialDeletions: 9 } }, { generation: 1 })
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  const written = bench.statuses().at(-1)!
  expect(written).toMatchObject({ phase: 'Blocked', halt: { reason: 'InitialDeletions' }, due: 10 })
  await bench.end()
  bench.start()
  bench.collector.setPolicy({ ...policy, status: written } as typeof policy)
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.apply({ limits: { maxInitialDeletions: 10 } }, { generation: 2 })
  await bench.clock.advance(60 * SECOND)
  expect(bench.left()).toEqual([])
})

test('S7: an object that somebody makes again each time is left to them after the fifth', async () => {
  await bench.apply({ ttl: { secondsAfterCreation: 5 } })
  bench.configMap('a')
  for (let n = 0; n < 60; n++) {
    await bench.clock.advance(SECOND)
    if (bench.left().length === 0) bench.configMap('a')
  }
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toHaveLength(5)
  expect(bench.left()).toEqual(['a'])
  expect(bench.statuses().at(-1)).toMatchObject({ phase: 'Blocked', halt: { reason: 'RecreationLoop' } })
})

test('S3: what an admission webhook refuses is shown in the status, tried more and more rarely, and forgotten when it goes', async () => {
  bench.configMap('a')
  bench.cluster.beforeDelete = () => Promise.reject(status(403, 'admission webhook "keep.example.dev" denied the request: not today'))
  await bench.apply()
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes().length).toBeLessThan(14)
  expect(bench.statuses().at(-1)?.samples).toEqual([{ object: 'team/a', reason: expect.stringContaining('not today') as unknown }])
  bench.cluster.beforeDelete = () => undefined
  await bench.clock.advance(2 * LONG)
  expect(bench.left()).toEqual([])
  expect(bench.statuses().at(-1)?.samples).toBeNull()
})

test('R5: what is still terminating after ten minutes is told, and no longer when it has gone', async () => {
  bench.configMap('a', { finalizers: ['example.dev/hold'] })
  await bench.apply()
  await bench.clock.advance(5 * 60 * SECOND)
  expect(bench.statuses().at(-1)).toMatchObject({ terminating: 1, stuck: 0 })
  await bench.clock.advance(6 * 60 * SECOND)
  expect(bench.statuses().at(-1)).toMatchObject({ terminating: 1, stuck: 1 })
  expect(bench.condition('Stuck')?.status).toBe('True')
  bench.cluster.remove('ConfigMap', 'a')
  await bench.clock.advance(30 * SECOND)
  expect(bench.statuses().at(-1)).toMatchObject({ terminating: 0, stuck: 0 })
  expect(bench.condition('Stuck')?.status).toBe('False')
})

test('each deletion leaves one record: who, what, why, when, and what became of it', async () => {
  const object = bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(20 * SECOND)
  expect(bench.audited).toEqual([
    expect.objectContaining({
      policy: 'team/p',
      generation: 1,
      kind: 'ConfigMap',
      namespace: 'team',
      name: 'a',
      uid: object.metadata.uid,
      resourceVersion: object.metadata.resourceVersion,
      reason: expect.stringContaining('creat') as unknown,
      outcome: 'gone',
      message: undefined,
    }),
  ])
})

test('K19: of two policies that of the higher priority decides, though the other keeps longer', async () => {
  bench.configMap('a')
  await bench.apply({ ttl: { secondsAfterCreation: 3_600 } }, { name: 'careful', uid: '1' })
  await bench.apply({ ttl: { secondsAfterCreation: 10 }, priority: 1 }, { name: 'urgent', uid: '2' })
  await bench.clock.advance(20 * SECOND)
  expect(bench.left()).toEqual([])
})

test('a policy that retains keeps what others would delete, unless they come before it', async () => {
  bench.configMap('a')
  bench.configMap('b', { labels: { app: 'x', keep: 'yes' } })
  await bench.apply({}, { name: 'deletes', uid: '1' })
  const keeps = {
    action: 'Retain' as const,
    ttl: undefined,
    targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { keep: 'yes' } } },
  }
  await bench.apply(keeps, { name: 'keeps', uid: '2' })
  await bench.clock.advance(60 * SECOND)
  expect(bench.left()).toEqual(['b'])
  await bench.apply({ priority: 5 }, { name: 'deletes', uid: '1' })
  await bench.clock.advance(5 * SECOND)
  expect(bench.left()).toEqual([])
})

test('K13: all policies together are no faster than the operator may be', async () => {
  await bench.end()
  bench.start({ maxTotalDeletionsPerSecond: 10 })
  for (let n = 0; n < 200; n++) bench.configMap(`o${n}`, { labels: { app: n % 2 === 0 ? 'x' : 'y' } })
  await bench.apply({}, { name: 'px', uid: '1' })
  await bench.apply(
    { targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'y' } } } },
    { name: 'py', uid: '2' },
  )
  await bench.clock.advance(21 * SECOND)
  const sent = bench.cluster.deletes().length
  expect(sent).toBeGreaterThanOrEqual(97)
  expect(sent).toBeLessThanOrEqual(101)
  const names = bench.cluster.deletes().map(({ name }) => Number(name.slice(1)) % 2)
  expect(Math.abs(names.filter((odd) => odd === 1).length * 2 - names.length)).toBeLessThanOrEqual(4)
})

test('P7: a policy that could not have been admitted does nothing, and says why', async () => {
  bench.configMap('a')
  await bench.applyToCluster({ targetResource: { apiVersion: 'v1', kind: 'ConfigMap' } })
  await bench.clock.advance(LONG)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.condition('Ready', 'c')).toMatchObject({ status: 'False', reason: 'TooBroad' })
})

test('steady: a policy that waits, one that is halted and a stop write nothing', async () => {
  for (let n = 0; n < 4; n++) bench.configMap(`o${n}`)
  for (let n = 0; n < 4; n++) bench.configMap(`y${n}`, { labels: { app: 'y' } })
  await bench.apply({ limits: { maxDeletionsPerRun: 1, runSeconds: 86_400 } }, { name: 'waits', uid: '1' })
  const other = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'y' } } }
  await bench.apply({ targetResource: other, limits: { maxInitialDeletions: 1 } }, { name: 'halted', uid: '2' })
  await bench.clock.advance(60 * SECOND)
  bench.collector.setStop(emergencyStop())
  await bench.clock.advance(60 * SECOND)
  const before = bench.cluster.requests.length
  await bench.clock.advance(LONG)
  expect(bench.cluster.requests.slice(before)).toEqual([])
  bench.collector.removeStop(emergencyStop())
  await settle()
})
