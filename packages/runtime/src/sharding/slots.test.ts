import { matchesLabels, parseLabelSelector } from '@kubewright/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { positionOfFamily } from './family.ts'
import { RING_SIZE } from './hash.ts'
import { ALL, inNoSlot, inSlots, positionOfSlot, SLOTS, slotLabel, slotName, slotNamed, slotOf } from './slots.ts'

const label = slotLabel({ name: 'op' }, 'name')
const selects = (selector: string, value: string | undefined) =>
  matchesLabels(parseLabelSelector(selector), value === undefined ? {} : { [label]: value })

test('each slot has a name of its own, and a position that is in it', () => {
  expect(new Set(ALL.map(slotName)).size).toBe(SLOTS)
  for (const slot of ALL) {
    expect(slotNamed(slotName(slot))).toBe(slot)
    expect(slotOf(positionOfSlot(slot))).toBe(slot)
  }
  expect([slotOf(0), slotOf(RING_SIZE - 1)]).toEqual([0, SLOTS - 1])
})

test.each([undefined, '', 'f', 'FF', '100', 'g0', ' 00'])('%j names no slot', (name) => {
  expect(slotNamed(name)).toBeUndefined()
})

test('every object is selected by exactly one slot, or by the selector of what is in none', () => {
  const values = fc.oneof(fc.constant(undefined), fc.constantFrom(...ALL.map(slotName)), fc.stringMatching(/^[A-Za-z0-9]{0,4}$/))
  fc.assert(
    fc.property(values, (value) => {
      const hits = ALL.filter((slot) => selects(inSlots(label, [slot]), value)).length + (selects(inNoSlot(label), value) ? 1 : 0)
      expect(hits).toBe(1)
      expect(selects(inSlots(label, []), value)).toBe(value === 'none')
    }),
  )
})

test('a selector of all slots leaves room in an address of 8 kB', () => {
  expect(encodeURIComponent(inNoSlot(slotLabel({ name: 'n'.repeat(53) }, 'owner'))).length).toBeLessThan(2_000)
})

test('the label’s key is one, however long the ring’s name may be', () => {
  const key = slotLabel({ name: 'n'.repeat(53) }, 'owner')
  expect(key.split('/')[1]!.length).toBeLessThanOrEqual(63)
  expect(key).not.toBe(slotLabel({ name: 'n'.repeat(53) }, 'name'))
})

test('families spread over all slots, and those of one slot are at one place', () => {
  const family = (name: string) => ({ cluster: '', group: 'g', kind: 'K', namespace: 'n', name })
  const positions = Array.from({ length: 5_000 }, (_, n) => positionOfFamily(family(`object-${n}`), 'slot'))
  expect(new Set(positions).size).toBe(SLOTS)
  expect(new Set(positions.map(slotOf)).size).toBe(SLOTS)
})
