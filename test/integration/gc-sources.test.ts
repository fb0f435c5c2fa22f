// What gc reads from the world around its objects, on a server. Every source of expiry with every condition is counted in gc-matrix.test.ts.
import { type ConfigMap, CronJob, CustomResourceDefinition, Job, Pod, ReplicaSet, Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, GarbageCollectionStop, gc } from '@kubewright/operator-gc'
import { consistently, eventually } from '@kubewright/testing'
import { test as base, beforeAll, describe, expect } from 'vitest'
import { configMap, namesOf, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { startManager } from './managers.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, GarbageCollectionPolicy)
  await installKind(bench.client, ClusterGarbageCollectionPolicy)
  await installKind(bench.client, GarbageCollectionStop)
})

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
const ResourceQuota = { group: '', version: 'v1', kind: 'ResourceQuota' } as Kind<KubeObject>
const LONG = { timeout: 25_000 }

const test = base.extend<{ namespace: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures this one needs.
  async namespace({}, use) {
    const namespace = await bench.namespace()
    const running = startManager(bench.cluster.connection, (manager) => gc.setup(manager, gc.config.parse({})), { namespaces: [namespace] })
    await use(namespace)
    await running.stop()
  },
})

async function policy(namespace: string, name: string, spec: Spec): Promise<void> {
  await (await bench.client.resource(GarbageCollectionPolicy)).create(GarbageCollectionPolicy.of({ metadata: { namespace, name }, spec }))
}
async function statusOf(namespace: string, name: string) {
  return (await (await bench.client.resource(GarbageCollectionPolicy)).get({ namespace, name })).status
}
async function make<T extends KubeObject>(
  kind: Kind<T>,
  namespace: string,
  name: string,
  fields: object = {},
  metadata: object = {},
  status?: object,
): Promise<T> {
  const resource = await bench.client.resource(kind)
  const made = await resource.create({ ...fields, metadata: { namespace, name, ...metadata } } as T)
  if (status === undefined) return made
  return resource.patch({ namespace, name }, { type: 'merge', body: { status } }, { subresource: 'status' })
}
async function left<T extends KubeObject>(kind: Kind<T>, namespace: string, labelSelector?: string): Promise<readonly string[]> {
  return namesOf((await (await bench.client.resource(kind)).list({ namespace, labelSelector })).items)
}
const map = (namespace: string, name: string, data: Record<string, string> = {}, metadata: object = {}) => {
  const object = configMap(namespace, name, { data, labels: { app: 'x' } })
  return bench.configMaps().then((resource) => resource.create({ ...object, metadata: { ...object.metadata, ...metadata } } as ConfigMap))
}
const maps = (namespace: string) =>
  bench.configMaps().then(async (resource) => namesOf((await resource.list({ namespace, labelSelector: 'app=x' })).items))
const onMaps = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'x' } } }
const onJobs = { apiVersion: 'batch/v1', kind: 'Job' }
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] } }
const past = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
const ended = (types: readonly string[], more: object = {}) => ({
  startTime: past,
  conditions: types.map((type) => ({ type, status: 'True', lastTransitionTime: past })),
  ...more,
})
const complete = ended(['SuccessCriteriaMet', 'Complete'], { completionTime: past, succeeded: 1 })
const failed = ended(['FailureTarget', 'Failed'], { failed: 1 })

/** A kind that takes whatever it is given. */
function openDefinition(group: string, kind: string, plural: string): CustomResourceDefinition {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  } as unknown as CustomResourceDefinition
}

