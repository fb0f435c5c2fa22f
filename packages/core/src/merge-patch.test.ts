import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deepEqual } from './equality.ts'
import { deepFreeze } from './freeze.ts'
import { applyMergePatch, diffMergePatch } from './merge-patch.ts'

describe('applyMergePatch', () => {
  // The table of RFC 7386, appendix A.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => {
    deepFreeze(target)
    deepFreeze(patch)
    expect(applyMergePatch(target, patch)).toEqual(expected)
  })

  test('a null in a list stays: it deletes in objects only', () => {
    expect(applyMergePatch({}, { a: [null, { b: null }] })).toEqual({ a: [null, { b: null }] })
  })

  test('what the patch does not touch is shared, and a patch without effect gives the target back', () => {
    const target = { a: { x: 1 }, b: { y: 2 } }
    const changed = applyMergePatch(target, { a: { x: 2 } }) as typeof target
    expect(changed.b).toBe(target.b)
    expect(changed.a).not.toBe(target.a)
    expect(applyMergePatch(target, { a: { x: 1, gone: null } })).toBe(target)
  })

  test('__proto__ is a member like any other', () => {
    const result = applyMergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'))
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":true}}')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(applyMergePatch({}, { constructor: { a: 1 } })).toEqual({ constructor: { a: 1 } })
  })
})

describe('diffMergePatch', () => {
  test.each([
    [{ a: 1 }, { a: 1 }, {}],
    [{ a: 1 }, { a: 1, b: undefined }, {}],
    [{ a: 1 }, {}, { a: null }],
    [{ a: 1 }, { b: { c: 1 } }, { a: null, b: { c: 1 } }],
    [{ a: { x: 1, y: 2 } }, { a: { x: 1, y: 3 } }, { a: { y: 3 } }],
    [{ a: { x: 1 } }, { a: {} }, { a: { x: null } }],
    [{ a: [1, 2] }, { a: [2] }, { a: [2] }],
    [{ a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
    [{ a: null, b: 1 }, { a: null, b: 2 }, { b: 2 }],
    [{}, { a: [null] }, { a: [null] }],
    [{ metadata: { finalizers: ['x'] } }, { metadata: { finalizers: [] } }, { metadata: { finalizers: [] } }],
    [1, 2, 2],
    // A patch that is no object replaces the target: `{}` would make an object of it.
    ['x', 'x', 'x'],
    [[1], {}, {}],
  ])('from %j to %j: %j', (from, to, patch) => {
    expect(diffMergePatch(from, to)).toEqual(patch)
  })

  test.each([
    [{}, { a: null }, '/a'],
    [{ a: 1 }, { a: null }, '/a'],
    [{ a: {} }, { a: { 'b/c': null } }, '/a/b~1c'],
    [{}, { a: { b: { c: null } } }, '/a/b/c'],
  ])('from %j to %j cannot be said with a merge patch, and the error names the place', (from, to, path) => {
    expect(() => diffMergePatch(from, to)).toThrow(`cannot set "${path}" to null`)
  })

  test('applied to the one, the difference makes the other', () => {
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(0, 1, 'x', true),
        fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('json'), { maxKeys: 3 }),
    }))
    fc.assert(
      fc.property(json, json, (from, to) => {
        expect(deepEqual(applyMergePatch(from, diffMergePatch(from, to)), to)).toBe(true)
      }),
    )
  })
})
