// Watches: what comes, in which order, from where, and how they end.
import type { ConfigMap, WatchEvent, WatchOptions } from '@kubewright/client'
import { compareResourceVersions } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { configMap, useCluster } from './harness.ts'

const bench = useCluster()

/** A watch that collects what comes, until the test is over. */
async function watching(
  options: WatchOptions,
): Promise<{ readonly events: WatchEvent<ConfigMap>[]; readonly ended: Promise<unknown>; stop(): void }> {
  const controller = new AbortController()
  const configMaps = await bench.configMaps()
  const events: WatchEvent<ConfigMap>[] = []
  const ended = (async () => {
    for await (const event of configMaps.watch({ signal: controller.signal, ...options })) events.push(event)
  })().catch((error: unknown) => error)
  onTestFinished(async () => {
    controller.abort()
    await ended
  })
  return { events, ended, stop: () => controller.abort() }
}

const said = (events: readonly WatchEvent<ConfigMap>[]) =>
  events.map((event) => (event.type === 'ERROR' ? `ERROR ${event.status.code}` : `${event.type} ${event.object.metadata.name}`))

async function present(namespace: string): Promise<string> {
  return (await (await bench.configMaps()).list({ namespace })).metadata.resourceVersion!
}

test('from a version on, everything that happens comes once and in order', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  await configMaps.create(configMap(namespace, 'before'))
  const { events } = await watching({ namespace, labelSelector: 'w', resourceVersion: await present(namespace) })
  const a = await configMaps.create(configMap(namespace, 'a', { labels: { w: '' } }))
  await configMaps.update({ ...a, data: { n: '1' } })
  await configMaps.delete({ namespace, name: 'a' })
  await configMaps.create(configMap(namespace, 'b', { labels: { w: '' } }))
  await eventually(() => expect(said(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED b']))
  const versions = events.map((event) => (event.type === 'ERROR' ? '' : event.object.metadata.resourceVersion!))
  expect([...versions].sort(compareResourceVersions)).toEqual(versions)
  expect(new Set(versions).size).toBe(4)
})

test('a later watch from the same version sees the same again', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const from = await present(namespace)
  for (const name of ['a', 'b', 'c']) await configMaps.create(configMap(namespace, name, { labels: { w: '' } }))
  await configMaps.delete({ namespace, name: 'b' })
  for (let i = 0; i < 2; i++) {
    const { events } = await watching({ namespace, labelSelector: 'w', resourceVersion: from })
    await eventually(() => expect(said(events)).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'DELETED b']))
  }
})

test('resumed from the last event seen, it goes on exactly there', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const first = await watching({ namespace, labelSelector: 'w', resourceVersion: await present(namespace) })
  await configMaps.create(configMap(namespace, 'a', { labels: { w: '' } }))
  await configMaps.create(configMap(namespace, 'b', { labels: { w: '' } }))
  await eventually(() => expect(first.events).toHaveLength(2))
  first.stop()
  await first.ended
  await configMaps.create(configMap(namespace, 'c', { labels: { w: '' } }))
  const last = first.events[0]!
  const second = await watching({
    namespace,
    labelSelector: 'w',
    resourceVersion: last.type === 'ERROR' ? '' : last.object.metadata.resourceVersion!,
  })
  await eventually(() => expect(said(second.events)).toEqual(['ADDED b', 'ADDED c']))
})

test('an object that enters or leaves the selector comes as added or deleted', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const { events } = await watching({ namespace, labelSelector: 'w=in', resourceVersion: await present(namespace) })
  const name = { namespace, name: 'a' }
  const label = (w: string) => configMaps.patch(name, { type: 'merge', body: { metadata: { labels: { w } } } })
  await configMaps.create(configMap(namespace, 'a', { labels: { w: 'out' } }))
  await label('in')
  await label('out')
  await label('in')
  await configMaps.delete(name)
  await eventually(() => expect(said(events)).toEqual(['ADDED a', 'DELETED a', 'ADDED a', 'DELETED a']))
})

test('the state, then a bookmark that says so, then what happens', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  for (const name of ['a', 'b']) await configMaps.create(configMap(namespace, name, { labels: { w: '' } }))
  const { events } = await watching({
    namespace,
    labelSelector: 'w',
    sendInitialEvents: true,
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: true,
  })
  await eventually(() => expect(events.at(-1)?.type).toBe('BOOKMARK'))
  const bookmark = events.at(-1)!
  expect(said(events.slice(0, -1)).sort()).toEqual(['ADDED a', 'ADDED b'])
  expect(bookmark.type !== 'ERROR' && bookmark.object.metadata.annotations).toMatchObject({ 'k8s.io/initial-events-end': 'true' })
  await configMaps.create(configMap(namespace, 'c', { labels: { w: '' } }))
  await eventually(() => expect(said(events).at(-1)).toBe('ADDED c'))
})

test('metadata alone', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const from = await present(namespace)
  await configMaps.create(configMap(namespace, 'a', { labels: { w: '' }, data: { big: 'x' } }))
  for await (const event of configMaps.metadataOnly().watch({ namespace, labelSelector: 'w', resourceVersion: from })) {
    expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } })
    expect(event.type === 'ADDED' && event.object).not.toHaveProperty('data')
    break
  }
})

describe('the end', () => {
  test('comes from the server when the time asked for is over', async () => {
    const namespace = await bench.namespace()
    const started = performance.now()
    const { ended } = await watching({ namespace, resourceVersion: await present(namespace), timeoutSeconds: 1 })
    expect(await ended).toBe(undefined)
    expect(performance.now() - started).toBeGreaterThan(900)
  })

  test('comes at once when the caller leaves the loop', async () => {
    const namespace = await bench.namespace()
    const configMaps = await bench.configMaps()
    const from = await present(namespace)
    await configMaps.create(configMap(namespace, 'a'))
    let seen = 0
    for await (const _ of configMaps.watch({ namespace, resourceVersion: from })) {
      seen++
      break
    }
    expect(seen).toBe(1)
  })

  test('an abort throws its reason', async () => {
    const namespace = await bench.namespace()
    const { ended, stop } = await watching({ namespace, resourceVersion: await present(namespace) })
    stop()
    expect(await ended).toMatchObject({ name: 'AbortError' })
  })
})
