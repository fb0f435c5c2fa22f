// What controllers write of their children: all of it once, nothing of it twice, and nothing that is another's.
import { ConfigMap, Deployment, Secret, Service } from '@kubewright/client'
import { isNotFound, type Kind, type KubeObject } from '@kubewright/core'
import { type ControllerOptions, controller, isFieldConflict } from '@kubewright/runtime'
import { defineKind, type ObjectOf } from '@kubewright/schema'
import { consistently, eventually, faultProxy } from '@kubewright/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { configMap, failure, namesOf, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { runManager, startManager } from './managers.ts'

const bench = useCluster()

const Shop = defineKind({
  group: 'apply.example.dev',
  version: 'v1',
  kind: 'Shop',
  spec: z.object({ shelves: z.int().default(1) }),
  status: z.object({ shelves: z.int().optional() }),
})
type Shop = ObjectOf<typeof Shop>

const Shelf = defineKind({
  group: 'apply.example.dev',
  version: 'v1',
  kind: 'Shelf',
  spec: z.object({ width: z.string(), boards: z.array(z.object({ name: z.string() })).default([]), deep: z.boolean().default(true) }),
})

beforeAll(async () => {
  await installKind(bench.client, Shop)
  await installKind(bench.client, Shelf)
})

const shop = (namespace: string, shelves = 1) => Shop.of({ metadata: { namespace, name: 'shop' }, spec: { shelves } })

/** Everything that servers like to write in their own way. */
const children = (object: Shop): readonly KubeObject[] => {
  const labels = { app: 'shop' }
  const metadata = (name: string) => ({ name, labels })
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata('web'), annotations: {} },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: 'web',
                image: 'nginx',
                ports: [{ containerPort: 80 }, { containerPort: 443, name: 'tls' }],
                env: [
                  { name: 'WHO', value: '1000m' },
                  { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                ],
                resources: { requests: { cpu: '1000m', memory: '1024Mi' }, limits: { cpu: 2 } },
                readinessProbe: { httpGet: { path: '/', port: 80 } },
                volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
              },
            ],
            securityContext: {},
            tolerations: [],
            volumes: [
              { name: 'scratch', emptyDir: {} },
              { name: 'more', emptyDir: { sizeLimit: '1000Mi' } },
            ],
          },
        },
      },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: metadata('web'), spec: { selector: labels, ports: [{ port: 80, targetPort: 'tls' }] } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('web'), data: { a: '1', empty: '' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata('web'), stringData: { password: 'correct horse' }, data: { key: 'aGVsbG8=' } },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadata('web'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 3,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '1500m' } } }],
      },
    },
    ...Array.from({ length: object.spec.shelves }, (_, at) => ({
      apiVersion: 'apply.example.dev/v1',
      kind: 'Shelf',
      metadata: metadata(`shelf-${at}`),
      spec: { width: '1000m', boards: [{ name: 'b' }, { name: 'a' }] },
    })),
  ] as readonly KubeObject[]
}

