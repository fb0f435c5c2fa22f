// A controller in more than one cluster, and one among several replicas.
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { FakeServer } from '../fake/fake-server.ts'
import { Deployment, Event, Lease, Website, website } from '../fake/program.ts'
import { deploymentFor, useWebsites } from '../fake/website-program.ts'
import type { Manager } from '../manager/manager.ts'
import type { Runnable } from '../manager/runnable.ts'
import type { Family, FamilyFilter, ShardListener, Shards } from '../sharding/shards.ts'
import { controller } from './definition.ts'
import { isNotOurs } from './errors.ts'
import { eventSource } from './external-source.ts'
import type { ControllerOptions } from './options.ts'
import { watch } from './options.ts'
import { keyOf, type ReconcileTarget, requestOf, tenantOf } from './request.ts'

const start = useWebsites()
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
const serverWith = (...names: string[]) => {
  const server = new FakeServer().serve(Website, Deployment, Lease, Event)
  for (const name of names) server.put(Website, website(name))
  return server
}

describe('a key', () => {
  test.each([
    { cluster: '', namespace: 'a', name: 'b' },
    { cluster: 'east', namespace: 'a', name: 'b' },
    { cluster: 'east', name: 'system:odd|name' },
    { cluster: '', name: 'b' },
  ])('holds the cluster, the namespace and the name: %j', (request) => {
    expect(requestOf(keyOf(request))).toEqual(request)
  })

  test('P8: is not another controller’s, cluster’s, namespace’s or name’s', async () => {
    const keys = [
      { name: 'b' },
      { name: 'b', namespace: 'a' },
      { name: 'b', cluster: 'a' },
      { name: 'b', cluster: 'a', namespace: 'a' },
    ].map(keyOf)
    expect(new Set(keys).size).toBe(keys.length)
    const seen: string[] = []
    const noted = (name: string) =>
      controller<Website>(Website, { name, reconcile: ({ request }) => void seen.push(`${name} ${request.namespace}/${request.name}`) })
    const { server, manager } = await start({
      name: 'first',
      reconcile: ({ request }) => void seen.push(`first ${request.namespace}/${request.name}`),
    })
    manager.add(noted('second'))
    await settle()
    for (const namespace of ['x', 'y']) server.put(Website, { ...website('shop'), metadata: { name: 'shop', namespace } })
    await settle()
    expect(seen.sort()).toEqual(['first x/shop', 'first y/shop', 'second x/shop', 'second y/shop'])
  })

  test('belongs to its namespace in its cluster when workers are shared out', () => {
    const of = (namespace: string | undefined, cluster: string) =>
      tenantOf(keyOf({ cluster, name: 'a', ...(namespace === undefined ? {} : { namespace }) }))
    expect(new Set([of('x', ''), of('y', ''), of('x', 'east'), of(undefined, ''), of(undefined, 'east')]).size).toBe(5)
    expect(tenantOf(keyOf({ namespace: 'x', name: 'a' }))).toBe(tenantOf(keyOf({ namespace: 'x', name: 'b' })))
  })
})

