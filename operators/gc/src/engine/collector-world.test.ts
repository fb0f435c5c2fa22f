import { formatTime } from 'kubewright'
import { beforeEach, describe, expect, test } from 'vitest'
import { known } from '../facts/facts.ts'
import { useCollector } from '../fake/collector-bench.ts'

// The collector and what lies around its objects: what refers to them, and time.

const bench = useCollector()

describe('what the world around an object says', () => {
  const onSecrets = { apiVersion: 'v1', kind: 'Secret' }
  beforeEach(() => bench.cluster.served.set('Secret', { namespaced: true }))

  test('W4: while it cannot be seen who refers to an object, nothing goes, and the policy says so; afterwards it goes on', async () => {
    bench.cluster.put('Secret', 'a')
    await bench.apply({ targetResource: onSecrets, ttl: { relativeTo: '@unusedSince', secondsAfter: 60 } })
    await bench.clock.advance(600_000)
    expect(bench.cluster.deletes()).toEqual([])
    expect(bench.statuses().at(-1)?.conditions).toContainEqual(expect.objectContaining({ type: 'InvalidTTL', status: 'True' }))
    expect(bench.statuses().at(-1)?.conditions).toContainEqual(expect.objectContaining({ type: 'Degraded', status: 'True' }))
    const from = bench.clock.now()
    bench.facts.facts = { ...bench.facts.facts, use: () => known({ is: 'unused', since: from }) }
    bench.facts.tell({ is: 'all' })
    await bench.clock.advance(59_000)
    expect(bench.cluster.names('Secret')).toEqual(['a'])
    await bench.clock.advance(2_000)
    expect(bench.cluster.names('Secret')).toEqual([])
  })

  test('an object that comes into use a moment before it falls due stays', async () => {
    bench.cluster.put('Secret', 'a')
    const from = bench.clock.now()
    bench.facts.facts = { ...bench.facts.facts, use: () => known({ is: 'unused', since: from }) }
    await bench.apply({ targetResource: onSecrets, ttl: { relativeTo: '@unusedSince', secondsAfter: 60 } })
    await bench.clock.advance(59_999)
    bench.facts.facts = { ...bench.facts.facts, use: () => known({ is: 'used' }) }
    bench.facts.tell({ is: 'object', namespace: 'team', name: 'a' })
    await bench.clock.advance(600_000)
    expect(bench.cluster.deletes()).toEqual([])
  })

  test('facts that change in the same moment in which objects fall due are heard first', async () => {
    for (let n = 0; n < 5; n++) bench.configMap(`o${n}`)
    const says = (value: string) => ({
      ...bench.facts.facts,
      namespace: () => known({ labels: {}, annotations: { 'kubewright.dev/default-ttl': value }, terminating: false }),
    })
    bench.facts.facts = says('10s')
    await bench.apply({ ttl: { fromObject: { namespaceDefault: true } } })
    bench.clock.setTimer(10_998, () => {
      bench.facts.facts = says('never')
      bench.facts.tell({ is: 'namespace', name: 'team' })
    })
    await bench.clock.advance(60_000)
    expect(bench.cluster.deletes()).toEqual([])
  })

  test('keep: a newer one pushes the oldest out, and when one of them goes the next is kept again', async () => {
    for (const name of ['a', 'b', 'c']) {
      bench.configMap(name)
      await bench.clock.advance(2_000)
    }
    await bench.apply({ ttl: undefined, keep: { newest: 2 } })
    await bench.clock.advance(5_000)
    expect(bench.left()).toEqual(['b', 'c'])
    bench.configMap('d')
    await bench.clock.advance(5_000)
    expect(bench.left()).toEqual(['c', 'd'])
    bench.cluster.remove('ConfigMap', 'd')
    await bench.clock.advance(60_000)
    expect(bench.left()).toEqual(['c'])
  })

  test('keep: of a first reading that is not complete nobody knows the newest, and nothing goes', async () => {
    bench.configMap('a')
    const reading = Promise.withResolvers<void>()
    bench.cluster.slow.set('ConfigMap', reading.promise)
    await bench.apply({ ttl: undefined, keep: { newest: 1, groupBy: ['metadata.labels.app'] } })
    await bench.clock.advance(5_000)
    bench.configMap('b')
    reading.resolve()
    await bench.clock.advance(10_000)
    expect(bench.left()).toEqual(['b'])
  })

  test('a condition counts from the moment from which it has been seen to hold', async () => {
    const replicas = (n: number) => bench.cluster.put('ConfigMap', 'a', { labels: { app: 'x' } }, { spec: { replicas: n } })
    replicas(1)
    await bench.apply({ ttl: { relativeTo: '@heldSince', secondsAfter: 100 }, conditions: { state: ['ScaledToZero'] } })
    await bench.clock.advance(500_000)
    replicas(0)
    await bench.clock.advance(60_000)
    replicas(1)
    await bench.clock.advance(1_000)
    replicas(0)
    await bench.clock.advance(99_000)
    expect(bench.cluster.deletes()).toEqual([])
    await bench.clock.advance(2_000)
    expect(bench.left()).toEqual([])
  })

  test('W5: a kind that is installed is taken up at once, and not at the next half minute', async () => {
    await bench.apply({ targetResource: { apiVersion: 'example.dev/v1', kind: 'Widget' }, ttl: { secondsAfterCreation: 1 } })
    await bench.clock.advance(10_000)
    bench.cluster.served.set('Widget', { namespaced: true })
    bench.cluster.put('Widget', 'w')
    bench.facts.installed()
    await bench.clock.advance(3_000)
    expect(bench.cluster.names('Widget')).toEqual([])
  })
})

