// Replicas that find their objects by labels, as programs on one server in virtual time. What holds for every filter is in filter.test.ts.
import type { KubeObject } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import type { ControllerOptions } from '../controller/options.ts'
import { apiError, FakeServer } from '../fake/fake-server.ts'
import { Deployment, Event, Lease, type Program, startProgram, Website, website } from '../fake/program.ts'
import { deploymentFor } from '../fake/website-program.ts'
import type { Runnable } from '../manager/runnable.ts'
import { shardMember } from './shard-member.ts'

const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})

const WebsiteKind = 'Website.example.dev/v1'
const DeploymentKind = 'Deployment.apps/v1'
const LABEL = 'shard.kubewright.dev/op'
const OWNER_LABEL = 'shard.kubewright.dev/op.owner'
const SITES = 60

function bench({ sites = SITES } = {}) {
  const clock = virtualClock()
  const server = new FakeServer().serve(Website, Deployment, Lease, Event)
  for (let n = 0; n < sites; n++) server.put(Website, website(`site-${n}`))
  const start = async (identity: string, options: Partial<ControllerOptions<Website>> = {}, more: readonly Runnable[] = [], rest = {}) => {
    const reconciled: string[] = []
    const deleted: string[] = []
    const definition = controller<Website>(Website, {
      owns: [Deployment],
      reconcile: async ({ object, apply }) => {
        reconciled.push(object.metadata.name!)
        await apply(deploymentFor(object, object.spec.image))
      },
      onDeleted: ({ name }) => void deleted.push(name),
      ...options,
    })
    const program = await startProgram([definition, ...more], {
      ...{ clock, server, identity },
      sharding: shardMember({ name: 'op', namespace: 'sys', filter: 'label' }),
      ...rest,
    })
    programs.push(program)
    const held = (kind = WebsiteKind) =>
      (
        program.manager.cache
          .informers()
          .find((summary) => summary.kind === kind)
          ?.informer.list() ?? []
      ).map(({ metadata }) => metadata.name!)
    return { ...program, reconciled, deleted, held }
  }
  const writesTo = (kind: string) => server.writes.filter((request) => request.kind === kind)
  const labelsOf = (kind: string, key: string) => server.find(kind, key)?.metadata.labels ?? {}
  return { clock, server, start, writesTo, labelsOf }
}

const labels = (object: KubeObject) => object.metadata.labels ?? {}

test('each object is labelled once; what is applied has its owner’s slot from the beginning', async () => {
  const { clock, server, start, writesTo } = bench()
  await start('a')
  await start('b')
  await clock.advance(20_000)
  for (const object of server.objects(WebsiteKind)) expect(labels(object)[LABEL]).toMatch(/^[0-9a-f]{2}$/)
  expect(writesTo(WebsiteKind)).toHaveLength(SITES)
  for (const child of server.objects(DeploymentKind)) {
    const owner = server.find(WebsiteKind, `shop/${child.metadata.name}`)!
    expect(labels(child)[OWNER_LABEL]).toBe(labels(owner)[LABEL])
  }
  // One apply each, and no label after it.
  expect(writesTo(DeploymentKind)).toHaveLength(SITES)
})

test('a server sends each replica what is in its slots, and nothing else', async () => {
  const { clock, server, start } = bench()
  await start('a')
  await start('b')
  await clock.advance(20_000)
  const third = await start('c')
  await clock.advance(20_000)
  server.requests.length = 0
  let sent = 0
  server.bytesOf = ({ kind, metadata }) => {
    if (kind === Website.kind && metadata.labels?.[LABEL] !== undefined) sent++
    return 1
  }
  const before = third.held().length
  expect(before).toBeGreaterThan(SITES / 9)
  await third.stop()
  await clock.advance(20_000)
  // The two others have listed what is theirs now. Nothing was written for the move.
  expect(sent).toBe(SITES)
  expect(server.writes.filter(({ kind }) => !kind.startsWith('Lease'))).toEqual([])
})

test('what is new is labelled by the replica whose it is, and worked on by that one alone', async () => {
  const { clock, server, start, writesTo } = bench({ sites: 0 })
  const replicas = [await start('a'), await start('b')]
  await clock.advance(20_000)
  for (let n = 0; n < 40; n++) server.put(Website, website(`new-${n}`))
  await clock.advance(1_000)
  expect(replicas.flatMap(({ reconciled }) => [...new Set(reconciled)])).toHaveLength(40)
  expect(writesTo(WebsiteKind)).toHaveLength(40)
})