describe('a controller of every cluster', () => {
  const many = async (options: Partial<ControllerOptions<Website>> = {}) => {
    const seen: string[] = []
    const program = await start(
      { clusters: 'every', reconcile: ({ request }) => void seen.push(`${request.cluster}:${request.name}`), ...options },
      { server: serverWith('home') },
    )
    return { ...program, seen }
  }

  test('works in its own, in those that join, and no more in those that leave', async () => {
    const { manager, clock, seen, server } = await many()
    const east = serverWith('one')
    manager.clusters.join('east', fakeClient(east))
    await clock.advance(1_000)
    expect(seen).toEqual([':home', 'east:one'])
    const left = manager.clusters.leave('east')
    await clock.advance(1_000)
    await left
    expect(east.watching).toBe(0)
    east.put(Website, website('two'))
    server.put(Website, website('here'))
    await clock.advance(1_000)
    expect(seen).toEqual([':home', 'east:one', ':here'])
  })

  test('has the client, the cache and the recorder of the object’s cluster at hand', async () => {
    const { manager, clock, server } = await many({
      owns: [Deployment],
      async reconcile({ object, request, apply, cache, recorder }) {
        await apply(deploymentFor(object))
        expect(cache.get(Website, request)).toBe(object)
        recorder.event(object, { reason: 'Made', note: 'made' })
      },
    })
    const east = serverWith('one')
    manager.clusters.join('east', fakeClient(east))
    await clock.advance(10_000)
    expect(east.find('Deployment.apps/v1', 'shop/one')).toBeDefined()
    expect(east.objects('Event.events.k8s.io/v1')).toMatchObject([{ reason: 'Made', regarding: { name: 'one' } }])
    expect(server.objects('Deployment.apps/v1').map(({ metadata }) => metadata.name)).toEqual(['home'])
  })

  test('drops the keys of a cluster that leaves, ends its reconciles, and waits for them', async () => {
    const reasons: unknown[] = []
    const { manager, clock, said } = await many({
      async reconcile({ request, signal }) {
        if (request.cluster === '') return
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        reasons.push(signal.reason)
        throw signal.reason
      },
    })
    manager.clusters.join('east', fakeClient(serverWith('one', 'two', 'three')))
    await clock.advance(1_000)
    await Promise.all([manager.clusters.leave('east'), clock.advance(1_000)])
    expect(reasons.map(isNotOurs)).toEqual([true])
    expect(said('error')).toEqual([])
  })

  test('goes on while a remote cluster does not answer, and takes it up when it does', async () => {
    const { manager, clock, seen, server } = await many()
    const east = serverWith('one')
    east.failWith(() => new Error('no route'))
    manager.clusters.join('east', fakeClient(east))
    await clock.advance(1_000)
    server.put(Website, website('here'))
    await clock.advance(1_000)
    expect(seen).toEqual([':home', ':here'])
  })

  test('may map an object to a request of any cluster', async () => {
    const { manager, clock, seen } = await many({
      watches: [watch(Deployment, () => [{ cluster: 'east', namespace: 'shop', name: 'one' }])],
    })
    const east = serverWith('one')
    manager.clusters.join('east', fakeClient(east))
    await clock.advance(1_000)
    const before = seen.length
    await manager.client.resource(Deployment).then((resource) => resource.create({ metadata: { name: 'd', namespace: 'shop' } }))
    await clock.advance(1_000)
    expect(seen.slice(before)).toEqual(['east:one'])
  })

  test('is not what a controller is by default', async () => {
    const { manager, clock, seen } = await start({}, { server: serverWith('home') })
    manager.clusters.join('east', fakeClient(serverWith('one')))
    await clock.advance(1_000)
    expect(seen).toEqual(['home'])
  })
})

/** Families by name, given and taken by the test. */
class HandMadeShards implements Shards {
  readonly #listeners = new Set<ShardListener>()
  #ours: FamilyFilter = () => false
  readonly joined = Promise.resolve()
  readonly leaseDuration = 15_000

  owns(family: Family): boolean {
    return this.#ours(family)
  }

