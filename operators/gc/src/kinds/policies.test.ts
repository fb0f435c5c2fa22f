import { describe, expect, test } from 'vitest'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from './policies.ts'

describe.each([GarbageCollectionPolicy, ClusterGarbageCollectionPolicy])('$kind', (kind) => {
  const definition = kind.crd() as unknown as {
    readonly spec: {
      readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[]
      readonly conversion?: { readonly strategy: string }
    }
  }

  test('P11: has one version, which is served and stored, so that nothing is ever converted', () => {
    expect(definition.spec.versions.map(({ name, served, storage }) => ({ name, served, storage }))).toEqual([
      { name: 'v1alpha1', served: true, storage: true },
    ])
    expect(definition.spec.conversion?.strategy ?? 'None').toBe('None')
  })
})
