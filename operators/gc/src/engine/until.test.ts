import { expect, test } from 'vitest'
import { until } from './until.ts'

const stopped = new Error('stopped')

test('brings what the promise brings, and passes on what it fails with', async () => {
  const { signal } = new AbortController()
  expect(await until(Promise.resolve(7), signal)).toBe(7)
  await expect(until(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
})

test('ends with the reason of the signal, also when the promise never settles', async () => {
  const controller = new AbortController()
  const waiting = until(new Promise(() => {}), controller.signal)
  controller.abort(stopped)
  await expect(waiting).rejects.toBe(stopped)
})

test('of a signal that has aborted and a promise that has settled, the signal counts', async () => {
  await expect(until(Promise.resolve(7), AbortSignal.abort(stopped))).rejects.toBe(stopped)
})

test('a promise that fails after the signal has aborted is nobody else’s trouble', async () => {
  const controller = new AbortController()
  const late = Promise.withResolvers<never>()
  const waiting = until(late.promise, controller.signal)
  controller.abort(stopped)
  await expect(waiting).rejects.toBe(stopped)
  late.reject(new Error('too late'))
  // An unhandled rejection would fail the run.
  await new Promise((resolve) => setImmediate(resolve))
})
