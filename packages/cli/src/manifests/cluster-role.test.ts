import { expect, test } from 'vitest'
import { metricsAuthRoleOf, shardsRolesOf } from './cluster-role.ts'

test('what --metrics-secure asks is a role apart', () => {
  const { metadata, rules } = metricsAuthRoleOf({ name: 'x' })
  expect(metadata.name).toBe('kubewright-x-metrics-auth')
  expect(rules).toEqual([
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ])
})

test('what --shards does with Leases is a role apart', () => {
  const [{ metadata, rules }] = shardsRolesOf({ name: 'x', kinds: [] }) as [ReturnType<typeof metricsAuthRoleOf>]
  expect(metadata.name).toBe('kubewright-x-shards')
  expect(rules.map(({ resources, verbs }) => [resources, [...verbs].sort()])).toEqual([
    [['leases'], ['create', 'delete', 'get', 'list', 'update', 'watch']],
  ])
})

test('what --shard-filter needs are roles apart: namespaces for "server", and to label what is reconciled for "label"', () => {
  const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' }
  const roles = shardsRolesOf({ name: 'x', kinds: [], reconciles: [pods] })
  expect(roles.map(({ metadata, rules }) => [metadata.name, rules[0]?.resources, [...(rules[0]?.verbs ?? [])].sort()])).toEqual([
    ['kubewright-x-shards', ['leases'], ['create', 'delete', 'get', 'list', 'update', 'watch']],
    ['kubewright-x-shards-server', ['namespaces'], ['list', 'watch']],
    ['kubewright-x-shards-label', ['pods'], ['get', 'list', 'patch', 'watch']],
  ])
})
