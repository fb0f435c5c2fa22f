import { describeKind, type KubeObject, type ResourceType } from '@kubewright/core'
import { expect, test } from 'vitest'
import * as kinds from './index.ts'

const isDescriptor = (value: unknown): value is ResourceType<KubeObject> => typeof value === 'object' && value !== null && 'plural' in value
const scopes = new Map(
  Object.values(kinds)
    .filter(isDescriptor)
    .map((kind) => [describeKind(kind), `${kind.plural} ${kind.namespaced ? 'namespaced' : 'cluster'}`]),
)

// What `kubectl api-resources` of Kubernetes 1.36 says.
test.each([
  ['ConfigMap.v1', 'configmaps namespaced'],
  ['Secret.v1', 'secrets namespaced'],
  ['Pod.v1', 'pods namespaced'],
  ['Namespace.v1', 'namespaces cluster'],
  ['Node.v1', 'nodes cluster'],
  ['Event.v1', 'events namespaced'],
  ['Service.v1', 'services namespaced'],
  ['ServiceAccount.v1', 'serviceaccounts namespaced'],
  ['PersistentVolumeClaim.v1', 'persistentvolumeclaims namespaced'],
  ['Deployment.apps/v1', 'deployments namespaced'],
  ['ReplicaSet.apps/v1', 'replicasets namespaced'],
  ['StatefulSet.apps/v1', 'statefulsets namespaced'],
  ['DaemonSet.apps/v1', 'daemonsets namespaced'],
  ['Job.batch/v1', 'jobs namespaced'],
  ['CronJob.batch/v1', 'cronjobs namespaced'],
  ['Lease.coordination.k8s.io/v1', 'leases namespaced'],
  ['Event.events.k8s.io/v1', 'events namespaced'],
  ['ClusterRole.rbac.authorization.k8s.io/v1', 'clusterroles cluster'],
  ['NetworkPolicy.networking.k8s.io/v1', 'networkpolicies namespaced'],
  ['CustomResourceDefinition.apiextensions.k8s.io/v1', 'customresourcedefinitions cluster'],
])('%s is %s', (kind, wanted) => {
  expect(scopes.get(kind)).toBe(wanted)
})

test('the two kinds of Event have names of their own', () => {
  expect([kinds.Event.group, kinds.EventsV1Event.group]).toEqual(['', 'events.k8s.io'])
})

test('an object of a kind is written with its type, which has the same name', () => {
  const settings: kinds.ConfigMap = { metadata: { name: 'settings' }, data: { key: 'value' } }
  const container: kinds.coreV1.Container = { name: 'main', image: 'busybox' }
  expect([settings.data?.['key'], container.name]).toEqual(['value', 'main'])
})