describe.concurrent('sources', () => {
  test('what the object says about itself, in our names and in those of others that are switched on', async ({ namespace }) => {
    await map(namespace, 'ours', {}, { annotations: { 'kubewright.dev/ttl': '1s' } })
    await map(namespace, 'label', {}, { labels: { app: 'x', 'kubewright.dev/expires': '2020-01-01' } })
    await map(namespace, 'janitor', {}, { annotations: { 'janitor/ttl': '1s' } })
    await map(namespace, 'kyverno', {}, { labels: { app: 'x', 'cleanup.kyverno.io/ttl': '1s' } })
    await map(namespace, 'never', {}, { annotations: { 'kubewright.dev/ttl': 'never' } })
    await map(namespace, 'nonsense', {}, { annotations: { 'kubewright.dev/ttl': 'soon' } })
    await map(namespace, 'off', {}, { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1s' } })
    await map(namespace, 'silent')
    await policy(namespace, 'p', { targetResource: onMaps, ttl: { fromObject: { peers: ['KubeJanitor', 'Kyverno'] } } })
    const kept = ['never', 'nonsense', 'off', 'silent']
    await eventually(async () => expect(await maps(namespace)).toEqual(kept), LONG)
    await consistently(async () => expect(await maps(namespace)).toEqual(kept), 1_500, 300)
  })

  test('what its namespace says for those that say nothing, also when it comes to say it', async ({ namespace }) => {
    await map(namespace, 'silent')
    await map(namespace, 'own', {}, { annotations: { 'kubewright.dev/ttl': '1h' } })
    await policy(namespace, 'p', { targetResource: onMaps, ttl: { fromObject: { namespaceDefault: true } } })
    await eventually(async () => expect(await statusOf(namespace, 'p')).toMatchObject({ phase: 'Active' }), LONG)
    await consistently(async () => expect(await maps(namespace)).toEqual(['own', 'silent']), 1_500, 300)
    const namespaces = await bench.client.resource({ group: '', version: 'v1', kind: 'Namespace' } as Kind<KubeObject>)
    await namespaces.patch(
      { name: namespace },
      { type: 'merge', body: { metadata: { annotations: { 'kubewright.dev/default-ttl': '1s' } } } },
    )
    await eventually(async () => expect(await maps(namespace)).toEqual(['own']), LONG)
  })

  test('when it was finished: Jobs that succeeded, Pods that were evicted', async ({ namespace }) => {
    await make(Job, namespace, 'complete', { spec: { template } }, {}, complete)
    await make(Job, namespace, 'failed', { spec: { template } }, {}, failed)
    await make(Job, namespace, 'running', { spec: { template } })
    await make(Pod, namespace, 'evicted', template, {}, { phase: 'Failed', reason: 'Evicted', startTime: past })
    await make(Pod, namespace, 'crashed', template, {}, { phase: 'Failed', reason: 'Error', startTime: past })
    await make(Pod, namespace, 'runs', template, {}, { phase: 'Running', startTime: past })
    const ttl = { relativeTo: '@finishedAt', secondsAfter: 60 }
    await policy(namespace, 'jobs', { targetResource: onJobs, ttl, conditions: { state: ['Succeeded'] } })
    await policy(namespace, 'pods', { targetResource: { apiVersion: 'v1', kind: 'Pod' }, ttl, conditions: { state: ['Evicted'] } })
    await eventually(async () => expect(await left(Job, namespace)).toEqual(['failed', 'running']), LONG)
    await eventually(async () => expect(await left(Pod, namespace)).toEqual(['crashed', 'runs']), LONG)
  })

  test('K19: the newest of each group are kept, and when a newer one comes the oldest goes', async ({ namespace }) => {
    const times = ['01', '02', '03', '04'].map((day) => `2026-01-${day}T00:00:00Z`)
    for (const [n, at] of times.entries()) await map(namespace, `a-${n}`, { at, group: 'a' })
    await map(namespace, 'b-0', { at: times[0]!, group: 'b' })
    await policy(namespace, 'p', { targetResource: onMaps, keep: { newest: 2, groupBy: ['data.group'], orderBy: 'data.at' } })
    await eventually(async () => expect(await maps(namespace)).toEqual(['a-2', 'a-3', 'b-0']), LONG)
    await map(namespace, 'a-4', { at: '2026-01-05T00:00:00Z', group: 'a' })
    await eventually(async () => expect(await maps(namespace)).toEqual(['a-3', 'a-4', 'b-0']), LONG)
    await consistently(async () => expect(await maps(namespace)).toEqual(['a-3', 'a-4', 'b-0']), 1_000, 250)
  })

  test('superseded releases of Helm, and none that is deployed', async ({ namespace }) => {
    const release = (n: number, status: string) =>
      make(
        Secret,
        namespace,
        `sh.helm.release.v1.web.v${n}`,
        { type: 'helm.sh/release.v1' },
        { labels: { owner: 'helm', name: 'web', status } },
      )
    for (const n of [1, 2, 3]) await release(n, 'superseded')
    await release(4, 'deployed')
    const target = { apiVersion: 'v1', kind: 'Secret', labelSelector: { matchLabels: { owner: 'helm' } } }
    await policy(namespace, 'p', {
      targetResource: target,
      conditions: { state: ['Superseded'] },
      keep: { newest: 1, groupBy: ['metadata.labels.name'] },
    })
    const kept = ['sh.helm.release.v1.web.v3', 'sh.helm.release.v1.web.v4']
    await eventually(async () => expect(await left(Secret, namespace, 'owner=helm')).toEqual(kept), LONG)
    await consistently(async () => expect(await left(Secret, namespace, 'owner=helm')).toEqual(kept), 1_000, 250)
  })

  test('what nothing refers to any more; what a CronJob’s template names stays', async ({ namespace }) => {
    for (const name of ['unused', 'used', 'released']) await map(namespace, name)
    const naming = (name: string) => ({ template: { spec: { ...template.spec, volumes: [{ name: 'v', configMap: { name } }] } } })
    await make(CronJob, namespace, 'uses', { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: naming('used') } } })
    await make(CronJob, namespace, 'releases', { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: naming('released') } } })
    await policy(namespace, 'p', {
      targetResource: onMaps,
      ttl: { relativeTo: '@unusedSince', secondsAfter: 2 },
      conditions: { state: ['Unused'] },
    })
    await eventually(async () => expect(await maps(namespace)).toEqual(['released', 'used']), LONG)
    await consistently(async () => expect(await maps(namespace)).toEqual(['released', 'used']), 2_500, 500)
    await (await bench.client.resource(CronJob)).delete({ namespace, name: 'releases' })
    await eventually(async () => expect(await maps(namespace)).toEqual(['used']), LONG)
  })

  test('S11: what only a custom kind refers to stays, for a policy that declares it; while that kind is not served nothing goes', async ({
    namespace,
  }) => {
    const group = `${namespace}.referrers.example.dev`
    const website: Kind<KubeObject> = { group, version: 'v1', kind: 'Website' }
    for (const name of ['themed', 'unused']) await map(namespace, name)
    await policy(namespace, 'p', {
      targetResource: onMaps,
      ttl: { relativeTo: '@unusedSince', secondsAfter: 1 },
      conditions: { state: ['Unused'] },
      referrers: [{ apiVersion: `${group}/v1`, kind: 'Website', fields: [{ path: 'spec.theme', refersTo: 'ConfigMap' }] }],
    })
    await eventually(async () => expect(JSON.stringify(await statusOf(namespace, 'p'))).toContain('does not serve Website'), LONG)
    await consistently(async () => expect(await maps(namespace)).toEqual(['themed', 'unused']), 3_000, 500)
    await (await bench.client.resource(CustomResourceDefinition)).create(openDefinition(group, 'Website', 'websites'))
    await eventually(async () => {
      bench.client.discovery.invalidate()
      const resource = await bench.client.resource(website)
      await resource.create({ metadata: { namespace, name: 'w' }, ...{ spec: { theme: 'themed' } } })
    }, LONG)
    // It is looked for again every half minute.
    await eventually(async () => expect(await maps(namespace)).toEqual(['themed']), { timeout: 50_000 })
    await consistently(async () => expect(await maps(namespace)).toEqual(['themed']), 2_500, 500)
    await (await bench.client.resource(website)).delete({ namespace, name: 'w' })
    await eventually(async () => expect(await maps(namespace)).toEqual([]), LONG)
  }, 120_000)

  test('whose owner, named in a label, has gone', async ({ namespace }) => {
    await make(ReplicaSet, namespace, 'there', {
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: template.spec.containers } },
      },
    })
    for (const name of ['there', 'gone']) await map(namespace, `of-${name}`, {}, { labels: { app: 'x', 'belongs-to': name } })
    await map(namespace, 'of-nobody')
    const ownerGone = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namePath: 'metadata.labels.belongs-to' }
    await policy(namespace, 'p', { targetResource: onMaps, ttl: { secondsAfterCreation: 1 }, conditions: { ownerGone } })
    await eventually(async () => expect(await maps(namespace)).toEqual(['of-nobody', 'of-there']), LONG)
    await (await bench.client.resource(ReplicaSet)).delete({ namespace, name: 'there' })
    await eventually(async () => expect(await maps(namespace)).toEqual(['of-nobody']), LONG)
  })

  test('earlier, when the quota of the namespace is nearly used up', async ({ namespace }) => {
    await policy(namespace, 'p', {
      targetResource: onMaps,
      ttl: { secondsAfterCreation: 3600, quotaPressure: { abovePercent: 80, resources: ['count/configmaps'], secondsAfterCreation: 1 } },
    })
    await map(namespace, 'a')
    await eventually(async () => expect(await statusOf(namespace, 'p')).toMatchObject({ pending: 1 }), LONG)
    await make(
      ResourceQuota,
      namespace,
      'q',
      { spec: { hard: { 'count/configmaps': '10' } } },
      {},
      { hard: { 'count/configmaps': '10' }, used: { 'count/configmaps': '9' } },
    )
    await eventually(async () => expect(await maps(namespace)).toEqual([]), LONG)
  })

  test('in a window that is open now, and not in one that is closed or while all is frozen', async ({ namespace }) => {
    const hour = (offset: number) => `${String((new Date().getUTCHours() + 24 + offset) % 24).padStart(2, '0')}:00`
    const of = (app: string): Spec => ({
      targetResource: { ...onMaps, labelSelector: { matchLabels: { window: app } } },
      ttl: { secondsAfterCreation: 1 },
    })
    for (const name of ['open', 'closed', 'frozen']) await map(namespace, name, {}, { labels: { app: 'x', window: name } })
    await policy(namespace, 'open', { ...of('open'), windows: [{ from: hour(-1), to: hour(2) }] })
    await policy(namespace, 'closed', { ...of('closed'), windows: [{ from: hour(6), to: hour(7) }] })
    await policy(namespace, 'frozen', { ...of('frozen'), freezes: [{ from: '2020-01-01T00:00:00Z', to: '2999-01-01T00:00:00Z' }] })
    await eventually(async () => expect(await maps(namespace)).toEqual(['closed', 'frozen']), LONG)
    await consistently(async () => expect(await maps(namespace)).toEqual(['closed', 'frozen']), 1_500, 300)
    await eventually(
      async () => expect(await statusOf(namespace, 'closed')).toMatchObject({ pending: 1, nextExpiry: expect.any(String) }),
      LONG,
    )
  })
})

