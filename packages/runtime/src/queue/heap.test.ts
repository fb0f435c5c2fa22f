import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Heap } from './heap.ts'

interface Item {
  weight: number
}
const heapOf = (items: readonly Item[]) => {
  const heap = new Heap<Item>((a, b) => a.weight < b.weight)
  for (const item of items) heap.push(item)
  return heap
}
const drain = (heap: Heap<Item>) => {
  const out: number[] = []
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item.weight)
  return out
}
const sorted = (items: readonly Item[]) => items.map((item) => item.weight).sort((a, b) => a - b)

describe('a heap', () => {
  test('gives its items in order, whatever the order they came in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (weights) => {
        const items = weights.map((weight) => ({ weight }))
        expect(drain(heapOf(items))).toEqual(sorted(items))
      }),
    )
  })

  test('stays in order when items are taken out of its middle and others change their weight', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.constantFrom('keep', 'remove', 'reweigh'), fc.integer())), (plan) => {
        const items = plan.map(([weight]) => ({ weight }))
        const heap = heapOf(items)
        for (const [at, [, what, weight]] of plan.entries()) {
          const item = items[at]!
          if (what === 'remove') expect(heap.remove(item)).toBe(true)
          if (what === 'reweigh') {
            item.weight = weight
            heap.update(item)
          }
        }
        expect(drain(heap)).toEqual(sorted(items.filter((_, at) => plan[at]![1] !== 'remove')))
      }),
    )
  })

  test('says that it had no such item', () => {
    expect(heapOf([{ weight: 1 }]).remove({ weight: 1 })).toBe(false)
  })
})
