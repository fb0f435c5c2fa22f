import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import type { ShardView } from '../cache/shard-filter.ts'
import { controller } from '../controller/definition.ts'
import { fakeClient } from '../fake/fake-client.ts'
import { FakeServer, refused } from '../fake/fake-server.ts'
import { Event, type Program, type ProgramOptions, startProgram, Website, website } from '../fake/program.ts'
import type { Runnable } from '../manager/runnable.ts'
import type { Cluster } from './cluster.ts'

const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})
async function start(runnables: readonly Runnable[], options: Partial<ProgramOptions> = {}) {
  const program = await startProgram(runnables, { clock: virtualClock(), ...options })
  programs.push(program)
  return program
}
const untilStopped = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
const server = () => new FakeServer().serve(Website, Event)

/** Watches websites in every cluster, and says which it has seen where. */
function watcher(seen: string[], fail: (cluster: Cluster) => void = () => {}): Runnable {
  return {
    name: 'watcher',
    run: (signal, { clusters }) =>
      clusters.engage(async (cluster) => {
        fail(cluster)
        const lease = await cluster.cache.informer(Website)
        lease.informer.subscribe({ add: ({ metadata }) => void seen.push(`${cluster.name || 'local'}/${metadata.name}`) })
        await Promise.race([untilStopped(signal), untilStopped(cluster.signal)])
        await lease.release()
        seen.push(`${cluster.name || 'local'} ends`)
      }, signal),
  }
}

