// Replicas that hold only what is their own, as programs on one server in virtual time.
import { Namespace } from '@kubewright/client'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import type { ControllerOptions } from '../controller/options.ts'
import { apiError, FakeServer, refused } from '../fake/fake-server.ts'
import { Deployment, Event, Lease, type Program, startProgram, Website, website } from '../fake/program.ts'
import { deploymentFor } from '../fake/website-program.ts'
import type { ShardFiltering } from './options.ts'
import { shardMember } from './shard-member.ts'

const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})

const DeploymentKind = 'Deployment.apps/v1'
const WebsiteKind = 'Website.example.dev/v1'

interface Setting {
  readonly filter: ShardFiltering
  readonly served?: boolean
  readonly namespaces?: number
  readonly sites?: number
}

/** A server with websites in namespaces that hardly differ by name. */
function bench({ filter, served = false, namespaces = 30, sites = 3 }: Setting) {
  const clock = virtualClock()
  const server = new FakeServer().serve(Website, Deployment, Lease, Event, { ...Namespace, namespaced: false })
  server.servesShards = served
  const add = (namespace: string) => {
    server.put(Namespace, { metadata: { name: namespace } })
    for (let n = 0; n < sites; n++) server.put(Website, website(`site-${n}`, 'nginx', { namespace }))
  }
  for (let n = 0; n < namespaces; n++) add(`team-${n}`)
  const start = async (identity: string, options: Partial<ControllerOptions<Website>> = {}, ring: { filter?: ShardFiltering } = {}) => {
    const reconciled: string[] = []
    const deleted: string[] = []
    const definition = controller<Website>(Website, {
      owns: [Deployment],
      reconcile: async ({ object, apply }) => {
        reconciled.push(`${object.metadata.namespace}/${object.metadata.name}`)
        await apply(deploymentFor(object, object.spec.image))
      },
      onDeleted: ({ namespace, name }) => void deleted.push(`${namespace}/${name}`),
      ...options,
    })
    const program = await startProgram([definition], {
      ...{ clock, server, identity },
      sharding: shardMember({ name: 'op', namespace: 'sys', filter, ...ring }),
    })
    programs.push(program)
    const informer = (kind: string) => program.manager.cache.informers().find((summary) => summary.kind === kind)?.informer
    const held = (kind = WebsiteKind) => (informer(kind)?.list() ?? []).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    return { ...program, reconciled, deleted, informer, held }
  }
  const all = () => server.objects(WebsiteKind).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  const change = (image: string) => {
    for (const object of server.objects(WebsiteKind)) server.put(Website, { ...object, spec: { image } })
  }
  return { clock, server, start, all, add, change }
}

type Replica = Awaited<ReturnType<ReturnType<typeof bench>['start']>>

const together = (replicas: readonly Replica[], of: (replica: Replica) => readonly string[]) => replicas.flatMap(of).sort()
/** What it reconciled, however often: what two replicas did is there twice. */
const once = ({ reconciled }: Replica) => [...new Set(reconciled)]
const sends = (server: FakeServer) =>
  server.requests.flatMap(({ verb, kind, options }) => {
    const { shardSelector } = (options ?? {}) as { shardSelector?: string }
    return kind === WebsiteKind && (verb === 'list' || verb === 'watch') ? [shardSelector] : []
  })

