import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeFieldValue, matchesFields, parseFieldSelector, printFieldSelector } from './fields.ts'

describe('parseFieldSelector', () => {
  test.each([
    ['', []],
    [',,', []],
    ['metadata.name=x', [{ path: 'metadata.name', operator: '=', value: 'x' }]],
    ['metadata.name==x', [{ path: 'metadata.name', operator: '=', value: 'x' }]],
    ['a!=', [{ path: 'a', operator: '!=', value: '' }]],
    ['=', []],
    [
      'c!=d,a=b',
      [
        { path: 'a', operator: '=', value: 'b' },
        { path: 'c', operator: '!=', value: 'd' },
      ],
    ],
    ['a=x\\,y\\=z\\\\', [{ path: 'a', operator: '=', value: 'x,y=z\\' }]],
    // White space belongs to the value: kube-apiserver does not trim it.
    ['a= b ', [{ path: 'a', operator: '=', value: ' b ' }]],
  ])('%j', (text, expected) => {
    expect(parseFieldSelector(text)).toEqual(expected)
  })

  test.each([
    ['a', 0, `invalid selector: 'a'; can't understand 'a'`],
    ['a=b,zz', 4, `invalid selector: 'a=b,zz'; can't understand 'zz'`],
    ['a=b=c', 3, 'invalid field selector: unescaped character in value: 61'],
    ['a=\\x', 2, 'invalid field selector: invalid escape sequence: \\x'],
    ['a=b\\', 3, 'invalid field selector: invalid escape sequence: \\'],
  ])('refuses %j at position %i in the words of kube-apiserver', (text, position, reason) => {
    expect(() => parseFieldSelector(text)).toThrow(expect.objectContaining({ name: 'SelectorError', position, reason }))
  })
})

test.each([
  ['', {}, true],
  ['a=b', { a: 'b' }, true],
  ['a=b', { a: 'c' }, false],
  ['a=', {}, true],
  ['a!=', {}, false],
  ['a!=b', {}, true],
  ['a=b,c!=d', { a: 'b', c: 'd' }, false],
])('%j on %j is %s', (selector, fields: Record<string, string>, expected) => {
  expect(matchesFields(parseFieldSelector(selector), (path) => fields[path])).toBe(expected)
})

test('what is printed reads back the same, whatever is in the values and in whatever order', () => {
  const requirement = fc.record({
    path: fc.constantFrom('metadata.name', 'spec.nodeName', 'type'),
    operator: fc.constantFrom('=' as const, '!=' as const),
    value: fc.string({ unit: fc.constantFrom('a', ',', '=', '\\', '!', ' ', 'é') }),
  })
  fc.assert(
    fc.property(fc.array(requirement), (selector) => {
      const text = printFieldSelector(selector)
      const parsed = parseFieldSelector(text)
      expect(parsed).toHaveLength(selector.length)
      expect(printFieldSelector(parsed)).toBe(text)
      expect(printFieldSelector(selector.toReversed())).toBe(text)
      expect(parsed.map((one) => JSON.stringify(one)).sort()).toEqual(
        selector.map(({ path, operator, value }) => JSON.stringify({ path, operator, value })).sort(),
      )
    }),
  )
})

test('escapeFieldValue escapes what would end a value', () => {
  expect(escapeFieldValue('a,b=c\\d')).toBe('a\\,b\\=c\\\\d')
})
