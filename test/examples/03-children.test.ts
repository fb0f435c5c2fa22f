import { ConfigMap, Deployment, Service } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { Gateway } from '../../examples/03-children/gateway.ts'
import { namesOf } from '../integration/harness.ts'
import { testReadme, useExample } from './example.ts'

const example = useExample('03-children', [Gateway])

testReadme('03-children', example)

const spec = {
  image: 'gateway:1',
  settings: { LEVEL: 'info' },
  routes: [
    { name: 'api', port: 80 },
    { name: 'web', port: 81 },
  ],
}

async function started() {
  const program = await example.start('gateway.ts')
  const { client } = example
  const at = { namespace: await example.namespace(), name: 'edge' }
  const gateways = await client.resource(Gateway)
  const services = await client.resource(Service)
  const deployments = await client.resource(Deployment)
  const children = async () => namesOf((await services.list({ namespace: at.namespace })).items)
  const template = async () => (await deployments.get(at)).spec?.template.metadata?.annotations
  await gateways.create(Gateway.of({ metadata: at, spec }))
  await eventually(async () => expect(await children()).toEqual(['edge-api', 'edge-web']))
  const patch = (changed: object) => gateways.patch(at, { type: 'merge', body: { spec: changed } })
  return { program, client, at, services, children, template, patch }
}

test('routes come and go, and a route that was renamed is one that came and one that went', async () => {
  const { program, children, patch } = await started()
  await patch({ routes: [...spec.routes, { name: 'admin', port: 82 }] })
  await eventually(async () => expect(await children()).toEqual(['edge-admin', 'edge-api', 'edge-web']))
  await patch({ routes: [{ name: 'site', port: 81 }] })
  await eventually(async () => expect(await children()).toEqual(['edge-site']))
  await program.stop()
})

test('a new setting is a new pod template; a new route is not', async () => {
  const { program, client, at, children, template, patch } = await started()
  const before = await template()
  expect(before?.['example.dev/settings']).toMatch(/^[0-9a-f]{64}$/)
  await patch({ routes: [] })
  await eventually(async () => expect(await children()).toEqual([]))
  expect(await template()).toEqual(before)
  await patch({ settings: { LEVEL: 'debug' } })
  await eventually(async () => expect(await template()).not.toEqual(before))
  expect((await (await client.resource(ConfigMap)).get(at)).data).toEqual({ LEVEL: 'debug' })
  await program.stop()
})

test('what somebody else made is left alone, also where it looks like a child', async () => {
  const { program, at, services, children, patch } = await started()
  const foreign = {
    metadata: { namespace: at.namespace, name: 'edge-other' },
    spec: { ports: [{ port: 1 }], selector: { gateway: 'edge' } },
  }
  await services.create(foreign)
  await patch({ routes: [] })
  await eventually(async () => expect(await children()).toEqual(['edge-other']))
  await program.stop()
})
