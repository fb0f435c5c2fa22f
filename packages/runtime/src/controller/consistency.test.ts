// What a controller may be sure of: order, completeness, and that it sees its own work.
import { settle } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { apiError } from '../fake/fake-server.ts'
import { Deployment, Website, website } from '../fake/program.ts'
import { deploymentFor, useWebsites } from '../fake/website-program.ts'

const start = useWebsites()
const election = { leaderElection: { leaseName: 'l', leaseNamespace: 'n' } } as const

test('P7: a reconcile that failed is not lost: it is tried again, from the newest state, until it succeeds', async () => {
  const images: string[] = []
  const { server, clock } = await start({
    async reconcile({ object }) {
      images.push(object.spec.image)
      if (images.length < 4) throw new Error('not now')
    },
  })
  server.put(Website, website('shop', 'a'))
  await clock.advance(10)
  server.put(Website, website('shop', 'b'))
  await clock.advance(60_000)
  expect(images[0]).toBe('a')
  expect(images.at(-1)).toBe('b')
  expect(images.length).toBeGreaterThanOrEqual(4)
})

test('C9: no reconcile begins before its handlers have been through every object that was there', async () => {
  const sizes: number[] = []
  await start(
    { owns: [Deployment], reconcile: ({ cache }) => void sizes.push(cache.list(Website).length) },
    { prepare: (server) => Array.from({ length: 2_000 }, (_, at) => server.put(Website, website(`w-${at}`))) },
  )
  await settle()
  expect(new Set(sizes)).toEqual(new Set([2_000]))
})

test('C10: a child that is there is found by the first reconcile, however slowly its list comes', async () => {
  const found: boolean[] = []
  const { server, clock } = await start(
    { owns: [Deployment], reconcile: ({ cache, request }) => void found.push(cache.get(Deployment, request) !== undefined) },
    {
      prepare(before) {
        before.put(Website, website('shop'))
        before.put(Deployment, { metadata: { name: 'shop', namespace: 'shop' } })
        before.failWith(({ verb, kind }) =>
          verb === 'list' && kind.startsWith('Deployment') ? apiError(503, 'ServiceUnavailable') : undefined,
        )
      },
    },
  )
  await clock.advance(5_000)
  expect(found).toEqual([])
  server.heal()
  await clock.advance(30_000)
  expect(found).toEqual([true])
})

describe('a reconcile sees this program’s own writes', () => {
  test('as its own watches show them: another watch of the kind may be behind, or broken', async () => {
    const times: number[] = []
    const { server, clock, manager } = await start(
      {
        async reconcile({ object, status, clock: time }) {
          times.push(time.monotonic())
          status.message = object.spec.image
        },
      },
      {
        prepare: (before) =>
          before.failWith(({ verb, options }) => {
            const { labelSelector } = (options ?? {}) as { labelSelector?: string }
            return (verb === 'list' || verb === 'watch') && labelSelector === 'app' ? apiError(503, 'ServiceUnavailable') : undefined
          }),
      },
    )
    await using lease = await manager.cache.informer(Website, { labelSelector: 'app' })
    expect(lease.informer.synced).toBe(false)
    server.put(Website, website('shop', 'one', { labels: { app: 'x' } }))
    await clock.advance(100)
    server.put(Website, { ...server.find('Website.example.dev/v1', 'shop/shop')!, spec: { image: 'two' } })
    await clock.advance(100)
    expect(times).toHaveLength(2)
  })

  test('to its children: it does not begin before the watch has brought them, and needs no worker to wait', async () => {
    const seen: (string | undefined)[] = []
    const { server, controller, clock } = await start({
      owns: [Deployment],
      async reconcile({ object, apply, cache, request }) {
        seen.push(cache.get(Deployment, request)?.spec?.image)
        await apply(deploymentFor(object, object.spec.image))
      },
    })
    const release = server.hold()
    server.put(Website, website('shop', 'a'))
    release()
    await clock.advance(1)
    expect(seen).toEqual([undefined, 'a'])
    const slow = server.hold()
    controller.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(1)
    const children = server.find('Deployment.apps/v1', 'shop/shop')!
    expect(children['spec']).toEqual({ image: 'a' })
    slow()
    await clock.advance(1)
    expect(new Set(seen.slice(1))).toEqual(new Set(['a']))
  })

  test('and other objects go on meanwhile, with one worker', async () => {
    const seen: string[] = []
    let runs = 0
    const { server, controller, clock } = await start({
      async reconcile({ request, status }) {
        seen.push(request.name)
        status.message = `run ${++runs}`
      },
    })
    server.put(Website, website('slow'))
    server.put(Website, website('quick'))
    await clock.advance(1)
    seen.length = 0
    const release = server.hold()
    controller.control.trigger({ namespace: 'shop', name: 'slow' })
    await clock.advance(1)
    controller.control.trigger({ namespace: 'shop', name: 'slow' })
    controller.control.trigger({ namespace: 'shop', name: 'quick' })
    await clock.advance(1)
    expect(seen).toEqual(['slow', 'quick'])
    release()
    await clock.advance(1)
    expect(seen).toEqual(['slow', 'quick', 'slow'])
  })

  test('or is told, after five seconds, that the cache is behind, and goes on', async () => {
    const seen: string[] = []
    const { server, controller, clock, said } = await start({
      async reconcile({ request, status }) {
        seen.push(request.name)
        if (seen.length === 1) status.ready = true
      },
    })
    server.put(Website, website('shop'))
    const release = server.hold()
    await clock.advance(1)
    controller.control.trigger({ namespace: 'shop', name: 'shop' })
    await clock.advance(4_990)
    expect(seen).toHaveLength(1)
    await clock.advance(100)
    expect(seen).toHaveLength(2)
    expect(said('warn')).toContain('reconciled on a cache that is behind')
    release()
  })
})

describe('a replica that stands by', () => {
  const held = {
    metadata: { name: 'l', namespace: 'n' },
    spec: {
      holderIdentity: 'other',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    },
  }
  const Lease = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true } as const

  test('has its caches and its queue full, does nothing, and begins at once when it leads', async () => {
    const { server, clock, seen, controller, manager } = await start(
      {},
      {
        ...election,
        prepare(before) {
          before.put(Lease, held)
          before.put(Website, website('shop'))
        },
      },
    )
    await clock.advance(5_000)
    expect([seen, controller.control.queueLength, manager.isLeader()]).toEqual([[], 1, false])
    const lists = server.count('list')
    await clock.advance(30_000)
    expect([seen, manager.isLeader()]).toEqual([['shop'], true])
    expect(server.count('list'), 'nothing is listed again').toBe(lists)
  })

  test('stops in good order when it never led', async () => {
    const program = await start({ owns: [Deployment] }, { ...election, prepare: (before) => before.put(Lease, held) })
    await program.clock.advance(5_000)
    expect(program.server.watching).toBeGreaterThan(0)
    await program.stop()
    expect([program.outcome.error, program.server.watching, program.said('error')]).toEqual([undefined, 0, []])
  })
})