const HorizontalPodAutoscaler: Kind<KubeObject> = { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' }
const OWNED = [Deployment, Service, ConfigMap, Secret, HorizontalPodAutoscaler, Shelf]

const shopkeeper = (namespace: string, options: Partial<ControllerOptions<Shop>> = {}) =>
  controller<Shop>(Shop, {
    namespaces: [namespace],
    owns: OWNED,
    async reconcile({ object, apply, status }) {
      for (const child of children(object)) await apply(child)
      status.shelves = object.spec.shelves
    },
    ...options,
  })

const shops = () => bench.client.resource(Shop)
const shelves = async (namespace: string) => namesOf((await (await bench.client.resource(Shelf)).list({ namespace })).items)
const isWrite = ({ method }: { readonly method: string }) => method !== 'GET'

test('a controller that starts again on what it has made writes nothing, whatever form the server has given to it', async () => {
  const namespace = await bench.namespace()
  await (await shops()).create(shop(namespace, 2))
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  const first = startManager(proxy.connection, [shopkeeper(namespace)])
  await eventually(async () => expect((await (await shops()).get({ namespace, name: 'shop' })).status).toEqual({ shelves: 2 }))
  const made = proxy.requests.filter(isWrite).map(({ path }) => path.split('?')[0]!.split('/').slice(-2).join('/'))
  expect(made.sort()).toEqual([
    'configmaps/web',
    'deployments/web',
    'horizontalpodautoscalers/web',
    'secrets/web',
    'services/web',
    'shelfs/shelf-0',
    'shelfs/shelf-1',
    'shop/status',
  ])
  expect(await first.stop()).toBe(undefined)
  proxy.forget()
  let runs = 0
  runManager(proxy.connection, [
    shopkeeper(namespace, {
      reconcile: async (context) => {
        for (const child of children(context.object)) await context.apply(child)
        context.status.shelves = context.object.spec.shelves
        runs++
      },
    }),
  ])
  await eventually(() => expect(runs).toBeGreaterThan(0))
  await consistently(() => expect(proxy.requests.filter(isWrite).map(({ method, path }) => `${method} ${path}`)).toEqual([]), 2_000)
})

test('what is not wanted any more goes; what others put beside it, under the same owner, stays', async () => {
  const namespace = await bench.namespace()
  const created = await (await shops()).create(shop(namespace, 3))
  const running = runManager(bench.cluster.connection, [shopkeeper(namespace)])
  await eventually(async () => expect(await shelves(namespace)).toEqual(['shelf-0', 'shelf-1', 'shelf-2']))
  const { name = '', uid = '' } = created.metadata
  const ownerReferences = [{ apiVersion: 'apply.example.dev/v1', kind: 'Shop', name, uid, controller: true }]
  await (await bench.configMaps()).create({ ...configMap(namespace, 'theirs'), metadata: { namespace, name: 'theirs', ownerReferences } })
  await (await shops()).patch({ namespace, name }, { type: 'merge', body: { spec: { shelves: 1 } } })
  await eventually(async () => expect(await shelves(namespace)).toEqual(['shelf-0']))
  await eventually(async () => expect((await (await shops()).get({ namespace, name })).status).toEqual({ shelves: 1 }))
  expect(namesOf((await (await bench.configMaps()).list({ namespace })).items)).toEqual(expect.arrayContaining(['theirs', 'web']))
  expect(running.lines.filter(({ text }) => text.includes('pruned'))).toHaveLength(2)
})

test('a field that is left out is taken back, and one that somebody changed is set again', async () => {
  const namespace = await bench.namespace()
  await (await shops()).create(shop(namespace, 1))
  let extra = true
  const data = () => ({ a: '1', ...(extra ? { b: '2' } : {}) })
  const printer = shopkeeper(namespace, {
    owns: [ConfigMap],
    reconcile: async ({ apply }) => void (await apply({ ...configMap(namespace, 'web'), data: data() })),
  })
  runManager(bench.cluster.connection, [printer])
  const configMaps = await bench.configMaps()
  const found = async () => (await configMaps.get({ namespace, name: 'web' })).data
  await eventually(async () => expect(await found()).toEqual({ a: '1', b: '2' }))
  extra = false
  printer.control.trigger({ namespace, name: 'shop' })
  await eventually(async () => expect(await found()).toEqual({ a: '1' }))
  await configMaps.patch({ namespace, name: 'web' }, { type: 'merge', body: { data: { a: 'x', theirs: 'y' } } })
  await eventually(async () => expect(await found()).toEqual({ a: '1', theirs: 'y' }))
})

test('without force, a field that another manager holds is left to it, and the error says who and what', async () => {
  const namespace = await bench.namespace()
  await (await shops()).create(shop(namespace))
  const configMaps = await bench.configMaps()
  const body = { ...configMap(namespace, 'web'), data: { a: 'theirs' } }
  await configMaps.patch({ namespace, name: 'web' }, { type: 'apply', body }, { fieldManager: 'somebody' })
  const errors: unknown[] = []
  const polite = shopkeeper(namespace, {
    owns: [],
    reconcile: async ({ apply }) => {
      errors.push(await failure(apply({ ...configMap(namespace, 'web'), data: { a: 'ours' } }, { force: false })))
    },
  })
  runManager(bench.cluster.connection, [polite])
  await eventually(() => expect(errors).toHaveLength(1))
  expect(isFieldConflict(errors[0])).toBe(true)
  expect(String(errors[0])).toContain('other managers hold .data.a (set by "somebody"')
})

test('a finalizer goes on and off beside those of others, whatever they do to the list at the same time', async () => {
  const namespace = await bench.namespace()
  const resource = await shops()
  const name = { namespace, name: 'shop' }
  const ours = 'apply.example.dev/shop'
  await resource.create({ ...shop(namespace), metadata: { namespace, name: 'shop', finalizers: ['other.dev/x', 'other.dev/a'] } })
  const finalizers = async () => (await resource.get(name)).metadata.finalizers
  const meddle = (list: readonly string[]) => resource.patch(name, { type: 'merge', body: { metadata: { finalizers: list } } })
  let cleaned = 0
  const running = runManager(bench.cluster.connection, [
    shopkeeper(namespace, {
      owns: [],
      reconcile: () => {},
      async cleanup() {
        // In the moment between reading the list and writing it.
        if (cleaned++ === 0) await meddle(['other.dev/a', ours])
      },
    }),
  ])
  await eventually(async () => expect(await finalizers()).toEqual(['other.dev/x', 'other.dev/a', ours]))
  await resource.delete(name)
  await eventually(() => expect(cleaned).toBeGreaterThan(0))
  await eventually(async () => expect(await finalizers()).toEqual(['other.dev/a']))
  expect(cleaned, 'what was cleaned up is not cleaned up again for the list that moved').toBe(1)
  expect(running.lines.filter(({ level }) => level === 'error')).toEqual([])
  await meddle([])
  await eventually(async () => expect(isNotFound(await failure(resource.get(name)))).toBe(true))
})