describe('the clusters of a manager', () => {
  test('work begins on each that is there and on each that joins, and ends with each that leaves', async () => {
    const seen: string[] = []
    const [paris, rome] = [server(), server()]
    paris.put(Website, website('eiffel'))
    rome.put(Website, website('forum'))
    const program = await start([watcher(seen)], { prepare: (local) => void local.put(Website, website('home')) })
    const { clusters } = program.manager
    clusters.join('paris', fakeClient(paris))
    clusters.join('rome', fakeClient(rome))
    await settle()
    expect(seen.sort()).toEqual(['local/home', 'paris/eiffel', 'rome/forum'])
    expect(clusters.list().map(({ name }) => name)).toEqual(['', 'paris', 'rome'])
    await clusters.leave('paris')
    expect([paris.watching, rome.watching]).toEqual([0, 1])
    expect(seen.at(-1)).toBe('paris ends')
    expect([clusters.get('paris'), clusters.get('rome')?.name]).toEqual([undefined, 'rome'])
    await program.stop()
    expect([rome.watching, program.server.watching, program.clock.pending]).toEqual([0, 0, 0])
  })

  test('one that has joined before the start is there from the start', async () => {
    const seen: string[] = []
    const far = server()
    far.put(Website, website('early'))
    const joins: Runnable = {
      name: 'joins',
      needsLeaderElection: false,
      run: async (_, manager) => void manager.clusters.join('far', fakeClient(far)),
    }
    await start([joins, watcher(seen)])
    await settle()
    expect(seen).toEqual(['far/early'])
  })

  test('a name may come again when the cluster has left, and not before', async () => {
    const { manager } = await start([])
    manager.clusters.join('a', fakeClient(server()))
    expect(() => manager.clusters.join('a', fakeClient(server()))).toThrow('cluster "a" is here already')
    const leaving = manager.clusters.leave('a')
    expect(() => manager.clusters.join('a', fakeClient(server()))).toThrow('await leave("a")')
    await leaving
    manager.clusters.join('a', fakeClient(server()))
    await manager.clusters.leave('never-there')
    await expect(manager.clusters.leave('')).rejects.toThrow('own cluster cannot leave')
  })

  test.each(['', 'Paris', 'a.b', 'x'.repeat(64)])('the name %j is refused', async (name) => {
    const { manager } = await start([])
    expect(() => manager.clusters.join(name, fakeClient(server()))).toThrow(`cluster "${name}"`)
  })

  test('none joins after the stop has begun', async () => {
    const program = await start([])
    await program.stop()
    expect(() => program.manager.clusters.join('late', fakeClient(server()))).toThrow('after the manager had begun to stop')
  })

  test('what fails on another cluster is told, and stops nobody; what fails on the own one ends the program', async () => {
    const seen: string[] = []
    const program = await start([watcher(seen, ({ name }) => name === 'far' && fault())])
    program.manager.clusters.join('far', fakeClient(server()))
    program.manager.clusters.join('near', fakeClient(server()))
    await settle()
    expect(program.outcome.ended).toBe(false)
    expect(program.log.find(({ level }) => level === 'error')).toMatchObject({
      message: 'work on a cluster failed; it begins again',
      cluster: 'far',
    })
    const broken = await start([watcher(seen, fault)])
    await settle()
    expect(broken.outcome).toMatchObject({ ended: true, error: { message: 'a mistake' } })
  })

  test('work that failed on another cluster begins again', async () => {
    const seen: string[] = []
    let broken = true
    const far = server()
    far.put(Website, website('late'))
    const { clock, manager } = await start([watcher(seen, ({ name }) => broken && name === 'far' && fault())])
    manager.clusters.join('far', fakeClient(far))
    await clock.advance(25_000)
    broken = false
    await clock.advance(15_000)
    expect(seen).toEqual(['far/late'])
  })

  describe('one of which a part fails', () => {
    /** The caches of `far` fail as often as the test says. */
    async function failing(times: number) {
      const seen: string[] = []
      let begun = 0
      const view: ShardView = {
        ...{ serve: () => {}, wants: () => true, keeps: () => true, shows: () => true, selection: () => ({}), failed: () => {} },
        ...{ filled: () => {}, close: () => {} },
        begin: async () => {
          if (++begun <= times) throw new Error('a part is broken')
        },
      }
      const shards = { owns: () => true, subscribe: () => () => {}, joined: Promise.resolve(), leaseDuration: 15_000 }
      const member = {
        shards,
        run: untilStopped,
        release: async () => {},
        filter: ({ name }: { readonly name: string }) => (name === 'far' ? { open: () => view } : undefined),
      }
      const watching: Runnable = {
        name: 'watching',
        run: (signal, { clusters }) =>
          clusters.engage(async (cluster) => {
            const lease = await cluster.cache.informer(Website, { shard: { by: 'name', family: Website } })
            lease.informer.subscribe({ add: ({ metadata }) => void seen.push(`${cluster.name || 'local'}/${metadata.name}`) })
            await Promise.race([untilStopped(signal), untilStopped(cluster.signal)])
            await lease.release()
          }, signal),
      }
      const far = server()
      far.put(Website, website('shop'))
      const program = await start([watching], { sharding: () => member })
      program.manager.clusters.join('far', fakeClient(far))
      await settle()
      return { ...program, seen, begun: () => begun }
    }

    test('leaves, which is told, and joins again by itself, after ever longer pauses', async () => {
      const { clock, manager, seen, log, begun, outcome } = await failing(2)
      expect([manager.clusters.get('far'), seen, begun()]).toEqual([undefined, [], 1])
      const [line] = log.filter(({ level }) => level === 'error')
      expect(line).toMatchObject({ cluster: 'far', part: 'caches', error: { message: 'a part is broken' }, inSeconds: 10 })
      await clock.advance(11_500)
      expect([manager.clusters.get('far'), begun()]).toEqual([undefined, 2])
      await clock.advance(11_500)
      expect(manager.clusters.get('far')).toBeUndefined()
      await clock.advance(11_500)
      expect(manager.clusters.get('far')).toBeDefined()
      expect([seen, begun(), outcome.ended]).toEqual([['far/shop'], 3, false])
    })

    test('and is told to leave, or is joined anew by its owner, does not come back by itself', async () => {
      const left = await failing(1)
      await left.manager.clusters.leave('far')
      await left.clock.advance(600_000)
      expect([left.manager.clusters.get('far'), left.begun()]).toEqual([undefined, 1])
      const joined = await failing(1)
      const other = server()
      joined.manager.clusters.join('far', fakeClient(other))
      await joined.clock.advance(600_000)
      expect([joined.manager.clusters.list().length, joined.begun()]).toEqual([2, 2])
    })
  })

  test('one that does not answer keeps the program neither from getting ready nor from working', async () => {
    const seen: string[] = []
    const away = server()
    away.failWith(({ verb }) => (verb === 'discover' ? undefined : refused()))
    const program = await start([watcher(seen), controller(Website, { reconcile: () => {} })], {
      healthProbeBindAddress: '127.0.0.1:0',
      prepare: (local) => void local.put(Website, website('home')),
    })
    program.manager.clusters.join('away', fakeClient(away))
    await program.clock.advance(60_000)
    expect(seen).toEqual(['local/home'])
    expect(program.manager.clusters.get('away')?.reachability.state).toBe('unreachable')
    expect(program.manager.reachability.state).toBe('reachable')
    const ready = await fetch(`http://${program.manager.addresses().health}/readyz`)
    expect(ready.status).toBe(200)
    away.put(Website, website('back'))
    away.heal()
    await program.clock.advance(5_000)
    expect(seen).toEqual(['local/home', 'away/back'])
  })

  test('events go to the cluster of their object', async () => {
    const far = server()
    const program = await start([])
    const cluster = program.manager.clusters.join('far', fakeClient(far))
    const shop = far.put(Website, website('shop'))
    cluster.recorder('test').event(shop, { reason: 'Seen', note: 'hello' })
    await program.clock.advance(1_000)
    expect([far.objects('Event.events.k8s.io/v1'), program.server.objects('Event.events.k8s.io/v1')].map((all) => all.length)).toEqual([
      1, 0,
    ])
  })

  test('their watches are told apart in the metrics by a label that the own cluster does not have, and that goes with them', async () => {
    const far = server()
    const { manager } = await start([watcher([])])
    manager.clusters.join('far', fakeClient(far))
    await settle()
    far.endWatches(refused())
    await settle()
    const lines = async () =>
      (await manager.metrics.metrics()).split('\n').filter((line) => line.includes('Website') && line.startsWith('kubewright_'))
    expect(await lines()).toContain('kubewright_cache_synced{kind="Website.example.dev/v1"} 1')
    expect(await lines()).toContain('kubewright_cache_synced{kind="Website.example.dev/v1",cluster="far"} 1')
    expect((await lines()).some((line) => line.startsWith('kubewright_watch_failures_total') && line.includes('cluster="far"'))).toBe(true)
    await manager.clusters.leave('far')
    expect((await lines()).filter((line) => line.includes('far'))).toEqual([])
  })

  test('are in the overview, with their watches', async () => {
    const far = server()
    const { manager } = await start([watcher([])], { prepare: (local) => void local.put(Website, website('home')) })
    manager.clusters.join('far', fakeClient(far))
    await settle()
    expect(manager.overview()).toEqual({
      identity: 'replica-1',
      life: 'running',
      leads: true,
      leader: 'replica-1',
      runnables: [{ name: 'watcher', group: 'led', state: 'running' }],
      clusters: [
        {
          name: '',
          server: 'https://fake',
          reachability: 'reachable',
          watches: [{ kind: 'Website.example.dev/v1', synced: true, objects: 1, users: 1 }],
        },
        {
          name: 'far',
          server: 'https://fake',
          reachability: 'reachable',
          watches: [{ kind: 'Website.example.dev/v1', synced: true, objects: 0, users: 1 }],
        },
      ],
    })
  })
})

test('two controllers, and a third that comes later, share one watch of a kind', async () => {
  const done = new Set<string>()
  const of = (name: string) => controller(Website, { name, reconcile: ({ request }) => void done.add(`${name} ${request.name}`) })
  const {
    server: local,
    manager,
    clock,
  } = await start([of('one'), of('two')], { prepare: (before) => void before.put(Website, website('shop')) })
  manager.add(of('three'))
  await clock.advance(1_000)
  expect([...done].sort()).toEqual(['one shop', 'three shop', 'two shop'])
  expect([local.watching, local.count('watch')]).toEqual([1, 1])
})

function fault(): never {
  throw new Error('a mistake')
}
