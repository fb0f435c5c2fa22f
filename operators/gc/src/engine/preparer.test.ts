import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import type { KubeObject } from 'kubewright'
import { beforeEach, expect, test } from 'vitest'
import { FakeCluster, status } from '../fake/fake-cluster.ts'
import { GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { type ReadyPolicy, readPolicy } from '../policy/policy.ts'
import { Preparer } from './preparer.ts'

const policy = GarbageCollectionPolicy.of({
  metadata: { name: 'p', namespace: 'team', uid: 'policy' },
  spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 1 }, notice: { seconds: 60 } },
}) as Policy
const { ready } = readPolicy(policy, { maxDeletionsPerSecond: 1, protection: { namespaces: [], allowedKinds: [] } }) as {
  ready: ReadyPolicy
}

let clock: VirtualClock
let cluster: FakeCluster
let preparer: Preparer
let notices: string[]

beforeEach(() => {
  clock = virtualClock()
  cluster = new FakeCluster(clock)
  notices = []
  preparer = new Preparer({
    client: cluster.client,
    clock,
    reachability: { failed: () => {}, succeeded: () => {} },
    notify: ({ metadata }, note) => notices.push(`${metadata.name}: ${note}`),
  })
})

const deleteAt = Date.UTC(2026, 5, 1)
const add = (object: KubeObject, key = 'team/p', preparation: object = { deleteAt }) =>
  preparer.add(key, policy, ready, object, preparation)
const take = (mayAct: (key: string) => boolean = () => true) => preparer.take(mayAct)
const write = () => preparer.write(take()!, new AbortController().signal)

test('the notice is written on just the version that was seen, and its owner is told', async () => {
  const object = cluster.put('ConfigMap', 'a')
  add(object)
  await write()
  expect(cluster.requests.at(-1)?.body).toMatchObject({
    metadata: { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion },
  })
  expect(cluster.annotationsOf('ConfigMap', 'a')['gc.kubewright.dev/delete-at']).toBe('2026-06-01T00:00:00Z')
  expect(notices).toEqual([expect.stringMatching(/^a: policy team\/p deletes it after 2026-06-01/)])
  expect(preparer.size).toBe(0)
})

test('a finalizer goes behind those that are there, without a notice', async () => {
  add(cluster.put('ConfigMap', 'a', { finalizers: ['x/y'] }), 'team/p', { finalizer: 'example.dev/z' })
  await write()
  expect(cluster.finalizersOf('ConfigMap', 'a')).toEqual(['x/y', 'example.dev/z'])
  expect(notices).toEqual([])
})

test('the last word about an object counts, and what needs nothing any more is dropped', () => {
  const object = cluster.put('ConfigMap', 'a')
  add(object)
  add(object, 'team/p', { deleteAt: deleteAt + 1 })
  expect([preparer.size, take()?.preparation]).toEqual([1, { deleteAt: deleteAt + 1 }])
  add(object)
  preparer.drop('team/p', object.metadata.uid!)
  expect(take()).toBeUndefined()
})

test('a policy that may not act keeps its place, and others go before it', () => {
  add(cluster.put('ConfigMap', 'a'), 'held')
  add(cluster.put('ConfigMap', 'b'), 'free')
  expect(take((key) => key === 'free')?.object.metadata.name).toBe('b')
  expect([take((key) => key === 'free'), preparer.waitingOf('held')]).toEqual([undefined, 1])
  preparer.dropPolicy('held')
  expect(preparer.size).toBe(0)
})

test.each([
  ['a passing failure', 500, 5_000],
  ['a right that is missing', 403, 5 * 60_000],
])('after %s (%i) it is told, and tried again %i ms later', async (_, code, pause) => {
  const object = cluster.put('ConfigMap', 'a')
  add(object)
  cluster.beforePatch = () => status(code, 'the server says no')
  await write()
  expect([...preparer.failuresOf('team/p')]).toEqual([
    [object.metadata.uid, { object: 'team/a', reason: expect.stringContaining('the server says no') }],
  ])
  await clock.advance(pause - 1)
  expect(take()).toBeUndefined()
  await clock.advance(1)
  cluster.beforePatch = () => undefined
  await write()
  await settle()
  expect(preparer.failuresOf('team/p').size).toBe(0)
})

test('seen again unchanged, a failed one still waits its time; seen changed, it is tried at once', async () => {
  const object = cluster.put('ConfigMap', 'a')
  add(object)
  cluster.beforePatch = () => status(500, 'no')
  await write()
  add(object)
  expect(take()).toBeUndefined()
  add(cluster.put('ConfigMap', 'a', { labels: { changed: 'yes' } }))
  expect(take()?.object.metadata.labels).toEqual({ changed: 'yes' })
})

test.each([
  ['has changed', 409],
  ['has gone', 404],
])('what %s meanwhile is no failure: its event says what is to be done', async (_, code) => {
  add(cluster.put('ConfigMap', 'a'))
  cluster.beforePatch = () => status(code, 'the server says no')
  await write()
  expect([preparer.size, preparer.failuresOf('team/p').size]).toEqual([0, 0])
})
