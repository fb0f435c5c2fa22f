import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import type { Answer } from '../deletion/answer.ts'
import { Requests } from './requests.ts'

type Outcome = { readonly answer: Answer; readonly ms: number } | undefined

/** How many requests may begin before there is no more room. They are left under way. */
function roomOf(requests: Requests): number {
  let room = 0
  for (; requests.hasRoom; room++) void requests.count(new Promise(() => {}))
  return room
}

test('as many as allowed, and one more for each that has ended', async () => {
  const requests = new Requests(4, virtualClock())
  const first = Promise.withResolvers<Outcome>()
  const counted = requests.count(first.promise)
  expect(roomOf(requests)).toBe(3)
  first.resolve({ answer: { is: 'gone' }, ms: 5 })
  await counted
  expect(roomOf(requests)).toBe(1)
})

test.each<[string, Outcome, number]>([
  ['well', { answer: { is: 'gone' }, ms: 5 }, 8],
  ['pressed', { answer: { is: 'throttled', retryAfter: 0, message: '' }, ms: 5 }, 4],
  ['slow', { answer: { is: 'gone' }, ms: 2_000 }, 4],
  ['asked for something else than a deletion', undefined, 8],
])('when the server is %s, there is room accordingly', async (_, outcome, room) => {
  const requests = new Requests(8, virtualClock())
  await requests.count(Promise.resolve(outcome))
  expect(roomOf(requests)).toBe(room)
})

test('a request that fails gives its place back', async () => {
  const requests = new Requests(1, virtualClock())
  await expect(requests.count(Promise.reject(new Error('a defect')))).rejects.toThrow('a defect')
  expect(roomOf(requests)).toBe(1)
})