describe.each([
  { filter: 'none' },
  { filter: 'client' },
  { filter: 'server', served: false },
  { filter: 'server', served: true },
  { filter: 'label' },
] satisfies Setting[])('with the filter $filter (served: $served)', (setting) => {
  const holdsAll = setting.filter === 'none'

  test('every object has one replica, which holds it and what it owns, and each has about its share', async () => {
    const { clock, start, all, server } = bench(setting)
    const replicas = [await start('a'), await start('b'), await start('c')]
    await clock.advance(15_000)
    expect(new Set(together(replicas, ({ reconciled }) => reconciled)).size).toBe(90)
    server.requests.length = 0
    for (const { reconciled } of replicas) reconciled.length = 0
    await clock.advance(60_000)
    for (const kind of [WebsiteKind, DeploymentKind]) {
      const held = replicas.map((replica) => replica.held(kind))
      expect(held.map(({ length }) => length)).toEqual(
        holdsAll ? [90, 90, 90] : held.map(() => expect.toSatisfy((n: number) => n >= 15 && n <= 45)),
      )
      expect(held.flat().sort()).toEqual(holdsAll ? [...all(), ...all(), ...all()].sort() : all().sort())
    }
    // The steady state: nothing is done, written or listed.
    expect(together(replicas, ({ reconciled }) => reconciled)).toEqual([])
    expect(server.writes.filter(({ kind }) => kind !== 'Lease.coordination.k8s.io/v1')).toEqual([])
    expect(server.count('list')).toBe(server.requests.filter(({ verb, kind }) => verb === 'list' && kind.startsWith('Lease')).length)
  })

  test('who stops politely leaves its objects to the others, who list and reconcile them; nobody takes that for deletions', async () => {
    const { clock, start, all, change } = bench(setting)
    const [one, two, three] = [await start('a'), await start('b'), await start('c')]
    await clock.advance(15_000)
    await three.stop()
    await clock.advance(15_000)
    const rest = [one, two]
    if (!holdsAll) expect(together(rest, ({ held }) => held())).toEqual(all().sort())
    for (const { reconciled } of rest) reconciled.length = 0
    change('nginx:2')
    await clock.advance(1_000)
    expect(together(rest, once)).toEqual(all().sort())
    const third = await start('d')
    await clock.advance(15_000)
    for (const { reconciled } of [one, two, third]) reconciled.length = 0
    change('nginx:3')
    await clock.advance(1_000)
    expect(together([one, two, third], once)).toEqual(all().sort())
    expect(third.reconciled.length).toBeGreaterThan(10)
    expect(together([one, two, three, third], ({ deleted }) => deleted)).toEqual([])
  })

  test('an object that is deleted while its family is ours is a deletion, on that replica only', async () => {
    const { clock, start, server } = bench(setting)
    const replicas = [await start('a'), await start('b')]
    await clock.advance(15_000)
    server.remove(Website, 'team-3/site-0')
    await clock.advance(100)
    expect(together(replicas, ({ deleted }) => deleted)).toEqual(['team-3/site-0'])
  })

  test('what changes while it moves is reconciled as it is then', async () => {
    const { clock, start, all, change, server } = bench({ ...setting, namespaces: 12, sites: 2 })
    const first = await start('a')
    await clock.advance(15_000)
    const second = await start('b')
    for (let n = 0; n < 30; n++) {
      change(`nginx:${n}`)
      await clock.advance(237)
    }
    await clock.advance(10_000)
    const images = server.objects(DeploymentKind).map((object) => (object as unknown as Deployment).spec?.image)
    expect(images).toEqual(all().map(() => 'nginx:29'))
    expect(together([first, second], ({ deleted }) => deleted)).toEqual([])
  })
})

test('what moves here is not worked on before everything that belongs to it is here', async () => {
  const { clock, start, all, server } = bench({ filter: 'client' })
  const [one, two] = [await start('a'), await start('b')]
  await clock.advance(15_000)
  one.reconciled.length = 0
  const before = one.held().length
  server.failWith(({ verb, kind }) => (verb === 'list' && kind === DeploymentKind ? refused() : undefined))
  await two.stop()
  await clock.advance(20_000)
  expect(one.held().length).toBe(90)
  expect(one.held(DeploymentKind).length).toBe(before)
  // Websites of the other are here, even when they change. Their Deployments are not, and would seem to be missing.
  const theirs = all().filter((key) => !one.held(DeploymentKind).includes(key))
  for (const key of theirs.slice(0, 5)) server.put(Website, { ...server.find(WebsiteKind, key)!, spec: { image: 'nginx:2' } })
  await clock.advance(1_000)
  expect(one.reconciled).toEqual([])
  server.heal()
  await clock.advance(60_000)
  expect(one.held(DeploymentKind).length).toBe(90)
  expect([...new Set(one.reconciled)].sort()).toEqual(theirs.sort())
})

test('after an outage that cost the lease nothing is listed again: the caches stayed as they were', async () => {
  const { clock, start, all, change, server } = bench({ filter: 'client' })
  const only = await start('a')
  await clock.advance(15_000)
  server.failWith(({ kind }) => (kind.startsWith('Lease') ? refused() : undefined))
  await clock.advance(60_000)
  change('nginx:2')
  only.reconciled.length = 0
  server.requests.length = 0
  await clock.advance(1_000)
  expect(only.reconciled).toEqual([])
  server.heal()
  await clock.advance(30_000)
  expect([...new Set(only.reconciled)].sort()).toEqual(all().sort())
  expect(server.requests.filter(({ verb, kind }) => verb === 'list' && !kind.startsWith('Lease'))).toEqual([])
})

