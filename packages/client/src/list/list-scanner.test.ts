import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ListScanner } from './list-scanner.ts'

interface Read {
  readonly items: unknown[]
  readonly head: unknown
}

function read(chunks: readonly Buffer[], largest?: number): Read {
  const scanner = new ListScanner((item): unknown => JSON.parse(item.toString('utf8')), largest)
  const items = chunks.flatMap((chunk) => scanner.push(chunk))
  return { items, head: JSON.parse(scanner.finish().toString('utf8')) }
}

const inOne = (text: string) => read([Buffer.from(text)])
const byteByByte = (text: string) => read([...Buffer.from(text)].map((byte) => Buffer.from([byte])))

/** Cuts bytes at the given places. */
function chunked(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length))
}

const ITEM = { metadata: { name: 'a' }, data: { text: 'quotes " and \\ and brackets ]}{[', items: [{ items: [] }] } }

describe('a list is cut into its items and the rest', () => {
  test.each<[string, string, unknown[], object]>([
    [
      'as servers write it',
      `{"kind":"L","metadata":{"resourceVersion":"9"},"items":[{"a":1},{"a":2}]}`,
      [{ a: 1 }, { a: 2 }],
      { kind: 'L', metadata: { resourceVersion: '9' }, items: [] },
    ],
    ['with its items first', `{"items":[{"a":1}],"kind":"L"}`, [{ a: 1 }], { items: [], kind: 'L' }],
    [
      'with its items in the middle',
      `{"kind":"L","items":[{"a":1}],"metadata":{"items":[{"no":1}]}}`,
      [{ a: 1 }],
      { kind: 'L', items: [], metadata: { items: [{ no: 1 }] } },
    ],
    [
      'with spaces and newlines everywhere',
      JSON.stringify({ kind: 'L', items: [ITEM, ITEM] }, null, 2),
      [ITEM, ITEM],
      { kind: 'L', items: [] },
    ],
    ['with nothing in it', '{"items":[]}', [], { items: [] }],
    ['with a space in it', '{"items": [ ] }', [], { items: [] }],
    ['with null for items, as Go writes an empty slice', '{"kind":"L","items":null}', [], { kind: 'L', items: null }],
    [
      'with the word in other places',
      '{"kind":"items","metadata":{"items":[{"a":1}]},"items":[{"a":1}]}',
      [{ a: 1 }],
      { kind: 'items', metadata: { items: [{ a: 1 }] }, items: [] },
    ],
    [
      'with longer and shorter keys',
      '{"item":[1],"itemsX":[2],"Xitems":[3],"items":[{}]}',
      [{}],
      { item: [1], itemsX: [2], Xitems: [3], items: [] },
    ],
    ['that is no list but a Table', '{"kind":"Table","rows":[{"a":1}]}', [], { kind: 'Table', rows: [{ a: 1 }] }],
    ['with characters of many bytes', '{"items":[{"name":"Grüße, 世界 🎉"}]}', [{ name: 'Grüße, 世界 🎉' }], { items: [] }],
  ])('%s', (_name, text, items, head) => {
    expect(inOne(text)).toEqual({ items, head })
    expect(byteByByte(text)).toEqual({ items, head })
  })

  test('a huge item across many chunks is joined once', () => {
    const filler = 'x'.repeat(5_000_000)
    const bytes = Buffer.from(JSON.stringify({ items: [{ filler }, { a: 1 }] }))
    const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, index) => bytes.subarray(index * 100, index * 100 + 100))
    expect(read(pieces).items).toEqual([{ filler }, { a: 1 }])
  })

  test('the numbers of a list stay what their text says', () => {
    // P11: resource versions are opaque texts; one of more than 53 bits must come through unharmed.
    const resourceVersion = '18446744073709551615'
    const text = JSON.stringify({ metadata: { resourceVersion }, items: [{ metadata: { resourceVersion } }] })
    expect(inOne(text)).toEqual({ items: [{ metadata: { resourceVersion } }], head: { metadata: { resourceVersion }, items: [] } })
  })
})

