import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

const never = new AbortController().signal

test('a burst goes at once, the rest at the rate; no request beyond it', async () => {
  const clock = virtualClock()
  const pace = new Pace({ clock, perSecond: 10, burst: 5 })
  const went: number[] = []
  const begin = clock.monotonic()
  const all = Promise.all(Array.from({ length: 25 }, () => pace.take(never).then(() => went.push(clock.monotonic() - begin))))
  await clock.advance(10_000)
  await all
  expect(went.filter((at) => at === 0)).toHaveLength(5)
  expect(went.at(-1)).toBe(2_000)
})

test('a server that says "slow down" is left alone for a moment, asked half as often, and more again with time', async () => {
  const clock = virtualClock()
  const pace = new Pace({ clock, perSecond: 10, burst: 1 })
  await pace.take(never)
  pace.slowDown()
  const begin = clock.monotonic()
  let went = 0
  const next = pace.take(never).then(() => {
    went = clock.monotonic() - begin
  })
  await clock.advance(60_000)
  await next
  expect(went).toBe(1_000)
  const again = clock.monotonic()
  await pace.take(never)
  const second = pace.take(never).then(() => clock.monotonic() - again)
  await clock.advance(1_000)
  expect(await second).toBe(100)
})

test('who waits for a turn ends with the signal', async () => {
  const clock = virtualClock()
  const pace = new Pace({ clock, perSecond: 1, burst: 1 })
  await pace.take(never)
  const stop = new AbortController()
  const waiting = pace.take(stop.signal)
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
})
