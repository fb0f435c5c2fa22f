// Reading one's own writes: what a program wrote is what it reads, however far its watches are behind.
import type { KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { type CacheBench, type CacheBenchOptions, ConfigMap, Node, startCache } from '../fake/cache-bench.ts'
import type { WriteAttempt } from '../writes/write-guard.ts'
import { isCacheLag } from './cache-lag.ts'
import type { InformerScope } from './scope.ts'

const benches: CacheBench[] = []
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.end()
})

/** A cache in sync whose watch is held back, and a way to write past it. */
async function behind({ scope = {}, ...options }: CacheBenchOptions & { readonly scope?: InformerScope } = {}) {
  const bench = startCache(options)
  benches.push(bench)
  const { cache, server } = bench
  bench.put('a')
  const { informer, release } = await cache.informer(ConfigMap, scope)
  await informer.whenSynced()
  await settle()
  const catchUp = server.hold()
  const answered = (verb: WriteAttempt['verb'], object: KubeObject, dryRun = false) => {
    const { name = '', namespace } = object.metadata
    cache.writeGuard?.after?.({ verb, type: ConfigMap, name: { name, namespace }, dryRun }, object)
  }
  const write = (name: string, metadata: Partial<KubeObject['metadata']> = {}, verb: WriteAttempt['verb'] = 'update') => {
    const object = bench.put(name, metadata)
    answered(verb, object)
    return object
  }
  /** As the API answers: of what is gone at once it tells no more than the uid. */
  const remove = (name: string) => {
    const { uid } = server.find('ConfigMap.v1', `ns/${name}`)!.metadata
    server.remove(ConfigMap, `ns/${name}`)
    answered('delete', { metadata: { name, namespace: 'ns', uid: uid! } })
  }
  return { ...bench, informer, release, catchUp, answered, write, remove }
}

/** What has become of a promise by now. */
async function outcome<R>(promise: Promise<R>): Promise<'waits' | R | Error> {
  const settled = promise.catch((error: unknown) => error as Error)
  await settle()
  return Promise.race([settled, Promise.resolve('waits' as const)])
}
const named = (name: string) => ({ namespace: 'ns', name })