  subscribe(listener: ShardListener): () => void {
    this.#listeners.add(listener)
    listener.gained(this.#ours)
    return () => void this.#listeners.delete(listener)
  }

  async hold(...names: string[]): Promise<void> {
    const before = this.#ours
    const now: FamilyFilter = ({ name }) => names.includes(name)
    this.#ours = now
    for (const listener of this.#listeners) {
      await listener.lost((family) => before(family) && !now(family))
      listener.gained((family) => now(family) && !before(family))
    }
  }
}

function withShards(manager: Manager, shards: Shards): Manager {
  return new Proxy(manager, {
    get(target, name) {
      if (name === 'shards') return shards
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe('a controller on a replica among several', () => {
  async function replica(options: Partial<ControllerOptions<Website>> = {}) {
    const shards = new HandMadeShards()
    const seen: string[] = []
    const definition = controller<Website>(Website, { reconcile: ({ request }) => void seen.push(request.name), ...options })
    const sharded: Runnable = { ...definition, run: (signal, manager) => definition.run(signal, withShards(manager, shards)) }
    const { warmUp: _, ...cold } = sharded
    const program = await start({ name: 'other' }, { server: serverWith('a', 'b', 'c'), clock: virtualClock() })
    program.manager.add(cold)
    await program.clock.advance(0)
    return { ...program, shards, seen, definition }
  }

  test('works on nothing that is not its own, and on everything of it when it becomes its own', async () => {
    const { shards, seen, server, clock } = await replica()
    await clock.advance(1_000)
    expect(seen).toEqual([])
    await shards.hold('a', 'b')
    await clock.advance(1)
    expect(seen).toEqual(['a', 'b'])
    server.put(Website, website('c', 'httpd'))
    server.put(Website, website('b', 'httpd'))
    await clock.advance(1)
    expect(seen).toEqual(['a', 'b', 'b'])
  })

  test('works first on what has changed while it was another’s, the longest ago first, and then on what has only moved', async () => {
    const { shards, seen, server, clock } = await replica()
    await shards.hold()
    await clock.advance(20_000)
    server.put(Website, website('c', 'httpd'))
    await clock.advance(10)
    server.put(Website, website('b', 'httpd'))
    await clock.advance(10)
    server.put(Website, website('c', 'caddy'))
    await clock.advance(10_000)
    await shards.hold('a', 'b', 'c')
    await clock.advance(1)
    expect(seen).toEqual(['c', 'b', 'a'])
  })

  test('ends what is under way when it moves away, waits for it, and takes the rest out of the queue', async () => {
    const ends: unknown[] = []
    const { shards, clock, said } = await replica({
      reconcile: async ({ signal, request, clock: time }) => {
        if (request.name !== 'a') return
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await new Promise<void>((resolve) => time.setTimer(500, resolve))
        ends.push(signal.reason)
      },
    })
    await shards.hold('a', 'b')
    await clock.advance(1)
    let over = false
    const moved = shards.hold('c').then(() => {
      over = true
    })
    await clock.advance(400)
    expect([over, ends]).toEqual([false, []])
    await clock.advance(100)
    await moved
    expect(ends.map(isNotOurs)).toEqual([true])
    expect(said('error')).toEqual([])
  })

  test('writes nothing for an object from the moment on when it may be another’s', async () => {
    const gate = Promise.withResolvers<void>()
    let failed: unknown
    const { shards, server, clock, said } = await replica({
      async reconcile({ object, apply, status }) {
        status.ready = true
        await gate.promise
        await apply(deploymentFor(object)).catch((error: unknown) => {
          failed = error
        })
      },
    })
    await shards.hold('a')
    await clock.advance(1)
    const moved = shards.hold('b')
    gate.resolve()
    await clock.advance(1)
    await moved
    expect(isNotOurs(failed)).toBe(true)
    expect(server.find('Website.example.dev/v1', 'shop/a')).not.toHaveProperty('status')
    expect(said('error')).toEqual([])
  })

  test('says of what it is told to look at whether it does: what another replica works on is not taken for done', async () => {
    const events = eventSource()
    expect(events.trigger({ name: 'a', namespace: 'shop' })).toBe('kept')
    const { shards, clock, definition, stop, seen } = await replica({ sources: [events.source] })
    await shards.hold('a')
    await clock.advance(10)
    seen.length = 0
    const [mine, theirs] = ['a', 'b'].map((name) => ({ name, namespace: 'shop' })) as [ReconcileTarget, ReconcileTarget]
    expect([definition.control.trigger(mine), definition.control.trigger(theirs)]).toEqual(['queued', 'elsewhere'])
    expect([events.trigger(mine), events.trigger(theirs)]).toEqual(['queued', 'elsewhere'])
    expect(definition.control.trigger({ ...mine, cluster: 'nowhere' })).toBe('unknown cluster')
    await clock.advance(10)
    expect(new Set(seen)).toEqual(new Set(['a']))
    await stop()
    expect(definition.control.trigger(mine)).toBe('not running')
    expect(events.trigger(mine)).toBe('kept')
  })

  test('with sharded false works on everything', async () => {
    const { seen, clock } = await replica({ sharded: false })
    await clock.advance(1)
    expect(seen).toEqual(['a', 'b', 'c'])
  })
})
