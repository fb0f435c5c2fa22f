import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Wake } from './wake.ts'

/** A worker that says each time how long it wants to be left alone. */
function worker(wants: (time: number) => number | undefined) {
  const clock = virtualClock()
  const wake = new Wake(clock)
  const stop = new AbortController()
  const worked: number[] = []
  const running = wake.run(() => {
    worked.push(clock.monotonic())
    return wants(worked.length)
  }, stop.signal)
  return { clock, wake, stop, worked, running }
}

test('it works at once, and again when the time is over that it asked for', async () => {
  const { clock, worked, stop, running } = worker(() => 100)
  await clock.advance(99)
  expect(worked).toEqual([0])
  await clock.advance(101)
  expect(worked).toEqual([0, 100, 200])
  stop.abort()
  await running
})

test('without a time it works when it is called, and calls of one moment are one', async () => {
  const { clock, wake, worked, stop, running } = worker(() => undefined)
  await clock.advance(1_000)
  wake.call()
  wake.call()
  await settle()
  expect(worked).toEqual([0, 1_000])
  stop.abort()
  await running
})

test('a call that came before it ran is not lost, and one that comes while it works is heard afterwards', async () => {
  const wake = new Wake(virtualClock())
  wake.call()
  const stop = new AbortController()
  let times = 0
  const running = wake.run(() => {
    if (++times < 3) wake.call()
    return undefined
  }, stop.signal)
  await settle()
  expect(times).toBe(3)
  stop.abort()
  await running
})

test('an earlier time replaces a later one, and a later one waits for the timer that is set', async () => {
  const { clock, wake, worked, stop, running } = worker((time) => [1_000, 200, 900][time - 1])
  wake.call()
  await clock.advance(10)
  wake.call()
  await clock.advance(190)
  expect(worked).toEqual([0, 0, 10, 200])
  expect(clock.pending).toBe(0)
  stop.abort()
  await running
})

test('the end leaves no timer, and no call begins anything more', async () => {
  const { clock, wake, worked, stop, running } = worker(() => 100)
  wake.call()
  stop.abort()
  await running
  await clock.advance(1_000)
  expect({ worked, pending: clock.pending }).toEqual({ worked: [0], pending: 0 })
})

test('what the work throws ends it', async () => {
  const wake = new Wake(virtualClock())
  const failure = new Error('a defect')
  const work = () => {
    throw failure
  }
  await expect(wake.run(work, new AbortController().signal)).rejects.toBe(failure)
})

test('aborted before it began, it does nothing', async () => {
  let times = 0
  await new Wake(virtualClock()).run(() => ++times, AbortSignal.abort())
  expect(times).toBe(0)
})
