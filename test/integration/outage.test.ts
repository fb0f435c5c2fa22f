// A network and a server that fail: whoever watches resumes, and in the end knows exactly what the server knows.

import type { ClusterConnection } from '@kubewright/client'
import { ConfigMap } from '@kubewright/client'
import type { Informer } from '@kubewright/runtime'
import { consistently, eventually, type FaultProxy, faultProxy } from '@kubewright/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { configMap, namesOf, useCluster } from './harness.ts'
import { type RunningManager, runManager } from './managers.ts'

const bench = useCluster()

let namespace: string
let proxy: FaultProxy

beforeEach(async () => {
  namespace = await bench.namespace()
  proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
})

interface Watcher {
  readonly informer: Informer<ConfigMap>
  readonly events: string[]
  readonly running: RunningManager
}

/** A manager that keeps an informer on the test's labelled objects, and notes what its handlers were told. */
async function watcher(connection: ClusterConnection): Promise<Watcher> {
  const events: string[] = []
  const started = Promise.withResolvers<Informer<ConfigMap>>()
  const running = runManager(connection, (manager) =>
    manager.add({
      name: 'watcher',
      needsLeaderElection: false,
      async run(signal) {
        const lease = await manager.cache.informer(ConfigMap, { namespace, labelSelector: 'seen' })
        lease.informer.subscribe({
          add: (object) => void events.push(`add ${object.metadata.name}`),
          update: (_, object) => void events.push(`update ${object.metadata.name} ${object.data?.['n'] ?? ''}`.trim()),
          delete: (object) => void events.push(`delete ${object.metadata.name}`),
        })
        started.resolve(lease.informer)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        await lease.release()
      },
    }),
  )
  const informer = await started.promise
  await informer.whenSynced(AbortSignal.timeout(20_000))
  return { informer, events, running }
}

const make = async (name: string) => (await bench.configMaps()).create(configMap(namespace, name, { labels: { seen: '' } }))
const change = async (name: string, n: string) =>
  (await bench.configMaps()).patch({ namespace, name }, { type: 'merge', body: { data: { n } } })
const remove = async (name: string) => (await bench.configMaps()).delete({ namespace, name })
const opened = () => eventually(() => expect(proxy.open({ watch: true, path: 'configmaps' })).toBe(1))

/** The informer and the server agree, object by object. */
async function agree(informer: Informer<ConfigMap>): Promise<void> {
  const { items } = await (await bench.configMaps()).list({ namespace, labelSelector: 'seen' })
  const versions = (objects: readonly ConfigMap[]) => objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort()
  expect(versions(informer.list())).toEqual(versions(items))
}

test('a stream that breaks in the middle of a line loses nothing and doubles nothing', async () => {
  const { informer, events } = await watcher(proxy.connection)
  await opened()
  proxy.cut({ watch: true })
  proxy.inject({ is: 'truncate', after: { lines: 2 } }, { watch: true, path: 'configmaps' }, 1)
  await opened()
  for (const name of ['a', 'b', 'c', 'd']) await make(name)
  await eventually(() => expect(events).toEqual(['add a', 'add b', 'add c', 'add d']), { timeout: 20_000 })
  await agree(informer)
})

test('a server that cannot be reached for a while: what happened meanwhile is told afterwards, once', async () => {
  for (const name of ['a', 'b', 'c']) await make(name)
  const { informer, events } = await watcher(proxy.connection)
  await opened()
  events.length = 0
  await proxy.pause()
  await make('d')
  await remove('a')
  await change('b', '1')
  await change('b', '2')
  await proxy.resume()
  await eventually(() => agree(informer), { timeout: 40_000 })
  await eventually(() => expect([...events].sort()).toEqual(expect.arrayContaining(['add d', 'delete a', 'update b 2']) as unknown))
  // Resumed from where it was, it sees both changes; after a fresh list it may see only the last.
  expect(events.filter((event) => !['add d', 'delete a', 'update b 1', 'update b 2'].includes(event))).toEqual([])
  expect(new Set(events).size).toBe(events.length)
})

test('a server that has forgotten what came before: a deletion that no event told of is noticed by the fresh list', async () => {
  for (const name of ['a', 'b']) await make(name)
  const { informer, events } = await watcher(proxy.connection)
  await opened()
  events.length = 0
  await proxy.pause()
  await remove('a')
  await make('c')
  await bench.cluster.forgetHistory()
  // Something must happen after it, or a server may still serve the old version: nothing was forgotten between it and now.
  await make('d')
  await proxy.resume()
  await eventually(() => agree(informer), { timeout: 40_000 })
  expect(namesOf(informer.list())).toEqual(['b', 'c', 'd'])
  await eventually(() => expect([...events].sort()).toEqual(['add c', 'add d', 'delete a']))
})

test('a server that was stopped and started again is watched again, and the program stays up', async () => {
  await make('a')
  const { informer, running } = await watcher(bench.cluster.connection)
  await bench.cluster.stopServer()
  let over = false
  void running.ended.then(() => {
    over = true
  })
  await consistently(() => expect(over).toBe(false), 2_000, 100)
  expect(namesOf(informer.list())).toEqual(['a'])
  await bench.cluster.startServer()
  await make('b')
  await remove('a')
  await eventually(() => agree(informer), { timeout: 60_000 })
  expect(namesOf(informer.list())).toEqual(['b'])
})

test('a server that is away when the program starts is waited for, and that is said once', async () => {
  await proxy.pause()
  await make('a')
  const starting = watcher(proxy.connection)
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await proxy.resume()
  const { informer, running } = await starting
  await eventually(() => agree(informer), { timeout: 40_000 })
  expect(running.lines.filter(({ level, text }) => level === 'warn' && text.includes('ECONNREFUSED')).length).toBeLessThanOrEqual(3)
})

test('too many requests and a server in trouble are asked again, with the patience that they ask for', async () => {
  await make('a')
  proxy.inject({ is: 'status', code: 429, retryAfterSeconds: 1 }, { path: 'configmaps' }, 2)
  proxy.inject({ is: 'status', code: 503 }, { path: 'configmaps' }, 2)
  proxy.inject({ is: 'status', code: 500 }, { path: 'configmaps' }, 2)
  const { informer } = await watcher(proxy.connection)
  await agree(informer)
  const asked = proxy.count({ path: 'configmaps' })
  expect(asked).toBeLessThan(12)
})
