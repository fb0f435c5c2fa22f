import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fnv1a64, positionOf, RING_SIZE } from './hash.ts'
import { Ring, Territory, TOKENS } from './ring.ts'

const hex = (text: string) => {
  const { high, low } = fnv1a64(text)
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}

// From the authors' page (isthe.com/chongo/tech/comp/fnv).
test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['b', 'af63df4c8601f1a5'],
  ['foobar', '85944171f73967e8'],
])('FNV-1a of "%s" is %s', (text, wanted) => expect(hex(text)).toBe(wanted))

test('FNV-1a by halves is what it is with whole numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 33, max: 126 }), { maxLength: 40 }), (codes) => {
      let hash = 0xcbf29ce484222325n
      for (const code of codes) hash = BigInt.asUintN(64, (hash ^ BigInt(code)) * 0x100000001b3n)
      expect(hex(String.fromCharCode(...codes))).toBe(hash.toString(16).padStart(16, '0'))
    }),
  )
})

test('parts are kept apart', () => {
  expect(positionOf('a', 'bc')).not.toBe(positionOf('ab', 'c'))
  expect(positionOf('', 'a')).not.toBe(positionOf('a', ''))
})

describe('families on the ring', () => {
  const families = Array.from({ length: 9_000 }, (_, i) => positionOf('', 'example.dev', 'Website', `team-${i % 9}`, `site-${i}`))
  const members = (n: number) => Array.from({ length: n }, (_, i) => `replica-${i}`)
  const owners = (n: number) => {
    const ring = new Ring(members(n))
    return families.map((family) => ring.ownerOf(family))
  }

  test.each([2, 3, 5, 10])('%d members share about evenly, names with a common beginning too', (n) => {
    const counts = Object.values(Object.groupBy(owners(n), (owner) => owner ?? '')).map((group) => group?.length ?? 0)
    expect(counts).toHaveLength(n)
    for (const count of counts) expect(Math.abs(count / (families.length / n) - 1)).toBeLessThan(0.35)
  })

  test.each([2, 3, 5, 10])('when one more than %d joins, only what it gets moves: about its share', (n) => {
    const [before, after] = [owners(n), owners(n + 1)]
    const moved = families.flatMap((_, i) => (before[i] === after[i] ? [] : [after[i]]))
    expect(new Set(moved)).toEqual(new Set([`replica-${n}`]))
    expect(moved.length / families.length).toBeLessThan(1.35 / (n + 1))
  })

  test('the order of the members does not matter', () => {
    const [one, other] = [new Ring(members(4)), new Ring(members(4).toReversed())]
    for (const family of families.slice(0, 500)) expect(one.ownerOf(family)).toBe(other.ownerOf(family))
  })

  test('a ring without members has no owners', () => {
    expect(new Ring([]).ownerOf(5)).toBeUndefined()
    expect(new Ring(['a']).tokens).toHaveLength(TOKENS)
  })
})

describe('a territory', () => {
  const position = fc.integer({ min: 0, max: RING_SIZE - 1 })
  const territory = fc
    .array(position, { maxLength: 12 })
    .chain((points) => fc.func(fc.boolean()).map((holds) => Territory.where(points, holds)))

  test('holds from its points on what it was told, until the next', () => {
    const half = Territory.where([10, 20], (at) => at === 10)
    expect([9, 10, 19, 20].map((at) => half.has(at))).toEqual([false, true, true, false])
    expect(half.ranges).toEqual([{ from: 10, to: 20 }])
  })

  test('without another is what is in the one and not in the other', () => {
    fc.assert(
      fc.property(territory, territory, fc.array(position), (one, other, positions) => {
        const rest = one.minus(other)
        const borders = [...one.ranges, ...other.ranges].flatMap(({ from, to }) => [from, to - 1])
        for (const at of [...positions, ...borders]) expect(rest.has(at)).toBe(one.has(at) && !other.has(at))
      }),
    )
  })

  test('a share of all is 1, of nothing 0', () => {
    expect(Territory.where([5], () => true).share).toBe(1)
    expect(new Territory().share).toBe(0)
    expect(new Territory().isEmpty).toBe(true)
  })
})