test('a server that shards is asked for no more than a replica needs, and sends no more', async () => {
  const { clock, start, server } = bench({ filter: 'server', served: true })
  const sizes: number[] = []
  let sent = 0
  server.bytesOf = ({ kind }) => {
    if (kind === Website.kind) sent++
    return 1
  }
  for (const identity of ['a', 'b', 'c']) await start(identity)
  await clock.advance(15_000)
  for (const { manager } of programs) sizes.push(manager.cache.informers().find(({ kind }) => kind === WebsiteKind)!.informer.size)
  const last = programs[2]!
  server.requests.length = 0
  sent = 0
  await last.stop()
  await clock.advance(15_000)
  // Each of the others has listed its new share, and no more than that.
  expect(sent).toBe(90)
  const selectors = sends(server)
  expect(selectors.length).toBeGreaterThanOrEqual(2)
  expect(selectors.every((selector) => selector?.startsWith("shardRange(object.metadata.namespace, '0x0000000000000000', '0x"))).toBe(true)
  expect(sizes.reduce((sum, size) => sum + size)).toBe(90)
})

test('what a replica writes among another’s objects does not make the server one that does not shard', async () => {
  const { clock, start } = bench({ filter: 'server', served: true })
  const [one, two] = [await start('a'), await start('b')]
  await clock.advance(30_000)
  const others = new Set(two.held().map((key) => key.split('/')[0]!))
  const resource = await one.manager.client.resource(Website)
  for (const namespace of others) await resource.create(website('extra', 'nginx', { namespace }) as Website)
  await clock.advance(10_000)
  expect(one.said('warn')).toEqual([])
  expect(two.held()).toEqual(expect.arrayContaining([...others].map((namespace) => `${namespace}/extra`)))
})

test('a server that does not shard is told of once, and asked no more', async () => {
  const { clock, start, server } = bench({ filter: 'server', served: false })
  const [one, two] = [await start('a'), await start('b')]
  await clock.advance(15_000)
  expect(sends(server).some((selector) => selector !== undefined)).toBe(true)
  for (const replica of [one, two]) {
    const warnings = replica.said('warn').filter((line) => line.includes('ShardedListAndWatch'))
    expect(warnings).toHaveLength(1)
  }
  server.requests.length = 0
  const third = await start('c')
  await clock.advance(15_000)
  await third.stop()
  await clock.advance(15_000)
  server.endWatches()
  await clock.advance(1_000)
  expect(sends(server).filter((selector) => selector !== undefined).length).toBeLessThanOrEqual(2)
})

test('a server that refuses the selector is asked without it', async () => {
  const { clock, start, server, all } = bench({ filter: 'server' })
  server.failWith(({ options }) =>
    (options as { shardSelector?: string } | undefined)?.shardSelector === undefined
      ? undefined
      : apiError(500, 'InternalError', 'bad selector'),
  )
  const replicas = [await start('a'), await start('b')]
  await clock.advance(60_000)
  expect(new Set(together(replicas, ({ reconciled }) => reconciled))).toEqual(new Set(all()))
  expect(replicas[0]!.log.find((line) => line['why'] === 'bad selector')).toBeDefined()
})

test('without the right to list namespaces everything comes over the wire, and works as well', async () => {
  const { clock, start, server, all } = bench({ filter: 'server', served: true })
  server.failWith(({ kind }) => (kind.startsWith('Namespace') ? apiError(403, 'Forbidden') : undefined))
  const replicas = [await start('a'), await start('b')]
  await clock.advance(60_000)
  expect(together(replicas, ({ held }) => held())).toEqual(all().sort())
  expect(sends(server).every((selector) => selector === undefined)).toBe(true)
  expect(replicas[0]!.said('warn').filter((line) => line.includes('which namespaces there are is not known'))).not.toEqual([])
})

test('namespaces that are made later are seen by whoever they belong to, also between those that were left out together', async () => {
  const { clock, start, server, add, all } = bench({ filter: 'server', served: true, namespaces: 300, sites: 1 })
  const replicas = [await start('a'), await start('b'), await start('c')]
  await clock.advance(15_000)
  server.requests.length = 0
  for (const { reconciled } of replicas) reconciled.length = 0
  for (let n = 300; n < 340; n++) add(`team-${n}`)
  await clock.advance(5_000)
  // Some were left out, which had to be listed: else this test shows nothing.
  expect(sends(server).length).toBeGreaterThan(0)
  expect(together(replicas, ({ held }) => held())).toEqual(all().sort())
  for (let n = 300; n < 340; n++) expect(together(replicas, ({ reconciled }) => reconciled)).toContain(`team-${n}/site-0`)
})

