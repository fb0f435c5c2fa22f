import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, MERGE, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: false })
})
afterEach(() => api[Symbol.asyncDispose]())

const create = (name: string, labels: object = {}) => api.post(CONFIG_MAPS, configMap(name, {}, { labels }))
const label = (name: string, labels: object) => api.patch(`${CONFIG_MAPS}/${name}`, { metadata: { labels } }, { type: MERGE })
const versionNow = async () => (await api.get(`${CONFIG_MAPS}?limit=1`)).metadata.resourceVersion ?? ''

describe('where a watch starts', () => {
  test('without a resourceVersion, with what is there', async () => {
    await create('a')
    const watch = await api.watch(CONFIG_MAPS)
    await create('b')
    expect(await watch.seen(2)).toEqual(['ADDED a', 'ADDED b'])
  })

  test('at a resourceVersion, with what came after it', async () => {
    const { metadata } = await create('a')
    await create('b')
    await api.delete(`${CONFIG_MAPS}/a`)
    const watch = await api.watch(`${CONFIG_MAPS}?resourceVersion=${metadata.resourceVersion}`)
    expect(await watch.seen(2)).toEqual(['ADDED b', 'DELETED a'])
  })

  test('at one that has not come, with what comes after it', async () => {
    const soon = Number(await versionNow()) + 1
    const watch = await api.watch(`${CONFIG_MAPS}?resourceVersion=${soon}&allowWatchBookmarks=1`)
    await api.clock.advance(60_000)
    await create('a')
    await create('b')
    expect(await watch.seen(1)).toEqual(['ADDED b'])
  })

  test('at one that is forgotten, with an error that says 410, and ends', async () => {
    const { metadata } = await create('a')
    await create('b')
    api.server.compact()
    const watch = await api.watch(`${CONFIG_MAPS}?resourceVersion=${metadata.resourceVersion}`)
    await watch.ended
    const message = `too old resource version: ${metadata.resourceVersion} (${await versionNow()})`
    expect(watch.events).toEqual([
      {
        type: 'ERROR',
        object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'Expired', code: 410 },
      },
    ])
    // The connection is whole: what ended it was written before the end, not after it.
    expect((await api.get(`${CONFIG_MAPS}/a`)).code).toBe(200)
  })

  test('at one of an earlier server, whose clock was behind, with 410', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?resourceVersion=1000`)
    expect(await watch.seen(1)).toEqual(['ERROR'])
  })

  test.each<readonly [query: string, code: number, message: string]>([
    ['resourceVersion=abc', 500, 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'],
    ['timeoutSeconds=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    [
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
    [
      'resourceVersionMatch=NotOlderThan',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    ['fieldSelector=spec.x=1', 400, '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('given by %s, nowhere', async (query, code, message) => {
    const reply = await api.get(`${CONFIG_MAPS}?watch=1&${query}`)
    expect([reply.code, reply.body.message]).toEqual([code, message])
  })

  test('on the path of one object is nothing: that is a get', async () => {
    await create('a')
    expect((await api.get(`${CONFIG_MAPS}/a?watch=1`)).body).toMatchObject({ kind: 'ConfigMap' })
    const old = await api.watch('/api/v1/watch/namespaces/default/configmaps/a')
    await create('b')
    await label('a', { x: 'y' })
    expect(await old.seen(2)).toEqual(['ADDED a', 'MODIFIED a'])
  })
})

describe('what a watch tells', () => {
  test('is every change, a deletion with the last state and the revision of the deletion', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?resourceVersion=${await versionNow()}`)
    await create('a', { app: 'x' })
    await label('a', { app: 'y' })
    await api.delete(`${CONFIG_MAPS}/a`)
    expect(await watch.seen(3)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
    const versions = watch.events.map(({ object }) => Number(object.metadata.resourceVersion))
    expect(versions).toEqual([versions[0], versions[0]! + 1, versions[0]! + 2])
    expect(watch.events[2]?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { labels: { app: 'y' } } })
  })

  test('is of its namespace alone', async () => {
    await api.post('/api/v1/namespaces', { metadata: { name: 'other' } })
    const watch = await api.watch('/api/v1/namespaces/other/configmaps')
    await create('here')
    await api.post('/api/v1/namespaces/other/configmaps', configMap('there'))
    expect(await watch.seen(1)).toEqual(['ADDED there'])
  })

  test('through a selector is what comes into it and what leaves it', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?labelSelector=app=x`)
    await create('a')
    await label('a', { app: 'x' })
    await label('a', { tier: 'front' })
    await label('a', { app: 'y' })
    await label('a', { tier: 'back' })
    await api.delete(`${CONFIG_MAPS}/a`)
    await create('end', { app: 'x' })
    expect(await watch.seen(4)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED end'])
    const [, , left] = watch.events
    // As it last was inside, under the revision at which it left.
    expect(left?.object.metadata).toMatchObject({ labels: { app: 'x', tier: 'front' } })
    expect(Number(left?.object.metadata.resourceVersion)).toBe(Number(watch.events[1]?.object.metadata.resourceVersion) + 1)
  })

  test('starts with a list and its end, for those who ask for both in one', async () => {
    await create('a')
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
    const watch = await api.watch(`${CONFIG_MAPS}?${query}`)
    await create('b')
    expect(await watch.seen(3)).toEqual(['ADDED a', 'BOOKMARK', 'ADDED b'])
    const { metadata } = watch.events[1]!.object
    expect(metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
    expect(Number(metadata.resourceVersion)).toBe(Number(watch.events[2]?.object.metadata.resourceVersion) - 1)
  })

  test('is a table whose columns are described once, and whose ages are those of the moment', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
    await create('a')
    const watch = await api.watch(CONFIG_MAPS, { accept })
    await watch.seen(1)
    await api.clock.advance(90_000)
    await label('a', { x: 'y' })
    await watch.seen(2)
    const tables = watch.events.map(
      ({ object }) => object as unknown as { columnDefinitions: object[] | null; rows: { cells: unknown[] }[] },
    )
    expect(tables.map(({ columnDefinitions }) => columnDefinitions?.length)).toEqual([3, undefined])
    expect(tables.map(({ rows }) => rows[0]?.cells)).toEqual([
      ['a', 0, '0s'],
      ['a', 0, '90s'],
    ])
  })

  test('is metadata alone, for those who need no more', async () => {
    const watch = await api.watch(CONFIG_MAPS, { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' })
    await api.post(CONFIG_MAPS, configMap('a', { large: 'x' }))
    await watch.seen(1)
    expect(watch.events[0]?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'a' } })
    expect(watch.events[0]?.object).not.toHaveProperty('data')
  })
})

describe('a quiet watch', () => {
  test('gets a bookmark a minute, with the revision up to which nothing concerned it', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?allowWatchBookmarks=true`)
    await api.clock.advance(60_000)
    expect(await watch.seen(1)).toEqual(['BOOKMARK'])
    const { metadata } = await api.post('/api/v1/namespaces', { metadata: { name: 'other' } })
    await api.clock.advance(60_000)
    await watch.seen(2)
    expect(watch.events[1]?.object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: metadata.resourceVersion },
    })
  })

  test('that does not want bookmarks gets none', async () => {
    const watch = await api.watch(CONFIG_MAPS)
    await api.clock.advance(120_000)
    await create('a')
    expect(await watch.seen(1)).toEqual(['ADDED a'])
  })

  test('is not sent back behind the revision it came with', async () => {
    const watch = await api.watch(
      `${CONFIG_MAPS}?allowWatchBookmarks=true&resourceVersion=${Number(await versionNow()) + 5}&timeoutSeconds=100`,
    )
    await api.clock.advance(100_000)
    await watch.ended
    expect(watch.events).toEqual([])
  })
})

