import type { KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from './policies.ts'
import { prunedFields } from './pruned-fields.ts'

type Tree = { [name: string]: Tree }

const ours = GarbageCollectionPolicy.crd() as unknown as KubeObject
/** The definition as an older release had it. */
function without(change: (properties: Tree) => void): KubeObject {
  const older = structuredClone(ours) as unknown as {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: { properties: Tree } } } } }[] }
  }
  change(older.spec.versions[0]!.schema.openAPIV3Schema.properties.spec.properties)
  return older as unknown as KubeObject
}

test.each([GarbageCollectionPolicy, ClusterGarbageCollectionPolicy])('P6: of the definition of $kind itself nothing is missing', (kind) => {
  const definition = kind.crd() as unknown as KubeObject
  expect(prunedFields(definition, definition, kind.version)).toEqual([])
})

test.each<[string, (properties: Tree) => void, readonly string[]]>([
  ['a field', (spec) => void delete spec['paused'], ['spec.paused']],
  ['one within another', (spec) => void delete spec['behavior']!['properties']!['dryRun'], ['spec.behavior.dryRun']],
  ['one of the items of a list', (spec) => void delete spec['windows']!['items']!['properties']!['days'], ['spec.windows[].days']],
  [
    'several',
    (spec) => {
      delete spec['limits']
      delete spec['notice']
    },
    ['spec.limits', 'spec.notice'],
  ],
])('P6: an older definition lacks %s', (_, change, fields) => {
  expect(prunedFields(without(change), ours, 'v1alpha1').toSorted()).toEqual(fields)
})

test('P6: a definition without our version lacks everything; one that keeps what it does not know lacks nothing', () => {
  expect(prunedFields({ metadata: { name: 'x' } }, ours, 'v1alpha1')).toEqual(['spec'])
  const open = without((spec) => {
    delete spec['behavior']!['properties']
    ;(spec['behavior'] as unknown as Record<string, unknown>)['x-kubernetes-preserve-unknown-fields'] = true
  })
  expect(prunedFields(open, ours, 'v1alpha1')).toEqual([])
})
