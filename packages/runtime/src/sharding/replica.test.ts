import { type Client, Lease } from '@kubewright/client'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { apiError, FakeServer } from '../fake/fake-server.ts'
import { createLogger } from '../log/logger.ts'
import { resolveSharding } from './options.ts'
import { ShardReplica } from './replica.ts'
import { ShardMetrics } from './shard-metrics.ts'
import type { Family, FamilyFilter } from './shards.ts'

const families = Array.from(
  { length: 300 },
  (_, i): Family => ({ cluster: '', group: 'example.dev', kind: 'Website', namespace: 'shop', name: `site-${i}` }),
)
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

function bench() {
  const clock = virtualClock()
  const server = new FakeServer().serve(Lease)
  const log: string[] = []
  let hangs = false
  const start = (identity: string) => {
    const fake = fakeClient(server)
    const client: Client = {
      ...fake,
      async resource(...kind) {
        const resource = await fake.resource(...kind)
        const silence = ({ signal }: { readonly signal?: AbortSignal }) =>
          new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
        return new Proxy(resource, {
          get: (target, name) => {
            const method = Reflect.get(target, name) as (...args: unknown[]) => unknown
            if (!hangs || (name !== 'list' && name !== 'update')) return method
            return (...args: unknown[]) => silence(args.at(-1) as { readonly signal?: AbortSignal })
          },
        })
      },
    }
    const metrics = new Registry()
    let lives = 0
    const replica = new ShardReplica({
      sharding: resolveSharding({ name: 'op' }, { client }),
      identity,
      clock,
      shardMetrics: new ShardMetrics(metrics, 'op'),
      log: createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } }),
      reachability: { failed: () => {}, succeeded: () => {} },
      random: () => 0.5,
      newId: () => `${identity}-${++lives}`,
    })
    const stop = new AbortController()
    const run = replica.run(stop.signal)
    const end = async () => {
      stop.abort(new Error('the test is over'))
      await clock.advance(0)
      await run
    }
    ends.push(end)
    return { replica, metrics, end, owned: () => families.filter((family) => replica.owns(family)).length }
  }
  const hang = () => {
    hangs = true
  }
  return { clock, server, log, start, hang }
}

test('replicas share the families; what one leaves politely the others have at once', async () => {
  const { clock, start } = bench()
  const replicas = ['a', 'b', 'c'].map(start)
  await clock.advance(6_000)
  await Promise.all(replicas.map(({ replica }) => replica.joined))
  for (const { owned } of replicas) expect(owned()).toBeGreaterThan(50)
  expect(replicas.reduce((sum, { owned }) => sum + owned(), 0)).toBe(300)
  const [first, ...others] = replicas
  await first!.end()
  const released = first!.replica.release()
  await clock.advance(500)
  await released
  expect(first!.owned()).toBe(0)
  expect(others.reduce((sum, { owned }) => sum + owned(), 0)).toBe(300)
})

test('a hand-over waits for the work of the listeners', async () => {
  const { clock, start } = bench()
  const one = start('a')
  await clock.advance(5_000)
  const work = Promise.withResolvers<void>()
  const heard: string[] = []
  one.replica.subscribe({
    gained: (filter) => void heard.push(`gained ${families.filter(filter).length}`),
    lost: (filter: FamilyFilter) => {
      heard.push(families.filter(filter).length > 50 ? 'lost many' : 'lost few')
      return work.promise
    },
  })
  expect(heard).toEqual(['gained 300'])
  const two = start('b')
  await clock.advance(8_000)
  expect(heard).toEqual(['gained 300', 'lost many'])
  expect(one.owned()).toBeLessThan(250)
  expect(two.owned()).toBe(0)
  work.resolve()
  await clock.advance(500)
  expect(one.owned() + two.owned()).toBe(300)
})

test('whoever dies is replaced when its lease has run out', async () => {
  const { clock, start } = bench()
  const [one, two] = [start('a'), start('b')]
  await clock.advance(6_000)
  await two.end()
  await clock.advance(12_000)
  // By the clock, without having been told anything.
  expect(two.owned()).toBe(0)
  expect(one.owned()).toBeLessThan(250)
  await clock.advance(5_000)
  expect(one.owned()).toBe(300)
})

