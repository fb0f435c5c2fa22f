import type { Client, KubeObject, ResourceType, ValidateContext } from 'kubewright'
import { expect, test } from 'vitest'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { readPolicy } from '../policy/policy.ts'
import { checkRights } from './rights.ts'

const configMaps: ResourceType<KubeObject> = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const jobs: ResourceType<KubeObject> = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true }
const classes: ResourceType<KubeObject> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
}

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
const specOf = ({ group, version, kind }: ResourceType<KubeObject>, over: Partial<Spec>, target: object = {}) => ({
  targetResource: { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...target },
  ttl: { secondsAfterCreation: 60 },
  ...over,
})
const namespaced = (type: ResourceType<KubeObject>, over: Partial<Spec> = {}): Policy =>
  GarbageCollectionPolicy.of({ metadata: { name: 'p', namespace: 'team', generation: 1 }, spec: specOf(type, over) })
const cluster = (type: ResourceType<KubeObject>, over: Partial<Spec> = {}, target: object = {}): Policy => {
  const acknowledgeBroadScope = `every ${type.kind} of the cluster`
  return ClusterGarbageCollectionPolicy.of({
    metadata: { name: 'p', generation: 1 },
    spec: { ...specOf(type, over, target), acknowledgeBroadScope },
  })
}

/** What is asked of the API server for ann, and what the policy is refused with. `denied`: rights that she has not. */
async function checked(
  policy: Policy,
  type: ResourceType<KubeObject> | undefined,
  denied: readonly string[] = [],
  backupNamespace?: string,
) {
  const asked: string[] = []
  const refused: string[] = []
  const client = {
    request: (_: string, __: string, { body }: { body: { spec: { user: string; resourceAttributes: Record<string, string> } } }) => {
      const { verb, resource, group, namespace = '*' } = body.spec.resourceAttributes
      const right = `${verb} ${resource}${group === '' ? '' : `.${group}`} ${namespace}`
      asked.push(right)
      return Promise.resolve({ status: { allowed: body.spec.user === 'ann' && !denied.includes(right) } })
    },
  } as unknown as Client
  const reading = readPolicy(policy, {
    maxDeletionsPerSecond: 1,
    protection: { namespaces: [], allowedKinds: [] },
    backups: { namespace: backupNamespace },
  })
  if ('problem' in reading) throw new Error(reading.problem.message)
  const errors = { forbidden: (field: string, detail: string) => void refused.push(`${field}: ${detail}`) }
  const context = { client, user: { username: 'ann' }, errors, signal: new AbortController().signal }
  await checkRights(context as unknown as ValidateContext<Policy>, policy, reading.ready, type)
  return { asked, refused }
}

test.each<[string, Policy, ResourceType<KubeObject>, readonly string[]]>([
  ['in its own namespace', namespaced(configMaps), configMaps, ['delete configmaps team', 'list configmaps team']],
  ['of a group', namespaced(jobs), jobs, ['delete jobs.batch team', 'list jobs.batch team']],
  ['everywhere, for all namespaces', cluster(configMaps), configMaps, ['delete configmaps *', 'list configmaps *']],
  ['in the one that is named', cluster(configMaps, {}, { namespace: 'a' }), configMaps, ['delete configmaps a', 'list configmaps a']],
  [
    'in each that is named',
    cluster(configMaps, {}, { namespaces: ['a', 'b'] }),
    configMaps,
    ['delete configmaps a', 'list configmaps a', 'delete configmaps b', 'list configmaps b'],
  ],
  [
    'everywhere, for a pattern',
    cluster(configMaps, {}, { namespaces: ['a', 'b-*'] }),
    configMaps,
    ['delete configmaps *', 'list configmaps *'],
  ],
  ['in the cluster', cluster(classes), classes, ['delete ingressclasses.networking.k8s.io *', 'list ingressclasses.networking.k8s.io *']],
  [
    'to write backups beside the objects',
    namespaced(jobs, { backup: {} }),
    jobs,
    ['delete jobs.batch team', 'list jobs.batch team', 'create secrets team'],
  ],
  [
    'to write backups as ConfigMaps',
    cluster(jobs, { backup: { to: 'ConfigMap' } }),
    jobs,
    ['delete jobs.batch *', 'list jobs.batch *', 'create configmaps *'],
  ],
])('the right is asked for %s', async (_, policy, type, rights) => {
  expect(await checked(policy, type)).toEqual({ asked: rights, refused: [] })
})

test('backups of a cluster policy are written where the operator says, and the right is asked for there', async () => {
  const { asked } = await checked(cluster(jobs, { backup: {} }, { namespaces: ['a', 'b'] }), jobs, [], 'vault')
  expect(asked.filter((right) => right.startsWith('create'))).toEqual(['create secrets vault'])
})

test.each<[string, Policy, ResourceType<KubeObject>, readonly string[], RegExp]>([
  [
    'who may not delete',
    namespaced(configMaps),
    configMaps,
    ['delete configmaps team'],
    /^spec.targetResource: ann may not delete configmaps in namespace "team"/,
  ],
  ['who may not see', namespaced(configMaps), configMaps, ['list configmaps team'], /^spec.targetResource: ann may not list configmaps/],
  ['who may not everywhere', cluster(jobs), jobs, ['delete jobs.batch *'], /ann may not delete jobs.batch in all namespaces/],
  ['who may not in the cluster', cluster(classes), classes, ['delete ingressclasses.networking.k8s.io *'], /in the cluster/],
  [
    'who may in one of two',
    cluster(configMaps, {}, { namespaces: ['a', 'b'] }),
    configMaps,
    ['delete configmaps b'],
    /may not delete configmaps in namespace "b"/,
  ],
  [
    'who may not write backups',
    namespaced(jobs, { backup: {} }),
    jobs,
    ['create secrets team'],
    /^spec.backup: ann may not create secrets in namespace "team"/,
  ],
])('refused is %s, once', async (_, policy, type, denied, words) => {
  expect((await checked(policy, type, denied)).refused).toEqual([expect.stringMatching(words)])
})

test('S9: a namespaced policy about a cluster-scoped kind is refused before anybody is asked', async () => {
  expect(await checked(namespaced(classes), classes)).toEqual({
    asked: [],
    refused: [expect.stringContaining('cluster-scoped') as unknown],
  })
})

test('what is of no namespace has its backup where the operator says, or is refused', async () => {
  const policy = cluster(classes, { backup: {} })
  expect((await checked(policy, classes)).refused).toEqual([expect.stringContaining('--gc-backup-namespace')])
  expect((await checked(policy, classes, [], 'vault')).refused).toEqual([])
})

test('a kind that is not there yet is nobody’s to delete, and the operator asks when it comes', async () => {
  expect(await checked(namespaced(configMaps), undefined)).toEqual({ asked: [], refused: [] })
})
