import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergedOrder } from './list-order.ts'

describe('the items of a list that is applied', () => {
  // Each as structured-merge-diff's own cases have it.
  test.each<[string, string, string, string]>([
    ['stand before live ones that come after', 'own', 'side own', 'side own'],
    ['stand after live ones that come before', 'own', 'own side', 'own side'],
    ['are appended when none is live', 'a b', 'c d', 'a b c d'],
    ['leave live ones where they stood among them', 'a b c', 'c a', 'b c a'],
    ['come in the order of the applier', 'a b', 'b a', 'b a'],
    ['take the place of the live ones they are', 'a b c d', 'b d x', 'a b c d x'],
    ['may be all there is', '', 'a b', 'a b'],
    ['may be none', 'a b', '', 'a b'],
  ])('%s', (_, live, applied, expected) => {
    const items = (text: string) => text.split(' ').filter(Boolean)
    expect(mergedOrder(items(live), items(applied))).toEqual(items(expected))
  })

  const lists = fc.tuple(...[1, 2].map(() => fc.uniqueArray(fc.constantFrom(...'abcdefgh'))))

  test('are all there once, with all live ones, and in the applied order', () => {
    fc.assert(
      fc.property(lists, ([live = [], applied = []]) => {
        const order = mergedOrder(live, applied)
        expect(order.toSorted()).toEqual([...new Set([...live, ...applied])].sort())
        expect(order.filter((item) => applied.includes(item))).toEqual(applied)
        const untouched = live.filter((item) => !applied.includes(item))
        expect(order.filter((item) => untouched.includes(item))).toEqual(untouched)
      }),
    )
  })
})
