import { describe, expect, test } from 'vitest'
import { deepFreeze } from './freeze.ts'
import type { KubeObject, OwnerReference } from './meta.ts'
import { controllerOf, ownerReferenceTo, sameOwner, withOwnerReference, withoutOwnerReference } from './owner-references.ts'

const owner: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'n', uid: 'u1' } }
const reference: OwnerReference = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'd',
  uid: 'u1',
  controller: true,
  blockOwnerDeletion: true,
}
const other: OwnerReference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u2' }

describe('ownerReferenceTo', () => {
  test('controls by default', () => expect(ownerReferenceTo(owner)).toEqual(reference))

  test('a plain owner neither controls nor blocks', () => {
    expect(ownerReferenceTo(owner, { controller: false })).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'u1' })
  })

  test('an object that was never on a server cannot own, and the error says what it lacks', () => {
    expect(() => ownerReferenceTo({ kind: 'Deployment', metadata: { name: 'd' } })).toThrow(
      'Deployment "d" cannot be an owner: it has no apiVersion, no metadata.uid',
    )
  })
})

test('controllerOf finds the one that controls', () => {
  const dependent = (...ownerReferences: OwnerReference[]): KubeObject => ({ metadata: { ownerReferences } })
  expect(controllerOf(dependent(other, reference))).toBe(reference)
  expect(controllerOf(dependent(other))).toBeUndefined()
  expect(controllerOf({ metadata: {} })).toBeUndefined()
})

test('an owner that was deleted and made anew under its name is another one', () => {
  expect(sameOwner(reference, { ...reference, uid: 'u9' })).toBe(false)
  expect(sameOwner(reference, { ...other, uid: 'u1' })).toBe(true)
})

describe('adding and removing', () => {
  const references = deepFreeze([other])

  test('a new owner comes last', () => {
    expect(withOwnerReference(references, reference)).toEqual([other, reference])
    expect(withOwnerReference(undefined, reference)).toEqual([reference])
  })

  test('an owner that is there already changes nothing', () => {
    const list = deepFreeze([reference, other])
    expect(withOwnerReference(list, { ...reference })).toBe(list)
    // On the wire a false controller is an absent one.
    expect(withOwnerReference(references, { ...other, controller: false, blockOwnerDeletion: false })).toBe(references)
  })

  test('an owner that comes to control is replaced in its place', () => {
    expect(withOwnerReference([other, reference], { ...reference, blockOwnerDeletion: false })).toEqual([
      other,
      { ...reference, blockOwnerDeletion: false },
    ])
  })

  test('a second one cannot control, and the error names both', () => {
    expect(() => withOwnerReference([reference], { ...other, controller: true })).toThrow(
      'ConfigMap "c" cannot control the object: Deployment "d" controls it already',
    )
    expect(withOwnerReference([reference], other)).toEqual([reference, other])
  })

  test('an owner goes by its uid; one that is not there changes nothing', () => {
    expect(withoutOwnerReference([reference, other], { uid: 'u1' })).toEqual([other])
    expect(withoutOwnerReference(references, { uid: 'u1' })).toBe(references)
    expect(withoutOwnerReference(undefined, { uid: 'u1' })).toEqual([])
  })
})
