import { expect, test } from 'vitest'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { backupPlaceOf, backupPlanOf } from './backup-plan.ts'

const DAY = 86_400_000
const VAULT = { namespace: 'vault' }
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

test('nothing is kept unless a policy says so', () => expect(backupPlanOf(namespaced(), configMap, VAULT)).toBeUndefined())

test('kept is in a Secret for thirty days, unless the policy says otherwise', () => {
  expect(backupPlanOf(namespaced({}), configMap, {})).toEqual({
    to: 'Secret',
    namespace: undefined,
    bucket: undefined,
    keepFor: 30 * DAY,
    keepLast: undefined,
  })
  expect(backupPlanOf(namespaced({ to: 'ConfigMap', keepForSeconds: 60, keepLast: 5 }), configMap, {})).toEqual({
    to: 'ConfigMap',
    namespace: undefined,
    bucket: undefined,
    keepFor: 60_000,
    keepLast: 5,
  })
})

test('only what cluster policies delete is kept in the namespace of the operator', () => {
  expect(backupPlanOf(cluster({}), configMap, VAULT)).toMatchObject({ namespace: 'vault' })
  expect(backupPlanOf(namespaced({}), configMap, VAULT)).toMatchObject({ namespace: undefined })
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
])('refused is to keep %s', (_, policy, kind, why) => expect(() => backupPlanOf(policy, kind, VAULT)).toThrow(why))

test('a kind of somebody’s that is called Secret is none of ours', () => {
  expect(backupPlanOf(namespaced({ to: 'ConfigMap' }), { group: 'example.dev', version: 'v1', kind: 'Secret' }, {})).toBeDefined()
})

test('a bucket takes what any policy deletes, of any namespace and of none', () => {
  const places = { namespace: 'vault', bucket: 'attic' }
  for (const policy of [namespaced({ to: 'S3' }), cluster({ to: 'S3' })]) {
    const plan = backupPlanOf(policy, { ...configMap, kind: 'Secret' }, places)!
    expect([backupPlaceOf(plan, 'team'), backupPlaceOf(plan, undefined)]).toEqual([
      { to: 'S3', bucket: 'attic' },
      { to: 'S3', bucket: 'attic' },
    ])
  }
})

test('without a bucket, or a namespace, there is no place, and why is said', () => {
  const place = (policy: Policy) => backupPlaceOf(backupPlanOf(policy, configMap, {})!, undefined)
  expect(place(cluster({ to: 'S3' }))).toEqual({ to: 'nowhere', why: expect.stringContaining('--gc-backup-s3-bucket') as unknown })
  expect(place(cluster({}))).toEqual({ to: 'nowhere', why: expect.stringContaining('--gc-backup-namespace') as unknown })
})
