// Reading many objects: page by page, part by part, packed, and as a watch that begins with the state.
import type { ConfigMap, ListPart, ListPartsOptions, Resource } from '@kubewright/client'
import { isGone, type KubeObject, type ListMeta } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { configMap, failure, namesOf, useCluster } from './harness.ts'

const bench = useCluster()

async function parts<T extends KubeObject>(
  resource: Resource<T>,
  options: ListPartsOptions,
): Promise<{ items: T[]; metadata: ListMeta[] }> {
  const items: T[] = []
  const metadata: ListMeta[] = []
  for await (const part of resource.listParts(options) as AsyncIterable<ListPart<T>>) {
    if (part.type === 'ITEM') items.push(part.object)
    else metadata.push(part.metadata)
  }
  return { items, metadata }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `m-${String(index).padStart(3, '0')}`)

async function filled(count: number, data: (name: string) => Record<string, string> = () => ({})) {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  await Promise.all(numbered(count).map((name) => configMaps.create(configMap(namespace, name, { labels: { l: '' }, data: data(name) }))))
  // A namespace has objects of its own (kube-root-ca.crt) where a controller-manager is.
  return { ours: { namespace, labelSelector: 'l' }, namespace, configMaps }
}

/** The same without managedFields, which parts leave out. */
function lean(object: ConfigMap): ConfigMap {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

const NASTY = {
  'quotes.json': '{"items":[{"metadata":{"name":"no"}}],"a":"\\"}]\\\\"}',
  'text.txt': 'Grüße, 世界 🎉\u2028\u0000 and a tab\t',
  'next.json': '},{"metadata":{"name":"not an item"}},{',
}

describe('the parts of a list', () => {
  test('are the objects of the list, whatever stands in them, without managedFields', async () => {
    const { ours, configMaps } = await filled(3, () => NASTY)
    const { items, metadata } = await parts(configMaps, ours)
    const list = await configMaps.list(ours)
    expect(items).toEqual(list.items.map(lean))
    expect(items[0]?.data).toEqual(NASTY)
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    expect(list.items[0]?.metadata).toHaveProperty('managedFields')
    expect(metadata).toHaveLength(1)
    expect(metadata[0]?.resourceVersion).toMatch(/^[1-9]\d*$/)
  })

  test('come in pages that say how to go on; all of them are of one version', async () => {
    const { ours, configMaps } = await filled(7)
    const names: string[] = []
    const versions = new Set<string | undefined>()
    let token: string | undefined
    do {
      const page = await parts(configMaps, { ...ours, limit: 3, ...(token && { continue: token }) })
      names.push(...namesOf(page.items))
      versions.add(page.metadata[0]?.resourceVersion)
      token = page.metadata[0]?.continue
    } while (token)
    expect(names).toEqual(numbered(7))
    expect(versions.size).toBe(1)
  })

  test('of metadata alone', async () => {
    const { ours, configMaps } = await filled(3, () => NASTY)
    const { items } = await parts(configMaps.metadataOnly(), ours)
    expect(namesOf(items)).toEqual(numbered(3))
    for (const item of items) {
      expect(item).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
      expect(item).not.toHaveProperty('data')
      expect(item.metadata).not.toHaveProperty('managedFields')
    }
  })

  test('of a token that the server has forgotten are none: it is gone', async () => {
    const { ours, namespace, configMaps } = await filled(4)
    const { metadata } = await parts(configMaps, { ...ours, limit: 2 })
    await configMaps.delete({ namespace, name: 'm-000' })
    await bench.cluster.forgetHistory()
    expect(isGone(await failure(parts(configMaps, { ...ours, limit: 2, continue: metadata[0]!.continue! })))).toBe(true)
  })
})

test('P11: more than ten pages of items', async () => {
  const { ours, configMaps } = await filled(26)
  const found: ConfigMap[] = []
  for await (const object of configMaps.items({ ...ours, limit: 2 })) found.push(object)
  expect(namesOf(found)).toEqual(numbered(26))
})

test('C13: a list of some megabytes is the same packed and plain, in parts and as a whole', async () => {
  const { ours, configMaps } = await filled(60, (name) => ({ filler: `${name} ${'0123456789abcdef'.repeat(2_500)}` }))
  const list = await configMaps.list(ours)
  expect(namesOf(list.items)).toEqual(numbered(60))
  expect((await parts(configMaps, ours)).items).toEqual(list.items.map(lean))
  const { connectTo } = await import('@kubewright/client')
  const plain = connectTo(bench.cluster.connection, { compression: false })
  try {
    expect((await (await plain.resource<ConfigMap>(configMaps.type)).list(ours)).items).toEqual(list.items)
  } finally {
    await plain.close()
  }
})

test('a watch that begins with the state shows what the list shows', async () => {
  const { ours, configMaps } = await filled(5, () => NASTY)
  const { items } = await parts(configMaps, ours)
  const seen: ConfigMap[] = []
  const initial = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true } as const
  for await (const event of configMaps.watch({ ...ours, ...initial })) {
    if (event.type === 'BOOKMARK') {
      expect(event.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
      break
    }
    if (event.type === 'ADDED') seen.push(event.object)
  }
  expect(seen.sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1))).toEqual(items)
})
