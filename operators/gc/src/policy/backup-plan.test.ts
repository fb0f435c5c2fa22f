import { expect, test } from 'vitest'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { backupPlanOf } from './backup-plan.ts'

const DAY = 86_400_000
const configMap = { group: '', version: 'v1', kind: 'ConfigMap' }
type Backup = NonNullable<Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']['backup']>
const specOf = (backup: Backup | undefined) => ({
  targetResource: { apiVersion: 'v1', kind: 'ConfigMap' },
  ttl: { secondsAfterCreation: 60 },
  ...(backup !== undefined && { backup }),
})
const namespaced = (backup?: Backup): Policy =>
  GarbageCollectionPolicy.of({ metadata: { name: 'p', namespace: 'team' }, spec: specOf(backup) })
const cluster = (backup?: Backup): Policy => ClusterGarbageCollectionPolicy.of({ metadata: { name: 'p' }, spec: specOf(backup) })

test('nothing is kept unless a policy says so', () => expect(backupPlanOf(namespaced(), configMap, 'vault')).toBeUndefined())

test('kept is in a Secret for thirty days, unless the policy says otherwise', () => {
  expect(backupPlanOf(namespaced({}), configMap, undefined)).toEqual({
    to: 'Secret',
    namespace: undefined,
    keepFor: 30 * DAY,
    keepLast: undefined,
  })
  expect(backupPlanOf(namespaced({ to: 'ConfigMap', keepForSeconds: 60, keepLast: 5 }), configMap, undefined)).toEqual({
    to: 'ConfigMap',
    namespace: undefined,
    keepFor: 60_000,
    keepLast: 5,
  })
})

test('only what cluster policies delete is kept in the namespace of the operator', () => {
  expect(backupPlanOf(cluster({}), configMap, 'vault')).toMatchObject({ namespace: 'vault' })
  expect(backupPlanOf(namespaced({}), configMap, 'vault')).toMatchObject({ namespace: undefined })
})

test.each<[string, Policy, typeof configMap, RegExp]>([
  [
    'a Secret in a ConfigMap',
    namespaced({ to: 'ConfigMap' }),
    { ...configMap, kind: 'Secret' },
    /backup.to is ConfigMap.* set it to Secret/,
  ],
  ['a Namespace, without what is in it', cluster({}), { ...configMap, kind: 'Namespace' }, /with a Namespace goes all that is in it/],
  [
    'a CustomResourceDefinition, without its objects',
    cluster({}),
    { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' },
    /with a CustomResourceDefinition goes/,
  ],
])('refused is to keep %s', (_, policy, kind, why) => expect(() => backupPlanOf(policy, kind, 'vault')).toThrow(why))

test('a kind of somebody’s that is called Secret is none of ours', () => {
  expect(backupPlanOf(namespaced({ to: 'ConfigMap' }), { group: 'example.dev', version: 'v1', kind: 'Secret' }, undefined)).toBeDefined()
})