describe('what is no list is refused', () => {
  test.each([
    ['cut off in an item', '{"items":[{"a":1},{"a":'],
    ['cut off in a string', '{"items":[{"a":"x'],
    ['cut off between two items', '{"items":[{"a":1},'],
    ['cut off before the end of the array', '{"items":[{"a":1}'],
    ['cut off before the end of the list', '{"items":[{"a":1}]'],
    ['cut off in its metadata', '{"items":[],"metadata":{"resourceVersion":"1'],
    ['an item that is none', '{"items":[{"a":1},2]}'],
    ['items that are texts', '{"items":["a"]}'],
    ['an item that is null', '{"items":[null]}'],
    ['a comma too many', '{"items":[{"a":1},]}'],
    ['a comma too few', '{"items":[{"a":1}{"a":2}]}'],
    ['only a comma', '{"items":[,]}'],
    ['items twice', '{"items":[{"a":1}],"items":[{"a":2}]}'],
    ['a broken item', '{"items":[{"a":1},{"a" 2},{"a":3}]}'],
    ['a bracket of the wrong kind', '{"items":[{"a":[1}},{"a":3}]}'],
    ['something after the end', '{"items":[]}{}'],
    ['a page of HTML', '<html><body>login</body></html>'],
    ['nothing', ''],
  ])('%s', (_name, text) => {
    expect(() => inOne(text)).toThrow(SyntaxError)
    expect(() => byteByByte(text)).toThrow(SyntaxError)
  })

  test('an item or a head beyond the limit', () => {
    const long = 'x'.repeat(100)
    expect(() => read([Buffer.from(`{"items":[{"a":"${long}`)], 50)).toThrow('it has an item of more than 50 bytes')
    expect(() => read([Buffer.from(`{"kind":"${long}`)], 50)).toThrow('without its items it is a text of more than 50 bytes')
    const many = `{"items":[${Array.from({ length: 50 }, () => '{"a":1}').join()}]}`
    expect(read([Buffer.from(many)], 50).items).toHaveLength(50)
  })
})

/** Any object, with the words in it that the scanner looks for. */
const word = fc.oneof(fc.constantFrom('items', 'metadata', 'kind', '"metadata":{', ',{"metadata":'), fc.string({ unit: 'grapheme' }))
const value = fc.oneof(fc.jsonValue(), word, fc.dictionary(word, fc.oneof(fc.jsonValue(), word)))
const object = fc.oneof(
  fc.record({ metadata: fc.dictionary(word, value), spec: value }),
  fc.record({ metadata: fc.record({ name: word }), nested: fc.array(fc.record({ metadata: fc.record({ name: word }) })) }),
  fc.dictionary(word, value),
)

test('C13: wherever the chunks end, what comes is what JSON.parse makes of the whole', { timeout: 60_000 }, () => {
  const space = fc.constantFrom(undefined, undefined, 1, '\t')
  fc.assert(
    fc.property(fc.array(object), fc.dictionary(word, value), fc.nat(), fc.array(fc.nat()), space, (items, others, place, cuts, indent) => {
      const fields = Object.entries(others).filter(([key]) => key !== 'items')
      fields.splice(place % (fields.length + 1), 0, ['items', items])
      const bytes = Buffer.from(JSON.stringify(Object.fromEntries(fields), null, indent))
      const whole = JSON.parse(bytes.toString('utf8')) as { items: unknown[] }
      const streamed = read(chunked(bytes, cuts))
      expect(streamed.items).toEqual(whole.items)
      expect(streamed.head).toEqual({ ...whole, items: [] })
    }),
    { numRuns: 300 },
  )
})

test('C7: wherever a list is cut short, it is an error and never a shorter list', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(object), fc.nat(), (items, cut) => {
      const bytes = Buffer.from(JSON.stringify({ kind: 'L', items, metadata: {} }))
      expect(() => read([bytes.subarray(0, cut % bytes.length)])).toThrow(SyntaxError)
    }),
  )
})
