import { expect, test } from 'vitest'
import { consistently, eventually, intervalAfter } from './eventually.ts'

test('tries until the assertion holds, and returns its value', async () => {
  let tries = 0
  const value = await eventually(
    () => {
      tries++
      if (tries < 3) throw new Error('not yet')
      return 'there'
    },
    { interval: 1 },
  )
  expect(value).toBe('there')
  expect(tries).toBe(3)
})

test('waits for an assertion that is itself asynchronous', async () => {
  const started = performance.now()
  await eventually(
    async () => {
      await Promise.resolve()
      if (performance.now() - started < 20) throw new Error('too early')
    },
    { interval: 1 },
  )
  expect(performance.now() - started).toBeGreaterThanOrEqual(20)
})

test.each([
  [0, 25],
  [200, 25],
  [1_000, 100],
  [2_500, 250],
  [60_000, 250],
])('who has waited for %d ms looks again after %d', (waited, interval) => {
  expect(intervalAfter(waited)).toBe(interval)
})

test('an interval that is given stays as it is', async () => {
  const looks: number[] = []
  const failing = eventually(
    () => {
      looks.push(performance.now())
      throw new Error('never')
    },
    { interval: 400, timeout: 500 },
  )
  await expect(failing).rejects.toThrow(/2 tries/)
  expect(looks).toHaveLength(2)
})

test('fails with the assertion’s last error, and says how long it waited', async () => {
  let tries = 0
  const failing = eventually(
    () => {
      tries++
      throw new TypeError(`wrong the ${tries}. time`)
    },
    { timeout: 30, interval: 5 },
  )
  await expect(failing).rejects.toThrow(TypeError)
  await expect(failing).rejects.toThrow(new RegExp(`^wrong the ${tries}\\. time \\(still so after \\d+ ms and ${tries} tries\\)$`))
})

test('something thrown that is no error becomes one', async () => {
  const failing = eventually(() => Promise.reject('a text'), { timeout: 5, interval: 1 })
  await expect(failing).rejects.toThrow(/still failing after \d+ ms: a text/)
})

test('an aborted signal ends the waiting with its reason', async () => {
  const controller = new AbortController()
  const waiting = eventually(
    () => {
      controller.abort(new Error('the test is over'))
      throw new Error('never')
    },
    { signal: controller.signal, interval: 10_000, timeout: 60_000 },
  )
  await expect(waiting).rejects.toThrow('the test is over')
})

test('consistently notices a property that breaks in the meantime', async () => {
  const started = performance.now()
  const breaking = consistently(
    () => {
      if (performance.now() - started > 20) throw new Error('it broke')
    },
    200,
    2,
  )
  await expect(breaking).rejects.toThrow('it broke')
})

test('consistently looks a last time when the time is over', async () => {
  let looks = 0
  await consistently(() => void looks++, 0, 1)
  expect(looks).toBe(2)
})
