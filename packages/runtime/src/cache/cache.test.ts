import type { KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { type CacheBench, type CacheBenchOptions, ConfigMap, ear, Node, startCache } from '../fake/cache-bench.ts'
import { refused } from '../fake/fake-server.ts'
import type { CacheIndex } from './contract.ts'
import { forKind } from './scope.ts'

const benches: CacheBench[] = []
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.end()
})
const start = (options?: CacheBenchOptions) => {
  const bench = startCache(options)
  benches.push(bench)
  return bench
}

describe('an informer', () => {
  test('C13: is one watch for all who ask for the same scope, however they write it, and one more for another', async () => {
    const { cache, server } = start()
    const leases = await Promise.all([
      cache.informer(ConfigMap, { labelSelector: 'a=1,b in (x,y)' }),
      cache.informer(ConfigMap, { labelSelector: ' b in (y, x) ,a=1' }),
      cache.informer(ConfigMap, { labelSelector: 'a=1' }),
    ])
    await settle()
    expect(leases[0]!.informer).toBe(leases[1]!.informer)
    expect(server.watching).toBe(2)
  })

  test('C5: ends its watch when the last user gives it back, and not before; another lease begins anew', async () => {
    const { cache, server } = start()
    const first = await cache.informer(ConfigMap)
    const second = await cache.informer(ConfigMap)
    await first.release()
    await first.release()
    await settle()
    expect(server.watching).toBe(1)
    await second.release()
    expect(server.watching).toBe(0)
    await cache.informer(ConfigMap)
    await settle()
    expect([server.watching, server.count('list')]).toEqual([1, 2])
  })

  test('holds what the server has, without managedFields', async () => {
    const { cache, put } = start()
    put('a', { managedFields: [{ manager: 'x' }] }, { k: 'v' })
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    expect(informer.get('a', 'ns')).toMatchObject({ data: { k: 'v' } })
    expect(informer.get('a', 'ns')?.metadata.managedFields).toBeUndefined()
    expect(informer.state).toMatchObject({ synced: true, watches: [{ namespace: undefined, resourceVersion: '11' }] })
  })

  test('for metadata only names the real kind, so that owner references to its objects are right', async () => {
    const { cache, put } = start()
    put('a', {}, { k: 'v' })
    const { informer } = await cache.informer(ConfigMap, { metadataOnly: true })
    await informer.whenSynced()
    expect(informer.get('a', 'ns')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
    expect(informer.get('a', 'ns')).not.toHaveProperty('data')
  })

  test('gives objects that cannot be changed', async () => {
    const { cache, put } = start({ freeze: true })
    put('a', { labels: { x: '1' } })
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    expect(() => Object.assign(informer.get('a', 'ns')!.metadata.labels!, { x: '2' })).toThrow(TypeError)
  })

  test('keeps what transform makes of an object; where that throws, the object as it came', async () => {
    const { cache, put, failures } = start()
    put('good', {}, { big: 'x' })
    put('bad', {}, { big: 'x' })
    const transform = ({ data: _, ...rest }: KubeObject & { data?: object }) => {
      if (rest.metadata.name === 'bad') throw new Error('oops')
      return rest
    }
    const { informer } = await cache.informer<KubeObject & { data?: object }>(ConfigMap, { transform })
    await informer.whenSynced()
    expect(informer.get('good', 'ns')).not.toHaveProperty('data')
    expect(informer.get('bad', 'ns')).toHaveProperty('data')
    expect(failures).toEqual(['transform bad: oops'])
  })

  test('of several namespaces is one store with a watch for each, in sync when all are; a cluster-scoped kind has one', async () => {
    const { cache, server, put } = start({ namespaces: ['one', 'two'] })
    for (const namespace of ['one', 'two', 'three']) put('a', { namespace })
    const { informer } = await cache.informer(ConfigMap)
    const nodes = await cache.informer(Node)
    await informer.whenSynced()
    await nodes.informer.whenSynced()
    expect(informer.list().map(({ metadata }) => metadata.namespace)).toEqual(['one', 'two'])
    expect(server.watching).toBe(3)
    expect(informer.liveness).toMatchObject({ activity: 'watching', objects: 2 })
    expect(cache.list(ConfigMap)).toHaveLength(2)
  })

  test('whenSynced ends with its signal, and when the informer ends', async () => {
    const { cache, server } = start()
    server.failWith(({ verb }) => (verb === 'list' ? refused() : undefined))
    const { informer, release } = await cache.informer(ConfigMap)
    const impatient = new AbortController()
    const waiting = informer.whenSynced(impatient.signal)
    impatient.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    const other = informer.whenSynced()
    const subscription = informer.subscribe({})
    await Promise.all([
      expect(other).rejects.toThrow('ended before it was in sync'),
      expect(subscription.synced).rejects.toThrow('closed before it was in sync'),
      release(),
    ])
  })

  test('of a kind that is not served is an error, and the next try asks again', async () => {
    const { cache, server } = start()
    const Website = { group: 'example.dev', version: 'v1', kind: 'Website', plural: 'websites', namespaced: true }
    await expect(cache.informer(Website)).rejects.toMatchObject({ name: 'KindNotFoundError' })
    server.serve(Website)
    await expect(cache.informer(Website)).resolves.toBeDefined()
  })

  test('with a malformed selector is refused before anything is asked', async () => {
    const { cache, server } = start()
    await expect(cache.informer(ConfigMap, { labelSelector: 'a in (' })).rejects.toThrow()
    expect(server.requests).toEqual([])
  })

  test('that is asked for while the cache stops is refused: nobody would ever run it', async () => {
    const discovery = Promise.withResolvers<void>()
    const { cache, stop, run } = start({ beforeDiscovery: discovery.promise })
    const asked = cache.informer(ConfigMap)
    asked.catch(() => {})
    await settle()
    stop.abort()
    await run
    discovery.resolve()
    await expect(asked).rejects.toThrow('it stopped while ConfigMap.v1 was asked for')
    expect(cache.informers()).toEqual([])
  })

  test('cannot be had after the cache has stopped', async () => {
    const { cache, stop, run } = start()
    stop.abort()
    await run
    await expect(cache.informer(ConfigMap)).rejects.toThrow('after the cache had stopped')
  })
})

describe('a handler', () => {
  test('C10: hears first of what is there, then of what happens, and is in sync when it has been through the first', async () => {
    const { cache, put, server } = start()
    put('old')
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    const subscription = informer.subscribe(handler)
    await subscription.synced
    expect(heard).toEqual(['add old (initial)'])
    put('new')
    put('new', { labels: { x: '1' } })
    server.remove(ConfigMap, 'ns/old')
    await settle()
    expect(heard.slice(1)).toEqual(['add new', 'update new', 'delete old'])
  })

  test('that comes late hears of everything that is there, as initial', async () => {
    const { cache, put } = start()
    put('a')
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    put('b')
    await settle()
    const { heard, handler } = ear()
    await informer.subscribe(handler).synced
    expect(heard).toEqual(['add a (initial)', 'add b (initial)'])
  })

  test('C12: hears of a deletion that nobody saw, with the last state known', async () => {
    const { cache, put, server, clock } = start()
    put('a')
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    await informer.subscribe(handler).synced
    server.silently(() => {
      server.remove(ConfigMap, 'ns/a')
      server.compact()
    })
    server.endWatches(refused())
    await clock.advance(10_000)
    expect(heard).toEqual(['add a (initial)', 'delete a (unseen)'])
  })

  test('C9: that throws, at once or later, loses nothing but that event, and no other handler loses any', async () => {
    const { cache, put, failures } = start()
    const bad = ear((line) => {
      if (line.includes('one')) throw new Error('oops')
      return line.includes('two') ? Promise.reject(new Error('later oops')) : undefined
    })
    const good = ear()
    const { informer } = await cache.informer(ConfigMap)
    for (const { handler } of [bad, good]) await informer.subscribe(handler).synced
    for (const name of ['one', 'two', 'three']) put(name)
    await settle()
    expect(bad.heard).toEqual(['add one', 'add two', 'add three'])
    expect(good.heard).toEqual(['add one', 'add two', 'add three'])
    expect(failures).toEqual(['handler one: oops', 'handler two: later oops'])
  })

  test('P5: that takes its time hears one event after the other, and is not in sync before it has finished', async () => {
    const { cache, put } = start()
    put('a')
    put('b')
    const gate = Promise.withResolvers<void>()
    const slow = ear((line) => (line.startsWith('add a') ? gate.promise : undefined))
    const { informer } = await cache.informer(ConfigMap)
    let synced = false
    const subscription = informer.subscribe(slow.handler)
    const wait = subscription.synced.then(() => {
      synced = true
    })
    await settle()
    expect([slow.heard, synced]).toEqual([['add a (initial)'], false])
    gate.resolve()
    await wait
    expect(slow.heard).toEqual(['add a (initial)', 'add b (initial)'])
  })

  test('finds the store at least as new as what it hears', async () => {
    const { cache, put } = start()
    const { informer } = await cache.informer(ConfigMap)
    const versions: boolean[] = []
    await informer.subscribe({
      add: ({ metadata }) => void versions.push(informer.get(metadata.name!, 'ns') !== undefined),
      delete: ({ metadata }) => void versions.push(informer.get(metadata.name!, 'ns') === undefined),
    }).synced
    for (const name of ['a', 'b', 'c']) put(name)
    await settle()
    expect(versions).toEqual([true, true, true])
  })

  test('P5: of one object hears every state in order, however long the first takes', async () => {
    const { cache, put } = start()
    const finished: string[] = []
    const { informer } = await cache.informer(ConfigMap)
    const first = Promise.withResolvers<void>()
    informer.subscribe({
      add: () => first.promise.then(() => void finished.push('11')),
      update: async (_, { metadata }) => void finished.push(metadata.resourceVersion!),
    })
    await settle()
    for (const x of ['1', '2', '3']) put('pod', { labels: { x } })
    await settle()
    expect(finished).toEqual([])
    first.resolve()
    await settle()
    expect(finished).toEqual(['11', '12', '13'])
  })

  test('with resync hears of every object again after that time, give or take a tenth; others do not, and the server knows nothing of it', async () => {
    const { cache, put, clock, server } = start()
    put('a')
    put('b')
    const [again, other] = [ear(), ear()]
    const { informer } = await cache.informer(ConfigMap)
    await informer.subscribe(again.handler, { resync: 60_000 }).synced
    await informer.subscribe(other.handler).synced
    await settle()
    const requests = server.requests.length
    await clock.advance(59_000)
    expect(again.heard).toHaveLength(2)
    await clock.advance(1_000)
    expect(again.heard.slice(2)).toEqual(['update a', 'update b'])
    await clock.advance(8_000)
    expect([other.heard.length, server.requests.length - requests]).toEqual([2, 0])
  })

  test('with resync of less than a second gets a second', async () => {
    const { cache, put, clock } = start()
    put('a')
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    const subscription = informer.subscribe(handler, { resync: 1 })
    await subscription.synced
    await clock.advance(999)
    expect(heard).toHaveLength(1)
    await clock.advance(9_001)
    expect(heard).toHaveLength(11)
    subscription.close()
    await clock.advance(5_000)
    expect(heard).toHaveLength(11)
  })

  test('that never returns does not keep the cache from stopping', async () => {
    const { cache, put, stop, run } = start()
    const { informer } = await cache.informer(ConfigMap)
    await informer.subscribe({ add: () => new Promise(() => {}) }).synced
    for (let i = 0; i < 3000; i++) put(`n${i}`)
    await settle()
    stop.abort()
    await run
    expect(informer.size).toBeLessThan(3000)
  })

  test('hears nothing after it was closed', async () => {
    const { cache, put } = start()
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    const subscription = informer.subscribe(handler)
    await subscription.synced
    subscription.close()
    put('late')
    await settle()
    expect(heard).toEqual([])
  })

  test('that cannot keep up stops the reading from the server until it has caught up', async () => {
    const { cache, put } = start()
    const gate = Promise.withResolvers<void>()
    const slow = ear(() => gate.promise)
    const { informer } = await cache.informer(ConfigMap)
    const subscription = informer.subscribe(slow.handler)
    await subscription.synced
    for (let i = 0; i < 5000; i++) put(`n${i}`)
    await settle()
    expect(informer.size).toBeLessThan(2100)
    gate.resolve()
    await expect.poll(() => informer.size).toBe(5000)
  })
})

describe('what there is, when it comes', () => {
  const streaming = (server: { streamingLists: string }) => {
    server.streamingLists = 'served'
  }

  test('as a streaming list, is told as initial when it is complete, and not before', async () => {
    const { cache, server, put } = start({ prepare: streaming })
    put('a')
    put('b')
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    await informer.subscribe(handler).synced
    put('c')
    await settle()
    expect(heard).toEqual(['add a (initial)', 'add b (initial)', 'add c'])
    expect([server.count('list'), server.count('watch')]).toEqual([0, 1])
  })

  test('can be asked for in pages only, by the scope or for the whole cache', async () => {
    const byScope = start({ prepare: streaming })
    await (await byScope.cache.informer(ConfigMap, { watchList: 'never' })).informer.whenSynced()
    const byCache = start({ prepare: streaming, watchList: 'never' })
    await (await byCache.cache.informer(ConfigMap)).informer.whenSynced()
    await (await byCache.cache.informer(Node, { watchList: 'auto' })).informer.whenSynced()
    const listed = ({ server }: CacheBench) => server.requests.filter(({ verb }) => verb === 'list').map(({ kind }) => kind)
    expect([listed(byScope), listed(byCache)]).toEqual([['ConfigMap.v1'], ['ConfigMap.v1']])
  })

  test('P2: twice, is heard once: what the store has already is no news', async () => {
    const { cache, server, put } = start()
    server.stutters = true
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    await informer.subscribe(handler).synced
    put('a')
    put('a', { labels: { x: '1' } })
    server.remove(ConfigMap, 'ns/a')
    await settle()
    expect(heard).toEqual(['add a', 'update a', 'delete a'])
  })

  test('C12: in a relist, and is another object under a name that was there, is told as the end of the one and then the other', async () => {
    const { cache, server, put, clock } = start()
    put('a')
    const { heard, handler } = ear()
    const { informer } = await cache.informer(ConfigMap)
    await informer.subscribe(handler).synced
    server.silently(() => {
      server.remove(ConfigMap, 'ns/a')
      put('a')
      server.compact()
    })
    server.endWatches(refused())
    await clock.advance(10_000)
    expect(heard).toEqual(['add a (initial)', 'delete a (unseen)', 'add a'])
  })
})

describe('what is known of an informer', () => {
  test('is how far it has come: by events, by bookmarks, by the list, in each namespace', async () => {
    const { cache, server, put } = start()
    const { informer } = await cache.informer(ConfigMap, { namespaces: ['ns', 'other'] })
    expect(informer.reached('1')).toBe(false)
    await informer.whenSynced()
    expect([informer.reached('10'), informer.reached('11')]).toEqual([true, false])
    put('a')
    await settle()
    expect([informer.reached('11', 'ns'), informer.reached('11', 'other'), informer.reached('11')]).toEqual([true, false, false])
    server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '20' } } })
    await settle()
    expect([informer.reached('20'), informer.reached('100'), informer.reached('no number')]).toEqual([true, false, true])
  })

  test('is what its objects take on the wire, when the client tells', async () => {
    const { cache, server, put } = start({
      prepare: (before) => {
        before.bytesOf = (object) => 1000 + (object.metadata.name?.length ?? 0)
      },
    })
    put('a')
    put('abc')
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    expect(informer.liveness).toMatchObject({ objects: 2, bytes: 2004 })
    server.remove(ConfigMap, 'ns/a')
    await settle()
    expect(informer.liveness).toMatchObject({ objects: 1, bytes: 1002 })
  })

  test('C1: is whether its server is heard: a ready check names the watches on which it was not for 140 s', async () => {
    const { cache, server, clock } = start()
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    cache.checkWatches()
    server.failWith(refused)
    server.endWatches(refused())
    await clock.advance(140_000)
    expect(() => cache.checkWatches()).not.toThrow()
    await clock.advance(1_000)
    expect(() => cache.checkWatches()).toThrow('nothing heard from the API server on the watch of ConfigMap.v1 for 2m21s')
  })
})

