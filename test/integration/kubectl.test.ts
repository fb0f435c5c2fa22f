// A client that is not ours: kubectl has to find a Kubernetes API.
import { Deployment } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { configMap, failure, useCluster } from './harness.ts'
import { isKubectlWanted, Kubectl, NO_KUBECTL } from './kubectl-command.ts'

const bench = useCluster({ controllers: true })

let namespace: string
beforeEach(async ({ skip }) => {
  if (!isKubectlWanted(bench.cluster)) skip(NO_KUBECTL)
  namespace = await bench.namespace()
})

const start = (args: readonly string[], input?: string) => command().start(args, input)
const kubectl = (args: readonly string[], input?: string) => command().run(args, input)
const command = () => new Kubectl(bench.cluster.kubeconfigPath, namespace)

const manifest = (data: Record<string, string>) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data })

test('create, get in its several forms, delete', async () => {
  expect(await kubectl(['create', 'configmap', 'settings', '--from-literal=a=1', '--from-literal=b=2'])).toBe('configmap/settings created')
  expect(await kubectl(['get', 'cm', 'settings', '-o', 'jsonpath={.data.b}'])).toBe('2')
  expect(await kubectl(['get', 'cm', 'settings', '--no-headers'])).toMatch(/^settings +2 +\d+s$/)
  expect(await kubectl(['get', 'configmaps', '-o', 'name'])).toContain('configmap/settings')
  expect(await kubectl(['delete', 'cm', 'settings'])).toMatch(/^configmap "settings" deleted/)
  await expect(kubectl(['get', 'cm', 'settings'])).rejects.toThrow('Error from server (NotFound): configmaps "settings" not found')
})

test('apply makes, changes, removes what is no longer said, and sees when nothing changes', async () => {
  expect(await kubectl(['apply', '-f', '-'], manifest({ a: '1', b: '1' }))).toBe('configmap/settings created')
  expect(await kubectl(['apply', '-f', '-'], manifest({ a: '2' }))).toBe('configmap/settings configured')
  expect(JSON.parse(await kubectl(['get', 'cm', 'settings', '-o', 'jsonpath={.data}']))).toEqual({ a: '2' })
  expect(await kubectl(['apply', '-f', '-'], manifest({ a: '2' }))).toBe('configmap/settings unchanged')
})

test('server-side apply, and its conflict', async () => {
  expect(await kubectl(['apply', '--server-side', '--field-manager=one', '-f', '-'], manifest({ a: '1' }))).toBe(
    'configmap/settings serverside-applied',
  )
  await expect(kubectl(['apply', '--server-side', '--field-manager=two', '-f', '-'], manifest({ a: '2' }))).rejects.toThrow(
    'conflict with "one": .data.a',
  )
})

test('an unknown field is refused before anything is written', async () => {
  const wrong = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, dota: { a: '1' } })
  await expect(kubectl(['apply', '-f', '-'], wrong)).rejects.toThrow(/unknown field "dota"/)
  expect(isNotFound(await failure((await bench.configMaps()).get({ namespace, name: 'settings' })))).toBe(true)
})

test('label, annotate, patch', async () => {
  await (await bench.configMaps()).create(configMap(namespace, 'settings', { data: { a: '1' } }))
  await kubectl(['label', 'cm', 'settings', 'app=x'])
  await kubectl(['annotate', 'cm', 'settings', 'note=hello world'])
  await kubectl(['patch', 'cm', 'settings', '-p', '{"data":{"b":"2"}}'])
  await kubectl(['patch', 'cm', 'settings', '--type=json', '-p', '[{"op":"remove","path":"/data/a"}]'])
  expect(await (await bench.configMaps()).get({ namespace, name: 'settings' })).toMatchObject({
    data: { b: '2' },
    metadata: { labels: { app: 'x' }, annotations: { note: 'hello world' } },
  })
  expect(await kubectl(['get', 'cm', '-l', 'app=x', '-o', 'name'])).toBe('configmap/settings')
})

test('a Deployment is created, scaled and described', async () => {
  await kubectl(['create', 'deployment', 'web', '--image=web:1', '--replicas=1'])
  await kubectl(['scale', 'deployment', 'web', '--replicas=3'])
  expect((await (await bench.client.resource(Deployment)).get({ namespace, name: 'web' })).spec?.replicas).toBe(3)
  expect(await kubectl(['describe', 'deployment', 'web'])).toMatch(/Replicas: +3 desired/)
})

test('watch prints what happens, wait waits for it', async () => {
  const watching = start(['get', 'cm', '-l', 'app=w', '--watch', '--no-headers'])
  onTestFinished(() => void watching.kill())
  await new Promise((resolve) => setTimeout(resolve, 500))
  await (await bench.configMaps()).create(configMap(namespace, 'seen', { labels: { app: 'w' } }))
  await eventually(() => expect(watching.said.out).toMatch(/^seen +0 /m))
  const waiting = kubectl(['wait', '--for=delete', 'cm/seen', '--timeout=20s'])
  await new Promise((resolve) => setTimeout(resolve, 300))
  await (await bench.configMaps()).delete({ namespace, name: 'seen' })
  await waiting
  watching.kill()
  await watching.ended
})

test('a definition, its objects by short name and columns, and what explain says of them', async () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'parrots.kubectl.example.dev' },
    spec: {
      group: 'kubectl.example.dev',
      names: { kind: 'Parrot', plural: 'parrots', singular: 'parrot', shortNames: ['prt'] },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: [{ name: 'Colour', type: 'string', jsonPath: '.spec.colour' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { colour: { type: 'string', description: 'What it looks like.' } } } },
            },
          },
        },
      ],
    },
  }
  await kubectl(['apply', '-f', '-'], JSON.stringify(definition))
  await kubectl(['wait', '--for=condition=Established', 'crd/parrots.kubectl.example.dev', '--timeout=20s'])
  const parrot = { apiVersion: 'kubectl.example.dev/v1', kind: 'Parrot', metadata: { name: 'polly' }, spec: { colour: 'green' } }
  await eventually(() => kubectl(['apply', '-f', '-'], JSON.stringify(parrot)), { interval: 200 })
  expect(await kubectl(['get', 'prt'])).toMatch(/^NAME +COLOUR\s+polly +green$/)
  await eventually(async () => expect(await kubectl(['explain', 'parrot.spec.colour'])).toContain('What it looks like.'), {
    interval: 500,
    timeout: 20_000,
  })
})

test('api-resources and version', async () => {
  expect(await kubectl(['api-resources', '--no-headers'])).toMatch(/^configmaps +cm +v1 +true +ConfigMap$/m)
  expect(await kubectl(['version'])).toMatch(/Server Version: v1\.36\./)
})
