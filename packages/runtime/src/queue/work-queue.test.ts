import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { INITIAL_LIST_PRIORITY } from './options.ts'
import { WorkQueue } from './work-queue.ts'

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

describe('a queue with tenants', () => {
  const tenantOf = (key: string) => key.slice(0, key.indexOf('/'))

  test('gives a quiet namespace the second place, however much a noisy one has waiting', async () => {
    const queue = new WorkQueue({ clock: virtualClock(), fairness: { tenantOf } })
    for (let i = 0; i < 1000; i++) queue.add(`noisy/${i}`)
    queue.add('quiet/1')
    queue.add('quiet/2')
    const got = [await queue.get(), await queue.get(), await queue.get(), await queue.get()]
    expect(got.map((item) => item?.key)).toEqual(['noisy/0', 'quiet/1', 'noisy/1', 'quiet/2'])
  })

  test('is first come, first served, when nobody says whose a key is', async () => {
    const { queue } = start()
    for (const key of ['noisy/0', 'noisy/1', 'quiet/1']) queue.add(key)
    expect([await keyOf(queue.get()), await keyOf(queue.get()), await keyOf(queue.get())]).toEqual(['noisy/0', 'noisy/1', 'quiet/1'])
  })

  test('lets a worker wait rather than give a tenant more than its limit, until one of its runs is over', async () => {
    const queue = new WorkQueue({ clock: virtualClock(), fairness: { tenantOf, perTenant: 1 } })
    for (const key of ['a/1', 'a/2', 'b/1']) queue.add(key)
    expect([await keyOf(queue.get()), await keyOf(queue.get())]).toEqual(['a/1', 'b/1'])
    let third: string | undefined
    const waiting = keyOf(queue.get()).then((key) => {
      third = key
    })
    queue.done('b/1')
    await Promise.resolve()
    expect(third).toBeUndefined()
    queue.done('a/1')
    await waiting
    expect(third).toBe('a/2')
  })

  test('refuses a limit that is no number of keys', () => {
    expect(() => new WorkQueue({ clock: virtualClock(), fairness: { perTenant: 0 } })).toThrow('queue: "perTenant" is 0')
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

  test('of a key that is ready changes nothing but a lower priority', async () => {
    const { clock, queue } = start()
    queue.add('a', { priority: INITIAL_LIST_PRIORITY })
    queue.addAfter('a', 50, { priority: 5 })
    expect(await queue.get()).toEqual({ key: 'a', priority: 5 })
    queue.done('a')
    await clock.advance(1000)
    expect(queue.length).toBe(0)
  })

  test('is overridden by an immediate one: the key runs now, and not once more when the time has passed', async () => {
    const { clock, queue } = start()
    queue.addAfter('a', 1000, { priority: 3 })
    queue.add('a')
    expect(await queue.get()).toEqual({ key: 'a', priority: 3 })
    queue.done('a')
    await clock.advance(10_000)
    expect(queue.length).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('puts the key behind those that were ready before its time came, however long ago it was made', async () => {
    const { clock, queue } = start()
    queue.addAfter('early', 100)
    queue.add('late')
    await clock.advance(100)
    expect([await keyOf(queue.get()), await keyOf(queue.get())]).toEqual(['late', 'early'])
  })

  test('comes due while the key is worked on: it runs once more afterwards', async () => {
    const { clock, queue } = start()
    queue.add('a')
    await queue.get()
    queue.addAfter('a', 10)
    await clock.advance(10)
    expect(queue.census()).toMatchObject({ ready: 0, again: 1, delayed: 0, running: 1 })
    queue.done('a')
    expect(queue.length).toBe(1)
  })

  test('any number of them needs one timer', () => {
    const { clock, queue } = start()
    for (let i = 0; i < 1000; i++) queue.addAfter(`key-${i}`, 1000 + ((i * 7919) % 1000))
    expect(clock.pending).toBe(1)
  })
})

describe('a debounced add', () => {
  test('comes once, when there was no other for its time', async () => {
    const { clock, queue } = start()
    for (let i = 0; i < 3; i++) {
      queue.addDebounced('a', 100)
      await clock.advance(99)
    }
    expect(queue.length).toBe(0)
    await clock.advance(1)
    expect(queue.length).toBe(1)
  })

  test('comes after the longest wait however often it is repeated', async () => {
    const { clock, queue } = start()
    let came: number | undefined
    for (let time = 0; time < 1000 && came === undefined; time += 50) {
      queue.addDebounced('a', 100, { maxWait: 320 })
      await clock.advance(50)
      if (queue.length > 0) came = clock.monotonic()
    }
    expect(came).toBe(350)
  })

  test('waits at most ten times its delay when nothing else is said', async () => {
    const { clock, queue } = start()
    for (let time = 0; time < 100; time += 5) {
      queue.addDebounced('a', 10)
      await clock.advance(5)
      expect(queue.length, `at ${clock.monotonic()} ms`).toBe(clock.monotonic() < 100 ? 0 : 1)
    }
  })

  test('does not move a time that was asked for without it, nor a key that is ready', async () => {
    const { clock, queue } = start()
    queue.addDebounced('a', 100)
    queue.addAfter('a', 50)
    queue.addDebounced('a', 100)
    queue.add('b')
    queue.addDebounced('b', 100)
    expect(queue.length).toBe(1)
    await clock.advance(50)
    expect(queue.length).toBe(2)
  })

  test('of nothing or less is an add', () => {
    const { queue } = start()
    queue.addDebounced('a', 0)
    expect(queue.length).toBe(1)
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

  test('shares an overall rate with the others when there is one: the longer of the two delays counts', async () => {
    const clock = virtualClock()
    const queue = new WorkQueue({ clock, overallRate: { qps: 10, burst: 2 } })
    for (const key of ['a', 'b', 'c', 'd']) queue.addRateLimited(key)
    const readyAt = async (ms: number) => {
      await clock.advance(ms - clock.monotonic())
      return queue.length
    }
    expect([await readyAt(5), await readyAt(99), await readyAt(100), await readyAt(200)]).toEqual([2, 2, 3, 4])
  })
})

describe('P7: a key whose run failed', () => {
  test('P7: is not lost: it comes again by itself, with the priority it had', async () => {
    const { clock, queue } = start()
    queue.add('a', { priority: 7 })
    for (let failure = 0; failure < 5; failure++) {
      const item = await queue.get()
      expect(item).toEqual({ key: 'a', priority: 7 })
      queue.addRateLimited(item!.key, item!)
      queue.done(item!.key)
      await clock.advance(5 * 2 ** failure)
    }
    expect(queue.length).toBe(1)
  })

  test('P7: comes at once when the object changes, and not a second time for the retry', async () => {
    const { clock, queue } = start()
    queue.add('a')
    await queue.get()
    for (let i = 0; i < 10; i++) queue.addRateLimited('a')
    queue.done('a')
    queue.add('a')
    expect(await keyOf(queue.get())).toBe('a')
    queue.done('a')
    await clock.advance(1_000_000)
    expect(queue.length).toBe(0)
  })
})

test('P8: queues know nothing of each other: the same key waits, runs and fails in each by itself', async () => {
  const clock = virtualClock()
  const [one, other] = [new WorkQueue({ clock }), new WorkQueue({ clock })]
  one.add('shop/a')
  other.add('shop/a')
  one.addRateLimited('shop/a')
  expect([await keyOf(one.get()), await keyOf(other.get())]).toEqual(['shop/a', 'shop/a'])
  one.done('shop/a')
  expect([one.census().running, other.census().running]).toEqual([0, 1])
  expect([one.retries('shop/a'), other.retries('shop/a')]).toEqual([1, 0])
})

test('P8: keys of one name in other namespaces or clusters are other keys', async () => {
  const { queue } = start()
  const keys = ['a', 'shop/a', 'bank/a', 'east|shop/a', 'west|shop/a']
  for (const key of keys) queue.add(key)
  const got = await Promise.all(keys.map(() => keyOf(queue.get())))
  expect(got).toEqual(keys)
})

describe('a queue that keeps nothing', () => {
  const empty = { ready: 0, again: 0, delayed: 0, running: 0, failing: 0, tenants: 0 }

  test('P10: after a hundred thousand keys of a thousand tenants went through every path, nothing is left of any', async () => {
    const clock = virtualClock()
    const queue = new WorkQueue({ clock, fairness: { tenantOf: (key) => key.slice(0, 3), perTenant: 2, share: 'time' } })
    for (let i = 0; i < 100_000; i++) {
      const key = `${i % 1000}/${i}`
      if (i % 4 === 0) queue.add(key, { priority: i % 3 })
      else if (i % 4 === 1) queue.addAfter(key, i % 50)
      else if (i % 4 === 2) queue.addRateLimited(key)
      else queue.addDebounced(key, 10)
      if (i % 25_000 === 0) queue.takeOut((waiting) => waiting.endsWith('7'))
    }
    await clock.advance(1000)
    let runs = 0
    for (let item = await queue.get(); ; item = await queue.get()) {
      if (item === undefined) break
      if (runs++ % 10 === 0) queue.add(item.key)
      queue.forget(item.key)
      queue.done(item.key)
      if (queue.length === 0) queue.shutDown()
    }
    expect(runs).toBeGreaterThan(100_000)
    expect(queue.census()).toEqual(empty)
    expect([...queue.depths()]).toEqual([])
    expect(clock.pending).toBe(0)
  })

  test('P10: a key that is removed leaves no delay, no failure and no place behind, and its run goes on', async () => {
    const { clock, queue } = start()
    queue.add('running')
    await queue.get()
    queue.add('running')
    queue.addRateLimited('failing')
    queue.addDebounced('quiet', 100)
    queue.add('ready')
    for (const key of ['running', 'failing', 'quiet', 'ready', 'never heard of']) queue.remove(key)
    expect(queue.census()).toEqual({ ...empty, running: 1, tenants: 1 })
    queue.done('running')
    expect(queue.census()).toEqual(empty)
    expect(clock.pending).toBe(0)
  })

  test('takes out what another replica will do: ready and delayed keys that match, and no others', async () => {
    const { clock, queue } = start()
    for (const key of ['mine/1', 'lost/1', 'mine/2']) queue.add(key)
    queue.addAfter('lost/2', 10)
    queue.addRateLimited('mine/3')
    expect(queue.takeOut((key) => key.startsWith('lost/'))).toBe(2)
    await clock.advance(1000)
    expect([await keyOf(queue.get()), await keyOf(queue.get()), await keyOf(queue.get()), queue.length]).toEqual([
      'mine/1',
      'mine/2',
      'mine/3',
      0,
    ])
  })

  test('tells when the runs under way of the keys that were taken out are over, whatever else runs', async () => {
    const { queue } = start()
    for (const key of ['lost/1', 'mine/1', 'lost/2']) {
      queue.add(key)
      await queue.get()
    }
    let settled = false
    const wait = queue
      .settled((key) => key.startsWith('lost/'))
      .then(() => {
        settled = true
      })
    queue.done('lost/1')
    await Promise.resolve()
    expect(settled).toBe(false)
    queue.done('lost/2')
    await wait
    expect(settled).toBe(true)
    await queue.settled((key) => key === 'not running')
  })
})

describe('a queue that is held', () => {
  test('takes adds, hands nothing out, and gives everything to those who wait when it is released', async () => {
    const { clock, queue } = start()
    queue.hold()
    const early = keyOf(queue.get())
    queue.add('a')
    queue.addAfter('b', 10)
    await clock.advance(10)
    expect(queue.census()).toMatchObject({ ready: 2, running: 0 })
    queue.release()
    expect([await early, await keyOf(queue.get())]).toEqual(['a', 'b'])
  })

  test('ends at once when it is shut down: nobody will come for what it holds', async () => {
    const { queue } = start()
    queue.hold()
    queue.add('a')
    const waiting = queue.get()
    queue.shutDown()
    expect([await waiting, await queue.get()]).toEqual([undefined, undefined])
    await queue.drained()
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

  test('drops what is ready as well when it need not be drained', async () => {
    const { queue } = start()
    queue.add('running')
    await queue.get()
    queue.add('running')
    queue.add('ready')
    queue.shutDown({ drain: false })
    expect(await queue.get()).toBeUndefined()
    queue.done('running')
    await queue.drained()
    expect(queue.length).toBe(0)
  })

  test('still runs a key that changed during its run', async () => {
    const { queue } = start()
    queue.add('a')
    await queue.get()
    queue.add('a')
    queue.shutDown()
    queue.done('a')
    expect(await keyOf(queue.get())).toBe('a')
  })

  test('counts no failures any more', () => {
    const { queue } = start()
    queue.shutDown()
    queue.addRateLimited('a')
    expect(queue.census().failing).toBe(0)
  })

  test('ends the wait of every worker', async () => {
    const { queue } = start()
    const waits = [queue.get(), queue.get()]
    queue.shutDown()
    expect(await Promise.all(waits)).toEqual([undefined, undefined])
  })

  test('is drained when nothing is ready and the last run is done', async () => {
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
      started: (ms) => told.push(`waited ${ms}`),
      finished: (ms) => told.push(`worked ${ms}`),
      retried: () => told.push('retried'),
    },
  })
  queue.addAfter('a', 100)
  await clock.advance(150)
  expect([...queue.depths()]).toEqual([[0, 1]])
  await queue.get()
  expect([...queue.depths()]).toEqual([])
  await clock.advance(30)
  expect(queue.unfinished()).toEqual({ total: 30, longest: 30 })
  queue.done('a')
  expect(told).toEqual(['retried', 'added 0', 'waited 50', 'worked 30'])
})