describe('the scope that the cache has for a kind', () => {
  test('holds for all who do not say otherwise, for reads too', async () => {
    const { cache, put, server } = start({
      byKind: [forKind(ConfigMap, { namespaces: ['ns'], labelSelector: 'mine=yes', metadataOnly: true })],
    })
    put('mine', { labels: { mine: 'yes' } }, { k: 'v' })
    put('other')
    put('elsewhere', { namespace: 'far', labels: { mine: 'yes' } })
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    expect(cache.list(ConfigMap)).toMatchObject([{ metadata: { name: 'mine' } }])
    expect(cache.get(ConfigMap, { namespace: 'ns', name: 'mine' })).not.toHaveProperty('data')
    expect(() => cache.get(ConfigMap, { namespace: 'far', name: 'elsewhere' })).toThrow('nothing watches')
    const all = await cache.informer(ConfigMap, { namespaces: [], labelSelector: '', metadataOnly: false })
    await all.informer.whenSynced()
    expect(all.informer.size).toBe(3)
    await settle()
    expect(server.watching).toBe(2)
  })

  test('is refused when there are two of them', () => {
    const scope = forKind(ConfigMap, { metadataOnly: true })
    expect(() => startCache({ byKind: [scope, scope] })).toThrow('"byKind" has ConfigMap.v1 twice: join the two scopes into one')
  })
})