describe('the end of a watch', () => {
  test('comes when the client said, to the second', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?timeoutSeconds=5`)
    await api.clock.advance(4_999)
    await create('a')
    expect(await watch.seen(1)).toEqual(['ADDED a'])
    await api.clock.advance(1)
    await watch.ended
  })

  test('comes between half an hour and an hour when it did not', async () => {
    const watch = await api.watch(CONFIG_MAPS)
    await api.clock.advance(30 * 60_000 - 1)
    await create('a')
    await watch.seen(1)
    await api.clock.advance(30 * 60_000 + 1)
    await watch.ended
  })

  test('comes when the server is told so, and leaves no timer behind', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?allowWatchBookmarks=true`)
    expect(api.clock.pending).toBeGreaterThan(0)
    api.server.closeWatches()
    await watch.ended
    expect(api.clock.pending).toBe(0)
  })

  test('comes when the client goes', async () => {
    const watch = await api.watch(`${CONFIG_MAPS}?allowWatchBookmarks=true`)
    watch.leave()
    await expect.poll(() => api.clock.pending).toBe(0)
  })

  test('comes for a client that takes nothing, while the server goes on', async () => {
    const slow = await api.send('GET', '/healthz').then(() => api.watch(CONFIG_MAPS))
    slow.pause()
    const large = 'x'.repeat(900_000)
    for (let size = 0; size < 40 && api.clock.pending > 0; size++) await api.post(CONFIG_MAPS, configMap(`c${size}`, { large }))
    expect(api.clock.pending).toBe(0)
    expect((await api.get('/healthz')).text).toBe('ok')
    slow.leave()
  })
})
