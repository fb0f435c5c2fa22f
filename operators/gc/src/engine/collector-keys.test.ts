import { formatTime } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { known, unknown } from '../facts/facts.ts'
import { useCollector } from '../fake/collector-bench.ts'
import { status } from '../fake/fake-cluster.ts'

// Policies of whose objects nothing is kept but the keys: what has to be looked at again is read from the server.

const bench = useCollector()
const SECOND = 1_000
const lists = () => bench.cluster.requests.filter(({ verb }) => verb === 'list').map(({ name }) => name)
const guarded = (reason: string | undefined) => ({ ...bench.facts.facts, guard: () => known(reason) })

test('what waits and falls due is read from nobody: one request for each deletion', async () => {
  for (let n = 0; n < 20; n++) bench.configMap(`o${n}`)
  await bench.apply()
  await bench.clock.advance(15 * SECOND)
  expect({ left: bench.left(), lists: lists(), deletes: bench.cluster.deletes().length }).toEqual({ left: [], lists: [], deletes: 20 })
})

describe('what is learned about the world', () => {
  // Seen on a server: the first reading of the namespaces counted as a change of them all, and every target was read from the server twice.
  test('before the target is opened is no reason to read it twice', async () => {
    const settled = Promise.withResolvers<void>()
    bench.facts.settled = settled.promise
    bench.configMap('a')
    await bench.apply()
    bench.facts.facts = guarded('protected')
    bench.facts.tell({ is: 'namespace', name: 'team' })
    bench.facts.tell({ is: 'all' })
    settled.resolve()
    await bench.clock.advance(30 * SECOND)
    expect({ lists: lists(), watches: bench.cluster.opened, deletes: bench.cluster.deletes() }).toEqual({
      lists: [],
      watches: 1,
      deletes: [],
    })
  })

  test('while its first objects come is a reason: nothing goes before they have been read again', async () => {
    const shown = Promise.withResolvers<void>()
    bench.cluster.slow.set('ConfigMap', shown.promise)
    bench.configMap('a')
    await bench.apply()
    bench.facts.tell({ is: 'namespace', name: 'team' })
    shown.resolve()
    await bench.clock.advance(30 * SECOND)
    expect({ lists: lists(), left: bench.left() }).toEqual({ lists: [''], left: [] })
  })
})

describe('when the word about a namespace changes', () => {
  test('its objects are read once, and nothing goes before they have been', async () => {
    for (let n = 0; n < 5; n++) bench.configMap(`o${n}`)
    await bench.apply()
    const answer = Promise.withResolvers<void>()
    bench.cluster.beforeList = () => answer.promise
    bench.facts.facts = guarded('protected')
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(30 * SECOND)
    expect({ lists: lists(), deletes: bench.cluster.deletes() }).toEqual({ lists: [''], deletes: [] })
    answer.resolve()
    await bench.clock.advance(30 * SECOND)
    expect({ lists: lists(), deletes: bench.cluster.deletes() }).toEqual({ lists: [''], deletes: [] })
  })

  test('a policy that knows nothing in it reads nothing', async () => {
    bench.configMap('a')
    await bench.apply()
    bench.facts.tell({ is: 'namespace', name: 'elsewhere' })
    await bench.clock.advance(SECOND)
    expect(lists()).toEqual([])
  })

  test('a reading that fails is begun anew, and holds everything until it has succeeded', async () => {
    bench.configMap('a')
    await bench.apply()
    bench.facts.facts = guarded('protected')
    bench.cluster.beforeList = () => Promise.reject(status(500, 'etcd'))
    bench.cluster.unopened = () => status(500, 'etcd')
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(120 * SECOND)
    expect(bench.cluster.deletes()).toEqual([])
    bench.facts.facts = guarded(undefined)
    bench.cluster.beforeList = () => undefined
    bench.cluster.unopened = () => undefined
    await bench.clock.advance(60 * SECOND)
    expect(bench.left()).toEqual([])
  })

  test('what changes while it is read counts as it is, and not as it was read', async () => {
    bench.configMap('a')
    await bench.apply()
    const answer = Promise.withResolvers<void>()
    bench.cluster.beforeList = () => answer.promise
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(SECOND)
    bench.configMap('a', { annotations: { 'gc.kubewright.dev/protect': 'true' } })
    answer.resolve()
    await bench.clock.advance(60 * SECOND)
    expect(bench.cluster.deletes()).toEqual([])
  })

  test('what changes once more while it is read is read once more', async () => {
    bench.configMap('a')
    await bench.apply()
    bench.facts.facts = guarded('protected')
    const answer = Promise.withResolvers<void>()
    bench.cluster.beforeList = () => answer.promise
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(SECOND)
    answer.resolve()
    bench.facts.facts = guarded(undefined)
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(30 * SECOND)
    expect({ lists: lists(), left: bench.left() }).toEqual({ lists: ['', ''], left: [] })
  })

  test('another policy of the kind deletes nothing meanwhile: what is read may be what this one keeps', async () => {
    bench.configMap('a')
    await bench.apply({ action: 'Retain', ttl: undefined }, { name: 'keeper', uid: 'keeper' })
    await bench.apply()
    const answer = Promise.withResolvers<void>()
    bench.cluster.beforeList = () => answer.promise
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(60 * SECOND)
    answer.resolve()
    await bench.clock.advance(60 * SECOND)
    expect(bench.cluster.deletes()).toEqual([])
  })

  test('a reading that fails leaves what the policy keeps with it, and its status says why', async () => {
    bench.configMap('a')
    await bench.apply({ action: 'Retain', ttl: undefined }, { name: 'keeper', uid: 'keeper' })
    await bench.apply()
    bench.cluster.beforeList = () => Promise.reject(status(500, 'etcd'))
    bench.cluster.unopened = () => status(500, 'etcd')
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(120 * SECOND)
    expect(bench.cluster.deletes()).toEqual([])
    expect(bench.condition('Ready', 'keeper')).toMatchObject({ status: 'False', reason: 'Unavailable' })
    bench.cluster.beforeList = () => undefined
    bench.cluster.unopened = () => undefined
    await bench.clock.advance(60 * SECOND)
    expect(bench.cluster.deletes()).toEqual([])
    expect(bench.condition('Ready', 'keeper')).toMatchObject({ status: 'True' })
  })

  test('and its status does not say that it begins anew', async () => {
    bench.configMap('a')
    await bench.apply({ ttl: { secondsAfterCreation: 3_600 } })
    await bench.clock.advance(60 * SECOND)
    const before = bench.statuses().length
    bench.facts.tell({ is: 'namespace', name: 'team' })
    await bench.clock.advance(60 * SECOND)
    expect(bench.statuses().length).toBe(before)
  })
})

