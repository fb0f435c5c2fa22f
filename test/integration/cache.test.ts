// Caches: how they are filled, and what they may be relied on for.
import { ConfigMap } from '@kubewright/client'
import { eventually, faultProxy } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { configMap, namesOf, useCluster } from './harness.ts'
import { runManager } from './managers.ts'

const bench = useCluster()

test('what there is comes as a streaming list, which goes on as the watch: not one list is made', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  for (const name of ['a', 'b', 'c']) await configMaps.create(configMap(namespace, name, { labels: { w: '' } }))
  const { manager } = runManager(bench.cluster.connection, [])
  const { informer } = await manager.cache.informer(ConfigMap, { namespace, labelSelector: 'w' })
  await informer.whenSynced()
  expect(namesOf(informer.list())).toEqual(['a', 'b', 'c'])
  expect(informer.liveness).toMatchObject({ activity: 'watching', fallbacks: 0, reconnects: 0, relists: 0, objects: 3 })
  expect(informer.liveness.bytes).toBeGreaterThan(300)
  await configMaps.delete({ namespace, name: 'a' })
  await configMaps.create(configMap(namespace, 'd', { labels: { w: '' } }))
  await eventually(() => expect(namesOf(informer.list())).toEqual(['b', 'c', 'd']))
  expect(informer.liveness).toMatchObject({ fallbacks: 0, reconnects: 0, relists: 0 })
})

test('without streaming lists it is filled from pages, and is the same', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  for (const name of ['a', 'b', 'c']) await configMaps.create(configMap(namespace, name))
  const { manager } = runManager(bench.cluster.connection, [])
  const paged = await manager.cache.informer(ConfigMap, { namespace, watchList: 'never' })
  const streamed = await manager.cache.informer(ConfigMap, { namespace, watchList: 'auto' })
  await Promise.all([paged.informer.whenSynced(), streamed.informer.whenSynced()])
  const versions = (objects: readonly ConfigMap[]) => objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort()
  expect(versions(paged.informer.list())).toEqual(versions(streamed.informer.list()))
})

test('all namespaces but some, each with selectors of its own', async () => {
  const [one, two, three] = [await bench.namespace(), await bench.namespace(), await bench.namespace()]
  const configMaps = await bench.configMaps()
  for (const namespace of [one, two, three])
    for (const [name, tier] of [
      ['front', 'web'],
      ['back', 'db'],
    ] as const)
      await configMaps.create(configMap(namespace, name, { labels: { tier, test: one } }))
  const { manager } = runManager(bench.cluster.connection, [])
  const { informer } = await manager.cache.informer(ConfigMap, {
    byNamespace: {
      [one]: { labelSelector: `test=${one},tier=web` },
      [two]: { labelSelector: 'none=of,these=all' },
      '*': { labelSelector: `test=${one}` },
    },
  })
  await informer.whenSynced()
  const keys = informer.list().map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  expect(keys.sort()).toEqual([`${one}/front`, `${three}/back`, `${three}/front`].sort())
})

test('cut and cut again, it ends up with what the server has', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  const { manager } = runManager(proxy.connection, [])
  const { informer } = await manager.cache.informer(ConfigMap, { namespace })
  const heard: string[] = []
  informer.subscribe({
    add: ({ metadata }) => void heard.push(`add ${metadata.name}`),
    delete: ({ metadata }) => void heard.push(`delete ${metadata.name}`),
  })
  await informer.whenSynced()
  for (let round = 0; round < 5; round++) {
    await configMaps.create(configMap(namespace, `kept-${round}`))
    await configMaps.create(configMap(namespace, `gone-${round}`))
    proxy.cut()
    await configMaps.delete({ namespace, name: `gone-${round}` })
  }
  const wanted = (await configMaps.list({ namespace })).items
  await eventually(() => expect(namesOf(informer.list())).toEqual(namesOf(wanted)))
  expect(informer.liveness.relists, 'its place was kept').toBe(0)
  // Nothing was missed, and nothing was heard twice.
  for (const name of namesOf(wanted).filter((one) => one.startsWith('kept')))
    expect(heard.filter((line) => line === `add ${name}`)).toHaveLength(1)
  for (let round = 0; round < 5; round++) {
    expect(heard.filter((line) => line.endsWith(`gone-${round}`))).toEqual([`add gone-${round}`, `delete gone-${round}`])
  }
})

test('a read after a write shows the write, however far the watch is behind', async () => {
  const namespace = await bench.namespace()
  const { manager } = runManager(bench.cluster.connection, [])
  const { informer } = await manager.cache.informer(ConfigMap, { namespace })
  await informer.whenSynced()
  const configMaps = await manager.client.resource(ConfigMap)
  for (let round = 0; round < 20; round++) {
    const name = { namespace, name: `r-${round}` }
    const made = await configMaps.create(configMap(namespace, name.name))
    expect((await manager.cache.read.get(ConfigMap, name))?.metadata.uid).toBe(made.metadata.uid)
    const changed = await configMaps.patch(name, { type: 'merge', body: { data: { round: String(round) } } })
    expect((await manager.cache.read.get(ConfigMap, name))?.metadata.resourceVersion).toBe(changed.metadata.resourceVersion)
    if (round % 2 === 0) continue
    await configMaps.delete(name)
    expect(await manager.cache.read.get(ConfigMap, name)).toBeUndefined()
  }
  const left = namesOf(await manager.cache.read.list(ConfigMap, { namespace })).filter((name) => name.startsWith('r-'))
  expect(left).toHaveLength(10)
  expect(manager.cache.caughtUp(ConfigMap)).toBe(true)
})
