import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Target } from '../kind/kinds.ts'
import { type Party, pathsInCircle, placeOfTarget } from './circle.ts'

const target = (path: string, over: Partial<Target>): Target => ({ path, mount: 'secret', kv: 2, state: 'Synced', owned: true, ...over })
const leaving = (path: string): Target => target(path, { state: 'Removing' })
const awaited = (path: string, holder: string): Target => target(path, { state: 'Conflict', holder, owned: false })

/** `A: [leaves …, waits for …]`. */
function parties(all: Readonly<Record<string, readonly Target[]>>) {
  const partyOf = (mark: string): Party | undefined => (all[mark] === undefined ? undefined : { mark, targets: all[mark] })
  return (mark: string) => [...pathsInCircle(partyOf(mark)!, partyOf)].map((place) => (JSON.parse(place) as string[])[0])
}

test('two that swap their paths', () => {
  const of = parties({ a: [leaving('x'), awaited('y', 'b')], b: [leaving('y'), awaited('x', 'a')] })
  expect([of('a'), of('b')]).toEqual([['x'], ['y']])
})

test('three that pass theirs on', () => {
  const of = parties({
    a: [leaving('x'), awaited('y', 'b')],
    b: [leaving('y'), awaited('z', 'c')],
    c: [leaving('z'), awaited('x', 'a')],
  })
  expect([of('a'), of('b'), of('c')]).toEqual([['x'], ['y'], ['z']])
})

test.each<[string, Readonly<Record<string, readonly Target[]>>]>([
  ['who waits for somebody who stays', { a: [leaving('x'), awaited('y', 'b')], b: [target('y', {}), awaited('x', 'a')] }],
  ['who waits for nobody that is known', { a: [leaving('x'), awaited('y', 'b')] }],
  ['whose path nobody wants', { a: [leaving('x'), awaited('y', 'b')], b: [leaving('y')] }],
  [
    'whose path is wanted in another Vault',
    { a: [leaving('x'), awaited('y', 'b')], b: [leaving('y'), { ...awaited('x', 'a'), vault: 'west' }] },
  ],
  ['who still wants what the other waits for', { a: [target('x', {}), awaited('y', 'b')], b: [leaving('y'), awaited('x', 'a')] }],
  [
    'who waits for two that wait for each other',
    {
      a: [leaving('x'), awaited('y', 'b')],
      b: [leaving('y'), awaited('z', 'c')],
      c: [leaving('z'), awaited('y', 'b')],
    },
  ],
  [
    'behind whom one of a row stays',
    {
      a: [leaving('x'), awaited('y', 'b')],
      b: [leaving('y'), awaited('z', 'c')],
      c: [target('z', {}), awaited('x', 'a')],
    },
  ],
])('it is no circle for one %s', (_, all) => {
  expect(parties(all)('a')).toEqual([])
})

test('of all that is let go of in whatever tangle, somebody waits for it, who holds what is let go of in turn', () => {
  const mark = fc.constantFrom('a', 'b', 'c', 'd')
  const path = fc.constantFrom('p', 'q', 'r', 's')
  const entry = fc.oneof(
    path.map(leaving),
    path.map((each) => target(each, {})),
    fc.tuple(path, mark).map(([each, holder]) => awaited(each, holder)),
  )
  fc.assert(
    fc.property(fc.dictionary(mark, fc.array(entry, { maxLength: 4 })), (all) => {
      const partyOf = (each: string) => (all[each] === undefined ? undefined : { mark: each, targets: all[each] })
      for (const own of Object.keys(all)) {
        for (const place of pathsInCircle(partyOf(own)!, partyOf)) {
          const mine = all[own]!.filter((each) => placeOfTarget(each) === place)
          expect(mine.some(({ state, owned }) => state === 'Removing' && owned === true)).toBe(true)
          const waits = (each: Target) => each.state === 'Conflict' && each.holder === own && placeOfTarget(each) === place
          expect(Object.values(all).some((targets) => targets.some(waits))).toBe(true)
          // Whoever lets go waits for something itself.
          expect(all[own]!.some(({ state }) => state === 'Conflict')).toBe(true)
        }
      }
    }),
  )
})