test('W5: a kind that is installed later is taken up when it comes, when it goes that is told, and when it comes again it is taken up again', async ({
  namespace,
}) => {
  const group = `${namespace}.example.dev`
  const widget: Kind<KubeObject> = { group, version: 'v1', kind: 'Widget' }
  const definition = openDefinition(group, 'Widget', 'widgets')
  const definitions = await bench.client.resource(CustomResourceDefinition)
  const create = async (name: string) => {
    await eventually(async () => {
      const resource = await bench.client.resource(widget)
      await resource.create({ apiVersion: `${group}/v1`, kind: 'Widget', metadata: { namespace, name } })
    }, LONG)
  }
  const gone = () =>
    eventually(async () => {
      const resource = await bench.client.resource(widget)
      expect((await resource.list({ namespace })).items).toEqual([])
    }, LONG)
  const condition = async (type: string) => (await statusOf(namespace, 'p'))?.conditions?.find((each) => each.type === type)?.status

  await policy(namespace, 'p', { targetResource: { apiVersion: `${group}/v1`, kind: 'Widget' }, ttl: { secondsAfterCreation: 1 } })
  await eventually(async () => expect(await condition('TargetNotFound')).toBe('True'), LONG)
  await definitions.create(definition)
  await create('first')
  await gone()
  await eventually(async () => expect(await condition('TargetNotFound')).toBe('False'), LONG)
  await definitions.delete({ name: definition.metadata.name! })
  await eventually(async () => expect(await condition('TargetNotFound')).toBe('True'), { timeout: 60_000 })
  await eventually(async () => expect(namesOf((await definitions.list({})).items)).not.toContain(definition.metadata.name), LONG)
  await definitions.create(definition)
  await create('second')
  await eventually(
    async () => {
      const resource = await bench.client.resource(widget)
      expect((await resource.list({ namespace })).items).toEqual([])
    },
    { timeout: 60_000 },
  )
}, 180_000)
