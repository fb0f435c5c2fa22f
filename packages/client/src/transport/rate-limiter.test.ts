import { setTimeout as delay } from 'node:timers/promises'
import { ConfigurationError } from '@kubewright/core'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectTo } from '../connect.ts'
import type { RequestObservation } from '../connection.ts'
import { json, scriptedServer } from '../test-server/scripted-server.ts'
import { createRateLimiter, giveBack, rateLimitOf, reserve, type TokenBucket } from './rate-limiter.ts'

describe('a reservation', () => {
  test('the first come at once, the others each their share of a second after the one before', () => {
    const limit = { qps: 5, burst: 2 }
    let bucket: TokenBucket = { tokens: 2, at: 0 }
    const waits = [0, 0, 0, 0, 100, 60_000].map((now) => {
      const [next, wait] = reserve(bucket, limit, now)
      bucket = next
      return wait
    })
    expect(waits).toEqual([0, 0, 200, 400, 500, 0])
  })

  test('a token that is given back shortens the wait of the next', () => {
    const limit = { qps: 10, burst: 1 }
    const [used] = reserve({ tokens: 1, at: 0 }, limit, 0)
    const [owing, wait] = reserve(used, limit, 0)
    expect([wait, reserve(giveBack(owing, limit), limit, 0)[1]]).toEqual([100, 100])
  })

  test('in no window of time are more let through than burst and the rate allow', () => {
    const limit = { qps: 8, burst: 4 }
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 }), (gaps) => {
        let bucket: TokenBucket = { tokens: limit.burst, at: 0 }
        let now = 0
        const sent = gaps.map((gap) => {
          now += gap
          const [next, wait] = reserve(bucket, limit, now)
          bucket = next
          return now + wait
        })
        sent.forEach((from, first) => {
          sent.slice(first).forEach((to, count) => {
            expect(count + 1).toBeLessThanOrEqual(limit.burst + ((to - from) * limit.qps) / 1000 + 1e-6)
          })
        })
      }),
    )
  })
})

describe('the options', () => {
  test.each([
    [{}, undefined],
    [{ qps: 20 }, { qps: 20, burst: 40 }],
    [{ qps: 0.2 }, { qps: 0.2, burst: 1 }],
    [
      { qps: 5, burst: 10 },
      { qps: 5, burst: 10 },
    ],
  ])('%j is %j', (options, wanted) => {
    expect(rateLimitOf(options)).toEqual(wanted)
  })

  test.each([
    [{ burst: 5 }, 'without qps'],
    [{ qps: 0 }, 'qps is 0'],
    [{ qps: Number.NaN }, 'qps is NaN'],
    [{ qps: 5, burst: 0 }, 'burst is 0'],
    [{ qps: 5, burst: 1.5 }, 'burst is 1.5'],
  ])('%j is refused', (options, words) => {
    expect(() => rateLimitOf(options)).toThrow(ConfigurationError)
    expect(() => rateLimitOf(options)).toThrow(words)
  })
})

test('whoever gives up waiting leaves his turn to the others, and no timer', async () => {
  const clock = virtualClock()
  const limiter = createRateLimiter({ qps: 1, burst: 1 }, clock)
  const { signal } = new AbortController()
  expect(await limiter.turn(signal)).toBe(0)
  const abort = new AbortController()
  const leaving = limiter.turn(abort.signal)
  abort.abort(new Error('gave up'))
  await expect(leaving).rejects.toThrow('gave up')
  expect(clock.pending).toBe(0)
  const staying = limiter.turn(signal)
  await clock.advance(1_000)
  expect(await staying).toBe(1_000)
})

test('a client with qps and burst sends so many at once, the rest at that rate, and its watches past both', async () => {
  await using server = await scriptedServer(({ query }, response) => {
    if (query.get('watch')) response.writeHead(200).end()
    else json(response, {})
  })
  const clock = virtualClock()
  const seen: RequestObservation[] = []
  const client = connectTo({ server: server.url }, { qps: 10, burst: 2, clock, observe: (observation) => seen.push(observation) })
  const received = async (count: number) => {
    while (server.received.length < count) await delay(1)
    await delay(20)
    expect(server.received).toHaveLength(count)
  }
  const requests = Promise.all(Array.from({ length: 4 }, () => client.request('GET', '/x')))
  await received(2)
  const pods = await client.resource({ group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true })
  for await (const _event of pods.watch()) expect.fail('it was empty')
  expect(server.received).toHaveLength(3)
  await clock.advance(100)
  await received(4)
  await clock.advance(100)
  await requests
  const limited = seen.filter(({ verb }) => verb === 'get').map(({ rateLimiterSeconds }) => rateLimiterSeconds)
  expect(limited).toEqual([0, 0, 0.1, 0.2])
  expect(seen.find(({ verb }) => verb === 'watch')).not.toHaveProperty('rateLimiterSeconds')
  await client.close()
})
