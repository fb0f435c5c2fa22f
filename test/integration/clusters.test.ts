// One manager at work in two clusters: the one under test, and an embedded one beside it.
import { ConfigMap, EventsV1Event } from '@kubewright/client'
import { controller, type Runnable } from '@kubewright/runtime'
import { consistently, eventually, startTestCluster, type TestCluster } from '@kubewright/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { configMap, useCluster } from './harness.ts'
import { runManager } from './managers.ts'

const bench = useCluster()
let other: TestCluster
beforeAll(async () => {
  other = await startTestCluster({ server: 'embedded' })
}, 60_000)
afterAll(() => other.stop())

let namespace: string
beforeEach(async () => {
  namespace = await bench.namespace()
})

const configMapsOf = (cluster: TestCluster) => cluster.client().resource(ConfigMap)

/** Marks every ConfigMap that is labelled for it, in its own cluster, and says so in an event. */
function marker(inNamespaces: () => readonly string[]): Runnable {
  return {
    name: 'marker',
    run: (signal, { clusters }) =>
      clusters.engage(async (cluster) => {
        const lease = await cluster.cache.informer(ConfigMap, { namespaces: inNamespaces(), labelSelector: 'mark' })
        const resource = await cluster.client.resource(ConfigMap)
        const writes: Promise<unknown>[] = []
        lease.informer.subscribe({
          add(object) {
            const { name = '', namespace: where } = object.metadata
            cluster.recorder('marker').event(object, { reason: 'Marked', note: `in ${cluster.name || 'the own cluster'}` })
            writes.push(
              resource
                .patch({ name, namespace: where }, { type: 'merge', body: { data: { by: cluster.name || 'local' } } })
                .catch(() => {}),
            )
          },
        })
        const end = AbortSignal.any([signal, cluster.signal])
        await new Promise((resolve) => end.addEventListener('abort', resolve))
        await Promise.all(writes)
        await lease.release()
      }, signal),
  }
}

const marked = async (cluster: TestCluster, where: string, name: string) =>
  (await (await configMapsOf(cluster)).get({ namespace: where, name })).data?.['by']

test('a cluster that joins is worked in like the own one, with its own events; one that has left is let alone', async () => {
  const [ours, theirs] = [await configMapsOf(bench.cluster), await configMapsOf(other)]
  const labels = { mark: 'me' }
  await ours.create(configMap(namespace, 'here', { labels }))
  await theirs.create(configMap('default', 'there', { labels }))
  const { manager } = runManager(bench.cluster.connection, [marker(() => [namespace, 'default'])])
  await eventually(async () => expect(await marked(bench.cluster, namespace, 'here')).toBe('local'))
  expect(await marked(other, 'default', 'there')).toBeUndefined()

  manager.clusters.join('other', other.client())
  await eventually(async () => expect(await marked(other, 'default', 'there')).toBe('other'))
  const events = await other.client().resource(EventsV1Event)
  await eventually(async () => expect((await events.list({ namespace: 'default' })).items.map(({ note }) => note)).toEqual(['in other']))

  await manager.clusters.leave('other')
  await theirs.create(configMap('default', 'late', { labels }))
  await ours.create(configMap(namespace, 'later', { labels }))
  await eventually(async () => expect(await marked(bench.cluster, namespace, 'later')).toBe('local'))
  await consistently(async () => expect(await marked(other, 'default', 'late')).toBeUndefined(), 500)
})

test('another cluster that goes away and comes back is worked in again, and the own one all the time', async () => {
  const labels = { mark: 'me' }
  const { manager } = runManager(bench.cluster.connection, [marker(() => [namespace, 'default'])])
  manager.clusters.join('other', other.client())
  const theirs = await configMapsOf(other)
  await theirs.create(configMap('default', 'before', { labels }))
  await eventually(async () => expect(await marked(other, 'default', 'before')).toBe('other'))
  await other.stopServer()
  await (await configMapsOf(bench.cluster)).create(configMap(namespace, 'meanwhile', { labels }))
  await eventually(async () => expect(await marked(bench.cluster, namespace, 'meanwhile')).toBe('local'))
  await eventually(() => expect(manager.clusters.get('other')?.reachability.state).toBe('unreachable'))
  await other.startServer()
  await theirs.create(configMap('default', 'after', { labels }))
  await eventually(async () => expect(await marked(other, 'default', 'after')).toBe('other'), { timeout: 20_000 })
})

test('a controller of every cluster reconciles each object with the client of its own, and forgets those of a cluster that has left', async () => {
  const [ours, theirs] = [await configMapsOf(bench.cluster), await configMapsOf(other)]
  const labels = { greet: 'me' }
  const done: string[] = []
  const greeter = controller(ConfigMap, {
    name: 'greeter',
    clusters: 'every',
    namespaces: [namespace, 'default'],
    labelSelector: 'greet',
    async reconcile({ object, request, client }) {
      done.push(`${request.cluster || 'local'}/${request.name}`)
      const { name = '', namespace: where } = object.metadata
      const own = await client.resource(ConfigMap)
      await own.patch({ name, namespace: where }, { type: 'merge', body: { data: { by: request.cluster || 'local' } } })
    },
  })
  await ours.create(configMap(namespace, 'twin', { labels }))
  await theirs.create(configMap('default', 'twin', { labels }))
  const { manager } = runManager(bench.cluster.connection, [greeter])
  manager.clusters.join('other', other.client())
  await eventually(async () => {
    expect(await marked(bench.cluster, namespace, 'twin')).toBe('local')
    expect(await marked(other, 'default', 'twin')).toBe('other')
  })
  await manager.clusters.leave('other')
  done.length = 0
  await theirs.patch({ namespace: 'default', name: 'twin' }, { type: 'merge', body: { data: { change: '1' } } })
  await ours.patch({ namespace, name: 'twin' }, { type: 'merge', body: { data: { change: '1' } } })
  await eventually(() => expect(done).toContain('local/twin'))
  await consistently(() => expect(new Set(done)).toEqual(new Set(['local/twin'])), 500)
})
