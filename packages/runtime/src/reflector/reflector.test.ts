import { type KubeObject, objectKey } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { apiError, FakeServer, refused } from '../fake/fake-server.ts'
import { silentLogger } from '../log/logger.ts'
import { ServerReachability } from '../reachability/reachability.ts'
import { Reflector, type ReflectorOptions, type ReflectorSink } from './reflector.ts'

const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const running: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of running.splice(0)) await stop()
})

/** A reflector at work on a fake server, and the names that its store holds. */
async function start(prepare: (server: FakeServer) => void = () => {}, selection: ReflectorOptions<KubeObject>['selection'] = {}) {
  const clock = virtualClock()
  const server = new FakeServer().serve(ConfigMap)
  prepare(server)
  const client = fakeClient(server)
  const reachability = new ServerReachability({ client, clock, log: silentLogger, random: () => 0.5 })
  const store = new Map<string, KubeObject>()
  const collected = new Map<string, KubeObject>()
  const heard: string[] = []
  const sink: ReflectorSink<KubeObject> = {
    begin: () => collected.clear(),
    collect(type, object) {
      if (type === 'DELETED') collected.delete(objectKey(object))
      else collected.set(objectKey(object), object)
    },
    commit() {
      store.clear()
      for (const [key, object] of collected) store.set(key, object)
    },
    apply(type, object) {
      if (type === 'DELETED') store.delete(objectKey(object))
      else store.set(objectKey(object), object)
    },
    progress: () => {},
    room: () => undefined,
  }
  const reflector = new Reflector<KubeObject>({
    resource: await client.resource<KubeObject>(ConfigMap),
    reachability,
    selection,
    sink,
    clock,
    random: () => 0.5,
    observer: {
      happened: () => {},
      failed: ({ kind, error }, { current }) => {
        reachability.failed(error)
        heard.push(`${kind} ${current.times}`)
      },
      recovered: () => {
        reachability.succeeded()
        heard.push('recovered')
      },
    },
  })
  const stop = new AbortController()
  const run = Promise.all([reflector.run(stop.signal), reachability.run(stop.signal)])
  running.push(async () => {
    stop.abort()
    await run
    expect(clock.pending).toBe(0)
  })
  await settle()
  return { clock, server, reflector, heard, stop, run, names: () => [...store.keys()].sort() }
}
const put = (server: FakeServer, name: string) => server.put(ConfigMap, { metadata: { name, namespace: 'ns' } })