test('an object that is kept until a moment is read when it is over, and then goes', async () => {
  bench.configMap('a', { annotations: { 'gc.kubewright.dev/keep-until': formatTime(bench.clock.now() + 60 * SECOND) } })
  await bench.apply()
  await bench.clock.advance(59 * SECOND)
  expect(lists()).toEqual([])
  await bench.clock.advance(3 * SECOND)
  expect({ lists: lists(), left: bench.left() }).toEqual({ lists: ['a'], left: [] })
})

test('what cannot be read then stays, and is asked for again', async () => {
  bench.configMap('a', { annotations: { 'gc.kubewright.dev/keep-until': formatTime(bench.clock.now() + 60 * SECOND) } })
  await bench.apply()
  bench.cluster.beforeList = () => Promise.reject(status(500, 'etcd'))
  await bench.clock.advance(85 * SECOND)
  expect({ tries: lists().length, deletes: bench.cluster.deletes().length }).toEqual({ tries: 3, deletes: 0 })
  bench.cluster.beforeList = () => undefined
  await bench.clock.advance(15 * SECOND)
  expect(bench.left()).toEqual([])
})

describe('the rights of an author', () => {
  const annotations = { 'gc.kubewright.dev/author': JSON.stringify({ user: 'ann', groups: [], extra: {}, generation: 1 }) }
  const owned = (spec: object = {}) => bench.apply(spec, { annotations, generation: 1 })

  test('are asked for when objects fall due, of which none is read for that', async () => {
    let isKnown = false
    let asked = 0
    bench.facts.facts = {
      ...bench.facts.facts,
      author: () => {
        asked++
        return isKnown ? known({ allowed: true, author: 'ann', until: bench.clock.now() + 60 * SECOND }) : unknown('being looked up')
      },
    }
    for (let n = 0; n < 20; n++) bench.configMap(`o${n}`)
    await owned()
    await bench.clock.advance(9 * SECOND)
    expect(asked).toBe(0)
    await bench.clock.advance(5 * SECOND)
    expect([asked > 0, bench.cluster.deletes().length]).toEqual([true, 0])
    isKnown = true
    bench.facts.tell({ is: 'rights', namespace: 'team' })
    await bench.clock.advance(SECOND)
    expect({ left: bench.left(), lists: lists() }).toEqual({ left: [], lists: [] })
  })

  test('that are withdrawn keep what waits for its turn', async () => {
    let allowed = true
    bench.facts.facts = {
      ...bench.facts.facts,
      author: () => known({ allowed, author: 'ann', until: bench.clock.now() + 60 * SECOND }),
    }
    for (let n = 0; n < 200; n++) bench.configMap(`o${n}`)
    await owned({ behavior: { maxDeletionsPerSecond: 1, batchSize: 1 } })
    await bench.clock.advance(12 * SECOND)
    allowed = false
    await bench.clock.advance(62 * SECOND)
    const left = bench.left().length
    await bench.clock.advance(60 * SECOND)
    expect([left > 100, bench.left().length === left, lists().length]).toEqual([true, true, 0])
  })
})
