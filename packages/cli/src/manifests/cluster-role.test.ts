import { expect, test } from 'vitest'
import { clusterRoleOf, metricsAuthRoleOf, shardsRoleOf } from './cluster-role.ts'

test('an operator may do what it declares, hold its lease and record events, and nothing else', () => {
  const { metadata, rules } = clusterRoleOf({ name: 'x', permissions: [{ apiGroups: ['a.dev'], resources: ['things'], verbs: ['get'] }] })
  expect(metadata.name).toBe('kubewright-x')
  expect(rules).toEqual([
    { apiGroups: ['a.dev'], resources: ['things'], verbs: ['get'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ])
})

test('what --metrics-secure asks is a role apart', () => {
  const { metadata, rules } = metricsAuthRoleOf({ name: 'x' })
  expect(metadata.name).toBe('kubewright-x-metrics-auth')
  expect(rules).toEqual([
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ])
})

test('what --shards does with Leases is a role apart', () => {
  const { metadata, rules } = shardsRoleOf({ name: 'x' })
  expect(metadata.name).toBe('kubewright-x-shards')
  expect(rules.map(({ resources, verbs }) => [resources, [...verbs].sort()])).toEqual([
    [['leases'], ['create', 'delete', 'get', 'list', 'update', 'watch']],
  ])
})
