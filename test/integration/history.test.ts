// What a server answers about a past that it has forgotten, and how those who asked recover.
import type { ConfigMap } from '@kubewright/client'
import { isGone } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { configMap, failure, namesOf, useCluster } from './harness.ts'

const bench = useCluster()

test('continue tokens and watches from before are refused with 410, and a list begun before is finished all the same', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  for (let i = 0; i < 6; i++) await configMaps.create(configMap(namespace, `m-${i}`, { labels: { h: '' } }))
  const first = await configMaps.list({ namespace, labelSelector: 'h', limit: 2 })
  const pages = configMaps.items({ namespace, labelSelector: 'h', limit: 2 })[Symbol.asyncIterator]()
  const found: ConfigMap[] = [(await pages.next()).value as ConfigMap]

  await configMaps.delete({ namespace, name: 'm-0' })
  await bench.cluster.forgetHistory()

  const error = await failure(configMaps.list({ namespace, labelSelector: 'h', limit: 2, continue: first.metadata.continue! }))
  expect(isGone(error)).toBe(true)

  for (let next = await pages.next(); !next.done; next = await pages.next()) found.push(next.value)
  expect(new Set(namesOf(found))).toEqual(new Set(['m-0', 'm-1', 'm-2', 'm-3', 'm-4', 'm-5']))

  const codes: (number | undefined)[] = []
  await eventually(async () => {
    for await (const event of configMaps.watch({ namespace, resourceVersion: first.metadata.resourceVersion!, timeoutSeconds: 1 })) {
      if (event.type === 'ERROR') codes.push(event.status.code)
    }
    expect(codes).toContain(410)
  })
})
