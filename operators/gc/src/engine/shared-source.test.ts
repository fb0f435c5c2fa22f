import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import type { KubeObject } from 'kubewright'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeCluster } from '../fake/fake-cluster.ts'
import type { Target } from '../policy/target.ts'
import { sharedSource } from './shared-source.ts'
import type { TargetHandler, TargetSource, TargetWatch } from './target-source.ts'

let cluster: FakeCluster
let source: TargetSource
beforeEach(() => {
  shown = new Map()
  policies = 0
  cluster = new FakeCluster(virtualClock())
  source = sharedSource(cluster.source)
})

const target = (labelSelector: string, namespace?: string, more: Partial<Target> = {}): Target => ({
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace,
  labelSelector,
  fieldSelector: '',
  metadataOnly: true,
  keep: 'objects',
  ...more,
})

const deaf: TargetHandler = { seen: () => {}, left: () => {}, policy: 'deaf', shown: () => [] }

/** Who has been shown which object: what the tracker knows. */
let shown: Map<string, Set<string>>
let policies = 0

async function open(of: Target): Promise<TargetWatch & { readonly heard: string[] }> {
  const heard: string[] = []
  const policy = `p${policies++}`
  const watch = await source.open(of, {
    policy,
    shown: (uid) => shown.get(uid) ?? [],
    seen: ({ metadata: { uid = '', namespace, name } }: KubeObject) => {
      shown.set(uid, (shown.get(uid) ?? new Set()).add(policy))
      heard.push(`+${namespace}/${name}`)
    },
    left: ({ metadata: { uid = '', namespace, name } }: KubeObject) => {
      shown.get(uid)?.delete(policy)
      heard.push(`-${namespace}/${name}`)
    },
    outgrown: () => heard.push('outgrown'),
  })
  await watch.synced
  await settle()
  return Object.assign(watch, { heard })
}
const openMany = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => open(target(`app=a${n}`))))
const giveBack = async (watch: TargetWatch) => {
  watch.close()
  await watch.release()
}

test('a few targets of one kind have a watch each, for which the server selects; equal ones share it', async () => {
  await openMany(3)
  await open(target('app=a0'))
  expect(cluster.watches).toBe(3)
})

test('P9: a thousand targets of one kind are one watch, as soon as the first few have moved over to it', async () => {
  const all = await openMany(1_000)
  const outgrown = all.filter(({ heard }) => heard.includes('outgrown'))
  expect({ watches: cluster.watches, outgrown: outgrown.length }).toEqual({ watches: 9, outgrown: 8 })
  cluster.put('ConfigMap', 'x', { labels: { app: 'a0' } })
  const moved = await open(target('app=a0'))
  expect(moved.heard).toEqual(['+team/x'])
  for (const watch of outgrown) await giveBack(watch)
  expect(cluster.watches).toBe(1)
  cluster.put('ConfigMap', 'y', { labels: { app: 'a0' } })
  expect(moved.heard).toEqual(['+team/x', '+team/y'])
})

test('nobody is told to move before the one watch has read everything', async () => {
  const few = await openMany(8)
  const read = Promise.withResolvers<void>()
  cluster.slow.set('ConfigMap', read.promise)
  await source.open(target('app=late'), deaf)
  await settle()
  expect(few.flatMap(({ heard }) => heard)).toEqual([])
  read.resolve()
  await settle()
  expect(few.map(({ heard }) => heard)).toEqual(few.map(() => ['outgrown']))
})

test('nobody is told to move to a watch that everybody has left', async () => {
  const few = await openMany(8)
  const read = Promise.withResolvers<void>()
  cluster.slow.set('ConfigMap', read.promise)
  await giveBack(await source.open(target('app=late'), deaf))
  read.resolve()
  await settle()
  expect({ heard: few.flatMap(({ heard }) => heard), watches: cluster.watches }).toEqual({ heard: [], watches: 8 })
})

test('out of the one watch each hears of its own: by namespace, by label, by what it does not carry', async () => {
  await openMany(8)
  const [byLabel, byNamespace, without, any] = await Promise.all([
    open(target('app=x')),
    open(target('', 'other')),
    open(target('!app')),
    open(target('tier')),
  ])
  cluster.put('ConfigMap', 'one', { labels: { app: 'x' } })
  cluster.put('ConfigMap', 'two', { namespace: 'other', labels: { tier: 'gold' } })
  cluster.put('ConfigMap', 'one', { labels: { tier: 'tin' } })
  cluster.remove('ConfigMap', 'two', 'other')
  expect(byLabel!.heard).toEqual(['+team/one', '-team/one'])
  expect(byNamespace!.heard).toEqual(['+other/two', '-other/two'])
  expect(without!.heard).toEqual(['+other/two', '+team/one', '-other/two'])
  expect(any!.heard).toEqual(['+other/two', '+team/one', '-other/two'])
  const [held, other] = [any!.held, byLabel!.held]
  if (held.is === 'keys' || other.is === 'keys') throw new Error('objects were asked for')
  expect([...held.all()].map(({ metadata }) => metadata.name)).toEqual(['one'])
  expect([held.get('one', 'team')?.metadata.name, other.get('one', 'team')]).toEqual(['one', undefined])
})

