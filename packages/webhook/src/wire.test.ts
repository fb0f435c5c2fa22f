import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wireCopy } from './wire.ts'

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('a copy is what one would read at the other end of the wire', () => {
  const anything = fc.object({ withDate: true, withNullPrototype: true, withSparseArray: true, withUnicodeString: true } as object)
  fc.assert(
    fc.property(anything, (value) => {
      expect(wireCopy(value)).toStrictEqual(overTheWire(value))
    }),
    { numRuns: 1_000 },
  )
})

test.each<[string, object]>([
  ['undefined in an object', { a: undefined, b: [undefined, 1] }],
  ['dates', { at: new Date(0), all: [new Date(1)] }],
  ['numbers that are none', { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: -0 }],
  ['functions and symbols', { a: () => 1, b: Symbol('b'), c: [() => 1] }],
  ['boxed values', { a: Object('text'), b: Object(1), c: Object(true) }],
  ['what says itself how it is written', { a: { toJSON: (key: string) => `written as ${key}` } }],
  ['holes in a list', { a: Array.from({ length: 3 }, (_, index) => (index === 1 ? undefined : index)) }],
  ['maps', { a: new Map([[1, 2]]) }],
])('%s are copied as JSON writes them', (_, value) => {
  expect(wireCopy(value)).toStrictEqual(overTheWire(value))
})

test('a field named __proto__ is a field', () => {
  const copy = wireCopy(JSON.parse('{"__proto__":{"polluted":true}}') as object)
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true}}')
  expect('polluted' in copy).toBe(false)
})

test('nothing of the original is in the copy', () => {
  const original = { metadata: { labels: { a: '1' } }, list: [{ b: 1 }] }
  const copy = wireCopy(original)
  copy.metadata.labels.a = '2'
  copy.list[0]!.b = 2
  expect(original).toEqual({ metadata: { labels: { a: '1' } }, list: [{ b: 1 }] })
})

test('what JSON has no words for is refused by its name', () => {
  expect(() => wireCopy({ size: 1n })).toThrow('"size" is a bigint')
  const round: Record<string, unknown> = {}
  round['self'] = round
  expect(() => wireCopy(round)).toThrow(RangeError)
})
