import { ConfigMap } from '@kubewright/client'
import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { Website } from '../../examples/01-website/website.ts'
import { namesOf } from '../integration/harness.ts'
import { testReadme, useExample } from './example.ts'

const example = useExample('01-website', [Website])

testReadme('01-website', example)

test('what it owns is made again and shrinks with its owner, and the program ends cleanly', async () => {
  const { client } = example
  const program = await example.start('website.ts')
  const namespace = await example.namespace()
  const shop = { namespace, name: 'shop' }
  const websites = await client.resource(Website)
  await websites.create(Website.of({ metadata: shop, spec: { title: 'Shop', pages: 3 } }))

  const configMaps = await client.resource(ConfigMap)
  const pages = async () => namesOf((await configMaps.list({ namespace })).items).filter((name) => name.startsWith('shop-'))
  await eventually(async () => expect(await pages()).toEqual(['shop-1', 'shop-2', 'shop-3']))
  await eventually(async () => expect((await websites.get(shop)).status).toEqual({ published: 3 }))

  await configMaps.delete({ namespace, name: 'shop-2' })
  await eventually(async () => expect(await pages()).toEqual(['shop-1', 'shop-2', 'shop-3']))

  await websites.patch(shop, { type: 'merge', body: { spec: { pages: 1 } } })
  await eventually(async () => expect(await pages()).toEqual(['shop-1']))

  await program.stop()
})
