import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import type { KubeObject } from 'kubewright'
import { beforeEach, expect, test } from 'vitest'
import { FakeCluster } from '../fake/fake-cluster.ts'
import type { Target } from '../policy/target.ts'
import { sharedSource } from './shared-source.ts'
import type { TargetSource, TargetWatch } from './target-source.ts'

let cluster: FakeCluster
let source: TargetSource
beforeEach(() => {
  cluster = new FakeCluster(virtualClock())
  source = sharedSource(cluster.source)
})

const target = (labelSelector: string, namespace?: string, more: Partial<Target> = {}): Target => ({
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace,
  labelSelector,
  fieldSelector: '',
  metadataOnly: true,
  ...more,
})

async function open(of: Target): Promise<TargetWatch & { readonly heard: string[] }> {
  const heard: string[] = []
  const watch = await source.open(of, {
    seen: ({ metadata }: KubeObject) => heard.push(`+${metadata.namespace}/${metadata.name}`),
    left: ({ metadata }: KubeObject) => heard.push(`-${metadata.namespace}/${metadata.name}`),
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
  await source.open(target('app=late'), { seen: () => {}, left: () => {} })
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
  await giveBack(await source.open(target('app=late'), { seen: () => {}, left: () => {} }))
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
  expect([...any!.objects()].map(({ metadata }) => metadata.name)).toEqual(['one'])
  expect([any!.get('one', 'team')?.metadata.name, byLabel!.get('one', 'team')]).toEqual(['one', undefined])
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
  await expect(source.open(target('z=1'), { seen: () => {}, left: () => {} })).rejects.toThrow('no')
  cluster.unopened = () => undefined
  await open(target('z=1'))
  expect(cluster.watches).toBe(9)
})
