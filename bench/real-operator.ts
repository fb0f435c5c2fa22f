// B4: an operator as people write them: a Deployment, a Service and a ConfigMap for each object, a finalizer, a status with a condition. How many
// writes one object costs from its creation to Ready and from its deletion to its end, and how long many take, beside the bare writes.
import {
  type Client,
  ConfigMap,
  conditions,
  connectTo,
  controller,
  createManager,
  Deployment,
  defineKind,
  installKinds,
  isConditionTrue,
  Service,
  silentLogger,
  sleep,
  z,
} from 'kubewright'
import { type FaultProxy, faultProxy, isRead, requestInfo, startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'

const OBJECTS = 300
const WORKERS = 16
const QUIET_MS = 10_000
/** Three children, the finalizer, the status. */
const FEWEST = 5

const Shop = defineKind({
  group: 'bench.dev',
  version: 'v1',
  kind: 'Shop',
  spec: z.object({ image: z.string().min(1) }),
  status: z.object({ conditions: conditions().optional() }),
})
type Shop = ReturnType<typeof Shop.of>

const shops = controller(Shop, {
  owns: [Deployment, Service, ConfigMap],
  workers: WORKERS,
  async reconcile({ object: { metadata, spec }, apply, condition }) {
    for (const child of childrenOf(metadata.name, spec.image)) await apply(child)
    condition('Ready', true, 'Made', 'everything is there')
  },
  cleanup() {},
})

function childrenOf(name: string, image: string) {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'shop', image }] } }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { greeting: `this is ${name}` } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 1, selector: { matchLabels: labels }, template } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: labels, ports: [{ port: 80 }] } },
  ]
}

interface Phase {
  readonly seconds: number
  readonly writes: Readonly<Record<string, number>>
  readonly conflicts: number
}

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'real' })
  const admin = cluster.client()
  await installKinds(admin, [Shop])
  await using proxy = await faultProxy(cluster.connection)
  const client = connectTo(proxy.connection)
  const manager = createManager({ client, log: silentLogger })
  manager.add(shops)
  const stop = new AbortController()
  const running = manager.run(stop.signal)
  const resource = await admin.resource(Shop)
  const names = Array.from({ length: OBJECTS }, (_, index) => `shop-${index}`)
  const present = async () => (await resource.list({ namespace: 'default' })).items
  const made = await phase(proxy, async () => {
    const body = (name: string) => Shop.of({ metadata: { namespace: 'default', name }, spec: { image: 'registry.example.dev/shop:1' } })
    await parallel(names, async (name) => void (await resource.create(body(name))))
    await until(async () => (await present()).filter(({ status }) => isConditionTrue(status?.conditions ?? [], 'Ready')).length === OBJECTS)
  })
  const quiet = await phase(proxy, () => sleep(QUIET_MS))
  const deleted = await phase(proxy, async () => {
    await parallel(names, async (name) => void (await resource.delete({ namespace: 'default', name })))
    await until(async () => (await present()).length === 0)
  })
  stop.abort()
  await running
  await client.close()
  const bare = await bareWrites(admin, names)
  const count = ({ writes }: Phase) => Object.values(writes).reduce((sum, each) => sum + each, 0)
  const seconds = (value: number) => `${value.toFixed(1)} s`
  return {
    title: `real-operator: ${OBJECTS} objects on kube-apiserver, each with three children, a finalizer and a status; ${WORKERS} workers`,
    columns: ['what', 'writes each', 'conflicts', 'time', 'of the bare writes'],
    rows: [
      [
        'created to Ready',
        (count(made) / OBJECTS).toFixed(2),
        String(made.conflicts),
        seconds(made.seconds),
        (bare / made.seconds).toFixed(2),
      ],
      [`${QUIET_MS / 1000} s with nothing to do`, String(count(quiet)), String(quiet.conflicts), '', ''],
      ['deleted to gone', (count(deleted) / OBJECTS).toFixed(2), String(deleted.conflicts), seconds(deleted.seconds), ''],
      [`the same ${FEWEST} writes by a bare client`, String(FEWEST), '0', seconds(bare), '1'],
    ],
    raw: { objects: OBJECTS, workers: WORKERS, made, quiet, deleted, bareSeconds: bare },
  }
}

/** What the operator writes meanwhile, and how long it takes. Its events are left out: they are paced, and not part of the work. */
async function phase(proxy: FaultProxy, work: () => Promise<void>): Promise<Phase> {
  proxy.forget()
  const began = performance.now()
  await work()
  const seconds = (performance.now() - began) / 1000
  const writes: Record<string, number> = {}
  let conflicts = 0
  for (const request of proxy.requests) {
    const info = requestInfo(request)
    if (isRead(info) || info.is === 'path' || info.group === 'events.k8s.io') continue
    if (request.status === 409) conflicts++
    const what = `${info.verb} ${info.resource}${info.subresource === undefined ? '' : `/${info.subresource}`}`
    writes[what] = (writes[what] ?? 0) + 1
  }
  return { seconds, writes, conflicts }
}

/** The creation of the object and the five writes that it takes, in the same order, as many objects at a time. */
async function bareWrites(client: Client, names: readonly string[]): Promise<number> {
  const resource = await client.resource(Shop)
  const began = performance.now()
  await parallel(names, async (shop) => {
    const name = `bare-${shop}`
    const at = { namespace: 'default', name }
    const object: Shop = await resource.create(Shop.of({ metadata: at, spec: { image: 'registry.example.dev/shop:1' } }))
    await resource.patch(at, { type: 'merge', body: { metadata: { finalizers: ['bench.dev/bare'] } } })
    for (const child of childrenOf(name, object.spec.image)) {
      const kind = await client.resource({ group: child.apiVersion === 'v1' ? '' : 'apps', version: 'v1', kind: child.kind })
      await kind.patch(at, { type: 'apply', force: true, body: { ...child, metadata: at } })
    }
    const status = { type: 'Ready', status: 'True', reason: 'Made', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
    await resource.patch(at, { type: 'merge', body: { status: { conditions: [status] } } }, { subresource: 'status' })
  })
  return (performance.now() - began) / 1000
}

async function parallel(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const left = [...names]
  const worker = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) await work(name)
  }
  await Promise.all(Array.from({ length: WORKERS }, worker))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 120_000
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to an end within two minutes')
    await sleep(50)
  }
}