test('who places families otherwise waits until those who were there are gone', async () => {
  const { clock, start, all } = bench({ filter: 'client' })
  const old = await start('a')
  await clock.advance(15_000)
  const young = await start('b', {}, { filter: 'server' })
  await clock.advance(60_000)
  expect(young.reconciled).toEqual([])
  expect(old.held()).toHaveLength(90)
  old.reconciled.length = 0
  await old.stop()
  await clock.advance(15_000)
  expect([...new Set(young.reconciled)].sort()).toEqual(all().sort())
  expect(old.reconciled).toEqual([])
})

test('reads inside a reconcile are answered by what this replica holds', async () => {
  const { clock, start } = bench({ filter: 'client' })
  const children: string[] = []
  const reconcile: ControllerOptions<Website>['reconcile'] = async ({ object, apply, cache }) => {
    await apply(deploymentFor(object))
    const { name = '', namespace } = object.metadata
    children.push((await cache.read.get(Deployment, { name, namespace }))?.metadata.name ?? 'none')
  }
  await start('a', { reconcile })
  await clock.advance(15_000)
  expect(new Set(children)).toEqual(new Set(['site-0', 'site-1', 'site-2']))
})

test.each([{ filter: 'client' }, { filter: 'server', served: true }] satisfies Setting[])(
  'with the filter $filter nobody waits for the cache to show what it was told not to hold',
  async (setting) => {
    const { clock, start } = bench(setting)
    const waits: number[] = []
    const reconcile: ControllerOptions<Website>['reconcile'] = async ({ object, client, cache }) => {
      if (object.metadata.name !== 'site-0') return
      const { namespace = '' } = object.metadata
      const resource = await client.resource<Deployment>(Deployment)
      // In somebody else's namespace, as often as not.
      const other = `team-${(Number(namespace.slice(5)) + 1) % 30}`
      await resource.create({ metadata: { name: `from-${namespace}`, namespace: other } }).catch(() => {})
      const before = clock.monotonic()
      await cache.read.list(Deployment)
      waits.push(clock.monotonic() - before)
    }
    await Promise.all([start('a', { reconcile }), start('b', { reconcile })])
    await clock.advance(30_000)
    expect(waits.length).toBeGreaterThanOrEqual(30)
    expect(Math.max(...waits)).toBeLessThan(1_000)
  },
)

test('kinds without namespaces, and what they own in any namespace, are shared by name; the server is not asked to leave those out', async () => {
  const Fleet = { group: 'example.dev', version: 'v1', kind: 'Fleet', plural: 'fleets', namespaced: false }
  const { clock, server } = bench({ filter: 'server', served: true, sites: 0 })
  server.serve(Fleet)
  const reconciled: string[][] = []
  for (let n = 0; n < 40; n++) server.put(Fleet, { metadata: { name: `fleet-${n}` } })
  const fleets: string[][] = []
  for (const identity of ['a', 'b']) {
    const seen: string[] = []
    reconciled.push(seen)
    const definition = controller(Fleet, {
      owns: [Deployment],
      reconcile: async ({ object, apply, cache }) => {
        const { name = '' } = object.metadata
        seen.push(name)
        const namespace = `team-${Number(name.slice(6)) % 30}`
        await apply({ ...deploymentFor(object), metadata: { name, namespace } })
        fleets.push([name, (await cache.read.get(Deployment, { name, namespace }))?.metadata.name ?? 'none'])
      },
    })
    const sharding = shardMember({ name: 'fleets', namespace: 'sys', filter: 'server' })
    programs.push(await startProgram([definition], { clock, server, identity, sharding }))
  }
  await clock.advance(20_000)
  const held = programs.map(({ manager }) => manager.cache.informers().find(({ kind }) => kind === DeploymentKind)!.informer.size)
  expect(held.reduce((sum, size) => sum + size)).toBe(40)
  for (const size of held) expect(size).toBeGreaterThan(8)
  expect(fleets.every(([name, child]) => name === child)).toBe(true)
  expect(new Set(reconciled.flat()).size).toBe(40)
  const asked = server.requests.flatMap(({ kind, options }) =>
    kind === DeploymentKind ? [(options as { shardSelector?: string } | undefined)?.shardSelector] : [],
  )
  expect(asked.filter((selector) => selector !== undefined)).toEqual([])
})
