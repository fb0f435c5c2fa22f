import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ALWAYS, before, complement, intersection, NEVER, type Spans, since, spanFrom, union } from './spans.ts'

const holdsAt = (spans: Spans, at: number) => spans.some(({ from, until }) => from <= at && at < until)
const spans = fc
  .array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 10 })), { maxLength: 5 })
  .map((pairs) => union(pairs.map(([from, length]) => ({ from, until: from + length }))))
const moments = Array.from({ length: 60 }, (_, at) => at - 2)

test('and, or and not mean at each moment what they say', () => {
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      for (const at of moments) {
        expect(holdsAt(intersection(a, b), at)).toBe(holdsAt(a, at) && holdsAt(b, at))
        expect(holdsAt(union(a, b), at)).toBe(holdsAt(a, at) || holdsAt(b, at))
        expect(holdsAt(complement(a), at)).toBe(!holdsAt(a, at))
      }
    }),
  )
})

test('spans stay in order and apart, and not of not is the thing itself', () => {
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      for (const set of [intersection(a, b), union(a, b), complement(a)])
        for (let i = 1; i < set.length; i++) expect(set[i]!.from).toBeGreaterThan(set[i - 1]!.until)
      expect(complement(complement(a))).toEqual(a)
    }),
  )
})

test('always and never are each other’s complement', () => {
  expect(complement(ALWAYS)).toEqual(NEVER)
  expect(complement(NEVER)).toEqual(ALWAYS)
  expect(intersection()).toEqual(ALWAYS)
  expect(intersection(since(5), before(9))).toEqual([{ from: 5, until: 9 }])
  expect(intersection(since(9), before(5))).toEqual(NEVER)
})

test('of a moment between two spans the next counts, and its end belongs to the next', () => {
  const two = [
    { from: 0, until: 5 },
    { from: 8, until: 9 },
  ]
  expect(spanFrom(two, 4)).toBe(two[0])
  expect(spanFrom(two, 5)).toBe(two[1])
  expect(spanFrom(two, 9)).toBeUndefined()
})
