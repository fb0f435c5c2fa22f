import { expect, test } from 'vitest'
import { metricsAuthRoleOf } from './cluster-role.ts'

test('what --metrics-secure asks is a role apart', () => {
  const { metadata, rules } = metricsAuthRoleOf({ name: 'x' })
  expect(metadata.name).toBe('kubewright-x-metrics-auth')
  expect(rules).toEqual([
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ])
})
