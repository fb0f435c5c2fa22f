import { expect, test } from 'vitest'
import { isProtectedKind, isProtectedNamespace, type Protection, protectionOf } from './protection.ts'

const protection: Protection = { namespaces: ['kube-*', 'vault'], allowedKinds: ['Role.rbac.authorization.k8s.io', 'Node'] }

test.each<[string, string, boolean]>([
  ['v1', 'ConfigMap', false],
  ['v1', 'Pod', false],
  ['batch/v1', 'Job', false],
  ['example.dev/v1', 'Namespace', false],
  ['v1', 'Namespace', true],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', true],
  ['coordination.k8s.io/v1', 'Lease', true],
  ['events.k8s.io/v1', 'Event', true],
  ['storage.k8s.io/v1', 'StorageClass', true],
  ['gc.kubewright.dev/v1alpha1', 'GarbageCollectionPolicy', true],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', true],
  ['rbac.authorization.k8s.io/v1', 'Role', false],
  ['v1', 'Node', false],
])('%s %s is protected: %s', (apiVersion, kind, isProtected) => {
  expect(isProtectedKind(protection, { apiVersion, kind })).toBe(isProtected)
})

test.each([
  ['kube-system', true],
  ['kube', false],
  ['vault', true],
  ['vault-2', false],
  ['team', false],
])('namespace %s is protected: %s', (namespace, isProtected) => {
  expect(isProtectedNamespace(protection, namespace)).toBe(isProtected)
})

test.each([
  ['Secret', 'sh.helm.release.v1.app.v3', true],
  ['Secret', 'bootstrap-token-abcdef', true],
  ['Secret', 'my-secret', false],
  ['ServiceAccount', 'default', true],
  ['ServiceAccount', 'builder', false],
  ['ConfigMap', 'kube-root-ca.crt', true],
  ['ConfigMap', 'default', false],
])('%s %s is kept by the cluster: %s', (kind, name, isKept) => {
  expect(protectionOf(protection, { group: '', kind }, { metadata: { name, namespace: 'team' } }) !== undefined).toBe(isKept)
})
