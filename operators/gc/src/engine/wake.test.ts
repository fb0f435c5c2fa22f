import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Wake } from './wake.ts'

function sleeper(ms: number | undefined) {
  const clock = virtualClock()
  const wake = new Wake(clock)
  const stop = new AbortController()
  let slept = false
  const begin = () => {
    slept = false
    return wake.sleep(ms, stop.signal).then(() => {
      slept = true
    })
  }
  return { clock, wake, stop, begin, slept: () => slept }
}

test('it sleeps its time, and no longer', async () => {
  const { clock, begin, slept } = sleeper(100)
  const over = begin()
  await clock.advance(99)
  expect(slept()).toBe(false)
  await clock.advance(1)
  await over
})

test('a call ends the sleep, and leaves no timer', async () => {
  const { clock, wake, begin } = sleeper(100)
  const over = begin()
  wake.call()
  await over
  expect(clock.pending).toBe(0)
})

test('a call that came before the sleep is not lost, and counts once', async () => {
  const { wake, begin, slept, stop } = sleeper(undefined)
  wake.call()
  await begin()
  const second = begin()
  await settle()
  expect(slept()).toBe(false)
  stop.abort()
  await second
})