test.each([['a slot that is not its own'], ['what is no slot']])(
  'an object that was copied with %s gets its own by one write',
  async (what) => {
    const { clock, server, start, writesTo, labelsOf } = bench()
    const replicas = [await start('a'), await start('b'), await start('c')]
    await clock.advance(20_000)
    const value = what === 'what is no slot' ? 'zz' : labelsOf(WebsiteKind, 'shop/site-1')[LABEL]!
    server.requests.length = 0
    for (let n = 0; n < 10; n++) server.put(Website, website(`copy-${n}`, 'nginx', { labels: { [LABEL]: value, app: 'copy' } }))
    await clock.advance(1_000)
    const names = Array.from({ length: 10 }, (_, n) => `copy-${n}`)
    const right = names.filter((name) => labelsOf(WebsiteKind, `shop/${name}`)[LABEL] === value)
    expect(right.length).toBeLessThan(3)
    expect(writesTo(WebsiteKind)).toHaveLength(10 - right.length)
    expect(labelsOf(WebsiteKind, 'shop/copy-0')['app']).toBe('copy')
    const done = replicas.flatMap(({ reconciled }) => [...new Set(reconciled)].filter((name) => name.startsWith('copy-')))
    expect(done.sort()).toEqual(names)
  },
)

test('an object that loses its label is not taken for deleted: it is labelled again', async () => {
  const { clock, server, start, labelsOf } = bench()
  const replicas = [await start('a'), await start('b')]
  await clock.advance(20_000)
  const before = labelsOf(WebsiteKind, 'shop/site-7')[LABEL]
  const object = server.find(WebsiteKind, 'shop/site-7')!
  server.put(Website, { ...object, metadata: { ...object.metadata, labels: {} } })
  await clock.advance(1_000)
  expect(labelsOf(WebsiteKind, 'shop/site-7')[LABEL]).toBe(before)
  expect(replicas.flatMap(({ deleted }) => deleted)).toEqual([])
  expect(replicas.flatMap(({ held }) => held()).filter((name) => name === 'site-7')).toHaveLength(1)
  server.remove(Website, 'shop/site-7')
  await clock.advance(1_000)
  expect(replicas.flatMap(({ deleted }) => deleted)).toEqual(['site-7'])
})

test('a child that another owner adopts goes to the replica of that one', async () => {
  const { clock, server, start, labelsOf } = bench()
  const replicas = [await start('a', { prune: false }), await start('b', { prune: false })]
  await clock.advance(20_000)
  const [one, two] = replicas
  const [from, to] = [one!.held()[0]!, two!.held()[0]!]
  const child = server.find(DeploymentKind, `shop/${from}`)!
  const owner = server.find(DeploymentKind, `shop/${to}`)!
  server.put(Deployment, {
    ...child,
    metadata: { ...child.metadata, name: 'moved', uid: 'other', labels: labels(child), ownerReferences: owner.metadata.ownerReferences! },
  })
  await clock.advance(1_000)
  expect(labelsOf(DeploymentKind, 'shop/moved')[OWNER_LABEL]).toBe(labels(owner)[OWNER_LABEL])
  expect(two!.held(DeploymentKind)).toContain('moved')
  expect(one!.held(DeploymentKind)).not.toContain('moved')
})

test('an object that is reconciled by one controller and owned by another bears two labels, and nobody fights over them', async () => {
  const { clock, server, start } = bench({ sites: 20 })
  const seen: string[] = []
  const second = () =>
    controller<Deployment>(Deployment, { name: 'second', reconcile: ({ object }) => void seen.push(object.metadata.name!) })
  await start('a', {}, [second()])
  await start('b', {}, [second()])
  await clock.advance(30_000)
  for (const child of server.objects(DeploymentKind)) expect(Object.keys(labels(child)).sort()).toEqual([LABEL, OWNER_LABEL])
  expect(new Set(seen).size).toBe(20)
  server.requests.length = 0
  await clock.advance(60_000)
  expect(server.writes.filter(({ kind }) => !kind.startsWith('Lease'))).toEqual([])
})

test('only what the controller selects is labelled', async () => {
  const { clock, server, start } = bench({ sites: 0 })
  server.put(Website, website('mine', 'nginx', { labels: { app: 'shop' } }))
  server.put(Website, website('other'))
  server.put(Website, website('elsewhere', 'nginx', { namespace: 'far', labels: { app: 'shop' } }))
  await start('a', { labelSelector: 'app=shop', namespaces: ['shop'] })
  await clock.advance(20_000)
  const labelled = server.objects(WebsiteKind).filter((object) => LABEL in labels(object))
  expect(labelled.map(({ metadata }) => metadata.name)).toEqual(['mine'])
})

test('objects that are there at the start are labelled before the first reconcile, so that none looks as if it lacked its children', async () => {
  const { clock, server, start } = bench({ sites: 30 })
  for (const object of server.objects(WebsiteKind)) {
    const { name = '', uid = '' } = object.metadata
    const reference = { apiVersion: 'example.dev/v1', kind: 'Website', name, uid, controller: true }
    server.put(Deployment, { metadata: { name, namespace: 'shop', ownerReferences: [reference] } })
  }
  const lacking: string[] = []
  await start('a', {
    reconcile: ({ object, cache }) => {
      const { name = '', namespace } = object.metadata
      if (cache.get(Deployment, { name, namespace }) === undefined) lacking.push(name)
    },
  })
  await clock.advance(20_000)
  expect(server.objects(DeploymentKind).filter((object) => OWNER_LABEL in labels(object))).toHaveLength(30)
  expect(lacking).toEqual([])
})

