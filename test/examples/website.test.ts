// The first example, run as its reader runs it: as a program of its own against a cluster.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { ConfigMap, CustomResourceDefinition } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { Website } from '../../examples/01-website/website.ts'
import { namesOf, useCluster } from '../integration/harness.ts'

const bench = useCluster()
const program = join(dirname(dirname(import.meta.dirname)), 'examples', '01-website', 'website.ts')

test('a website becomes its pages, says so in its status, and the program ends cleanly', async () => {
  const { client, cluster } = bench
  const definitions = await client.resource(CustomResourceDefinition)
  await definitions.create(Website.crd() as unknown as CustomResourceDefinition)
  await eventually(() => client.request('GET', '/apis/example.dev/v1/websites'))
  client.discovery.invalidate()

  const flags = ['--kubeconfig', cluster.kubeconfigPath, '--metrics-bind-address', '0', '--health-probe-bind-address', '0']
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'inherit', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const namespace = await bench.namespace()
  const websites = await client.resource(Website)
  await websites.create(Website.of({ metadata: { namespace, name: 'shop' }, spec: { title: 'Shop', pages: 3 } }))

  const configMaps = await client.resource(ConfigMap)
  const pages = async () => namesOf((await configMaps.list({ namespace })).items).filter((name) => name.startsWith('shop-'))
  await eventually(async () => expect(await pages()).toEqual(['shop-1', 'shop-2', 'shop-3']), { timeout: 20_000 })
  await eventually(async () => expect((await websites.get({ namespace, name: 'shop' })).status).toEqual({ published: 3 }))

  // What it owns is made again.
  await configMaps.delete({ namespace, name: 'shop-2' })
  await eventually(async () => expect(await pages()).toEqual(['shop-1', 'shop-2', 'shop-3']))

  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
