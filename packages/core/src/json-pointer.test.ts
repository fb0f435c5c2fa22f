import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatPointer, parsePointer } from './json-pointer.ts'

describe('parsePointer', () => {
  test.each([
    ['', []],
    ['/', ['']],
    ['/a/b', ['a', 'b']],
    ['/a//b', ['a', '', 'b']],
    ['/metadata/annotations/example.com~1x', ['metadata', 'annotations', 'example.com/x']],
    ['/~01', ['~1']],
    ['/~0~1', ['~/']],
  ])('%j', (text, tokens) => {
    expect(parsePointer(text)).toEqual(tokens)
  })

  test.each([
    ['a/b', 'start with "/"'],
    ['#/a', 'start with "/"'],
    ['/a~', 'write "~0" for "~"'],
    ['/~2', 'write "~0" for "~"'],
  ])('refuses %j', (text, mend) => {
    expect(() => parsePointer(text)).toThrow(`JSON pointer "${text}" is malformed`)
    expect(() => parsePointer(text)).toThrow(mend)
  })
})

test('a list index may be given as a number', () => {
  expect(formatPointer(['spec', 'containers', 0])).toBe('/spec/containers/0')
})

test('whatever the names, a pointer reads back the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a', 'é') })), (tokens) => {
      expect(parsePointer(formatPointer(tokens))).toEqual(tokens)
    }),
  )
})
