import { expect, test } from 'vitest'
import { hasFinalizer, isTerminating, withFinalizer, withoutFinalizer } from './finalizers.ts'
import { deepFreeze } from './freeze.ts'
import type { KubeObject } from './meta.ts'

const bare: KubeObject = deepFreeze({ kind: 'X', metadata: { name: 'x' } })
const held: KubeObject = deepFreeze({ kind: 'X', metadata: { name: 'x', finalizers: ['a/1', 'b/2'] } })

test('a finalizer is added last, once', () => {
  expect(withFinalizer(bare, 'c/3')).toEqual({ kind: 'X', metadata: { name: 'x', finalizers: ['c/3'] } })
  expect(withFinalizer(held, 'c/3').metadata.finalizers).toEqual(['a/1', 'b/2', 'c/3'])
  expect(withFinalizer(held, 'a/1')).toBe(held)
})

test('a finalizer is removed, and the others keep their order', () => {
  expect(withoutFinalizer(held, 'a/1').metadata.finalizers).toEqual(['b/2'])
  expect(withoutFinalizer(held, 'c/3')).toBe(held)
  expect(withoutFinalizer(bare, 'c/3')).toBe(bare)
})

test('the last one leaves an empty list, from which a patch can be told to empty it', () => {
  expect(withoutFinalizer(withoutFinalizer(held, 'a/1'), 'b/2').metadata.finalizers).toEqual([])
})

test('hasFinalizer and isTerminating', () => {
  expect(hasFinalizer(held, 'b/2')).toBe(true)
  expect(hasFinalizer(bare, 'b/2')).toBe(false)
  expect(isTerminating(held)).toBe(false)
  expect(isTerminating({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })).toBe(true)
})
