import { expect, test } from 'vitest'
import { deepFreeze } from './freeze.ts'

test('everything in a frozen value is frozen, and it is the same value', () => {
  const value = { a: { b: [{ c: 1 }] }, d: null, e: undefined }
  expect(deepFreeze(value)).toBe(value)
  expect(() => (value.a.b[0]!.c = 2)).toThrow(TypeError)
  expect(() => value.a.b.push({ c: 3 })).toThrow(TypeError)
  expect(() => Object.assign(value, { f: 1 })).toThrow(TypeError)
})

test.each([1, 'x', true, null, undefined])('%j is as it is', (value) => {
  expect(deepFreeze(value)).toBe(value)
})