describe('a reflector', () => {
  test('lists what is there, page by page, and follows what happens then', async () => {
    const { server, names } = await start((before) => {
      before.pageSize = 2
      for (const name of ['a', 'b', 'c', 'd', 'e']) put(before, name)
    })
    expect(server.count('list')).toBe(3)
    put(server, 'f')
    server.remove(ConfigMap, 'ns/a')
    await settle()
    expect(names()).toEqual(['ns/b', 'ns/c', 'ns/d', 'ns/e', 'ns/f'])
    expect(server.count('watch')).toBe(1)
  })

  test('an hour of quiet, with watches that the server ends and no failure, is no list and no backoff', async () => {
    const { clock, server, reflector } = await start()
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(60_000)
      server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: server.revision } } })
      if (minute % 7 === 6) server.endWatches()
      await settle()
      expect(server.watching).toBe(1)
    }
    expect(server.count('list')).toBe(1)
    expect(reflector.liveness).toMatchObject({ activity: 'watching', relists: 0, silences: 0, failure: undefined })
  })

  test('a watch that says nothing for 70 s is taken for dead: a new one goes on from the same place', async () => {
    const { clock, server, names, reflector } = await start()
    server.silently(() => put(server, 'missed'))
    await clock.advance(69_000)
    expect(names()).toEqual([])
    await clock.advance(1000)
    expect(names()).toEqual(['ns/missed'])
    expect(server.count('list')).toBe(1)
    expect(reflector.liveness).toMatchObject({ silences: 1, reconnects: 1 })
  })

  test('a watch that outlives its time by 5 s is cut, though it still talks', async () => {
    const { clock, server } = await start()
    for (let at = 0; at < 450; at += 10) {
      server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: server.revision } } })
      await clock.advance(10_000)
    }
    expect(server.count('watch')).toBe(1)
    await clock.advance(5_000)
    expect(server.count('watch')).toBe(2)
  })

  test('a server that is away for a minute is waited for, and nothing that happened meanwhile is missed', async () => {
    const { clock, server, names, heard } = await start((before) => put(before, 'old'))
    server.failWith(refused)
    server.endWatches(refused())
    await clock.advance(60_000)
    server.silently(() => {
      put(server, 'new')
      server.remove(ConfigMap, 'ns/old')
    })
    server.heal()
    await clock.advance(60_000)
    expect(names()).toEqual(['ns/new'])
    expect(server.count('list')).toBe(1)
    expect(heard.at(-1)).toBe('recovered')
    expect(heard.filter((what) => what === 'recovered')).toHaveLength(1)
  })

  test('a server that came back with its history compacted is listed once, and what was deleted is noticed', async () => {
    const { clock, server, names, reflector } = await start((before) => put(before, 'old'))
    server.silently(() => {
      server.remove(ConfigMap, 'ns/old')
      put(server, 'new')
      server.compact()
    })
    server.endWatches(refused())
    await clock.advance(10_000)
    expect(names()).toEqual(['ns/new'])
    expect(server.count('list')).toBe(2)
    expect(reflector.liveness).toMatchObject({ gone410: 1, relists: 1, activity: 'watching', failure: undefined })
  })

  test('an ERROR in the stream ends it, and is no object', async () => {
    const { clock, server, names, heard } = await start()
    server.tell({ type: 'ERROR', status: { code: 500, reason: 'InternalError', message: 'etcd sneezed' } })
    put(server, 'after')
    await clock.advance(5_000)
    expect(names()).toEqual(['ns/after'])
    expect(heard).toEqual(['server 1', 'recovered'])
  })

  test('a broken frame is a broken stream: the event behind it is not lost', async () => {
    const { clock, server, names } = await start()
    put(server, 'one')
    await settle()
    server.endWatches(new SyntaxError('Unexpected end of JSON input'))
    server.silently(() => put(server, 'two'))
    await clock.advance(5_000)
    expect(names()).toEqual(['ns/one', 'ns/two'])
    expect(server.count('list')).toBe(1)
  })

  test('while it may not list it asks calmly, and says so', async () => {
    const { clock, server, reflector } = await start((before) => {
      before.failWith(({ verb }) => (verb === 'list' ? apiError(403, 'Forbidden') : undefined))
    })
    await clock.advance(60_000)
    expect(server.count('list')).toBeLessThanOrEqual(7)
    expect(reflector.liveness).toMatchObject({ failure: { kind: 'denied' } })
    server.heal()
    await clock.advance(60_000)
    expect(reflector.liveness).toMatchObject({ activity: 'watching', failure: undefined })
  })

  test('is over, with nothing left behind, when its signal aborts: in a watch, in a pause, in a list', async () => {
    for (const fault of [() => undefined, ({ verb }: { verb: string }) => (verb === 'list' ? refused() : undefined)]) {
      const { stop, run, server, clock } = await start((before) => {
        before.failWith(fault)
      })
      stop.abort()
      await run
      expect(server.watching).toBe(0)
      expect(clock.pending).toBe(0)
    }
  })
})

