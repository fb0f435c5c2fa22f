import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deepEqual } from './equality.ts'

describe('deepEqual', () => {
  test.each([
    [1, 1, true],
    [1, '1', false],
    [0, -0, true],
    [Number.NaN, Number.NaN, true],
    [null, null, true],
    [null, undefined, false],
    [null, {}, false],
    [[], {}, false],
    [{}, [], false],
    [[1, 2], [1, 2], true],
    [[1, 2], [2, 1], false],
    [[1], [1, undefined], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1 }] } }, true],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, false],
    // On the wire an undefined property is an absent one; null is a value.
    [{ a: undefined }, {}, true],
    [{}, { a: undefined }, true],
    [{ a: undefined, b: 1 }, { b: 1, c: undefined }, true],
    [{ a: undefined }, { b: 1 }, false],
    [{ a: null }, {}, false],
    [{ constructor: Object }, {}, false],
    [{}, JSON.parse('{"__proto__": {}}'), false],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(deepEqual(a, b)).toBe(expected)
    expect(deepEqual(b, a)).toBe(expected)
  })

  test('a copy is equal, and a copy with one more property is not', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const copy = structuredClone(value)
        expect(deepEqual(value, copy)).toBe(true)
        expect(deepEqual(value, { ...copy, 'not there': 1 })).toBe(Object.hasOwn(value, 'not there') && value['not there'] === 1)
      }),
    )
  })
})
