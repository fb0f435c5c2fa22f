// What watches of other runtimes have been seen to do (the codes are those of docs/), as an informer's user would notice it here.
import { ConnectionError, type KubeObject } from '@kubewright/core'
import { settle } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { apiError, type FakeServer, refused } from '../fake/fake-server.ts'
import { put, type ReflectorBench, startReflector, stopReflectors } from '../fake/reflector-bench.ts'

afterEach(stopReflectors)

const reset = () => new ConnectionError('socket hang up', { code: 'ECONNRESET' })
const malformed = () => new ConnectionError('a watch frame is no JSON', { code: 'MALFORMED_FRAME' })
const bookmark = (server: FakeServer) => server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: server.revision } } })
const watches = (server: FakeServer) =>
  server.requests
    .filter(({ verb }) => verb === 'watch')
    .map(({ options }) => options as { resourceVersion: string; allowWatchBookmarks: boolean })

/** Minutes with a bookmark in each, as a quiet server sends them. */
async function quiet({ clock, server }: ReflectorBench, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    await clock.advance(60_000)
    bookmark(server)
    await settle()
  }
}

describe.each(['served', 'refused', 'ignored'] as const)('streaming lists %s', (streamingLists) => {
  const start = (prepare: (server: FakeServer) => void = () => {}) =>
    startReflector({
      prepare: (server) => {
        server.streamingLists = streamingLists
        prepare(server)
      },
      // An "ignored" end is understood after ten seconds without a word.
      settled: streamingLists === 'ignored' ? 10_000 : 0,
    })

  test('C1: a peer that vanishes without a word is noticed after 70 s, and nothing is missed', async () => {
    const { clock, server, names, reflector } = await start((before) => put(before, 'old'))
    server.silently(() => put(server, 'missed'))
    await clock.advance(70_000)
    expect(names()).toEqual(['ns/missed', 'ns/old'])
    expect(reflector.liveness).toMatchObject({ silences: 1, relists: 0 })
    expect(clock.monotonic() - reflector.liveness.lastByteAt!).toBe(0)
  })

  test('C2, C3: a quiet day is a watch of five to ten minutes after another: no gap between them, no storm, no list', async () => {
    const bench = await start()
    const { clock, server } = bench
    const before = server.count('watch')
    for (let hour = 0; hour < 24; hour++) {
      await quiet(bench, 59)
      server.endWatches()
      await clock.advance(60_000)
      bookmark(server)
      expect(server.watching).toBe(1)
    }
    // At most one every five minutes and each hour one more.
    expect(server.count('watch') - before).toBeLessThanOrEqual(24 * 13)
    expect(server.count('list')).toBe(streamingLists === 'served' ? 0 : 1)
  })

  test.each<[string, () => Error]>([
    ['429', () => apiError(429, 'TooManyRequests', 'later', 2)],
    ['500', () => apiError(500, 'InternalError')],
    ['503', () => apiError(503, 'ServiceUnavailable')],
    ['403', () => apiError(403, 'Forbidden')],
    ['404', () => apiError(404, 'NotFound')],
    ['410', () => apiError(410, 'Expired')],
    ['a refused connection', refused],
    ['a reset', reset],
    ['no JSON', malformed],
  ])('C4: %s, of every request for ten minutes, ends no watch for good', async (_, error) => {
    const { clock, server, names } = await start((before) => put(before, 'old'))
    server.failWith(({ verb }) => (verb === 'list' || verb === 'watch' ? error() : undefined))
    server.endWatches(error())
    await clock.advance(600_000)
    server.silently(() => {
      put(server, 'new')
      server.remove({ group: '', version: 'v1', kind: 'ConfigMap' }, 'ns/old')
    })
    server.heal()
    await clock.advance(60_000)
    expect(names()).toEqual(['ns/new'])
    put(server, 'after')
    await settle()
    expect(names()).toEqual(['ns/after', 'ns/new'])
  })

  test('C4: ten minutes of failures are some dozens of requests, and not thousands', async () => {
    const { clock, server } = await start()
    server.failWith(({ verb }) => (verb === 'list' || verb === 'watch' ? apiError(500, 'InternalError') : undefined))
    server.endWatches(apiError(500, 'InternalError'))
    const before = server.requests.length
    await clock.advance(600_000)
    expect(server.requests.length - before).toBeLessThan(120)
  })

  test('C6: an idle watch keeps its resource version young by bookmarks: compaction does not concern it', async () => {
    const bench = await start((before) => put(before, 'quiet'))
    const { server, clock, reflector } = bench
    for (let i = 0; i < 5; i++) {
      server.put({ group: '', version: 'v1', kind: 'Secret', plural: 'secrets' }, { metadata: { name: `other-${i}`, namespace: 'ns' } })
      await quiet(bench, 5)
    }
    server.compact()
    server.endWatches()
    await clock.advance(1_000)
    expect(watches(server).every(({ allowWatchBookmarks }) => allowWatchBookmarks)).toBe(true)
    expect(watches(server).at(-1)).toMatchObject({ resourceVersion: server.revision })
    expect(reflector.liveness).toMatchObject({ gone410: 0, relists: 0 })
  })

  test('C7: a malformed frame ends the stream, which is resumed from the last good version: no hole', async () => {
    const { clock, server, names, reflector } = await start()
    put(server, 'good')
    await settle()
    const good = server.revision
    server.silently(() => put(server, 'hit'))
    server.endWatches(malformed())
    await clock.advance(5_000)
    expect(watches(server).at(-1)!.resourceVersion).toBe(good)
    expect(names()).toEqual(['ns/good', 'ns/hit'])
    expect(reflector.liveness).toMatchObject({ relists: 0 })
  })

  test.each([400, 403, 409, 410, 429, 500, 503, 504])(
    'C8, P6: an ERROR %i inside the stream ends it, and what happened behind it is seen',
    async (code) => {
      const { clock, server, names, applied } = await start((before) => put(before, 'old'))
      const heard = applied.length
      server.tell({ type: 'ERROR', status: { kind: 'Status', code, reason: 'Whatever', message: 'oops' } })
      server.silently(() => put(server, 'after'))
      await clock.advance(20_000)
      expect(names()).toEqual(['ns/after', 'ns/old'])
      // Neither the Status nor a bookmark is ever an object.
      expect(applied.slice(heard).every(({ metadata }: KubeObject) => metadata.name !== undefined)).toBe(true)
    },
  )

  test('P1: two virtual days in which something happens every minute and something breaks every quarter of an hour: nothing is missed', async () => {
    const bench = await start()
    const { clock, server, names, reflector } = bench
    const troubles: readonly (() => void)[] = [
      () => server.endWatches(),
      () => server.endWatches(reset()),
      () => server.endWatches(malformed()),
      () => server.tell({ type: 'ERROR', status: { code: 500, message: 'oops' } }),
      () => server.tell({ type: 'ERROR', status: { code: 410, reason: 'Expired', message: 'compacted' } }),
      () => {
        server.silently(() => put(server, 'unheard'))
        server.endWatches(reset())
      },
    ]
    const wanted = () => server.objects('ConfigMap.v1').map(({ metadata }) => `ns/${metadata.name}`)
    for (let minute = 0; minute < 48 * 60; minute++) {
      put(server, `n${minute % 40}`, { minute: String(minute) })
      if (minute % 3 === 0) server.remove({ group: '', version: 'v1', kind: 'ConfigMap' }, `ns/n${(minute + 7) % 40}`)
      if (minute % 15 === 14) troubles[Math.floor(minute / 15) % troubles.length]!()
      await clock.advance(60_000)
      bookmark(server)
    }
    await clock.advance(80_000)
    expect(names()).toEqual(wanted().sort())
    // P3: a list is made at the start and after a 410, and never for a reconnect or because time has passed.
    expect(reflector.liveness.relists).toBe((48 * 4) / troubles.length)
  }, 60_000)

  test('P2, P3, P4: a cut is resumed where the last event was: no list, and nothing is heard again', async () => {
    const { clock, server, applied } = await start((before) => put(before, 'old'))
    for (let round = 0; round < 10; round++) {
      put(server, `n${round}`)
      await settle()
      server.endWatches(reset())
      await clock.advance(2_000)
    }
    expect(applied.map(({ metadata }) => metadata.name)).toEqual(Array.from({ length: 10 }, (_, round) => `n${round}`))
    expect(server.count('list')).toBe(streamingLists === 'served' ? 0 : 1)
  })

  test('P11: resource versions are text: beyond 2^53 they neither collide nor lose digits', async () => {
    const { server } = await start((before) => before.startAt('9007199254740993'))
    put(server, 'a')
    await settle()
    server.endWatches()
    await settle()
    expect(watches(server).at(-1)!.resourceVersion).toBe('9007199254740994')
  })
})

