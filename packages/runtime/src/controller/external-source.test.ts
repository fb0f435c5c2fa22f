import { sleep } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { Website, website } from '../fake/program.ts'
import { useWebsites } from '../fake/website-program.ts'
import { silentLogger } from '../log/logger.ts'
import { type ExternalSource, eventSource, streamSource, untilAborted } from './external-source.ts'
import { type Polled, poll } from './poll.ts'
import type { ReconcileTarget } from './request.ts'

const start = useWebsites()
const shop = { namespace: 'shop', name: 'shop' }
const prepared = {
  prepare: (server: { put: (kind: typeof Website, object: ReturnType<typeof website>) => unknown }) =>
    void server.put(Website, website('shop')),
}

describe('a source outside the cluster', () => {
  test('that the program feeds has the object reconciled, named or given, once for what was fed before the start', async () => {
    const { source, trigger } = eventSource()
    for (let i = 0; i < 1000; i++) trigger({ ...shop, name: 'early' })
    const seen: string[] = []
    const { clock } = await start({ sources: [source], onDeleted: ({ name }) => void seen.push(name) })
    await clock.advance(0)
    expect(seen).toEqual(['early'])
    trigger(shop)
    await settle()
    trigger({ metadata: { ...shop, name: 'object' } })
    await settle()
    expect(seen).toEqual(['early', 'shop', 'object'])
    expect(() => trigger({ metadata: {} })).toThrow('give its name')
  })

  test('that ends or fails is begun again after growing pauses, and told and counted; the controller goes on', async () => {
    let begun = 0
    const source = streamSource('stream', async function* () {
      begun++
      yield shop
      if (begun > 1) throw new Error('the stream broke')
    })
    const { clock, seen, said, metric } = await start({ sources: [source] }, prepared)
    expect([begun, said('error')]).toEqual([1, ['a source of controller website failed; it is begun again']])
    await clock.advance(1_000)
    expect(begun).toBe(2)
    await clock.advance(1_999)
    expect(begun).toBe(2)
    await clock.advance(1)
    expect(begun).toBe(3)
    expect(seen.length).toBeGreaterThan(0)
    expect(await metric('controller_runtime_reconcile_panics_total')).toMatch(/ 3$/)
  })

  test('stops with the controller, which waits for it', async () => {
    const order: string[] = []
    const slow: ExternalSource = {
      name: 'slow',
      async run({ signal, clock }) {
        await untilAborted(signal)
        await sleep(500, { clock })
        order.push('source')
      },
    }
    const program = await start({ sources: [slow] })
    await program.stop()
    expect([...order, program.outcome.error]).toEqual(['source', undefined])
  })
})

describe('a poll', () => {
  const run = async (looks: readonly (readonly Polled[] | Error)[], random = 0.5) => {
    const clock = virtualClock()
    const triggered: string[][] = []
    const stopping = new AbortController()
    let look = 0
    const source = poll({
      every: '1m',
      async list() {
        const found = looks[look++] ?? []
        triggered.push([])
        if (found instanceof Error) throw found
        return found
      },
    })
    const trigger = ({ name }: ReconcileTarget) => {
      triggered.at(-1)?.push(name)
      return 'queued' as const
    }
    const over = source.run({ signal: stopping.signal, clock, random: () => random, log: silentLogger, trigger })
    await settle()
    const stop = () => {
      stopping.abort()
      return over
    }
    return { clock, triggered, stop }
  }

  test('has reconciled what is new, what changed and what has gone, and not what stayed', async () => {
    const { clock, triggered, stop } = await run([
      [
        { name: 'a', state: { size: 1 } },
        { name: 'b', state: 1 },
      ],
      [
        { name: 'a', state: { size: 1 } },
        { name: 'b', state: 2 },
        { name: 'c', state: 1 },
      ],
      [{ name: 'c', state: 1 }],
    ])
    await clock.advance(120_000)
    expect(triggered).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'b'],
    ])
    await stop()
  })

  test('has everything reconciled at every look when it has no states, and compares several of one object together', async () => {
    const { clock, triggered, stop } = await run([
      [{ name: 'a' }, { name: 'b', state: 1 }, { name: 'b', state: 2 }],
      [{ name: 'a' }, { name: 'b', state: 1 }, { name: 'b', state: 2 }],
      [{ name: 'b', state: 1 }],
    ])
    await clock.advance(120_000)
    expect(triggered).toEqual([['a', 'b'], ['a'], ['b', 'a']])
    await stop()
  })

  test('that fails takes nothing for gone, and looks again as always', async () => {
    const { clock, triggered, stop } = await run([[{ name: 'a', state: 1 }], new Error('no answer'), [{ name: 'a', state: 1 }]])
    await clock.advance(120_000)
    expect(triggered).toEqual([['a'], [], []])
    await stop()
  })

  test.each([
    [0, 54_000],
    [1, 66_000],
  ])('comes up to a tenth earlier or later (chance says %d)', async (random, due) => {
    const { clock, triggered, stop } = await run([], random)
    await clock.advance(due - 1)
    expect(triggered).toHaveLength(1)
    await clock.advance(1)
    expect(triggered).toHaveLength(2)
    await stop()
  })

  test('that never waits is refused', () => {
    expect(() => poll({ every: 0, list: () => [] })).toThrow('"every" is 0 ms')
  })
})
