// Each operator as the built program, with exactly the roles that its manifests print. Every request that is refused fails the test, and so does every
// right that is not used: what nobody uses nobody should have been given.
import { CustomResourceDefinition, Pod } from '@kubewright/client'
import { sleep } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { eventually, type FaultProxy, faultProxy } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { configMap, useCluster } from './harness.ts'
import { scrape } from './https-scrape.ts'
import { auditLog, type Installation, InstalledOperator, printedManifests } from './installed-operator.ts'
import { type Program, test } from './program.ts'
import { type Wire, wire } from './wire.ts'

const audit = auditLog()
const bench = useCluster({ controllers: true, apiServerFlags: audit.flags })

let admin: Wire
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  const printed = await printedManifests<CustomResourceDefinition>('gc', '--only', 'crds')
  for (const definition of printed.filter(({ kind }) => kind === 'CustomResourceDefinition')) await definitions.create(definition)
  await eventually(() => bench.client.request('GET', '/apis/gc.kubewright.dev/v1alpha1/garbagecollectionpolicies'))
  bench.client.discovery.invalidate()
})
afterAll(() => {
  admin[Symbol.dispose]()
  audit.dispose()
})

const NOWHERE = ['--no-webhooks', '--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0']
const install = (namespace: string, roles: readonly string[], more: Partial<Installation> = {}) =>
  InstalledOperator.install(bench, admin, audit, { operator: 'gc', namespace, roles, ...more })
const runGc = ({ kubeconfig }: InstalledOperator, ...more: readonly string[]) => [
  'run',
  'gc',
  '--kubeconfig',
  kubeconfig,
  ...NOWHERE,
  ...more,
]

const AUTHOR_ANNOTATION = 'gc.kubewright.dev/author'
const AUTHOR = JSON.stringify({ user: 'admin', groups: ['system:masters'], extra: {}, generation: 1 })

/** A network that makes the server look like one of before streaming lists: there, caches list. */
async function oldServer(): Promise<FaultProxy> {
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  proxy.inject({ is: 'status', code: 422 }, { parameter: 'sendInitialEvents' })
  return proxy
}

/** One policy of each kind, and one that evicts, which have something to do until every right that is there has been used, or for a while. */
async function exercise(gc: InstalledOperator, namespace: string, except: readonly string[] = []) {
  const maps = await bench.configMaps()
  const pods = await bench.client.resource(Pod)
  const spec = (app: string) => ({
    targetResource: { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: { matchLabels: { app } } },
    ttl: { secondsAfterCreation: 1 },
  })
  await (await bench.client.resource(GarbageCollectionPolicy)).create(
    // As its webhook writes it: then it asks what the author may do.
    GarbageCollectionPolicy.of({ metadata: { namespace, name: 'p', annotations: { [AUTHOR_ANNOTATION]: AUTHOR } }, spec: spec('own') }),
  )
  const ofPods = {
    targetResource: { apiVersion: 'v1', kind: 'Pod', labelSelector: { matchLabels: { app: 'evicted' } } },
    ttl: { secondsAfterCreation: 1 },
  }
  await (await bench.client.resource(GarbageCollectionPolicy)).create(
    GarbageCollectionPolicy.of({ metadata: { namespace, name: 'evicting' }, spec: { ...ofPods, behavior: { evict: true } } }),
  )
  const everywhere = await bench.client.resource(ClusterGarbageCollectionPolicy)
  const name = `p-${namespace}`
  await everywhere.create(ClusterGarbageCollectionPolicy.of({ metadata: { name }, spec: spec('any') }))
  // The next operator would follow it into this namespace.
  onTestFinished(async () => void (await everywhere.delete({ name })))
  const wanted = () => gc.unused().filter((right) => !except.includes(right))
  for (let round = 0; round < 4 && (round === 0 || wanted().length > 0); round++) {
    const spec = { containers: [{ name: 'c', image: 'none' }] }
    await pods.create({ metadata: { namespace, name: `evicted-${round}`, labels: { app: 'evicted' } }, spec })
    for (const app of ['own', 'any']) await maps.create(configMap(namespace, `${app}-${round}`, { labels: { app } }))
    await eventually(async () => expect((await maps.list({ namespace, labelSelector: 'app' })).items).toEqual([]), { timeout: 60_000 })
    await eventually(async () => expect((await pods.list({ namespace, labelSelector: 'app' })).items).toEqual([]), { timeout: 60_000 })
    // What was done is told, in the status and as an event, a moment later and not too often.
    await sleep(wanted().length > 0 ? 3_000 : 0)
  }
}

const metricsOf = async (program: Program) => (await program.says(/"metrics":"([^"]+)"/))[1]!

describe('gc', () => {
  test('collects with its own role alone, and uses all of it', async ({ kubewright }) => {
    const namespace = await bench.namespace()
    const gc = await install(namespace, [''], { through: await oldServer() })
    const program = kubewright(runGc(gc, '--leader-elect', '--log-format', 'json'))
    await exercise(gc, namespace)
    await gc.usedExactly()
    program.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    gc.refusedNothing()
  })

  test('is refused nothing where lists are streamed', async ({ kubewright }) => {
    const namespace = await bench.namespace()
    const gc = await install(namespace, [''])
    kubewright(runGc(gc, '--leader-elect', '--log-format', 'json'))
    const lists = gc.unused().filter((right) => right.startsWith('list '))
    await exercise(gc, namespace, lists)
    gc.refusedNothing()
  })

  test('for some namespaces works there with Roles, and has no rights elsewhere', async ({ kubewright }) => {
    const [home, namespace, other] = [await bench.namespace(), await bench.namespace(), await bench.namespace()]
    const through = await oldServer()
    const gc = await install(home, [''], { through, flags: ['--watch-namespace', namespace] })
    const program = kubewright(runGc(gc, '--leader-elect', '--log-format', 'json', '--namespace', namespace))
    await exercise(gc, namespace)
    await gc.usedExactly()
    expect(await gc.may('delete', { resource: 'configmaps', namespace })).toBe(true)
    for (const elsewhere of [home, other, undefined])
      expect(await gc.may('delete', { resource: 'configmaps', namespace: elsewhere })).toBe(false)
    expect(await gc.may('update', { group: 'coordination.k8s.io', resource: 'leases', namespace: other })).toBe(false)
    program.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    gc.refusedNothing()
  })

  test('asks who may read its metrics with the role for it', async ({ kubewright }) => {
    const namespace = await bench.namespace()
    const gc = await install(namespace, ['', 'metrics-auth'], { through: await oldServer() })
    const program = kubewright(runGc(gc, '--leader-elect', '--metrics-secure', '--log-format', 'json'))
    const address = await metricsOf(program)
    const { token } = bench.cluster.connection
    await eventually(async () => expect((await scrape(address, '/metrics', { token })).status).toBe(200))
    await exercise(gc, namespace)
    await gc.usedExactly()
  })
})
