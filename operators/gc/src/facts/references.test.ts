import { expect, test } from 'vitest'
import { ReferenceIndex } from './reference-index.ts'
import { referenceKey, referencesIn } from './references.ts'

const container = (more: object) => ({ containers: [{ name: 'c', ...more }] })
const template = (spec: object) => ({ spec: { template: { spec } } })
const pod = (spec: object) => ({ spec })

// S11: each of these was found by somebody as a Secret or ConfigMap that a collector took for unused.
test.each<[string, string, object, string]>([
  ['a volume', 'Pod', pod({ volumes: [{ name: 'v', configMap: { name: 'x' } }] }), 'ConfigMap'],
  ['a volume of a Secret', 'Pod', pod({ volumes: [{ name: 'v', secret: { secretName: 'x' } }] }), 'Secret'],
  ['a projected volume', 'Pod', pod({ volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'x' } }] } }] }), 'Secret'],
  ['a projected volume’s ConfigMap', 'Pod', pod({ volumes: [{ projected: { sources: [{ configMap: { name: 'x' } }] } }] }), 'ConfigMap'],
  ['envFrom', 'Pod', pod(container({ envFrom: [{ configMapRef: { name: 'x', optional: true } }] })), 'ConfigMap'],
  ['envFrom of a Secret', 'Pod', pod(container({ envFrom: [{ secretRef: { name: 'x' } }] })), 'Secret'],
  ['env', 'Pod', pod(container({ env: [{ name: 'e', valueFrom: { secretKeyRef: { name: 'x', key: 'k', optional: true } } }] })), 'Secret'],
  ['env of a ConfigMap', 'Pod', pod({ initContainers: [{ env: [{ valueFrom: { configMapKeyRef: { name: 'x' } } }] }] }), 'ConfigMap'],
  ['an ephemeral container', 'Pod', pod({ ephemeralContainers: [{ envFrom: [{ secretRef: { name: 'x' } }] }] }), 'Secret'],
  ['imagePullSecrets', 'Pod', pod({ imagePullSecrets: [{ name: 'x' }] }), 'Secret'],
  ['a claim', 'Pod', pod({ volumes: [{ persistentVolumeClaim: { claimName: 'x' } }] }), 'PersistentVolumeClaim'],
  ['a CSI volume', 'Pod', pod({ volumes: [{ csi: { nodePublishSecretRef: { name: 'x' } } }] }), 'Secret'],
  ['a service account', 'Pod', pod({ serviceAccountName: 'x' }), 'ServiceAccount'],
  ['the template of a ReplicaSet at zero', 'ReplicaSet', template(container({ envFrom: [{ configMapRef: { name: 'x' } }] })), 'ConfigMap'],
  ['the template of a StatefulSet', 'StatefulSet', template({ volumes: [{ secret: { secretName: 'x' } }] }), 'Secret'],
  ['the template of a ReplicationController', 'ReplicationController', template({ imagePullSecrets: [{ name: 'x' }] }), 'Secret'],
  ['the template of a CronJob', 'CronJob', { spec: { jobTemplate: template({ volumes: [{ configMap: { name: 'x' } }] }) } }, 'ConfigMap'],
  ['a PodTemplate', 'PodTemplate', { template: { spec: container({ envFrom: [{ secretRef: { name: 'x' } }] }) } }, 'Secret'],
  ['a ServiceAccount', 'ServiceAccount', { secrets: [{ name: 'x' }] }, 'Secret'],
  ['a ServiceAccount’s imagePullSecrets', 'ServiceAccount', { imagePullSecrets: [{ name: 'x' }] }, 'Secret'],
  ['TLS of an Ingress', 'Ingress', { spec: { tls: [{ hosts: ['a'], secretName: 'x' }] } }, 'Secret'],
  ['TLS of a Gateway', 'Gateway', { spec: { listeners: [{ tls: { certificateRefs: [{ kind: 'Secret', name: 'x' }] } }] } }, 'Secret'],
  ['a role binding', 'RoleBinding', { subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'team' }] }, 'ServiceAccount'],
])('S11: %s', (_, kind, fields, referred) => {
  expect(referencesIn({ kind, metadata: { name: 'r', namespace: 'team' }, ...fields })).toContain(referenceKey(referred, 'team', 'x'))
})

test('S11: a PersistentVolume names a Secret, and a claim, of another namespace', () => {
  const volume = {
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: { claimRef: { namespace: 'team', name: 'c' }, csi: { nodeStageSecretRef: { namespace: 'team', name: 's' } } },
  }
  expect(referencesIn(volume)).toEqual(
    expect.arrayContaining([referenceKey('PersistentVolumeClaim', 'team', 'c'), referenceKey('Secret', 'team', 's')]),
  )
})

test('S11: the claims of a StatefulSet are in use though no Pod runs', () => {
  const index = new ReferenceIndex()
  const set = {
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'team' },
    spec: { replicas: 0, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
  }
  index.set('db', referencesIn(set), 0)
  expect(['data-db-0', 'data-db-12', 'data-dbx-0', 'data-db'].map((name) => index.isUsed('PersistentVolumeClaim', 'team', name))).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(index.isUsed('PersistentVolumeClaim', 'other', 'data-db-0')).toBe(false)
})

test('S11: a Pod’s ephemeral volume is a claim of their names', () => {
  const of = referencesIn({
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'team' },
    spec: { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: {} } }] },
  } as never)
  expect(of).toContain(referenceKey('PersistentVolumeClaim', 'team', 'p-scratch'))
})

test('used by two, it is in use until the last of them lets go, and unused since then', () => {
  const index = new ReferenceIndex()
  const key = referenceKey('Secret', 'team', 'x')
  expect(index.set('a', [key], 1)).toEqual([key])
  expect(index.set('b', [key], 2)).toEqual([])
  expect(index.set('a', [], 3)).toEqual([])
  expect(index.isUsed('Secret', 'team', 'x')).toBe(true)
  expect(index.set('b', [], 4)).toEqual([key])
  expect([index.isUsed('Secret', 'team', 'x'), index.unusedSince('Secret', 'team', 'x')]).toEqual([false, 4])
  index.set('a', [key], 5)
  expect(index.unusedSince('Secret', 'team', 'x')).toBeUndefined()
})

test('what was forgotten for want of room counts as used until it was forgotten', () => {
  const index = new ReferenceIndex()
  for (let n = 0; n <= 100_001; n++) {
    index.set('a', [referenceKey('Secret', 'team', `s${n}`)], n)
  }
  expect(index.unusedSince('Secret', 'team', 's0')).toBeGreaterThanOrEqual(1)
})
