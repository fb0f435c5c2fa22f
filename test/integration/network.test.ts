// One client and one server with a bad network between them: what is repeated, what never is, and what the caller is told.
import { type Client, ConfigMap, connectTo, type WatchEvent } from '@kubewright/client'
import { isApiError, isConnectionError, isNotFound, isTooManyRequests } from '@kubewright/core'
import { eventually, type FaultProxy, faultProxy } from '@kubewright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { configMap, failure, namesOf, useCluster } from './harness.ts'

const bench = useCluster()

let namespace: string
let proxy: FaultProxy
let client: Client

beforeEach(async () => {
  namespace = await bench.namespace()
  proxy = await faultProxy(bench.cluster.connection)
  client = connectTo(proxy.connection)
})
afterEach(async () => {
  await client.close()
  await proxy.stop()
})

const configMaps = () => client.resource(ConfigMap)
/** What is really on the server, past the proxy. */
const present = async () => {
  const { items } = await (await bench.configMaps()).list({ namespace })
  return namesOf(items).filter((name) => name !== 'kube-root-ca.crt')
}

describe('repeated, because nothing can have happened or it may happen twice', () => {
  test('any request that the server puts off, after the time it names', async () => {
    const injection = proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 1 }, { method: 'POST' }, 1)
    const started = performance.now()
    await (await configMaps()).create(configMap(namespace, 'a'))
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_000)
    expect(injection.hits).toBe(1)
    expect(await present()).toEqual(['a'])
  })

  test('a read through a server in trouble or a connection that breaks', async () => {
    await (await bench.configMaps()).create(configMap(namespace, 'a'))
    for (const fault of [{ is: 'status', code: 503 }, { is: 'status', code: 504 }, { is: 'reset' }, { is: 'lost-answer' }] as const) {
      const injection = proxy.inject(fault, { method: 'GET' }, 1)
      expect((await (await configMaps()).get({ namespace, name: 'a' })).metadata.name).toBe('a')
      expect(injection.hits).toBe(1)
    }
  })

  test('a server that is away for a moment', async () => {
    await proxy.pause()
    const creating = configMaps().then((resource) => resource.create(configMap(namespace, 'a')))
    await new Promise((resolve) => setTimeout(resolve, 80))
    await proxy.resume()
    await creating
    expect(await present()).toEqual(['a'])
  })
})

describe('told, because nobody knows what happened', () => {
  test('a creation whose answer was lost is not repeated', async () => {
    proxy.inject({ is: 'lost-answer' }, { method: 'POST' })
    const error = await failure((await configMaps()).create({ metadata: { generateName: 'made-' } }, { namespace }))
    expect(isConnectionError(error)).toBe(true)
    expect(await present()).toHaveLength(1)
    expect(proxy.count({ method: 'POST' })).toBe(1)
  })

  test('a deletion whose answer was lost is not repeated, and the caller who repeats it learns that it was done', async () => {
    const created = await (await bench.configMaps()).create(configMap(namespace, 'a'))
    const remove = async () => (await configMaps()).delete({ namespace, name: 'a' }, { preconditions: { uid: created.metadata.uid! } })
    proxy.inject({ is: 'lost-answer' }, { method: 'DELETE' }, 1)
    expect(isConnectionError(await failure(remove()))).toBe(true)
    expect(proxy.count({ method: 'DELETE' })).toBe(1)
    expect(isNotFound(await failure(remove()))).toBe(true)
  })

  test('an answer that does not come in the time given', async () => {
    const resource = await configMaps()
    proxy.inject({ is: 'blackhole' })
    const started = performance.now()
    const error = await failure(resource.get({ namespace, name: 'a' }, { timeout: 300 }))
    expect(isConnectionError(error)).toBe(true)
    expect(String(error)).toMatch(/300 ms|0\.3 s|timed out|time/)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  test('an answer that ends too early is no answer', async () => {
    for (let i = 0; i < 5; i++) await (await bench.configMaps()).create(configMap(namespace, `m-${i}`))
    const resource = await configMaps()
    for (const clean of [true, false]) {
      using _ = proxy.inject({ is: 'truncate', after: { bytes: 100 }, clean })
      await failure(resource.list({ namespace }))
    }
  })
})

describe('given up, with what the server said', () => {
  test('the answer of something on the way that is no API server', async () => {
    const resource = await configMaps()
    proxy.inject({ is: 'status', code: 502, body: '<html><h1>Bad Gateway</h1></html>' })
    const error = await failure(resource.get({ namespace, name: 'a' }))
    expect(isApiError(error) && error.code).toBe(502)
    expect(String(error)).toContain('Bad Gateway')
  })

  test('a server that wants more patience than a call has', async () => {
    const resource = await configMaps()
    proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 600 })
    const error = await failure(resource.get({ namespace, name: 'a' }))
    expect(isTooManyRequests(error) && error.retryAfterSeconds).toBe(600)
    expect(proxy.count({ path: '/configmaps/a' })).toBe(1)
  })

  test('an abort ends the waiting for the next attempt', async () => {
    const resource = await configMaps()
    proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 20 })
    const controller = new AbortController()
    const asking = failure(resource.get({ namespace, name: 'a' }, { signal: controller.signal }))
    await eventually(() => expect(proxy.count({ path: '/configmaps/a' })).toBe(1))
    controller.abort(new Error('enough'))
    expect(await asking).toMatchObject({ message: 'enough' })
  })
})