describe('windows', () => {
  // The virtual clock begins at midnight UTC.
  const nightly = { windows: [{ from: '01:00', to: '02:00' }] }

  test('T9: what falls due outside waits; when the window closes in the middle of a drain the rest waits for the next', async () => {
    for (let n = 0; n < 100; n++) bench.configMap(`o${n}`)
    await bench.apply({ ...nightly, behavior: { maxDeletionsPerSecond: 1, batchSize: 1 } })
    await bench.clock.advance(3_599_000)
    expect(bench.cluster.deletes()).toEqual([])
    bench.clock.stepWallClock(3_540_000)
    await bench.clock.advance(62_000)
    const during = bench.cluster.deletes().length
    expect(during).toBeGreaterThan(50)
    expect(during).toBeLessThan(100)
    await bench.clock.advance(60_000)
    expect(bench.cluster.deletes()).toHaveLength(during)
    bench.clock.stepWallClock(23 * 3_600_000)
    await bench.clock.advance(120_000)
    expect(bench.left()).toEqual([])
  })

  test('T7: a cron policy deletes at its ticks, what is due by then', async () => {
    bench.configMap('a')
    await bench.apply({ schedule: { cron: '30 0 * * *' } })
    await bench.clock.advance(1_799_000)
    expect(bench.cluster.deletes()).toEqual([])
    await bench.clock.advance(2_000)
    expect(bench.left()).toEqual([])
    bench.configMap('b')
    await bench.clock.advance(1_800_000)
    expect(bench.left()).toEqual([])
    bench.configMap('c')
    await bench.clock.advance(3_600_000)
    expect(bench.left()).toEqual(['c'])
  })

  test('T7: down over a tick, it starts within the deadline and not after it', async () => {
    bench.configMap('a')
    bench.clock.stepWallClock(1_800_000 + 600_000)
    await bench.apply({ schedule: { cron: '30 0 * * *', startingDeadlineSeconds: 300 } })
    await bench.clock.advance(60_000)
    expect(bench.cluster.deletes()).toEqual([])
    await bench.apply({ schedule: { cron: '30 0 * * *', startingDeadlineSeconds: 900 } })
    await bench.clock.advance(5_000)
    expect(bench.left()).toEqual([])
  })
})

test('a condition that comes with time is met without anything changing', async () => {
  const built = { spec: { builtAt: formatTime(bench.clock.now() - 50_000) } }
  bench.cluster.put('ConfigMap', 'a', { labels: { app: 'x' } }, built)
  await bench.apply({ conditions: { and: [{ fieldPath: 'spec.builtAt', operator: 'OlderThan', value: '10m' }] } })
  await bench.clock.advance(540_000)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(15_000)
  expect(bench.left()).toEqual([])
})

test('an expression about the time is asked again until it holds', async () => {
  bench.cluster.put('ConfigMap', 'a', { labels: { app: 'x' } })
  await bench.apply({ conditions: { cel: ['now - timestamp(object.metadata.creationTimestamp) > duration("10m")'] } })
  await bench.clock.advance(590_000)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(75_000)
  expect(bench.left()).toEqual([])
})

test('T4: an object from the future waits until its time has really come', async () => {
  bench.configMap('a', { creationTimestamp: formatTime(bench.clock.now() + 600_000) })
  await bench.apply()
  await bench.clock.advance(605_000)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(10_000)
  expect(bench.left()).toEqual([])
})
