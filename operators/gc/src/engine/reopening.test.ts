import { expect, test } from 'vitest'
import { Reopening } from './reopening.ts'

const waits = (reopening: Reopening, count: number) => Array.from({ length: count }, () => reopening.next() / 1_000)

test('a target that could not be opened is tried every half minute', () => {
  expect(waits(new Reopening(), 3)).toEqual([30, 30, 30])
})

test('where there is hope it is tried after 1, 2, 4 and 8 seconds, and then as before', () => {
  const reopening = new Reopening()
  reopening.next()
  reopening.expectSoon()
  expect(waits(reopening, 6)).toEqual([1, 2, 4, 8, 30, 30])
})

test('new hope begins anew', () => {
  const reopening = new Reopening()
  reopening.expectSoon()
  waits(reopening, 2)
  reopening.expectSoon()
  expect(waits(reopening, 2)).toEqual([1, 2])
})