describe('where keys are kept', () => {
  const keys = (labelSelector: string, namespace?: string) => open(target(labelSelector, namespace, { keep: 'keys' }))
  const begin = () => Promise.all(Array.from({ length: 8 }, (_, n) => keys(`app=a${n}`)))

  test('each hears of its own, and of what is no longer its own, though no label is remembered', async () => {
    await begin()
    const [byLabel, without, any] = await Promise.all([keys('app=x'), keys('!app'), keys('tier')])
    cluster.put('ConfigMap', 'one', { labels: { app: 'x' } })
    cluster.put('ConfigMap', 'one', { labels: { tier: 'tin' } })
    cluster.remove('ConfigMap', 'one')
    expect(byLabel!.heard).toEqual(['+team/one', '-team/one'])
    expect(without!.heard).toEqual(['+team/one', '-team/one'])
    expect(any!.heard).toEqual(['+team/one', '-team/one'])
  })

  test('who joins late reads from the server what it selects, and nothing else', async () => {
    await begin()
    await keys('app=x')
    cluster.put('ConfigMap', 'one', { labels: { app: 'y' } })
    cluster.put('ConfigMap', 'two', { labels: { app: 'z' } })
    cluster.requests.length = 0
    const late = await keys('app=y')
    expect(late.heard).toEqual(['+team/one'])
    expect(cluster.requests.map(({ verb }) => verb)).toEqual(['list'])
    expect(cluster.watches).toBe(9)
  })

  test('who joins before anything has been told reads nothing: the watch tells it', async () => {
    await begin()
    cluster.put('ConfigMap', 'one', { labels: { app: 'y' } })
    cluster.requests.length = 0
    const read = Promise.withResolvers<void>()
    cluster.slow.set('ConfigMap', read.promise)
    const opening = Promise.all([keys('app=y'), keys('app=y,!tier')])
    await settle()
    read.resolve()
    const [first, second] = await opening
    expect([first!.heard, second!.heard]).toEqual([['+team/one'], ['+team/one']])
    expect(cluster.requests).toEqual([])
  })

  test('what is read and has changed in the watch meanwhile is left to the watch', async () => {
    await begin()
    await keys('app=x')
    cluster.put('ConfigMap', 'one', { labels: { app: 'y' } })
    const { held } = await keys('app=y')
    if (held.is === 'objects') throw new Error('keys were asked for')
    const old = cluster.get('ConfigMap', 'one')!
    cluster.put('ConfigMap', 'one', { labels: { app: 'y', tier: 'tin' } })
    expect([held.has(old), held.has(cluster.get('ConfigMap', 'one')!)]).toEqual([false, true])
  })
})

test('Z16: when all have gone, so have the watches', async () => {
  const all = await openMany(20)
  for (const watch of all) await giveBack(watch)
  expect(cluster.watches).toBe(0)
  await open(target('app=again'))
  expect(cluster.watches).toBe(1)
})

test('who has closed hears nothing more, though the watch goes on', async () => {
  await openMany(8)
  const [one, two] = await Promise.all([open(target('a=1')), open(target('a=1,b'))])
  one!.close()
  cluster.put('ConfigMap', 'x', { labels: { a: '1', b: '' } })
  expect([one!.heard, two!.heard]).toEqual([[], ['+team/x']])
})

test('what the server selects by fields, and whole objects, are other watches', async () => {
  await openMany(9)
  expect(cluster.watches).toBe(9)
  await open(target('app=x', undefined, { metadataOnly: false }))
  await open(target('app=x', undefined, { fieldSelector: 'metadata.name=x' }))
  expect(cluster.watches).toBe(11)
})

test('a watch that cannot be opened is tried again by the next, and nothing is left of it', async () => {
  await openMany(8)
  cluster.unopened = () => new Error('no')
  await expect(source.open(target('z=1'), deaf)).rejects.toThrow('no')
  cluster.unopened = () => undefined
  await open(target('z=1'))
  expect(cluster.watches).toBe(9)
})
