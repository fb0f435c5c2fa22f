import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { unbroken } from './unbroken.ts'

test('what has begun is finished after the signal', async () => {
  const stop = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  const work = unbroken(stop.signal, async (signal) => {
    await promise
    return signal.aborted
  })
  stop.abort()
  resolve()
  expect(await work).toBe(false)
})

test('but not for ever: what does not end is broken off, with the reason of the signal', async () => {
  const clock = virtualClock()
  const stop = new AbortController()
  const never = (signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  const work = unbroken(stop.signal, never, { clock })
  const broken = expect(work).rejects.toThrow('stopping')
  stop.abort(new Error('stopping'))
  await clock.advance(10_000)
  await broken
})

test('nothing is begun after the signal', async () => {
  let begun = false
  await expect(
    unbroken(AbortSignal.abort(new Error('stopped')), async () => {
      begun = true
    }),
  ).rejects.toThrow('stopped')
  expect(begun).toBe(false)
})
