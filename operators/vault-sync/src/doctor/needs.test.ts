import { expect, test } from 'vitest'
import { VaultSync } from '../kind/kinds.ts'
import { defaultRules, parseRule } from '../path/path-policy.ts'
import { needsOf, useOf } from './needs.ts'

const sync = (namespace: string, path: string, over: Partial<VaultSync['spec']> = {}) =>
  VaultSync.of({ metadata: { name: 'x', namespace }, spec: { path, ...over } }) as VaultSync
const here = { vault: undefined, deletionPolicy: 'SoftDelete' } as const

test('in an empty cluster the mounts of the path policy are asked about, or the usual one', () => {
  expect(useOf([], defaultRules(''), here)).toMatchObject({ lookups: ['secret/kubewright-doctor'], namespaces: ['kubewright-doctor'] })
  expect(useOf([], [parseRule('*=kv/{{namespace}}/**')], here).lookups).toEqual(['kv/kubewright-doctor'])
})

test('what objects have and ask for is asked about, in the Vault that they are in', () => {
  const syncs = [
    sync('a', 'team/kv/x'),
    {
      ...sync('b', 'secret/b/x', { deletionPolicy: 'Destroy' }),
      status: { targets: [{ path: 'secret/b/x', mount: 'secret', kv: 2, state: 'Synced' as const }] },
    },
    sync('c', 'east/x', { vault: 'east' }),
  ]
  expect(useOf(syncs, defaultRules(''), here)).toEqual({
    lookups: ['team/kv/x', 'secret/kubewright-doctor'],
    namespaces: ['a', 'b'],
    deletionPolicies: ['SoftDelete', 'Destroy'],
  })
  expect(useOf(syncs, defaultRules(''), { ...here, vault: 'east' })).toMatchObject({ lookups: ['east/x'], namespaces: ['c'] })
})

test('rights are asked about at paths that the rules of the namespace allow, and at no others', () => {
  const use = { lookups: [], namespaces: ['team-a', 'other'], deletionPolicies: ['Retain'] as const }
  const rules = ['team-*=secret/{{cluster}}/{{namespace}}/**', 'other=secret/x/*/y'].map(parseRule)
  expect(needsOf(use, [{ mount: 'secret', version: 2 }], { rules, clusterName: 'east' }).map(({ path }) => path)).toEqual([
    'secret/data/east/team-a/kubewright-doctor',
    'secret/metadata/east/team-a/kubewright-doctor',
    'secret/data/x/kubewright-doctor/y',
    'secret/metadata/x/kubewright-doctor/y',
  ])
})