describe('a read after a write', () => {
  test('waits for that write, and for no longer', async () => {
    const { cache, write, catchUp } = await behind()
    const written = write('a', { labels: { x: '1' } })
    const read = cache.read.get(ConfigMap, named('a'))
    expect(await outcome(read)).toBe('waits')
    expect(cache.get(ConfigMap, named('a'))?.metadata.resourceVersion, 'who does not want to wait gets what there is').toBe('11')
    catchUp()
    expect(await outcome(read)).toEqual(written)
  })

  test('of one object does not wait for writes to another; of all does', async () => {
    const { cache, write, catchUp } = await behind()
    write('b')
    expect(await outcome(cache.read.get(ConfigMap, named('a')))).toMatchObject({ metadata: { name: 'a' } })
    const list = cache.read.list(ConfigMap)
    expect(await outcome(list)).toBe('waits')
    catchUp()
    expect(await outcome(list)).toHaveLength(2)
  })

  test('waits for writes from before the read, and not for those that come while it waits', async () => {
    const { cache, write, catchUp, server } = await behind()
    write('b')
    const list = cache.read.list(ConfigMap)
    expect(await outcome(list)).toBe('waits')
    catchUp()
    server.hold()
    write('c')
    expect(await outcome(list)).toHaveLength(2)
  })

  test('of a deletion finds nothing, though the server told only the uid of what is gone', async () => {
    const { cache, remove, catchUp } = await behind()
    remove('a')
    const read = cache.read.get(ConfigMap, named('a'))
    expect(await outcome(read)).toBe('waits')
    catchUp()
    expect(await outcome(read)).toBeUndefined()
  })

  test('of a deletion right after a creation waits for both: "not there" may mean "not there yet"', async () => {
    const { cache, write, remove, catchUp } = await behind()
    write('b', {}, 'create')
    remove('b')
    const read = cache.read.get(ConfigMap, named('b'))
    expect(await outcome(read)).toBe('waits')
    catchUp()
    expect(await outcome(read)).toBeUndefined()
    expect(cache.get(ConfigMap, named('b'))).toBeUndefined()
  })

  test('of a deletion that waits for a finalizer shows the mark', async () => {
    const { cache, write, answered, server, catchUp } = await behind()
    write('b', { finalizers: ['x/y'] }, 'create')
    server.remove(ConfigMap, 'ns/b')
    answered('delete', server.find('ConfigMap.v1', 'ns/b')!)
    const read = cache.read.get(ConfigMap, named('b'))
    expect(await outcome(read)).toBe('waits')
    catchUp()
    expect(await outcome(read)).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } })
  })

  test('waits for the informers that there are now, not for those that there were at an earlier question', async () => {
    const { cache, write, release, catchUp, server } = await behind()
    write('a')
    expect(cache.caughtUp(ConfigMap)).toBe(false)
    await release()
    expect(cache.caughtUp(ConfigMap), 'nobody watches any more').toBe(true)
    catchUp()
    const { informer } = await cache.informer(ConfigMap)
    await informer.whenSynced()
    await settle()
    const catchUpAgain = server.hold()
    write('a', { labels: { x: '1' } })
    expect(cache.caughtUp(ConfigMap)).toBe(false)
    catchUpAgain()
    await settle()
    expect(cache.caughtUp(ConfigMap)).toBe(true)
  })

  test('is proven by a bookmark too', async () => {
    const { cache, write, server } = await behind()
    const { metadata } = write('b')
    const list = cache.read.list(ConfigMap)
    server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: metadata.resourceVersion } } })
    expect(await outcome(list)).toHaveLength(1)
  })

  test('that does not come in time is an error which says how far the watch is; so long as it asks', async () => {
    const { cache, write, clock } = await behind()
    write('a', { labels: { x: '1' } })
    const read = cache.read.get(ConfigMap, named('a')).catch((error: unknown) => error)
    const short = cache.read.get(ConfigMap, named('a'), { timeout: 1000 }).catch((error: unknown) => error)
    await clock.advance(1_000)
    expect(isCacheLag(await short)).toBe(true)
    expect(await outcome(read)).toBe('waits')
    await clock.advance(4_000)
    expect(String(await read)).toMatch(
      /^CacheLagError: cache: for 5s the watch of ConfigMap.v1 has not shown this program's own write of ns\/a \(resourceVersion 12\): it is at 11\./,
    )
  })

  test('ends with its signal, and leaves nothing behind', async () => {
    const { cache, write, clock } = await behind()
    write('a', { labels: { x: '1' } })
    const impatient = new AbortController()
    const timers = clock.pending
    const read = cache.read.get(ConfigMap, named('a'), { signal: impatient.signal })
    expect(await outcome(read)).toBe('waits')
    impatient.abort(new Error('enough'))
    await expect(read).rejects.toThrow('enough')
    expect(clock.pending).toBe(timers)
  })

  test('ends when the cache does', async () => {
    const { cache, write, end } = await behind()
    write('a', { labels: { x: '1' } })
    const read = outcome(cache.read.get(ConfigMap, named('a')))
    expect(await read).toBe('waits')
    const [, ended] = await Promise.all([end(), cache.read.get(ConfigMap, named('a')).catch((error: unknown) => error)])
    expect(String(ended)).toContain('the informer of configmaps ended')
  })

  test('does not wait when the read, or the cache, is told not to', async () => {
    const { cache, write } = await behind()
    write('a', { labels: { x: '1' } })
    expect(await outcome(cache.read.get(ConfigMap, named('a'), { consistent: false }))).toMatchObject({
      metadata: { resourceVersion: '11' },
    })
    const careless = await behind({ readYourOwnWrites: false })
    careless.write('a', { labels: { x: '1' } })
    expect(await outcome(careless.cache.read.get(ConfigMap, named('a')))).toMatchObject({ metadata: { resourceVersion: '11' } })
    expect(careless.cache.writeGuard).toBeUndefined()
  })

  test('waits for the first list before anything else', async () => {
    const bench = startCache({ prepare: (server) => server.failWith(({ verb }) => (verb === 'list' ? new Error('later') : undefined)) })
    benches.push(bench)
    bench.put('a')
    await bench.cache.informer(ConfigMap)
    const read = bench.cache.read.get(ConfigMap, named('a'))
    expect(await outcome(read)).toBe('waits')
    bench.server.heal()
    await bench.clock.advance(60_000)
    expect(await outcome(read)).toMatchObject({ metadata: { name: 'a' } })
  })
})