test('what the program itself makes without the label is there when it reads', async () => {
  const { clock, start } = bench({ sites: 10 })
  const missing: string[] = []
  await start('a', {
    prune: false,
    reconcile: async ({ object, client, cache }) => {
      const { name = '', namespace = '' } = object.metadata
      if (cache.get(Deployment, { name, namespace }) !== undefined) return
      const resource = await client.resource<Deployment>(Deployment)
      const reference = { apiVersion: 'example.dev/v1', kind: 'Website', name, uid: object.metadata.uid!, controller: true }
      await resource.create({ metadata: { name, namespace, ownerReferences: [reference] } } as Deployment)
      // Something else happens meanwhile, so that the watch has come further than what was made.
      await resource.create({ metadata: { name: `other-${name}`, namespace, labels: { [OWNER_LABEL]: '00' } } } as Deployment)
      if ((await cache.read.get(Deployment, { name, namespace })) === undefined) missing.push(name)
    },
  })
  await clock.advance(30_000)
  expect(missing).toEqual([])
})

test('without the right to patch it says so once, works on what is labelled, and goes on by itself when it has the right', async () => {
  const { clock, server, start } = bench({ sites: 20 })
  const first = await start('a')
  await clock.advance(20_000)
  await first.stop()
  server.failWith(({ verb, kind }) => (verb === 'patch' && kind === WebsiteKind ? apiError(403, 'Forbidden', 'no') : undefined))
  for (let n = 0; n < 5; n++) server.put(Website, website(`new-${n}`))
  const second = await start('b')
  await clock.advance(60_000)
  expect(new Set(second.reconciled).size).toBe(20)
  expect(second.said('warn').filter((line) => line.includes('the right "patch" on websites.example.dev'))).toHaveLength(1)
  server.heal()
  await clock.advance(300_000)
  expect(new Set(second.reconciled).size).toBe(25)
  expect(await second.manager.metrics.metrics()).toContain('kubewright_shard_labels_total{ring="op",result="written"} 5')
})

test('what kinds without namespaces own is labelled as theirs, in any namespace', async () => {
  const Fleet = { group: 'example.dev', version: 'v1', kind: 'Fleet', plural: 'fleets', namespaced: false }
  const { clock, server } = bench({ sites: 0 })
  server.serve(Fleet)
  for (let n = 0; n < 20; n++) server.put(Fleet, { metadata: { name: `fleet-${n}` } })
  const lacking: string[] = []
  for (const identity of ['a', 'b']) {
    const definition = controller(Fleet, {
      owns: [Deployment],
      reconcile: async ({ object, apply, cache }) => {
        const { name = '' } = object.metadata
        await apply({ ...deploymentFor(object), metadata: { name, namespace: `team-${name}` } })
        if ((await cache.read.get(Deployment, { name, namespace: `team-${name}` })) === undefined) lacking.push(name)
      },
    })
    programs.push(
      await startProgram([definition], {
        clock,
        server,
        identity,
        sharding: shardMember({ name: 'op', namespace: 'sys', filter: 'label' }),
      }),
    )
  }
  await clock.advance(30_000)
  for (const child of server.objects(DeploymentKind))
    expect(labels(child)[OWNER_LABEL]).toBe(labels(server.find('Fleet.example.dev/v1', child.metadata.name!)!)[LABEL])
  expect(server.objects(DeploymentKind)).toHaveLength(20)
  expect(lacking).toEqual([])
})

test('a killed replica’s objects are taken over without a write to any of them', async () => {
  const { clock, server, start } = bench()
  const replicas = [await start('a'), await start('b'), await start('c')]
  await clock.advance(20_000)
  const theirs = replicas[2]!.held()
  // It cannot renew, and is out; the others take over when its time is over.
  const lost = server.objects('Lease.coordination.k8s.io/v1').find(({ metadata }) => metadata.name === 'op-shard-c')!
  server.failWith(({ verb, kind, name }) =>
    verb === 'update' && kind.startsWith('Lease') && name === lost.metadata.name ? apiError(500, 'InternalError') : undefined,
  )
  server.requests.length = 0
  await clock.advance(20_000)
  const rest = replicas.slice(0, 2)
  for (const { reconciled } of rest) reconciled.length = 0
  for (const object of server.objects(WebsiteKind)) server.put(Website, { ...object, spec: { image: 'nginx:2' } })
  await clock.advance(1_000)
  expect(rest.flatMap(({ reconciled }) => [...new Set(reconciled)])).toEqual(expect.arrayContaining(theirs))
  expect(server.writes.filter(({ kind }) => kind === WebsiteKind)).toEqual([])
})
