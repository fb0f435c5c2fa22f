import { expect, test } from 'vitest'
import { goJson, isInt64, printFloat, printNumber, quote } from './go-format.ts'

// The expectations are what Go 1.26 prints.
test.each([
  [1.5, '1.5'],
  [0, '0'],
  [100, '100'],
  [999999, '999999'],
  [1000000, '1e+06'],
  [12345678.5, '1.23456785e+07'],
  [123456.5, '123456.5'],
  [1e20, '1e+20'],
  [1e21, '1e+21'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.00012345, '0.00012345'],
  [-1.5, '-1.5'],
])('the float %d is printed as %s', (value, text) => expect(printFloat(value)).toBe(text))

test('whole numbers are printed as such up to 64 bits', () => {
  expect(printNumber(10000001)).toBe('10000001')
  expect(printNumber(1e19)).toBe('1e+19')
  expect(isInt64(2 ** 63)).toBe(false)
  expect(isInt64(1.5)).toBe(false)
})

test.each([
  ['plain', '"plain"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ['line\nbreak\ttab', '"line\\nbreak\\ttab"'],
  ['\x01\x7f', '"\\x01\\x7f"'],
  ['a\u00a0b', '"a\\u00a0b"'],
  ['äß😀', '"äß😀"'],
  ['\u{e0001}', '"\\U000e0001"'],
])('%j is quoted as %s', (text, quoted) => expect(quote(text)).toBe(quoted))

test('JSON has sorted keys and no characters that mean something in HTML', () => {
  expect(goJson({ b: 1, a: { d: '<&>', c: [2, null] } })).toBe('{"a":{"c":[2,null],"d":"\\u003c\\u0026\\u003e"},"b":1}')
})
