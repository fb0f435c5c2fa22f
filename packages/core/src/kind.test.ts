import { describe, expect, test } from 'vitest'
import { apiVersionOf, describeKind, kindOf, parseApiVersion } from './kind.ts'
import { objectKey } from './meta.ts'

describe('apiVersion', () => {
  test.each([
    ['v1', { group: '', version: 'v1' }],
    ['apps/v1', { group: 'apps', version: 'v1' }],
    ['gc.kubewright.dev/v1alpha1', { group: 'gc.kubewright.dev', version: 'v1alpha1' }],
  ])('%s is read and written', (text, parts) => {
    expect(parseApiVersion(text)).toEqual(parts)
    expect(apiVersionOf(parts)).toBe(text)
  })

  test.each(['', '/', '/v1', 'apps/', 'a/b/c'])('%j is refused with the mend', (text) => {
    expect(() => parseApiVersion(text)).toThrow(`apiVersion "${text}" is malformed: write "v1" or "group/version"`)
  })
})

test('kindOf reads what an object says, and names the object that does not', () => {
  expect(kindOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: {} })).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' })
  expect(() => kindOf({ kind: 'Pod', metadata: { name: 'x' } })).toThrow('object "x" has no apiVersion or no kind')
  expect(() => kindOf({ apiVersion: 'v1', metadata: {} })).toThrow('has no apiVersion or no kind')
})

test('describeKind tells kinds of the same name apart', () => {
  expect(describeKind({ group: 'apps', version: 'v1', kind: 'Deployment' })).toBe('Deployment.apps/v1')
  expect(describeKind({ group: '', version: 'v1', kind: 'Pod' })).toBe('Pod.v1')
})

test.each([
  [{ namespace: 'n', name: 'x' }, 'n/x'],
  [{ name: 'x' }, 'x'],
  [{ namespace: '', name: 'x' }, 'x'],
  [{}, ''],
])('objectKey of %j is %j', (metadata, key) => {
  expect(objectKey({ metadata })).toBe(key)
})
