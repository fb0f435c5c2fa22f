// Real deletions, counted: each source of expiry with each condition. What is due and meets the condition goes; beside it stays what does not meet
// the condition, and what meets it and is not due.
import { CronJob, Job, Namespace, Pod, ReplicaSet, Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { type Conditions, conditions, fails, type Marks, meets } from './gc-matrix-conditions.ts'
import { GcSite, installGcKinds, type PolicySpec } from './gc-site.ts'
import { useCluster } from './harness.ts'

const bench = useCluster()
installGcKinds(bench)

interface Source {
  readonly spec: Omit<PolicySpec, 'targetResource' | 'conditions'>
  /** What an object carries that is due, and what one carries that is not. */
  readonly due: Marks
  readonly later: Marks
  readonly on?: 'Job'
  prepare?(site: GcSite, laterNames: readonly string[]): Promise<unknown>
}

const EACH = 3
const past = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
const inAnHour = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
const hour = (offset: number) => `${String((new Date().getUTCHours() + 24 + offset) % 24).padStart(2, '0')}:00`
const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] } }
const finished = {
  startTime: past,
  completionTime: past,
  succeeded: 1,
  conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, status: 'True', lastTransitionTime: past })),
}
const ResourceQuota = { group: '', version: 'v1', kind: 'ResourceQuota' } as Kind<KubeObject>

const bySaying = { due: { annotations: { 'kubewright.dev/ttl': '1s' } }, later: { annotations: { 'kubewright.dev/ttl': '1h' } } }
const byPeers = (due: Marks, later: Marks): Source => ({
  spec: { ttl: { fromObject: { peers: ['KubeJanitor', 'K8sTTLController', 'Kyverno', 'Mayfly'] } } },
  due,
  later,
})
const byData = (spec: PolicySpec['ttl'], due: string, later: string): Source => ({
  spec: { ttl: spec! },
  due: { data: { when: due } },
  later: { data: { when: later } },
})

