import { expect, test } from 'vitest'
import { clusterRoleOf } from './cluster-role.ts'

test('an operator may do what it declares, hold its lease and record events, and nothing else', () => {
  const { metadata, rules } = clusterRoleOf({ name: 'x', permissions: [{ apiGroups: ['a.dev'], resources: ['things'], verbs: ['get'] }] })
  expect(metadata.name).toBe('kubewright-x')
  expect(rules).toEqual([
    { apiGroups: ['a.dev'], resources: ['things'], verbs: ['get'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ])
})