describe('a watch', () => {
  /** Runs a watch to its end: the events, and the error that ended it. */
  async function watched(signal?: AbortSignal) {
    const resource = await configMaps()
    const from = (await resource.list({ namespace })).metadata.resourceVersion!
    const events: WatchEvent<ConfigMap>[] = []
    const ended = (async () => {
      for await (const event of resource.watch({ namespace, labelSelector: 'w', resourceVersion: from, ...(signal ? { signal } : {}) }))
        events.push(event)
    })().then(
      () => 'the end',
      (error: unknown) => error,
    )
    await eventually(() => expect(proxy.open({ watch: true })).toBe(1))
    return { events, ended }
  }
  const make = async (name: string) => (await bench.configMaps()).create(configMap(namespace, name, { labels: { w: '' } }))

  test('that is cut in the middle of a line yields the whole ones and throws', async () => {
    proxy.inject({ is: 'truncate', after: { lines: 2 } }, { watch: true })
    const { events, ended } = await watched()
    for (const name of ['a', 'b', 'c']) await make(name)
    expect(isConnectionError(await ended)).toBe(true)
    expect(events.map((event) => event.type !== 'ERROR' && event.object.metadata.name)).toEqual(['a', 'b'])
  })

  test('whose last line is half and whose end looks regular throws all the same: half an event is not to be passed over', async () => {
    proxy.inject({ is: 'truncate', after: { lines: 1 }, clean: true }, { watch: true })
    const { events, ended } = await watched()
    for (const name of ['a', 'b']) await make(name)
    expect(await ended).toBeInstanceOf(Error)
    expect(events).toHaveLength(1)
  })

  test('that is broken off throws', async () => {
    const { ended } = await watched()
    proxy.cut({ watch: true })
    expect(isConnectionError(await ended)).toBe(true)
  })

  test('that the server refuses throws what it said', async () => {
    const resource = await configMaps()
    proxy.inject({ is: 'status', code: 403 }, { watch: true })
    const error = await failure(resource.watch({ namespace, resourceVersion: '0' })[Symbol.asyncIterator]().next())
    expect(isApiError(error) && error.code).toBe(403)
  })

  test('that is left closes its connection', async () => {
    const controller = new AbortController()
    const { ended } = await watched(controller.signal)
    controller.abort()
    await ended
    await eventually(() => expect(proxy.open()).toBe(0))
  })
})

test('after close no connection is left, and requests under way have failed', async () => {
  const resource = await configMaps()
  proxy.inject({ is: 'blackhole' })
  const asking = failure(resource.get({ namespace, name: 'a' }))
  await eventually(() => expect(proxy.open()).toBe(1))
  await client.close()
  expect(await asking).toBeInstanceOf(Error)
  await eventually(() => expect(proxy.open()).toBe(0))
})
