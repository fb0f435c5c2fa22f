import { describe, expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'
import { status } from '../fake/fake-cluster.ts'
import type { Policy } from '../kinds/policies.ts'

// What the collector tells of its policies, and how often.

const bench = useCollector()

test('a policy deleted and made anew under the same name counts from zero', async () => {
  bench.configMap('a')
  const policy = await bench.apply()
  await bench.clock.advance(25_000)
  expect(bench.statuses().at(-1)?.deletedTotal).toBe(1)
  bench.collector.removePolicy(policy)
  await bench.apply({}, { uid: 'another' })
  await bench.clock.advance(25_000)
  expect(bench.statuses().at(-1)?.deletedTotal).toBe(0)
})

test('P4: what was counted before a restart is counted on', async () => {
  bench.configMap('a')
  bench.collector.setPolicy({ ...bench.policyOf(), status: { deletedTotal: 41 } })
  await bench.clock.advance(25_000)
  expect(bench.statuses().at(-1)?.deletedTotal).toBe(42)
})

test('K17, S16, Z17: one summary for a run, in the policy’s namespace, and not one event for each object', async () => {
  for (let n = 0; n < 50; n++) bench.configMap(`o${n}`)
  await bench.apply()
  await bench.clock.advance(30_000)
  expect(bench.events).toEqual(['p ResourcesDeleted: deleted 50 ConfigMap objects'])
})

test('an hour in which nothing happens: no request at all', async () => {
  bench.configMap('later')
  await bench.apply({ ttl: { secondsAfterCreation: 864_000 } })
  await bench.clock.advance(30_000)
  const before = bench.cluster.requests.length
  await bench.clock.advance(3_600_000)
  expect(bench.cluster.requests.length).toBe(before)
})

test('a restart in a steady state writes nothing, not even that it starts', async () => {
  const before = bench.policyOf()
  bench.collector.setPolicy(before)
  await bench.clock.advance(20_000)
  const written = (bench.cluster.requests.find(({ verb }) => verb === 'patch')!.body as { status: NonNullable<Policy['status']> }).status
  bench.stop.abort()
  await bench.running
  bench.cluster.requests.length = 0
  bench.start()
  bench.collector.setPolicy({ ...before, status: written })
  await bench.clock.advance(60_000)
  expect(bench.cluster.requests).toEqual([])
})

test('K9, P5, Z15: its own status writes do not make it look at anything again', async () => {
  bench.configMap('a')
  const policy = await bench.apply({ ttl: { secondsAfterCreation: 864_000 } })
  await bench.clock.advance(30_000)
  const before = bench.cluster.requests.length
  for (let n = 0; n < 20; n++)
    bench.collector.setPolicy({
      ...policy,
      metadata: { ...policy.metadata, resourceVersion: String(900 + n) },
      status: { phase: 'Active' },
    })
  await bench.clock.advance(60_000)
  expect(bench.cluster.requests.length).toBe(before)
})

test('P5: a status that cannot be written is tried again every ten seconds, no more often', async () => {
  bench.cluster.served.delete('GarbageCollectionPolicy')
  let tries = 0
  const { resource } = bench.cluster.client
  bench.cluster.client.resource = ((kind, options) => {
    if (kind.kind === 'GarbageCollectionPolicy') tries++
    return resource(kind, options)
  }) as typeof resource
  await bench.apply()
  await bench.clock.advance(60_000)
  expect(tries).toBeGreaterThan(3)
  expect(tries).toBeLessThanOrEqual(7)
})

describe('a status that cannot be written', () => {
  test('is one line when it begins and one when it works again, however long it lasts', async () => {
    bench.cluster.beforePatch = () => status(403, 'User "gc" cannot patch resource')
    await bench.apply()
    await bench.clock.advance(600_000)
    bench.cluster.beforePatch = () => undefined
    await bench.clock.advance(20_000)
    expect(bench.said).toEqual([
      'WARN the status of a policy cannot be written; tried again every ten seconds',
      'the status of a policy is written again',
    ])
  })

  test('though the server is well, for its 500s, is told too', async () => {
    bench.cluster.beforePatch = () => status(500, 'a webhook is broken')
    await bench.apply()
    await bench.clock.advance(600_000)
    expect(bench.said).toEqual(['WARN the status of a policy cannot be written; tried again every ten seconds'])
  })
})
