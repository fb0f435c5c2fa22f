import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { type Cache, ConnectionError, type Logger, type Manager, silentLogger } from 'kubewright'
import { expect, test } from 'vitest'
import { FakeCache } from '../fake/fake-cache.ts'
import { FakeReachability } from '../fake/fake-reachability.ts'
import type { Collector } from './collector.ts'
import { policiesKnown, watchPolicies } from './policy-watch.ts'

function begin(missing: readonly string[] = []) {
  const clock = virtualClock()
  const fake = new FakeCache()
  const reachability = new FakeReachability(clock)
  for (const kind of missing) fake.missing.add(kind)
  const calls: string[] = []
  const collector = {
    setPolicy: (policy: object) => calls.push(`set ${label(policy)}`),
    removePolicy: (policy: object) => calls.push(`remove ${label(policy)}`),
    setStop: (stop: object) => calls.push(`stop ${label(stop)}`),
    removeStop: (stop: object) => calls.push(`go on ${label(stop)}`),
  } as unknown as Collector
  const log: Logger = { ...silentLogger, warn: (message, fields) => calls.push(`warn ${message} ${String(fields?.['kind'])}`) }
  const stop = new AbortController()
  const over = watchPolicies(
    { cache: fake.cache, reachability, log } as unknown as Manager,
    collector,
    () => calls.push('ready'),
    stop.signal,
  )
  return { clock, fake, calls, stop, over, reachability }
}
const label = (policy: object) => (policy as { metadata: { name: string; resourceVersion: string } }).metadata
const policy = (resourceVersion: string) => ({
  metadata: Object.assign(Object.create({ toString: () => `p@${resourceVersion}` }), { name: 'p', resourceVersion }),
})

test('every policy is told before it says ready, and the newest state of each change after it', async () => {
  const { fake, calls, stop, over } = begin()
  await settle()
  const namespaced = fake.of('GarbageCollectionPolicy')
  await namespaced.handler.add?.(policy('1'), { initial: true })
  namespaced.sync()
  await settle()
  expect(calls).toEqual(['set p@1'])
  fake.of('ClusterGarbageCollectionPolicy').sync()
  await settle()
  expect(calls).toEqual(['set p@1'])
  fake.of('GarbageCollectionStop').sync()
  await settle()
  expect(calls.at(-1)).toBe('ready')
  await namespaced.handler.update?.(policy('1'), policy('2'))
  await namespaced.handler.delete?.(policy('2'), { finalStateUnknown: false })
  expect(calls.slice(2)).toEqual(['set p@2', 'remove p@2'])
  stop.abort(new Error('over'))
  await over
  expect(fake.informers.every(({ closed, released }) => closed && released)).toBe(true)
})

test('a policy kind that is not installed is waited for, said once, and does not stop the other', async () => {
  const { clock, fake, calls, stop, over } = begin(['ClusterGarbageCollectionPolicy'])
  await settle()
  fake.of('GarbageCollectionPolicy').sync()
  fake.of('GarbageCollectionStop').sync()
  await clock.advance(60_000)
  expect(calls).toEqual(['warn waiting for a policy kind ClusterGarbageCollectionPolicy.gc.kubewright.dev/v1alpha1', 'ready'])
  fake.missing.clear()
  await clock.advance(10_000)
  expect(fake.of('ClusterGarbageCollectionPolicy').closed).toBe(false)
  stop.abort(new Error('over'))
  await settle()
  await over
})

test('a server that is away at the start is not said for each kind, and they are found as soon as it is back', async () => {
  const away = begin()
  const { informer } = away.fake.cache
  let down = true
  away.fake.cache.informer = ((kind, scope) =>
    down ? Promise.reject(new ConnectionError('refused', { code: 'ECONNREFUSED' })) : informer(kind, scope)) as Cache['informer']
  away.reachability.ready = false
  await away.clock.advance(600_000)
  down = false
  away.reachability.back()
  await away.clock.advance(10_000)
  away.fake.of('GarbageCollectionPolicy').sync()
  away.fake.of('ClusterGarbageCollectionPolicy').sync()
  away.fake.of('GarbageCollectionStop').sync()
  await settle()
  expect(away.calls).toEqual(['ready'])
  away.stop.abort(new Error('over'))
  await away.over
})

test('stops are told before it says ready, too, and when they end', async () => {
  const { fake, calls, stop, over } = begin()
  await settle()
  fake.of('GarbageCollectionPolicy').sync()
  fake.of('ClusterGarbageCollectionPolicy').sync()
  const stops = fake.of('GarbageCollectionStop')
  await stops.handler.add?.(policy('1'), { initial: true })
  stops.sync()
  await settle()
  await stops.handler.delete?.(policy('1'), { finalStateUnknown: false })
  expect(calls).toEqual(['stop p@1', 'ready', 'go on p@1'])
  stop.abort(new Error('over'))
  await over
})

test('stops that we may not see may be there: nothing is known then', () => {
  const informers = [{ kind: 'GarbageCollectionStop.gc.kubewright.dev/v1alpha1', informer: { liveness: { failure: { kind: 'denied' } } } }]
  expect(policiesKnown({ cache: { informers: () => informers } as unknown as Cache })).toBe(false)
})

test.each([
  [undefined, true],
  ['unreachable', false],
  ['unavailable', false],
  ['server', false],
  ['denied', true],
  ['absent', true],
])('policies whose watch has the failure %s are known: %s', (kind, known) => {
  const summary = (described: string, failure: string | undefined) => ({
    kind: described,
    informer: { liveness: { failure: failure === undefined ? undefined : { kind: failure } } },
  })
  const informers = [
    summary('ConfigMap.v1', 'unreachable'),
    summary('GarbageCollectionPolicy.gc.kubewright.dev/v1alpha1', undefined),
    summary('ClusterGarbageCollectionPolicy.gc.kubewright.dev/v1alpha1', kind),
  ]
  expect(policiesKnown({ cache: { informers: () => informers } as unknown as Cache })).toBe(known)
})