test('a listener that fails to let go: the replica is out, says so to its health check, and gives its Lease back when it stops', async () => {
  const { clock, start, server } = bench()
  const one = start('a')
  await clock.advance(5_000)
  one.replica.subscribe({ gained: () => {}, lost: () => Promise.reject(new Error('the listener is broken')) })
  expect(() => one.replica.check()).not.toThrow()
  const two = start('b')
  await clock.advance(8_000)
  expect(one.owned()).toBe(0)
  expect(() => one.replica.check()).toThrow('the listener is broken')
  // As long as it runs nobody may take what it had, but by the end of its lease.
  const lease = () => server.objects('Lease.coordination.k8s.io/v1').find(({ metadata }) => metadata.name === 'op-shard-a')
  expect((lease() as { spec?: { holderIdentity?: string } }).spec?.holderIdentity).toBe('a')
  await one.end()
  const before = clock.now()
  const released = one.replica.release()
  await clock.advance(500)
  await released
  expect(clock.now() - before).toBeLessThan(1_000)
  expect((lease() as { spec?: { holderIdentity?: string } }).spec?.holderIdentity ?? '').toBe('')
  expect(two.owned()).toBe(300)
})

test('a Lease that has been out of use for a minute is deleted', async () => {
  const { clock, start, server } = bench()
  const [, two] = [start('a'), start('b')]
  await clock.advance(6_000)
  await two.end()
  await clock.advance(70_000)
  expect(server.objects('Lease.coordination.k8s.io/v1').map(({ metadata }) => metadata.name)).toContain('op-shard-b')
  await clock.advance(15_000)
  expect(
    server
      .objects('Lease.coordination.k8s.io/v1')
      .map(({ metadata }) => metadata.name)
      .sort(),
  ).toEqual(['op-shard-a', 'op-shards'])
})

test('a right that is missing is told once, and asked for every half second at most', async () => {
  const { clock, start, server, log } = bench()
  server.failWith(({ verb }) => (verb === 'list' ? apiError(403, 'Forbidden', 'leases is forbidden') : undefined))
  const { owned } = start('a')
  await clock.advance(10_000)
  expect(log.filter((line) => line.includes('are needed'))).toHaveLength(1)
  expect(server.count('list')).toBeLessThanOrEqual(21)
  expect(owned()).toBe(0)
  server.heal()
  await clock.advance(5_000)
  expect(owned()).toBe(300)
})

test('the metrics tell the ranges, the epoch, the moves and the members by state', async () => {
  const { clock, start } = bench()
  const [one, two] = [start('a'), start('b')]
  await clock.advance(6_000)
  const before = await one.metrics.metrics()
  expect(before).toMatch(/kubewright_shard_epoch\{ring="op"\} 1/)
  expect(before).toMatch(/kubewright_shard_members\{ring="op",state="ready"\} 2/)
  expect(before).toMatch(/kubewright_shard_moves_total\{ring="op",direction="gained"\} 1/)
  expect(before).toMatch(/kubewright_shard_ranges\{ring="op"\} [1-9]/)
  await two.end()
  await clock.advance(18_000)
  const after = await one.metrics.metrics()
  expect(after).toMatch(/kubewright_shard_share\{ring="op"\} 1/)
  expect(after).toMatch(/kubewright_shard_members\{ring="op",state="dead"\} 1/)
})

test.each([0, 100, 700, 1_300, 1_900, 1_999])(
  'what a replica that died %i ms after the minute held is taken over before its lease is over, but not while it may act',
  async (offset) => {
    const { clock, server, start } = bench()
    const [first, second, third] = ['a', 'b', 'c'].map(start)
    await clock.advance(60_000 + offset)
    await third!.end()
    const lease = server.objects('Lease.coordination.k8s.io/v1').find(({ metadata }) => metadata.name === 'op-shard-c')
    // From the last renewal on: whoever died right after one is waited for longest.
    const renewed = Date.parse((lease as { spec?: { renewTime?: string } }).spec?.renewTime ?? '')
    await clock.advance(renewed + 12_500 - clock.now())
    const all = () => first!.owned() + second!.owned() === 300
    expect(all()).toBe(false)
    for (let waited = 0; waited < 5_000 && !all(); waited += 10) await clock.advance(10)
    const waited = clock.now() - renewed
    expect(waited).toBeLessThan(12_500 + 300)
  },
)

test('listeners hear that the time is over when it is, with a question under way that nobody answers', async () => {
  const { clock, start, server, hang } = bench()
  const one = start('a')
  await clock.advance(6_000)
  const renewed = () => {
    const lease = server.objects('Lease.coordination.k8s.io/v1').find(({ metadata }) => metadata.name === 'op-shard-a')
    return Date.parse((lease as { spec?: { renewTime?: string } } | undefined)?.spec?.renewTime ?? '')
  }
  let lostAt: number | undefined
  one.replica.subscribe({
    gained: () => {},
    lost: async () => {
      lostAt ??= clock.now()
    },
  })
  hang()
  for (let waited = 0; waited < 16_000 && lostAt === undefined; waited += 50) await clock.advance(50)
  expect(one.owned()).toBe(0)
  // Of the lease's 15 s: the time in which writes may be sent.
  expect((lostAt ?? Number.NaN) - renewed()).toBeLessThanOrEqual(10_600)
})