const sources: Readonly<Record<string, Source>> = {
  'creation (fixed)': { spec: { ttl: { secondsAfterCreation: 1 } }, due: {}, later: { labels: { case: 'of-nobody' } } },
  'field: seconds': byData({ fieldPath: 'data.when' }, '1', '3600'),
  'field: duration': byData({ fieldPath: 'data.when' }, '1s', 'PT1H'),
  'field: date': byData({ fieldPath: 'data.when' }, past, inAnHour),
  'field: mapped': byData({ fieldPath: 'data.when', mappings: { short: 1, long: 3600 } }, 'short', 'long'),
  'field: default': {
    spec: { ttl: { fieldPath: 'data.when', mappings: { long: 3600 }, default: 1 } },
    due: {},
    later: { data: { when: 'long' } },
  },
  'relative to a field': byData({ relativeTo: 'data.when', secondsAfter: 1 }, past, inAnHour),
  'own ttl annotation': { spec: { ttl: { fromObject: {} } }, ...bySaying },
  'own expires label': {
    spec: { ttl: { fromObject: {} } },
    due: { labels: { 'kubewright.dev/expires': '2020-01-01' } },
    later: { labels: { 'kubewright.dev/expires': '2999-01-01' } },
  },
  'kube-janitor’s names': byPeers({ annotations: { 'janitor/ttl': '1s' } }, { annotations: { 'janitor/ttl': 'forever' } }),
  'k8s-ttl-controller’s': byPeers(
    { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1s' } },
    { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1h' } },
  ),
  'Kyverno’s label': byPeers({ labels: { 'cleanup.kyverno.io/ttl': '1s' } }, { labels: { 'cleanup.kyverno.io/ttl': '1h' } }),
  'mayfly’s': byPeers(
    { annotations: { 'mayfly.cloud.namecheap.com/expire': '1s' } },
    { annotations: { 'mayfly.cloud.namecheap.com/expire': '1h' } },
  ),
  'namespace default': {
    spec: { ttl: { fromObject: { namespaceDefault: true } } },
    due: {},
    later: { annotations: { 'kubewright.dev/ttl': '1h' } },
    prepare: async ({ namespace }) =>
      (await bench.client.resource(Namespace)).patch(
        { name: namespace },
        { type: 'merge', body: { metadata: { annotations: { 'kubewright.dev/default-ttl': '1s' } } } },
      ),
  },
  'all but the newest': {
    spec: { keep: { newest: EACH, orderBy: 'data.when' } },
    due: { data: { when: '2026-01-01T00:00:00Z' } },
    later: { data: { when: '2026-01-02T00:00:00Z' } },
  },
  '@unusedSince': {
    spec: { ttl: { relativeTo: '@unusedSince', secondsAfter: 1 } },
    due: {},
    later: {},
    prepare: (site, names) => {
      const container = { ...template.spec.containers[0], envFrom: names.map((name) => ({ configMapRef: { name } })) }
      const jobTemplate = { spec: { template: { spec: { ...template.spec, containers: [container] } } } }
      return site.make(CronJob, 'uses', { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate } })
    },
  },
  'quota pressure': {
    spec: {
      ttl: {
        fromObject: {},
        secondsAfterCreation: 3600,
        quotaPressure: { abovePercent: 80, resources: ['count/secrets'], secondsAfterCreation: 1 },
      },
    },
    due: {},
    later: { annotations: { 'kubewright.dev/ttl': 'never' } },
    // Of what stays: a server that counts for itself comes to the same numbers, however many have gone.
    prepare: async (site) => {
      const hard = { 'count/secrets': '1' }
      await site.make(Secret, 'counted')
      await site.make(ResourceQuota, 'q', { spec: { hard } }, {}, { hard, used: hard })
    },
  },
  'cron schedule': { spec: { ttl: { fromObject: {} }, schedule: { cron: '* * * * *' } }, ...bySaying },
  'open window': { spec: { ttl: { fromObject: {} }, windows: [{ from: hour(-1), to: hour(2) }] }, ...bySaying },
  '@finishedAt of Jobs': {
    spec: { ttl: { relativeTo: '@finishedAt', secondsAfter: 1 } },
    on: 'Job',
    due: { annotations: { finished: 'yes' } },
    later: {},
  },
}

interface Line {
  readonly source: string
  readonly condition: string
  readonly due: number
  readonly gone: number
  readonly controls: number
  readonly kept: number
}
const lines: Line[] = []

/** A name for a condition that may stand in labels and names. */
const slug = (name: string) => name.toLowerCase().replaceAll(' ', '-')
const SORTS = [
  ['goes', 'due', meets],
  ['unmet', 'due', fails],
  ['later', 'later', meets],
] as const

async function populate(site: GcSite, { on, ...source }: Source): Promise<void> {
  for (const condition of Object.keys(conditions)) {
    const made = SORTS.flatMap(([sort, time, marks]) =>
      Array.from({ length: EACH }, (_, n) => {
        const { labels, annotations, data } = source[time]
        const metadata = {
          labels: { app: 'x', case: slug(condition), ...marks.labels, ...labels },
          annotations: { ...marks.annotations, ...annotations },
        }
        const name = `${slug(condition)}.${sort}-${n}`
        if (on === undefined) return site.map(name, { ...data }, metadata)
        return site.make(Job, name, { spec: { template } }, metadata, time === 'due' ? finished : undefined)
      }),
    )
    await Promise.all(made)
  }
}

/** Four at a time: more wait for the processor instead of for the operator. */
const groups = Array.from({ length: Math.ceil(Object.keys(sources).length / 4) }, (_, n) => Object.entries(sources).slice(4 * n, 4 * n + 4))

describe.for(groups)('each source of expiry with each condition (%$)', (group) => {
  test.concurrent.for(group)('%s', { timeout: 300_000 }, async ([name, source]) => {
    const site = new GcSite(bench, await bench.namespace())
    const laterNames = Object.keys(conditions).flatMap((condition) =>
      Array.from({ length: EACH }, (_, n) => `${slug(condition)}.later-${n}`),
    )
    await source.prepare?.(site, laterNames)
    const { containers } = template.spec
    const selector = { matchLabels: { a: 'b' } }
    const pods = { metadata: { labels: selector.matchLabels }, spec: { containers } }
    await site.make(ReplicaSet, 'there', { spec: { replicas: 0, selector, template: pods } })
    await populate(site, source)
    const target = source.on === 'Job' ? { apiVersion: 'batch/v1', kind: 'Job' } : { apiVersion: 'v1', kind: 'ConfigMap' }
    for (const [condition, conditionSpec] of Object.entries(conditions)) {
      const targetResource = { ...target, labelSelector: { matchLabels: { case: slug(condition) } } }
      await site.policy(slug(condition), { ...source.spec, targetResource, conditions: conditionSpec })
    }
    const running = site.run({ maxDeletionsPerSecond: 1_000 })
    const left = () => site.left((source.on === 'Job' ? Job : { group: '', version: 'v1', kind: 'ConfigMap' }) as Kind<KubeObject>)
    try {
      await eventually(async () => expect((await left()).filter((each) => each.includes('.goes-'))).toEqual([]), { timeout: 150_000 })
      // A mistake may be slower than what is right.
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    } finally {
      await running.stop()
      count(name, await left())
    }
    const ours = lines.filter((line) => line.source === name)
    expect(ours.filter(({ due, gone, controls, kept }) => gone !== due || kept !== controls)).toEqual([])
  })
})

function count(source: string, left: readonly string[]): void {
  for (const condition of Object.keys(conditions)) {
    const ours = left.filter((name) => name.startsWith(`${slug(condition)}.`))
    const going = ours.filter((name) => name.includes('.goes-')).length
    lines.push({ source, condition, due: EACH, gone: EACH - going, controls: 2 * EACH, kept: ours.length - going })
  }
}

interface State {
  readonly kind: Kind<KubeObject>
  readonly apiVersion: string
  readonly conditions: Conditions
  /** What an object is made with that is in the state, and its control. */
  readonly in: readonly [fields: object, status?: object | undefined, metadata?: object]
  readonly out: readonly [fields: object, status?: object | undefined, metadata?: object]
}
const job = { kind: Job as Kind<KubeObject>, apiVersion: 'batch/v1' }
const pod = { kind: Pod as Kind<KubeObject>, apiVersion: 'v1' }
const jobSpec = { spec: { template } }
const failed = {
  startTime: past,
  failed: 1,
  conditions: ['FailureTarget', 'Failed'].map((type) => ({ type, status: 'True', lastTransitionTime: past })),
}
const replicas = (count: number) => ({
  spec: {
    replicas: count,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: template.spec.containers } },
  },
})
const helm = (status: string) => [{ type: 'helm.sh/release.v1' }, undefined, { labels: { app: 'x', owner: 'helm', status } }] as const
const states: Readonly<Record<string, State>> = {
  'Succeeded Job': { ...job, conditions: { state: ['Succeeded'] }, in: [jobSpec, finished], out: [jobSpec, failed] },
  'Failed Job': { ...job, conditions: { state: ['Failed'] }, in: [jobSpec, failed], out: [jobSpec, finished] },
  'Finished Job': { ...job, conditions: { state: ['Finished'] }, in: [jobSpec, failed], out: [jobSpec] },
  'Succeeded Pod': {
    ...pod,
    conditions: { state: ['Succeeded'] },
    in: [template, { phase: 'Succeeded' }],
    out: [template, { phase: 'Running' }],
  },
  'Failed Pod, by phase': { ...pod, conditions: { phase: ['Failed'] }, in: [template, { phase: 'Failed' }], out: [template] },
  'Evicted Pod': {
    ...pod,
    conditions: { state: ['Evicted'] },
    in: [template, { phase: 'Failed', reason: 'Evicted' }],
    out: [template, { phase: 'Failed', reason: 'Error' }],
  },
  'Orphaned Pod': {
    ...pod,
    conditions: { state: ['Orphaned'] },
    in: [template],
    out: [template, undefined, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'OWNER' }] }],
  },
  'ScaledToZero ReplicaSet': {
    kind: ReplicaSet as Kind<KubeObject>,
    apiVersion: 'apps/v1',
    conditions: { state: ['ScaledToZero'] },
    in: [replicas(0)],
    out: [replicas(1)],
  },
  'Superseded Secret': {
    kind: Secret as Kind<KubeObject>,
    apiVersion: 'v1',
    conditions: { state: ['Superseded'] },
    in: helm('superseded'),
    out: helm('deployed'),
  },
}