describe('after an outage', () => {
  // Seen with kube-apiserver: 45 s without it, and then another 39 s without a watch, for it answered the first request with 503.
  test('the watch is open again within seconds, though the first second of the server is all 503, 403 and 404', async () => {
    const { clock, server, heard, names } = await start((before) => put(before, 'a'))
    server.failWith(refused)
    server.endWatches(refused())
    await clock.advance(45_000)
    const starting = [apiError(503, 'ServiceUnavailable', 'starting', 5), apiError(403, 'Forbidden'), apiError(404, 'NotFound')]
    let requests = 0
    server.failWith(({ verb }) => (verb === 'probe' ? apiError(500, 'InternalError', 'readyz check failed') : starting[requests++ % 3]))
    await clock.advance(15_000)
    server.heal()
    server.silently(() => put(server, 'b'))
    await clock.advance(3_500)
    expect(names()).toEqual(['ns/a', 'ns/b'])
    expect(heard.at(-1)).toBe('recovered')
    expect(
      heard.filter((entry) => /denied|absent/.test(entry)),
      'what a starting server refuses is no verdict',
    ).toEqual([])
  })

  test('a server that is away is asked by one probe, and not by every watch', async () => {
    const { clock, server } = await start()
    server.failWith(refused)
    server.endWatches(refused())
    await clock.advance(20_000)
    const before = server.count('watch')
    await clock.advance(600_000)
    expect(server.count('watch') - before, 'one every ten seconds, should the probe be wrong').toBeLessThanOrEqual(61)
    expect(server.count('probe')).toBeLessThanOrEqual(630)
  })

  test('a list leaves the repetitions to the client while the server is there, and to the end of the outage while it is not', async () => {
    const { clock, server } = await start((before) => before.failWith(({ verb }) => (verb === 'discover' ? undefined : refused())))
    await clock.advance(20_000)
    server.heal()
    await clock.advance(3_000)
    await clock.advance(10_000)
    server.endWatches(apiError(410, 'Expired'))
    await clock.advance(5_000)
    const lists = server.requests.flatMap(({ verb, options }) => (verb === 'list' ? [(options as { retry: boolean }).retry] : []))
    expect([lists[0], lists[1], lists.at(-1)]).toEqual([true, false, true])
  })

  test('a wait that the server asked for with 429 is kept', async () => {
    const { clock, server } = await start()
    await clock.advance(5_000)
    server.failWith(({ verb }) => (verb === 'watch' ? apiError(429, 'TooManyRequests', 'later', 60) : undefined))
    server.endWatches()
    await clock.advance(1_000)
    const before = server.count('watch')
    await clock.advance(58_000)
    expect(server.count('watch')).toBe(before)
    server.heal()
    await clock.advance(6_000)
    expect(server.watching).toBe(1)
  })
})

describe('a reflector whose selection changes', () => {
  /** A selection that is set from outside, and what it was asked for. */
  function changing() {
    const asked: string[] = []
    const selected = { labelSelector: 'shard=a' }
    const selection = (purpose: 'list' | 'watch') => {
      asked.push(purpose)
      return { ...selected }
    }
    return { asked, selected, selection }
  }
  const labelled = (server: FakeServer, name: string, shard: string) =>
    server.put(ConfigMap, { metadata: { name, namespace: 'ns', labels: { shard } } })
  const prepared = (server: FakeServer) => {
    for (const name of ['a', 'b', 'c']) labelled(server, name, name)
  }

  test('lists again, at once, when it is told to, and follows the new selection', async () => {
    const { asked, selected, selection } = changing()
    const { server, names, reflector } = await start(prepared, selection)
    expect(names()).toEqual(['ns/a'])
    selected.labelSelector = 'shard in (a,b)'
    reflector.relist()
    await settle()
    expect(names()).toEqual(['ns/a', 'ns/b'])
    expect(server.watching).toBe(1)
    labelled(server, 'd', 'b')
    await settle()
    expect(names()).toEqual(['ns/a', 'ns/b', 'ns/d'])
    expect(reflector.liveness).toMatchObject({ relists: 1, failure: undefined })
    expect(asked.filter((purpose) => purpose === 'list').length).toBeGreaterThanOrEqual(2)
  })

  test('asks once for all pages of a list, and anew for each watch', async () => {
    const { asked, selection } = changing()
    const { clock, server } = await start((before) => {
      before.pageSize = 1
      for (const name of ['x', 'y', 'z']) labelled(before, name, 'a')
    }, selection)
    expect(server.count('list')).toBe(3)
    const before = asked.length
    await clock.advance(5000)
    server.endWatches()
    await clock.advance(1000)
    expect(asked.slice(before)).toEqual(['watch'])
  })

  test('waits out the server’s trouble first', async () => {
    const { selected, selection } = changing()
    const { clock, server, names, reflector } = await start(prepared, selection)
    server.failWith(() => refused())
    server.endWatches(refused())
    await clock.advance(100)
    const requests = server.requests.length
    selected.labelSelector = 'shard=c'
    reflector.relist()
    await settle()
    expect(server.requests.length).toBe(requests)
    server.heal()
    await clock.advance(60_000)
    expect(names()).toEqual(['ns/c'])
  })
})
