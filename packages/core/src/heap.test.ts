import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HeapItem, IndexedHeap } from './heap.ts'

const commands = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('set' as const), item: fc.nat(15), rank: fc.integer({ min: -9, max: 9 }) }),
    fc.record({ do: fc.constant('remove' as const), item: fc.nat(15) }),
    fc.record({ do: fc.constant('pop' as const) }),
    fc.record({ do: fc.constant('clear' as const) }),
  ),
  { maxLength: 200 },
)

test('after any history the top is the smallest of what is in', () => {
  fc.assert(
    fc.property(commands, (history) => {
      const heap = new IndexedHeap<HeapItem>()
      const items = Array.from({ length: 16 }, () => ({ rank: 0, heapIndex: -1 }))
      const model = new Map<HeapItem, number>()
      for (const command of history) {
        if (command.do === 'pop') {
          const top = heap.pop()
          if (top !== undefined) model.delete(top)
        } else if (command.do === 'clear') {
          heap.clear()
          model.clear()
        } else {
          const item = items[command.item]!
          if (command.do === 'set') {
            heap.set(item, command.rank)
            model.set(item, command.rank)
          } else {
            heap.remove(item)
            model.delete(item)
          }
        }
        expect(heap.size).toBe(model.size)
        expect(heap.top === undefined ? undefined : heap.top.rank).toBe(model.size === 0 ? undefined : Math.min(...model.values()))
        for (const item of items) expect(item.heapIndex >= 0).toBe(model.has(item))
      }
    }),
  )
})

test('a hundred thousand entries come out in order', () => {
  const heap = new IndexedHeap<HeapItem>()
  for (let n = 0; n < 100_000; n++) heap.set({ rank: 0, heapIndex: -1 }, (n * 7919) % 100_003)
  let last = Number.NEGATIVE_INFINITY
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    if (top.rank < last) expect.fail(`${top.rank} came after ${last}`)
    last = top.rank
  }
  expect(heap.size).toBe(0)
})

test('an item of another heap is not taken out of it', () => {
  const [one, other] = [new IndexedHeap<HeapItem>(), new IndexedHeap<HeapItem>()]
  const item = { rank: 0, heapIndex: -1 }
  one.set(item, 1)
  other.set({ rank: 0, heapIndex: -1 }, 2)
  other.remove(item)
  expect([one.size, other.size]).toEqual([1, 1])
})
