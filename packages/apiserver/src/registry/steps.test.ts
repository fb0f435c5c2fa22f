import { expect, test } from 'vitest'
import { awaiting, immediately, inTime, type Steps } from './steps.ts'

function* adding(...terms: readonly (number | Promise<number>)[]): Steps<number> {
  let sum = 0
  for (const term of terms) sum += typeof term === 'number' ? term : yield* awaiting(() => term)
  return sum
}

test('what waits for nobody is done at once', async () => {
  expect(immediately(adding(1, 2))).toBe(3)
  expect(await inTime(adding(1, 2))).toBe(3)
})

test('what has to wait is done in its time, and refused at once', async () => {
  expect(await inTime(adding(1, Promise.resolve(2), Promise.resolve(3)))).toBe(6)
  expect(() => immediately(adding(Promise.resolve(1)))).toThrow(/must not be subject to admission or conversion/)
})

test('a failure while it waits is felt where it waits', async () => {
  function* careful(): Steps<string> {
    try {
      return yield* awaiting(() => Promise.reject(new Error('gone')))
    } catch (error) {
      return `${String(error)}, and dealt with`
    }
  }
  expect(await inTime(careful())).toBe('Error: gone, and dealt with')
  await expect(inTime(adding(Promise.reject(new Error('gone'))))).rejects.toThrow('gone')
})
