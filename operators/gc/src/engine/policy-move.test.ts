import { expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'
import { sharedSource } from './shared-source.ts'

// More policies of one kind than have watches of their own: those that had one move over to the one watch of all.

const bench = useCollector({ source: sharedSource })
const labelled = (app: string) => ({ targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app } } } })
const policy = (number: number, spec: object = {}) =>
  bench.apply({ ...labelled(`a${number}`), ...spec }, { name: `p${number}`, uid: `policy-${number}` })
const policies = async (count: number, spec: object = {}) => {
  for (let number = 0; number < count; number++) await policy(number, spec)
}

test('P9: twenty policies over one kind are one watch in the end, and each goes on deleting its own, each object once', async () => {
  for (let number = 0; number < 20; number++) bench.configMap(`c${number}`, { labels: { app: `a${number}` } })
  await policies(8)
  expect(bench.cluster.watches).toBe(8)
  for (let number = 8; number < 20; number++) await policy(number)
  await bench.clock.advance(5_000)
  expect({ watches: bench.cluster.watches, left: bench.left().length, deletes: bench.cluster.deletes().length }).toEqual({
    watches: 1,
    left: 20,
    deletes: 0,
  })
  await bench.clock.advance(10_000)
  expect({ left: bench.left(), deletes: bench.cluster.deletes().length }).toEqual({ left: [], deletes: 20 })
})

test('what is born while they move falls due as any other', async () => {
  await policies(8)
  const moving = policy(8)
  bench.configMap('born', { labels: { app: 'a0' } })
  await moving
  await bench.clock.advance(9_900)
  expect(bench.left()).toEqual(['born'])
  await bench.clock.advance(2_000)
  expect(bench.left()).toEqual([])
})

test('what goes unseen while they move is forgotten, and nobody asks for its deletion', async () => {
  bench.configMap('gone', { labels: { app: 'a0' } })
  await policies(8)
  bench.cluster.telling = false
  bench.cluster.remove('ConfigMap', 'gone')
  bench.cluster.telling = true
  await policy(8)
  await bench.clock.advance(60_000)
  expect(bench.cluster.deletes()).toEqual([])
})

test('keep: of a group that lost one unseen, the newest is kept and no other pushed out', async () => {
  bench.configMap('older', { labels: { app: 'a0' } })
  await bench.clock.advance(5_000)
  bench.configMap('newer', { labels: { app: 'a0' } })
  const newest = { keep: { newest: 1 }, ttl: { secondsAfterCreation: 1_000 } }
  await policies(8, newest)
  bench.cluster.telling = false
  bench.cluster.remove('ConfigMap', 'newer')
  bench.cluster.telling = true
  await policy(8, newest)
  await bench.clock.advance(2_000_000)
  expect(bench.left()).toEqual(['older'])
})

test('a condition counts from when it was first seen to hold, and not from the move', async () => {
  const held = { ttl: { relativeTo: '@heldSince', secondsAfter: 100 }, conditions: { state: ['ScaledToZero' as const] } }
  bench.configMap('a', { labels: { app: 'a0' } }, { spec: { replicas: 0 } })
  await policies(8, held)
  await bench.clock.advance(90_000)
  await policy(8, held)
  await bench.clock.advance(12_000)
  expect({ left: bench.left(), watches: bench.cluster.watches }).toEqual({ left: [], watches: 1 })
})
