// What the operator does when it cannot trust what it has: its clock, the definition of its policies, its turn to lead.
import { ConfigMap, CustomResourceDefinition } from '@kubewright/client'
import { systemClock } from '@kubewright/core'
import { GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { consistently, eventually } from '@kubewright/testing'
import { describe, expect, test } from 'vitest'
import { GcSite, installGcKinds, onMaps } from './gc-site.ts'
import { namesOf, useCluster } from './harness.ts'
import { startManager } from './managers.ts'

const bench = useCluster()
installGcKinds(bench)

const LONG = { timeout: 40_000 }

test('K10, K12: a replica that waits for its turn answers probes and metrics, and deletes nothing', { timeout: 60_000 }, async () => {
  const site = new GcSite(bench, await bench.namespace())
  const run = (identity: string) =>
    startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})), {
      namespaces: [site.namespace],
      identity,
      leaderElection: { leaseName: 'gc-standby', leaseNamespace: site.namespace },
      metricsBindAddress: '127.0.0.1:0',
      healthProbeBindAddress: '127.0.0.1:0',
    })
  const leader = run('leader')
  await leader.manager.elected
  const standby = run('standby')
  try {
    await site.map('a')
    await site.policy('p', { targetResource: onMaps, ttl: { secondsAfterCreation: 1 } })
    const get = async (kind: 'health' | 'metrics', path: string) => {
      const answer = await fetch(`http://${standby.manager.addresses()[kind]}${path}`)
      return { status: answer.status, text: await answer.text() }
    }
    await eventually(async () => expect(await get('health', '/readyz')).toMatchObject({ status: 200 }), LONG)
    expect(await get('health', '/healthz')).toMatchObject({ status: 200 })
    expect((await get('metrics', '/metrics')).text).toMatch(/^gc_leader_election_status(\{[^}]*\})? 0$/m)
    await eventually(async () => expect(await site.maps()).toEqual([]), LONG)
    expect(standby.manager.isLeader()).toBe(false)
    expect(standby.lines.filter(({ text }) => text.includes('"audit":true'))).toEqual([])
  } finally {
    await Promise.all([leader.stop(), standby.stop()])
  }
})

describe.concurrent('clocks that are wrong', () => {
  /** An operator whose wall clock is off by what the function says. */
  const withClock = (site: GcSite, offset: () => number) =>
    startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})), {
      namespaces: [site.namespace],
      clock: { ...clockMethods, now: () => systemClock.now() + offset() },
    })
  const clockMethods = {
    monotonic: () => systemClock.monotonic(),
    setTimer: (...args: Parameters<typeof systemClock.setTimer>) => systemClock.setTimer(...args),
  }

  test.for<[string, number, number]>([
    ['T3: ten minutes ahead of the server', 600_000, 0],
    ['T3: ten minutes behind', -600_000, 600_000],
    ['T2: set an hour ahead while it works', 0, 3_600_000],
    ['T2: set ten years ahead while it works', 0, 315_360_000_000],
  ])('%s: nothing goes before the server’s time says so', { timeout: 180_000 }, async ([, from, step]) => {
    const site = new GcSite(bench, await bench.namespace())
    let offset = from
    const running = withClock(site, () => offset)
    try {
      await site.map('later', {}, { annotations: { 'kubewright.dev/ttl': '5m' } })
      await site.map('soon', {}, { annotations: { 'kubewright.dev/ttl': '4s' } })
      const { metadata } = await site.map('probe', {}, { annotations: { 'kubewright.dev/ttl': '6s' } })
      await site.policy('p', { targetResource: onMaps, ttl: { fromObject: {} } })
      await eventually(async () => expect(await site.statusOf('p')).toMatchObject({ matched: expect.any(Number) as number }), LONG)
      offset += step
      // That a clock was set is noticed within a minute.
      await eventually(async () => expect(await site.maps()).toEqual(['later']), { timeout: 100_000 })
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(metadata.creationTimestamp!) + 6_000)
      await consistently(async () => expect(await site.maps()).toEqual(['later']), 3_000, 500)
    } finally {
      await running.stop()
    }
  })
})

test('P6: under a definition that is older than the operator nothing is deleted, until it has been updated', {
  timeout: 120_000,
}, async () => {
  const definitions = await bench.client.resource(CustomResourceDefinition)
  const name = { name: `${GarbageCollectionPolicy.plural}.${GarbageCollectionPolicy.group}` }
  const current = GarbageCollectionPolicy.crd() as unknown as CustomResourceDefinition
  const older = JSON.parse(
    JSON.stringify(current, (key, value: unknown) => (key === 'paused' ? undefined : value)),
  ) as CustomResourceDefinition
  const install = async ({ spec }: CustomResourceDefinition) => {
    const { metadata } = await definitions.get(name)
    await definitions.update({ ...current, metadata: { ...metadata }, spec })
  }
  const site = new GcSite(bench, await bench.namespace())
  await install(older)
  const running = site.run()
  try {
    await site.map('a')
    // The server takes `paused` away: whoever wrote it believes that nothing happens.
    await eventually(async () => {
      const { spec } = await site.policy('p', { targetResource: onMaps, ttl: { secondsAfterCreation: 1 }, paused: true })
      const stored = spec as { readonly paused?: boolean }
      if (stored.paused === true)
        await (await bench.client.resource(GarbageCollectionPolicy)).delete({ namespace: site.namespace, name: 'p' })
      expect(stored.paused).toBeUndefined()
    }, LONG)
    await eventually(async () => expect(await site.condition('p', 'Ready')).toMatchObject({ status: 'False', reason: 'CRDOutdated' }), LONG)
    await consistently(async () => expect(await site.maps()).toEqual(['a']), 3_000, 500)
    await install(current)
    await eventually(async () => expect(await site.maps()).toEqual([]), { timeout: 60_000 })
  } finally {
    await running.stop()
    await install(current)
  }
  expect(
    namesOf((await (await bench.client.resource(ConfigMap)).list({ namespace: site.namespace, labelSelector: 'app=x' })).items),
  ).toEqual([])
})