describe('reads from the cache', () => {
  test('answer from an informer that somebody holds', async () => {
    const { cache, put } = start()
    put('a', { labels: { x: '1' } })
    put('b')
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    expect(cache.get(ConfigMap, { name: 'a', namespace: 'ns' })?.metadata.name).toBe('a')
    expect(cache.get(ConfigMap, { name: 'z', namespace: 'ns' })).toBeUndefined()
    expect(cache.list(ConfigMap, { labelSelector: 'x=1' })).toHaveLength(1)
  })

  test('finds objects by an index, as they are now, and refuses another function under its name', async () => {
    const { cache, put } = start()
    put('a', {}, { owner: 'x' })
    put('b', {}, { owner: 'y' })
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    const index: CacheIndex<KubeObject> = {
      name: 'owner',
      valuesOf: (object) => [(object as unknown as { data: { owner: string } }).data.owner],
    }
    const ownedBy = (value: string, namespace?: string) =>
      cache.list(ConfigMap, { by: { index, value }, ...(namespace !== undefined && { namespace }) }).map(({ metadata }) => metadata.name)
    expect([ownedBy('x'), ownedBy('z'), ownedBy('x', 'ns'), ownedBy('x', 'other')]).toEqual([['a'], [], ['a'], []])
    put('b', {}, { owner: 'x' })
    await settle()
    expect(ownedBy('x')).toEqual(['a', 'b'])
    expect(() => cache.list(ConfigMap, { by: { index: { ...index, valuesOf: () => [] }, value: 'x' } })).toThrow(/another function/)
  })

  test('that nobody watches for are an error, and not an answer of "not there"', async () => {
    const { cache } = start()
    await cache.informer(ConfigMap, { labelSelector: 'only=some' })
    expect(() => cache.get(ConfigMap, { name: 'a', namespace: 'ns' })).toThrow(
      'nothing watches ConfigMap.v1 in namespace "ns": add the kind to',
    )
  })
})
