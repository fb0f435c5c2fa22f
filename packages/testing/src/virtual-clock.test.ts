import { sleep } from '@kubewright/core'
import { expect, test } from 'vitest'
import { virtualClock } from './virtual-clock.ts'

test('time stands still until it is moved', async () => {
  const clock = virtualClock(1_000)
  let fired = false
  clock.setTimer(10, () => {
    fired = true
  })
  await clock.advance(9)
  expect({ fired, now: clock.now(), monotonic: clock.monotonic() }).toEqual({ fired: false, now: 1_009, monotonic: 9 })
  await clock.advance(1)
  expect({ fired, pending: clock.pending }).toEqual({ fired: true, pending: 0 })
})

test('timers fire in the order in which they fall due, those of one moment in the order in which they were set', async () => {
  const clock = virtualClock()
  const order: string[] = []
  clock.setTimer(20, () => order.push('late'))
  clock.setTimer(10, () => order.push('first of two'))
  clock.setTimer(10, () => order.push('second of two'))
  await clock.advance(30)
  expect(order).toEqual(['first of two', 'second of two', 'late'])
})

test('a timer sees the moment for which it was set, not the end of the advance', async () => {
  const clock = virtualClock(0)
  const seen: number[] = []
  clock.setTimer(5, () => seen.push(clock.now()))
  clock.setTimer(7, () => seen.push(clock.now()))
  await clock.advance(100)
  expect(seen).toEqual([5, 7])
})

test('a chain of sleeps runs within one advance', async () => {
  const clock = virtualClock(0)
  const stamps: number[] = []
  const running = (async () => {
    for (let i = 0; i < 3; i++) {
      await sleep(10, { clock })
      stamps.push(clock.now())
    }
  })()
  await clock.advance(30)
  await running
  expect(stamps).toEqual([10, 20, 30])
})

test('a cancelled timer never fires', async () => {
  const clock = virtualClock()
  let fired = 0
  const timer = clock.setTimer(1, () => fired++)
  timer.cancel()
  timer.cancel()
  await clock.advance(10)
  expect(fired).toBe(0)
})

test('a timer for now does not fire synchronously', async () => {
  const clock = virtualClock()
  let fired = 0
  clock.setTimer(0, () => fired++)
  clock.setTimer(-5, () => fired++)
  expect(fired).toBe(0)
  await clock.advance(0)
  expect(fired).toBe(2)
})

test('a step of the wall clock moves no timer and not the monotonic clock', async () => {
  const clock = virtualClock(0)
  let fired = false
  clock.setTimer(10, () => {
    fired = true
  })
  clock.stepWallClock(3_600_000)
  expect({ now: clock.now(), monotonic: clock.monotonic() }).toEqual({ now: 3_600_000, monotonic: 0 })
  await clock.advance(9)
  expect(fired).toBe(false)
})

test('waits of more than 24.8 days, where setTimeout overflows, are waits like others', async () => {
  const clock = virtualClock(0)
  const day = 86_400_000
  let at = 0
  clock.setTimer(30 * day, () => {
    at = clock.now()
  })
  await clock.advance(29 * day)
  expect(at).toBe(0)
  await clock.advance(day)
  expect(at).toBe(30 * day)
})
