import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareResourceVersions, isResourceVersion } from './resource-version.ts'

describe('compareResourceVersions', () => {
  test.each([
    ['9', '10', -1],
    ['100', '99', 1],
    ['42', '42', 0],
    ['', '0', 0],
    ['', '', 0],
    ['', '1', -1],
    ['1', '0', 1],
    // 2^53 and 2^53 + 1 are one JavaScript number.
    ['9007199254740992', '9007199254740993', -1],
    ['340282366920938463463374607431768211455', '340282366920938463463374607431768211454', 1],
  ])('%j against %j is %i', (a, b, order) => {
    expect(compareResourceVersions(a, b)).toBe(order)
  })

  test.each(['abc', '1.5', '-1', '+1', '01', ' 1', '1e3', '0x1', '٣'])('refuses %j and names it, as its order is not known', (text) => {
    expect(() => compareResourceVersions(text, '1')).toThrow(`resourceVersion "${text}" cannot be compared`)
    expect(() => compareResourceVersions('1', text)).toThrow(`resourceVersion "${text}" cannot be compared`)
  })

  test('orders as the whole numbers that the texts are, whatever their size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 130n }), fc.bigInt({ min: 0n, max: 2n ** 130n }), (a, b) => {
        const order = compareResourceVersions(String(a), String(b))
        expect(order).toBe(a < b ? -1 : a > b ? 1 : 0)
        expect(compareResourceVersions(String(b), String(a))).toBe(order === 0 ? 0 : -order)
      }),
    )
  })
})

test.each([
  ['0', true],
  ['17', true],
  ['', false],
  ['007', false],
  ['1a', false],
])('isResourceVersion(%j) is %s', (text, expected) => {
  expect(isResourceVersion(text)).toBe(expected)
})
