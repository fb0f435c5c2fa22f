import { ApiError } from 'kubewright'
import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'

// Which objects the collector deletes, when and how.

const bench = useCollector()

test('Z8: labelled objects go when they fall due, with uid, version and propagation; others, and those with more time, stay', async () => {
  const old = bench.configMap('old')
  bench.configMap('other', { labels: { app: 'y' } })
  bench.configMap('elsewhere', { namespace: 'other-team' })
  await bench.apply()
  await bench.clock.advance(5_000)
  bench.configMap('young')
  await bench.clock.advance(5_998)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(1_000)
  expect(bench.left()).toEqual(['other', 'elsewhere', 'young'])
  const { uid, resourceVersion } = old.metadata
  expect(bench.cluster.deletes().map(({ options }) => options)).toEqual([
    expect.objectContaining({ preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' }),
  ])
  await bench.clock.advance(10_000)
  expect(bench.left()).toEqual(['other', 'elsewhere'])
})

test('an object that was re-created under the same name before its time lives its own life', async () => {
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(8_000)
  bench.cluster.remove('ConfigMap', 'a')
  bench.configMap('a')
  await bench.clock.advance(9_000)
  expect(bench.left()).toEqual(['a'])
  await bench.clock.advance(3_000)
  expect(bench.left()).toEqual([])
})

test('K4, R1: re-created in the very moment of the DELETE: the server refuses, and the new one stays', async () => {
  bench.configMap('a')
  await bench.apply()
  bench.cluster.beforeDelete = () => {
    bench.cluster.beforeDelete = () => undefined
    bench.cluster.remove('ConfigMap', 'a')
    bench.configMap('a')
    return undefined
  }
  await bench.clock.advance(11_000)
  expect(bench.cluster.deletes()).toHaveLength(1)
  expect(bench.left()).toEqual(['a'])
})

test('R2: changed behind a watch that is late: refused, fetched, judged again and kept', async () => {
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(5_000)
  bench.cluster.telling = false
  bench.configMap('a', { annotations: { 'gc.kubewright.dev/protect': 'true' } })
  await bench.clock.advance(60_000)
  expect(bench.cluster.requests.filter(({ verb }) => verb !== 'patch').map(({ verb }) => verb)).toEqual(['delete', 'list'])
  expect(bench.left()).toEqual(['a'])
})

// It was once read by its name alone, and deleted although the selector no longer took it.
test('relabelled behind a watch that is late: refused, read again through the selector, and left alone', async () => {
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(5_000)
  bench.cluster.telling = false
  bench.configMap('a', { labels: { app: 'other' } })
  await bench.clock.advance(60_000)
  expect(bench.cluster.requests.filter(({ verb }) => verb !== 'patch').map(({ verb }) => verb)).toEqual(['delete', 'list'])
  expect(bench.left()).toEqual(['a'])
})

test('T1: thirty days take thirty days, with a timer of a minute at the most', async () => {
  await bench.apply({ ttl: { secondsAfterCreation: 30 * 86_400 } })
  bench.configMap('a')
  // The wall clock alone moves: a machine that slept, or weeks that the test need not wait for.
  bench.clock.stepWallClock(30 * 86_400_000 - 30_000)
  await bench.clock.advance(20_000)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual([])
})

test('K5, Z7: a dry run sends no request that changes anything but its own status', async () => {
  bench.configMap('a')
  await bench.apply({ behavior: { dryRun: true } })
  await bench.clock.advance(60_000)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.statuses().at(-1)).toMatchObject({ phase: 'Active', wouldDelete: 1, due: 1, deletedTotal: 0 })
  expect(bench.events).toEqual([])
})

test('a finalizer: one DELETE, told as terminating, counted when it has gone (R5)', async () => {
  bench.configMap('a', { finalizers: ['example.dev/hold'] })
  await bench.apply()
  await bench.clock.advance(600_000)
  expect(bench.cluster.deletes()).toHaveLength(1)
  expect(bench.statuses().at(-1)).toMatchObject({ terminating: 1, deletedTotal: 0 })
  bench.cluster.remove('ConfigMap', 'a')
  await bench.clock.advance(20_000)
  expect(bench.statuses().at(-1)).toMatchObject({ terminating: 0, deletedTotal: 1 })
})

test('K14: at most so many requests at one time', async () => {
  bench.stop.abort()
  await bench.running
  bench.start({ concurrency: 3 })
  for (let n = 0; n < 20; n++) bench.configMap(`o${n}`)
  let [open, most] = [0, 0]
  bench.cluster.beforeDelete = async () => {
    most = Math.max(most, ++open)
    await new Promise<void>((resolve) => bench.clock.setTimer(100, resolve))
    open--
  }
  await bench.apply()
  await bench.clock.advance(20_000)
  expect([most, bench.left().length]).toEqual([3, 0])
})

test('S1: 429 reaches the brake: sending is slowed down, and not repeated behind its back', async () => {
  for (let n = 0; n < 200; n++) bench.configMap(`o${n}`)
  await bench.apply()
  let refusals = 1
  bench.cluster.beforeDelete = () =>
    refusals-- > 0 ? Promise.reject(new ApiError({ status: 'Failure', code: 429, message: 'later' }, { retryAfterSeconds: 2 })) : undefined
  await bench.clock.advance(11_000)
  const sent = bench.cluster.deletes()
  expect(sent.every(({ retry }) => retry === false)).toBe(true)
  expect(sent.length, 'those under way').toBeLessThanOrEqual(16)
  await bench.clock.advance(60_000)
  expect(bench.left()).toEqual([])
})