describe.concurrent('each state', () => {
  test.each(Object.entries(states))('%s', { timeout: 120_000 }, async (name, { kind, apiVersion, conditions: of, ...sorts }) => {
    const site = new GcSite(bench, await bench.namespace())
    // An owner that is there: a server with a garbage collector of its own takes what has none.
    const { metadata: owner } = await site.map('owner', {}, { labels: {} })
    for (const sort of ['in', 'out'] as const)
      for (let n = 0; n < EACH; n++) {
        const [fields, status, metadata] = JSON.parse(JSON.stringify(sorts[sort]).replaceAll('OWNER', owner.uid!)) as State['in']
        await site.make(kind, `${sort}-${n}`, fields, metadata ?? {}, status ?? undefined)
      }
    const labelSelector = { matchLabels: kind.kind === 'Secret' ? { app: 'x', owner: 'helm' } : { app: 'x' } }
    await site.policy('p', {
      targetResource: { apiVersion, kind: kind.kind, labelSelector },
      ttl: { secondsAfterCreation: 1 },
      conditions: of,
    })
    const running = site.run()
    try {
      await eventually(async () => expect(await site.left(kind)).toEqual(['out-0', 'out-1', 'out-2']), { timeout: 60_000 })
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    } finally {
      await running.stop()
    }
    const left = await site.left(kind)
    const [going, kept] = ['in', 'out'].map((sort) => left.filter((each) => each.startsWith(sort)).length) as [number, number]
    lines.push({ source: 'creation (fixed)', condition: name, due: EACH, gone: EACH - going, controls: EACH, kept })
    expect([going, kept]).toEqual([0, EACH])
  })
})

afterAll(() => {
  const sum = (field: 'due' | 'gone' | 'controls' | 'kept') => lines.reduce((total, line) => total + line[field], 0)
  const rows = lines.map(
    ({ source, condition, due, gone, controls, kept }) =>
      `${source.padEnd(22)}${condition.padEnd(24)}due ${due} gone ${gone}  controls ${controls} kept ${kept}`,
  )
  const total = `${new Set(lines.map(({ source }) => source)).size} sources x ${new Set(lines.map(({ condition }) => condition)).size} conditions, ${lines.length} policies: due ${sum('due')} gone ${sum('gone')}, controls ${sum('controls')} kept ${sum('kept')}`
  console.info([...rows, total].join('\n'))
})
