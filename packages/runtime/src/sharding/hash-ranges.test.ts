import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { positionOfNamespace } from './family.ts'
import { EVERYTHING, type HashRange, holdsHash, joined, rangesAround, selectorWithout, serverHash } from './hash-ranges.ts'
import { Ring } from './ring.ts'

const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

test('the hash is FNV-1a of 64 bits, as the server computes it', () => {
  expect(serverHash('')).toBe(0xcbf29ce484222325n)
  expect(serverHash('a')).toBe(0xaf63dc4c8601ec8cn)
  expect(serverHash('foobar')).toBe(0x85944171f73967e8n)
})

describe('the ranges around the others’ namespaces', () => {
  test('hold none of ours, are few, ascending and apart, and hold all of the others’ when there is room', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash), fc.uniqueArray(hash, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (others, ours, most) => {
        const theirs = others.filter((other) => !ours.includes(other))
        const ranges = rangesAround(theirs, ours, most)
        expect(ranges.length).toBeLessThanOrEqual(most)
        for (const own of ours) expect(holdsHash(ranges, own)).toBe(false)
        for (const [at, range] of ranges.entries()) {
          expect(range.from).toBeLessThan(range.to)
          if (at > 0) expect(range.from).toBeGreaterThan(ranges[at - 1]!.to)
        }
        const held = theirs.filter((other) => holdsHash(ranges, other)).length
        if (theirs.length <= most || ours.length < most) expect(held).toBe(theirs.length)
        // Each range holds at least one.
        expect(held).toBeGreaterThanOrEqual(Math.min(most, theirs.length) === 0 ? 0 : ranges.length)
      }),
    )
  })

  const row = (text: string) => ({
    others: [...text].flatMap((who, at) => (who === 'x' ? [BigInt(at)] : [])),
    ours: [...text].flatMap((who, at) => (who === 'o' ? [BigInt(at)] : [])),
  })
  const drawn = (ranges: readonly HashRange[], length: number) =>
    Array.from({ length }, (_, at) => (holdsHash(ranges, BigInt(at)) ? '#' : '.')).join('')

  test.each([
    ['leave room for namespaces to come as long as they are few', 'x..x..o.x', 3, '#..#....#'],
    ['are joined where neighbours are nearest when they are many', 'x.x...x..ox', 3, '###...#...#'],
    ['are not joined across ours', 'x.o.x', 1, '#....'],
    ['leave out the fewest when even the joined are too many', 'x.o.xxx.o.xx', 2, '....###...##'],
    ['are none without others', '..o..', 3, '.....'],
  ])('%s', (_, namespaces, most, expected) => {
    const { others, ours } = row(namespaces)
    expect(drawn(rangesAround(others, ours, most), namespaces.length)).toBe(expected)
  })
})

test('ranges that touch or overlap become one', () => {
  const ranges = [
    { from: 5n, to: 9n },
    { from: 0n, to: 3n },
    { from: 3n, to: 4n },
    { from: 6n, to: 7n },
  ]
  expect(joined(ranges)).toEqual([
    { from: 0n, to: 4n },
    { from: 5n, to: 9n },
  ])
})

test('the selector asks for all the rest, up to the end of the hash', () => {
  expect(selectorWithout([])).toBeUndefined()
  expect(selectorWithout([{ from: 0n, to: 1n }])).toBe("shardRange(object.metadata.namespace, '0x0000000000000001', '0x10000000000000000')")
  expect(selectorWithout([{ from: 16n, to: 32n }])).toBe(
    "shardRange(object.metadata.namespace, '0x0000000000000000', '0x0000000000000010') || " +
      "shardRange(object.metadata.namespace, '0x0000000000000020', '0x10000000000000000')",
  )
  expect(selectorWithout(EVERYTHING)).toBe("shardRange(object.metadata.namespace, '0x0000000000000000', '0x0000000000000001')")
})

test('the selector of the most ranges fits into the 8 kB that proxies allow for an address', () => {
  const namespaces = Array.from({ length: 1000 }, (_, n) => serverHash(`namespace-${n}`))
  const ranges = rangesAround(namespaces.slice(0, 700), namespaces.slice(700), 64)
  expect(ranges).toHaveLength(64)
  expect(new URLSearchParams({ shardSelector: selectorWithout(ranges)! }).toString().length).toBeLessThan(7_000)
})

describe('namespaces that differ in their last characters', () => {
  const names = Array.from({ length: 99 }, (_, n) => `team-${n + 1}`)

  test('are neighbours by the server’s hash: to split its range among replicas would not split them', () => {
    const upper = new Set(names.slice(0, 9).map((name) => serverHash(name) >> 49n))
    expect(upper.size).toBeLessThanOrEqual(2)
  })

  test.each([2, 3, 5, 10])('are spread over %i replicas nevertheless', (replicas) => {
    const ring = new Ring(Array.from({ length: replicas }, (_, n) => `replica-${n}`))
    const counts = Map.groupBy(names, (name) => ring.ownerOf(positionOfNamespace('', name)))
    const fair = names.length / replicas
    expect(counts.size).toBe(replicas)
    for (const { length } of counts.values()) expect(length).toBeLessThan(2.2 * fair)
  })

  // What the 64 ranges of one request do not leave out is dropped here; the figures are those that docs may tell.
  test.each([
    [30, 1],
    [100, 1],
    [300, 0.99],
    [1000, 0.55],
  ])('of %i, at least %d of the others’ are left out by the server', (count, part) => {
    const ring = new Ring(['a', 'b', 'c'])
    const known = Array.from({ length: count }, (_, n) => `team-${n}`)
    const [ours, others] = [true, false].map((own) =>
      known.filter((name) => (ring.ownerOf(positionOfNamespace('', name)) === 'a') === own).map(serverHash),
    )
    const ranges = rangesAround(others!, ours!, 64)
    const leftOut = others!.filter((other) => holdsHash(ranges, other)).length / others!.length
    expect(leftOut).toBeGreaterThanOrEqual(part)
  })
})
