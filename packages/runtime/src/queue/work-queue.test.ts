import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { INITIAL_LIST_PRIORITY, WorkQueue } from './work-queue.ts'

const start = () => {
  const clock = virtualClock()
  return { clock, queue: new WorkQueue({ clock }) }
}
const keyOf = async (got: Promise<{ key: string } | undefined>) => (await got)?.key

describe('a work queue', () => {
  test('hands keys out in the order they came', async () => {
    const { queue } = start()
    for (const key of ['a', 'b', 'c']) queue.add(key)
    expect([await keyOf(queue.get()), await keyOf(queue.get()), await keyOf(queue.get())]).toEqual(['a', 'b', 'c'])
  })

  test('many adds of a key that waits are one run', async () => {
    const { queue } = start()
    for (let i = 0; i < 5; i++) queue.add('a')
    expect(queue.length).toBe(1)
  })

  test('a key that changes while it is worked on waits for the end of that run, then runs exactly once more', async () => {
    const { queue } = start()
    queue.add('a')
    await queue.get()
    for (let i = 0; i < 5; i++) queue.add('a')
    expect(queue.length).toBe(0)
    queue.done('a')
    expect(queue.length).toBe(1)
    await queue.get()
    queue.done('a')
    expect(queue.length).toBe(0)
  })

  test('a worker that came first gets the key at once', async () => {
    const { queue } = start()
    const got = keyOf(queue.get())
    queue.add('a')
    expect(await got).toBe('a')
  })

  test('a worker that is told to stop gets nothing, and the next key goes to another', async () => {
    const { queue } = start()
    const stopping = new AbortController()
    const stopped = queue.get({ signal: stopping.signal })
    const other = keyOf(queue.get())
    stopping.abort()
    queue.add('a')
    expect(await stopped).toBeUndefined()
    expect(await other).toBe('a')
  })

  test('what changes goes before what the first list brought; a higher priority wins and is kept', async () => {
    const { queue } = start()
    queue.add('listed-1', { priority: INITIAL_LIST_PRIORITY })
    queue.add('listed-2', { priority: INITIAL_LIST_PRIORITY })
    queue.add('changed')
    queue.add('listed-2')
    queue.add('listed-2', { priority: INITIAL_LIST_PRIORITY })
    expect([await keyOf(queue.get()), await keyOf(queue.get()), await queue.get()]).toEqual([
      'changed',
      'listed-2',
      { key: 'listed-1', priority: INITIAL_LIST_PRIORITY },
    ])
  })
})

describe('a delayed add', () => {
  test('comes when its time has passed, not before', async () => {
    const { clock, queue } = start()
    queue.addAfter('a', 1000)
    await clock.advance(999)
    expect(queue.length).toBe(0)
    await clock.advance(1)
    expect(queue.length).toBe(1)
  })

  test('of a key that already waits keeps the earlier time, whichever was said first', async () => {
    for (const [first, second] of [
      [1000, 5000],
      [5000, 1000],
    ] as const) {
      const { clock, queue } = start()
      queue.addAfter('a', first)
      queue.addAfter('a', second)
      await clock.advance(1000)
      expect(queue.length).toBe(1)
      await queue.get()
      queue.done('a')
      await clock.advance(10_000)
      expect(queue.length).toBe(0)
    }
  })

  test('of nothing or less is an add', () => {
    const { queue } = start()
    queue.addAfter('a', 0)
    queue.addAfter('b', -5)
    expect(queue.length).toBe(2)
  })

  test('may be longer than a setTimeout can be, and a shorter one still comes in time', async () => {
    const { clock, queue } = start()
    queue.addAfter('in-a-year', 365 * 86_400_000)
    queue.addAfter('soon', 10)
    await clock.advance(10)
    expect(await keyOf(queue.get())).toBe('soon')
    await clock.advance(365 * 86_400_000)
    expect(await keyOf(queue.get())).toBe('in-a-year')
  })

  test('any number of them needs one timer', () => {
    const { clock, queue } = start()
    for (let i = 0; i < 1000; i++) queue.addAfter(`key-${i}`, 1000 + ((i * 7919) % 1000))
    expect(clock.pending).toBe(1)
  })
})

describe('a key that keeps failing', () => {
  test('waits 5 ms, then twice as long each time, never more than 1000 s, and starts over when it is forgotten', async () => {
    const { clock, queue } = start()
    const delays: number[] = []
    for (let failure = 0; failure < 20; failure++) {
      const before = clock.monotonic()
      queue.addRateLimited('a')
      const got = queue.get()
      await clock.advance(1_000_000)
      await got
      delays.push(Math.min(5 * 2 ** failure, 1_000_000))
      expect(clock.monotonic() - before).toBeGreaterThanOrEqual(delays.at(-1)!)
      queue.done('a')
    }
    expect(queue.retries('a')).toBe(20)
    queue.forget('a')
    queue.addRateLimited('a')
    await clock.advance(4)
    expect(queue.length).toBe(0)
    await clock.advance(1)
    expect(queue.length).toBe(1)
  })

  test('does not slow another key', async () => {
    const { clock, queue } = start()
    for (let i = 0; i < 10; i++) queue.addRateLimited('bad')
    queue.addRateLimited('good')
    await clock.advance(5)
    expect(await keyOf(queue.get())).toBe('bad')
    expect(await keyOf(queue.get())).toBe('good')
  })
})

describe('a queue that was shut down', () => {
  test('refuses adds, forgets what was delayed, hands out what is ready, then ends', async () => {
    const { clock, queue } = start()
    queue.add('ready')
    queue.addAfter('delayed', 10)
    queue.shutDown()
    queue.add('late')
    queue.addAfter('late', 10)
    await clock.advance(100)
    expect(await keyOf(queue.get())).toBe('ready')
    expect(await queue.get()).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  test('ends the wait of every worker', async () => {
    const { queue } = start()
    const waits = [queue.get(), queue.get()]
    queue.shutDown()
    expect(await Promise.all(waits)).toEqual([undefined, undefined])
  })

  test('is drained when the last run is done', async () => {
    const { queue } = start()
    queue.add('a')
    await queue.get()
    queue.shutDown()
    let drained = false
    const wait = queue.drained().then(() => {
      drained = true
    })
    await Promise.resolve()
    expect(drained).toBe(false)
    queue.done('a')
    await wait
    expect(drained).toBe(true)
  })
})

test('the queue tells how deep it is, how long keys waited and ran, and what runs too long', async () => {
  const clock = virtualClock()
  const told: string[] = []
  const queue = new WorkQueue({
    clock,
    observer: {
      added: (priority) => told.push(`added ${priority}`),
      depthChanged: (priority, by) => told.push(`depth of ${priority} ${by > 0 ? '+' : ''}${by}`),
      started: (ms) => told.push(`waited ${ms}`),
      finished: (ms) => told.push(`worked ${ms}`),
      retried: () => told.push('retried'),
    },
  })
  queue.addAfter('a', 100)
  await clock.advance(150)
  await queue.get()
  await clock.advance(30)
  expect(queue.unfinished()).toEqual({ total: 30, longest: 30 })
  queue.done('a')
  expect(told).toEqual(['retried', 'added 0', 'depth of 0 +1', 'depth of 0 -1', 'waited 50', 'worked 30'])
})