describe('what is never waited for', () => {
  test.each<[string, InformerScope, Partial<KubeObject['metadata']>]>([
    ['another namespace', { namespace: 'ns' }, { namespace: 'far' }],
    ['a namespace that is left out', { byNamespace: { far: { labelSelector: 'never' }, '*': {} } }, { namespace: 'far' }],
    ['labels that are not selected', { labelSelector: 'x=1' }, { labels: { x: '2' } }],
    ['fields that are not selected', { fieldSelector: 'metadata.name=a' }, {}],
  ])('an object outside of what the informer holds: %s', async (_, scope, metadata) => {
    const { cache, write } = await behind({ scope })
    write('z', metadata)
    expect(cache.caughtUp(ConfigMap)).toBe(true)
    await cache.whenCaughtUp(ConfigMap)
  })

  test('a dry run, another kind, and an answer without a version', async () => {
    const { cache, answered, put } = await behind()
    answered('update', { metadata: { name: 'a', namespace: 'ns', resourceVersion: '999' } }, true)
    answered('update', { metadata: { name: 'a', namespace: 'ns' } })
    answered('update', { metadata: { name: 'a', namespace: 'ns', resourceVersion: 'opaque-7' } })
    cache.writeGuard?.after?.({ verb: 'update', type: Node, name: { name: 'n' }, dryRun: false }, put('n'))
    expect(cache.caughtUp(ConfigMap)).toBe(true)
  })

  test('but the end of an object that was held and is no longer selected is', async () => {
    const bench = startCache()
    benches.push(bench)
    const { cache, server, put } = bench
    put('a', { labels: { x: '1' } })
    const { informer } = await cache.informer(ConfigMap, { labelSelector: 'x=1' })
    await informer.whenSynced()
    await settle()
    server.hold()
    const object = put('a', { labels: { x: '2' } })
    cache.writeGuard?.after?.({ verb: 'update', type: ConfigMap, name: named('a'), dryRun: false }, object)
    expect(cache.caughtUp(ConfigMap)).toBe(false)
  })
})

describe('a controller', () => {
  test('can ask whether the cache shows its writes: to one object, to what it owns, to all', async () => {
    const { cache, write, catchUp } = await behind()
    write('child', { ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'o', uid: 'owner-1' }] })
    const asked = () => [
      cache.caughtUp(ConfigMap, named('a')),
      cache.caughtUp(ConfigMap, named('child')),
      cache.caughtUp(ConfigMap, { owner: 'owner-1' }),
      cache.caughtUp(ConfigMap, { owner: 'owner-2' }),
      cache.caughtUp(ConfigMap),
      cache.caughtUp(Node),
    ]
    expect(asked()).toEqual([true, false, false, true, false, true])
    const wait = cache.whenCaughtUp(ConfigMap, { owner: 'owner-1' })
    expect(await outcome(wait)).toBe('waits')
    catchUp()
    await wait
    expect(asked()).toEqual([true, true, true, true, true, true])
  })

  test('is told that a child is still shown which it has deleted', async () => {
    const { cache, write, remove, catchUp, server } = await behind()
    write('child', { ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: 'o', uid: 'owner-1' }] })
    catchUp()
    await settle()
    server.hold()
    remove('child')
    expect([cache.caughtUp(ConfigMap, { owner: 'owner-1' }), cache.caughtUp(ConfigMap, { owner: 'owner-2' })]).toEqual([false, true])
  })

  test('whose answers overtake each other waits for the newest', async () => {
    const { cache, put, answered, informer, server } = await behind()
    const [older, newer] = [put('a', { labels: { x: '1' } }), put('a', { labels: { x: '2' } })]
    answered('update', newer)
    answered('update', older)
    server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: older.metadata.resourceVersion } } })
    await settle()
    expect([informer.reached(older.metadata.resourceVersion!), cache.caughtUp(ConfigMap, named('a'))]).toEqual([true, false])
  })
})

describe('what is remembered', () => {
  test('is forgotten once every informer of the resource has seen it, or after five minutes', async () => {
    const { cache, write, catchUp, clock } = await behind()
    for (let i = 0; i < 50; i++) write(`n${i}`)
    expect(cache.rememberedWrites).toBe(50)
    catchUp()
    await settle()
    cache.caughtUp(ConfigMap)
    expect(cache.rememberedWrites).toBe(0)
    for (let i = 0; i < 50; i++)
      cache.writeGuard?.after?.({ verb: 'update', type: Node, name: { name: `n${i}` }, dryRun: false }, write(`m${i}`))
    await clock.advance(301_000)
    cache.writeGuard?.after?.({ verb: 'update', type: Node, name: { name: 'last' }, dryRun: false }, write('last'))
    expect(cache.rememberedWrites).toBeLessThan(100)
  })

  test('without being asked: writes push out what was seen before them', async () => {
    const { write, catchUp, cache } = await behind()
    catchUp()
    for (let i = 0; i < 1000; i++) {
      write(`n${i}`)
      if (i % 10 === 9) await settle()
    }
    expect(cache.rememberedWrites).toBeLessThan(30)
  })

  test('is bounded when the watch shows nothing any more', async () => {
    const { answered, cache } = await behind()
    for (let i = 0; i < 10_500; i++) answered('update', { metadata: { name: `n${i}`, namespace: 'ns', resourceVersion: String(100 + i) } })
    expect(cache.rememberedWrites).toBeLessThanOrEqual(10_001)
  })
})
