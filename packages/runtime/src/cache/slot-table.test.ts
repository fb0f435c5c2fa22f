import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashOfText, SlotTable } from './slot-table.ts'

// Hashes that collide, and that begin at the end of the table: what is removed must not hide what was put behind it.
test('finds what was added and not what was removed, whatever the hashes', () => {
  const hashes = fc.array(fc.constantFrom(0, 1, 13, 14, 15, 16, 31, 0xffffffff), { minLength: 40, maxLength: 40 })
  const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 39 })), { maxLength: 120 })
  fc.assert(
    fc.property(hashes, steps, (hashOf, taken) => {
      const table = new SlotTable((slot) => hashOf[slot]!)
      const model = new Set<number>()
      for (const [add, slot] of taken) {
        if (add && !model.has(slot)) {
          table.add(slot)
          model.add(slot)
        } else if (!add) {
          table.remove(slot)
          model.delete(slot)
        }
        for (const [other, hash] of hashOf.entries())
          expect(table.find(hash, (found) => found === other)).toBe(model.has(other) ? other : undefined)
      }
    }),
  )
})

test('names that differ in their last letters alone are spread over the table', () => {
  const places = new Set(Array.from({ length: 1_000 }, (_, n) => hashOfText(`report-7d9c5b8f6d-${n}`) & 1_023))
  // Of as many names drawn by lot 1 - 1/e fall on different places.
  expect(places.size).toBeGreaterThan(550)
})