test('C13: the first list says which version it is content with, and comes in pages where the server pages', async () => {
  const { server } = await startReflector({
    prepare: (before) => {
      before.pageSize = 2
      for (const name of ['a', 'b', 'c']) put(before, name)
    },
  })
  const lists = server.requests.filter(({ verb }) => verb === 'list').map(({ options }) => options)
  expect(lists).toMatchObject([
    { resourceVersion: '0', limit: 500 },
    { continue: expect.any(String), limit: 500 },
  ])
  expect(lists[1], 'a token carries its version').not.toHaveProperty('resourceVersion')
})

test('P11: a list of sixty pages is read to its end', async () => {
  const { names, server } = await startReflector({
    prepare: (before) => {
      before.pageSize = 2
      for (let i = 0; i < 120; i++) put(before, `n${i}`)
    },
  })
  await settle()
  expect([names().length, server.count('list')]).toEqual([120, 60])
})

test('the end of a streaming list that a server ignores is waited for ten seconds, and asked for again after half an hour', async () => {
  const { clock, server, names, reflector } = await startReflector({
    prepare: (before) => {
      before.streamingLists = 'ignored'
      put(before, 'a')
    },
  })
  await clock.advance(9_999)
  expect([names(), server.count('list')]).toEqual([[], 0])
  await clock.advance(1)
  expect([names(), server.count('list')]).toEqual([['ns/a'], 1])
  expect(reflector.liveness).toMatchObject({ activity: 'watching', fallbacks: 1, failure: undefined })
  server.streamingLists = 'served'
  const relist = async () => {
    server.silently(() => put(server, `n${server.revision}`))
    server.compact()
    server.endWatches(apiError(410, 'Expired'))
    await clock.advance(5_000)
  }
  await relist()
  expect(server.count('list')).toBe(2)
  await quiet({ clock, server } as ReflectorBench, 31)
  await relist()
  expect([server.count('list'), reflector.liveness.activity]).toEqual([2, 'watching'])
})
