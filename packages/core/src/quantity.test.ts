import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareQuantities, parseQuantity, printQuantity, quantityToNumber } from './quantity.ts'

describe('parsing and printing', () => {
  // Each as apimachinery v1.36 prints it.
  test.each([
    ['0', '0'],
    ['0Gi', '0'],
    ['1', '1'],
    ['+1', '1'],
    ['-1', '-1'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['0.001k', '1'],
    ['1000', '1k'],
    ['1000k', '1M'],
    ['1100', '1100'],
    ['1u', '1u'],
    ['1n', '1n'],
    // Finer than a billionth rounds up: whoever asks for something gets something.
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['1.0000000001', '1000000001n'],
    ['1e-12', '1e-9'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['1e+3', '1e3'],
    ['12e4', '120e3'],
    ['1.5e-3', '1500e-6'],
    ['1e0', '1'],
    ['1E', '1E'],
    ['1Ki', '1Ki'],
    ['1024', '1024'],
    ['1024Ki', '1Mi'],
    ['1000Ki', '1000Ki'],
    ['1.5Gi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    // Below 1Ki, and with fractions, binary quantities are printed in decimals.
    ['0.5Ki', '512'],
    ['0.0009765625Ki', '1'],
    ['1.00001Ki', '1024010240u'],
    ['-2Gi', '-2Gi'],
    // Binary quantities end at 64 bits.
    ['8Ei', '9223372036854775807'],
    ['-100Ei', '-9223372036854775807'],
    ['9999999999999999999999', '9999999999999999999999'],
  ])('%j is %j', (text, canonical) => {
    expect(printQuantity(parseQuantity(text))).toBe(canonical)
  })

  test('beyond E no suffix is left, and no digit is lost', () => {
    expect(printQuantity(parseQuantity('1000E'))).toBe('1000E')
  })

  test.each([
    ['', 'must match the regular expression'],
    ['1.1.M', 'must match the regular expression'],
    ['1+1M', 'must match the regular expression'],
    ['0.1am', 'must match the regular expression'],
    ['aoeu', 'must match the regular expression'],
    ['1 Gi', 'must match the regular expression'],
    [' 1', 'must match the regular expression'],
    ['1Gi\n', 'must match the regular expression'],
    ['0x10', 'must match the regular expression'],
    ['.', 'numeric part'],
    ['Gi', 'numeric part'],
    ['-', 'numeric part'],
    ['1i', "quantity's suffix"],
    ['1K', "quantity's suffix"],
    ['1mi', "quantity's suffix"],
    ['1GiB', 'must match the regular expression'],
    ['1e', "quantity's suffix"],
    ['-3.01e-', "quantity's suffix"],
    ['1Gi3', "quantity's suffix"],
    ['1e99999999', 'exponent'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseQuantity(text)).toThrow(`quantity "${text}" is malformed`)
    expect(() => parseQuantity(text)).toThrow(problem)
  })

  test('printing loses nothing and is stable', () => {
    const format = fc.constantFrom('DecimalSI' as const, 'BinarySI' as const, 'DecimalExponent' as const)
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), format, (nanos, notation) => {
        const text = printQuantity({ nanos, format: notation })
        expect(parseQuantity(text).nanos).toBe(nanos)
        expect(printQuantity(parseQuantity(text))).toBe(text)
      }),
    )
  })
})

test.each([
  ['1', '1000m', 0],
  ['1Gi', '1024Mi', 0],
  ['1G', '1Gi', -1],
  ['1e3', '1k', 0],
  ['-1', '0', -1],
  ['100000000000000000001n', '100000000000000000000n', 1],
])('%j against %j is %i', (a, b, order) => {
  expect(compareQuantities(a, b)).toBe(order)
  expect(compareQuantities(parseQuantity(b), parseQuantity(a))).toBe(order === 0 ? 0 : -order)
})

test.each([
  ['1500m', 1.5],
  ['2Ki', 2048],
  ['-250m', -0.25],
])('%j is the number %d', (text, number) => {
  expect(quantityToNumber(parseQuantity(text))).toBe(number)
})
