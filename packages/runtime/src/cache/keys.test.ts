import type { KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { type CacheBench, ConfigMap, startCache } from '../fake/cache-bench.ts'
import type { EventHandler } from './listener.ts'
import { resolveScope } from './scope.ts'

let bench: CacheBench
const start = () => {
  bench = startCache()
  return bench
}
afterEach(() => bench.end())

/** What came, with the labels if there were any. */
function labelled(): { readonly heard: string[]; readonly handler: EventHandler<KubeObject> } {
  const heard: string[] = []
  const of = ({ metadata }: KubeObject) => `${metadata.name} ${metadata.labels?.['v'] ?? 'key'}`
  const handler: EventHandler<KubeObject> = {
    add: (object, { keyOnly = false }) => void heard.push(`add ${of(object)}${keyOnly ? ' (keyOnly)' : ''}`),
    update: (old, object) => void heard.push(`update ${of(old)} -> ${of(object)}`),
    delete: (object) => void heard.push(`delete ${of(object)}`),
  }
  return { heard, handler }
}

describe('an informer that keeps keys', () => {
  test('shows each object whole as it comes, and of what was before only the key', async () => {
    const { cache, put, server } = start()
    put('a', { labels: { v: '1' } })
    const { informer } = await cache.informer(ConfigMap, { keep: 'keys' })
    const { heard, handler } = labelled()
    await informer.subscribe(handler).synced
    put('a', { labels: { v: '2' } })
    put('b', { labels: { v: '3' } })
    server.remove(ConfigMap, 'ns/a')
    await settle()
    expect(heard).toEqual(['add a 1', 'update a key -> a 2', 'add b 3', 'delete a key'])
    expect(informer.list()).toEqual([informer.get('b', 'ns')])
    expect(informer.get('b', 'ns')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'ns', name: 'b', uid: expect.any(String), resourceVersion: expect.any(String) },
    })
  })

  test('tells who comes later that it knows no more than keys, and shows what comes from then on whole', async () => {
    const { cache, put } = start()
    put('a', { labels: { v: '1' } })
    const { informer } = await cache.informer(ConfigMap, { keep: 'keys' })
    await informer.whenSynced()
    const { heard, handler } = labelled()
    await informer.subscribe(handler).synced
    put('a', { labels: { v: '2' } })
    await settle()
    expect(heard).toEqual(['add a key (keyOnly)', 'update a key -> a 2'])
  })

  test('after a lost history tells what came, what changed and what went, and not what stayed', async () => {
    const { cache, put, server } = start()
    for (const name of ['gone', 'same', 'changed']) put(name, { labels: { v: '1' } })
    const { informer } = await cache.informer(ConfigMap, { keep: 'keys' })
    const { heard, handler } = labelled()
    await informer.subscribe(handler).synced
    heard.length = 0
    server.silently(() => {
      server.remove(ConfigMap, 'ns/gone')
      put('changed', { labels: { v: '2' } })
      put('new', { labels: { v: '3' } })
    })
    server.compact()
    server.endWatches()
    await bench.clock.advance(60_000)
    expect(heard.sort()).toEqual(['add new 3', 'delete gone key', 'update changed key -> changed 2'])
  })

  test('has neither indexes nor a resync, and says so', async () => {
    const { cache } = start()
    const { informer } = await cache.informer(ConfigMap, { keep: 'keys' })
    expect(() => informer.addIndex('x', () => [])).toThrow('keeps keys alone')
    expect(() => informer.subscribe({}, { resync: 60_000 })).toThrow('"resync" needs objects')
  })

  test('answers no read of the cache: a key is not an object', async () => {
    const { cache } = start()
    const keys = await cache.informer(ConfigMap, { keep: 'keys' })
    await keys.informer.whenSynced()
    expect(() => cache.list(ConfigMap)).toThrow('of ConfigMap.v1 only keys are kept')
    const whole = await cache.informer(ConfigMap)
    await whole.informer.whenSynced()
    expect(cache.list(ConfigMap)).toEqual([])
  })
})

test('keys are not shared among replicas', () => {
  start()
  const shard = { by: 'name', family: ConfigMap } as const
  expect(() => resolveScope({ keep: 'keys', shard }, { namespaces: [], byKind: undefined, watchList: 'auto' })).toThrow('"shard"')
})
