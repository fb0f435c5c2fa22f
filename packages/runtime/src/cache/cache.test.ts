import type { KubeObject } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { FakeServer, refused } from '../fake/fake-server.ts'
import { SharedCache } from './cache.ts'
import type { EventHandler } from './listener.ts'

const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const Node = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false }
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function start(options: { freeze?: boolean; namespaces?: readonly string[] } = {}) {
  const clock = virtualClock()
  const server = new FakeServer().serve(ConfigMap, Node)
  const failures: string[] = []
  const cache = new SharedCache({
    client: fakeClient(server),
    clock,
    random: () => 0.5,
    ...options,
    observerOf: () => ({
      happened: () => {},
      failed: () => {},
      recovered: () => {},
      userFunctionFailed: (what, object, error) => failures.push(`${what} ${object.metadata.name}: ${(error as Error).message}`),
    }),
  })
  const stop = new AbortController()
  const run = cache.run(stop.signal)
  stops.push(async () => {
    stop.abort()
    await run
    expect([server.watching, clock.pending]).toEqual([0, 0])
  })
  const put = (name: string, extra: Partial<KubeObject['metadata']> = {}, data?: object) =>
    server.put(ConfigMap, { metadata: { name, namespace: 'ns', ...extra }, ...(data === undefined ? {} : { data }) })
  return { clock, server, cache, failures, put, stop, run }
}

/** Writes down what it hears. */
function ear(before: (line: string) => void | Promise<void> = () => {}) {
  const heard: string[] = []
  const hear = (line: string) => {
    heard.push(line)
    return before(line)
  }
  const handler: EventHandler<KubeObject> = {
    add: ({ metadata }, { initial }) => hear(`add ${metadata.name}${initial ? ' (initial)' : ''}`),
    update: (_, { metadata }) => hear(`update ${metadata.name}`),
    delete: ({ metadata }, { finalStateUnknown }) => hear(`delete ${metadata.name}${finalStateUnknown ? ' (unseen)' : ''}`),
  }
  return { heard, handler }
}

describe('an informer', () => {
  test('is one watch for all who ask for the same scope, however they write it, and one more for another', async () => {
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

  test('ends its watch when the last user gives it back, and not before; another lease begins anew', async () => {
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

  test('cannot be had after the cache has stopped', async () => {
    const { cache, stop, run } = start()
    stop.abort()
    await run
    await expect(cache.informer(ConfigMap)).rejects.toThrow('after the cache had stopped')
  })
})

describe('a handler', () => {
  test('hears first of what is there, then of what happens, and is in sync when it has been through the first', async () => {
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

  test('hears of a deletion that nobody saw, with the last state known', async () => {
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

  test('that throws loses nothing but that event, and no other handler loses any', async () => {
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

  test('that takes its time hears one event after the other, and is not in sync before it has finished', async () => {
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

  test('that nobody watches for are an error, and not an answer of "not there"', async () => {
    const { cache } = start()
    await cache.informer(ConfigMap, { labelSelector: 'only=some' })
    expect(() => cache.get(ConfigMap, { name: 'a', namespace: 'ns' })).toThrow(
      'nothing watches ConfigMap.v1 in namespace "ns": add the kind to',
    )
  })
})
