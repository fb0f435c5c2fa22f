import type { KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { explain, explanationText } from '../explain/explanation.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { SYSTEM_NAMESPACES } from '../protection/protection.ts'
import { manifestScene } from './manifest-scene.ts'
import { planPage } from './page.ts'
import { countsOf, planOf } from './plan.ts'
import { type PlanReport, planJson, planText, spanText } from './report.ts'
import type { Scene } from './scene.ts'
import { type Candidate, survey } from './survey.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const defaults = { maxDeletionsPerSecond: 100, protection: { namespaces: SYSTEM_NAMESPACES, allowedKinds: [] } }
const HOUR = 3_600_000

const object = (name: string, hours: number, metadata: object = {}, fields: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'team',
    labels: { app: 'x' },
    creationTimestamp: new Date(now - hours * HOUR).toISOString().replace('.000', ''),
    ...metadata,
  },
  ...fields,
})

const policy = (name: string, spec: object): Policy =>
  GarbageCollectionPolicy.parse({
    apiVersion: 'gc.kubewright.dev/v1alpha1',
    kind: 'GarbageCollectionPolicy',
    metadata: { name, namespace: 'team' },
    spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'x' } } }, ...spec },
  })

const planned = (name: string, spec: object): Candidate => ({ policy: policy(name, spec), role: 'planned' })
const installed = (name: string, spec: object): Candidate => ({ policy: policy(name, spec), role: 'installed' })
const anHour = { ttl: { secondsAfterCreation: 3600, fromObject: {} } }

async function fates(objects: readonly KubeObject[], ...candidates: readonly Candidate[]): Promise<Record<string, string>> {
  const plans = planOf(await survey(manifestScene('dump', objects, now), candidates, { now, defaults }))
  return Object.fromEntries(
    plans.flatMap((plan) =>
      plan.objects.map(({ name, fate }) => [
        name,
        fate.is === 'goes' ? (fate.at <= now ? 'now' : `in ${spanText(fate.at - now)}`) : fate.is,
      ]),
    ),
  )
}

test('each object that a policy takes has its fate: due, later, protected, unreadable, being deleted', async () => {
  const objects = [
    object('old', 5),
    object('new', 0.5),
    object('protected', 5, { labels: { app: 'x', 'gc.kubewright.dev/protect': 'true' } }),
    object('garbled', 5, { annotations: { 'kubewright.dev/ttl': 'soon' } }),
    object('going', 5, { deletionTimestamp: '2026-06-01T11:00:00Z' }),
    object('other', 5, { labels: { app: 'y' } }),
    object('elsewhere', 5, { namespace: 'office' }),
  ]
  expect(await fates(objects, planned('p', anHour))).toEqual({
    old: 'now',
    new: 'in 30m',
    protected: 'stays',
    garbled: 'unreadable',
    going: 'terminating',
  })
})

test('the soonest comes first, and what stays comes last', async () => {
  const objects = [object('kept', 9, { annotations: { 'kubewright.dev/ttl': 'never' } }), object('b', 2), object('a', 7)]
  const [plan] = planOf(await survey(manifestScene('dump', objects, now), [planned('p', anHour)], { now, defaults }))
  expect(plan!.objects.map(({ name }) => name)).toEqual(['a', 'b', 'kept'])
})

test('manifests that no server has stamped count as created at the time of the plan', async () => {
  const manifest: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fresh', namespace: 'team', labels: { app: 'x' } } }
  expect(await fates([manifest], planned('p', anHour))).toEqual({ fresh: 'in 1h' })
})

test('a policy that is installed keeps what it keeps longer; one that is a dry run keeps nothing', async () => {
  const objects = [object('old', 5)]
  expect(await fates(objects, planned('p', anHour), installed('week', { ttl: { secondsAfterCreation: 604_800 } }))).toEqual({
    old: 'in 6d 19h',
  })
  const dry = installed('week', { ttl: { secondsAfterCreation: 604_800 }, behavior: { dryRun: true } })
  expect(await fates(objects, planned('p', anHour), dry)).toEqual({ old: 'now' })
})

test('a paused policy that decides about an object keeps it from the others', async () => {
  const paused = installed('day', { ttl: { secondsAfterCreation: 7_200 }, paused: true })
  expect(await fates([object('old', 5)], planned('p', anHour), paused)).toEqual({ old: 'stays' })
})

test('what a planned dry run would delete is told, and that it deletes nothing', async () => {
  const plans = planOf(
    await survey(manifestScene('dump', [object('old', 5)], now), [planned('p', { ...anHour, behavior: { dryRun: true } })], {
      now,
      defaults,
    }),
  )
  expect(countsOf(plans[0]!, now).due).toBe(1)
  expect(planText({ scene: 'dump', now, notes: [], policies: plans })).toContain('(a dry run: it would delete nothing)')
})

test('the newest of a group are kept: the groups are whole before the first object is judged', async () => {
  const objects = ['a', 'b', 'c', 'd'].map((name, index) => object(name, index + 1))
  expect(await fates(objects, planned('p', { keep: { newest: 2 } }))).toEqual({ a: 'stays', b: 'stays', c: 'now', d: 'now' })
})

test('an unused ConfigMap goes, one that a Pod in the same manifests mounts stays', async () => {
  const pod: KubeObject = { ...object('pod', 9, {}, { spec: { volumes: [{ name: 'v', configMap: { name: 'used' } }] } }), kind: 'Pod' }
  const unused = planned('p', { conditions: { state: ['Unused'] }, ttl: { secondsAfterCreation: 3600 } })
  expect(await fates([object('used', 5), object('unused', 5), pod], unused)).toEqual({ used: 'stays', unused: 'now' })
})

const definition = (name: string, field: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${name.toLowerCase()}s.example.dev` },
  ...{
    spec: {
      group: 'example.dev',
      names: { kind: name },
      versions: [{ storage: true, schema: { openAPIV3Schema: { properties: { spec: { properties: { [field]: { type: 'string' } } } } } } }],
    },
  },
})

test('what a declared kind refers to stays, for the policy that declares it alone; who might refer and is not looked at is told', async () => {
  const website: KubeObject = {
    ...object('w', 9, {}, { spec: { theme: 'dark', configMapName: 'named' } }),
    apiVersion: 'example.dev/v1',
    kind: 'Website',
  }
  const objects = [object('dark', 5), object('named', 5), object('unused', 5), website, definition('Website', 'configMapName')]
  const unused = { conditions: { state: ['Unused'] as const }, ttl: { secondsAfterCreation: 3600 } }
  const referrers = [{ apiVersion: 'example.dev/v1', kind: 'Website', fields: [{ path: 'spec.theme', refersTo: 'ConfigMap' as const }] }]
  expect(await fates(objects, planned('p', { ...unused, referrers }))).toEqual({ dark: 'stays', named: 'stays', unused: 'now' })
  const plans = planOf(
    await survey(manifestScene('dump', objects, now), [planned('p', { ...unused, referrers }), planned('q', unused)], { now, defaults }),
  )
  expect(plans.map(({ objects: each }) => each.filter(({ fate }) => fate.is === 'goes').map(({ name }) => name))).toEqual([
    ['unused'],
    ['dark', 'named', 'unused'],
  ])
  const text = planText({ scene: 'dump', now, notes: [], policies: plans })
  expect(text.match(/may be referred to by Website\.example\.dev \(spec\.configMapName\)/g)).toHaveLength(1)
})

test('who refers to an object cannot be read: nothing counts as unused', async () => {
  const scene: Scene = {
    ...manifestScene('dump', [object('unused', 5)], now),
    list: async (kind, selection) =>
      kind.kind === 'Pod' ? { is: 'failed', reason: 'forbidden' } : manifestScene('dump', [object('unused', 5)], now).list(kind, selection),
  }
  const unused = planned('p', { conditions: { state: ['Unused'] }, ttl: { secondsAfterCreation: 3600 } })
  const [plan] = planOf(await survey(scene, [unused], { now, defaults }))
  expect(plan!.objects.map(({ fate }) => fate)).toEqual([
    { is: 'unreadable', reason: 'who refers to it (Pod) cannot be seen: forbidden', by: 'GarbageCollectionPolicy team/p' },
  ])
})

test.each<[string, object, RegExp]>([
  [
    'another namespace',
    { ...anHour, targetResource: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system' } },
    /own namespace "team" only/,
  ],
  ['a kind that is never collected', { ...anHour, targetResource: { apiVersion: 'v1', kind: 'Node' } }, /never collected/],
])('a policy about %s does nothing, and the plan says why', async (_, spec, why) => {
  const [plan] = planOf(await survey(manifestScene('dump', [object('old', 5)], now), [planned('p', spec)], { now, defaults }))
  expect(plan).toMatchObject({ objects: [], problem: expect.stringMatching(why) })
})

test('a kind that the cluster does not serve, or does not let read, is a problem of the policy and not an empty plan', async () => {
  for (const is of ['absent', 'failed'] as const) {
    const scene: Scene = { name: 'cluster', list: async () => ({ is, reason: 'no' }), isNamespaced: async () => true }
    const [plan] = planOf(await survey(scene, [planned('p', anHour)], { now, defaults }))
    expect(plan!.problem).toMatch(/no$/)
  }
})

async function report(): Promise<PlanReport> {
  const objects = [object('old', 5), object('<img src=x>', 5), object('kept', 5, { annotations: { 'kubewright.dev/ttl': 'never' } })]
  const policies = planOf(await survey(manifestScene('dump', objects, now), [planned('p', anHour)], { now, defaults }))
  return { scene: 'dump', now, notes: ['all deletions are stopped'], policies }
}

test('the table tells when, what and why; what stays is told when it is asked for', async () => {
  const text = planText(await report())
  expect(text.split('\n').slice(0, 6)).toEqual([
    'dump, 2026-06-01T12:00:00Z',
    'note: all deletions are stopped',
    '',
    'GarbageCollectionPolicy team/p: 3 matched: 2 due now, 0 later, 1 stay',
    '  WHEN                OBJECT                      WHY',
    expect.stringMatching(/^ {2}now \(since 3h 59m\) {2}ConfigMap team\/<img src=x> {2}a fixed time after its creation$/),
  ])
  expect(text).not.toContain('team/kept')
  expect(planText(await report(), { all: true })).toContain('never               ConfigMap team/kept')
})

test('what keeps a policy from deleting all at once is told: limits of a run, approval of the first', async () => {
  const spec = { ...anHour, limits: { maxDeletionsPerRun: 1, maxInitialDeletions: 1, maxPercent: 5, anomalyFactor: 3 } }
  const objects = [object('a', 5), object('b', 5)]
  const policies = planOf(await survey(manifestScene('dump', objects, now), [planned('p', spec)], { now, defaults }))
  const text = planText({ scene: 'dump', now, notes: [], policies })
  for (const word of ['2 are due at once', 'at most 1 go in a run of 1h', '5 %', '3 times']) expect(text).toContain(word)
  expect(planPage({ scene: 'dump', now, notes: [], policies })).toContain('maxInitialDeletions')
  expect(planText(await report())).not.toMatch(/maxPercent|marked/)
})

test('an object that has to be announced first goes that much later', async () => {
  const candidate = planned('p', { ...anHour, notice: { seconds: 86_400 } })
  expect(await fates([object('a', 5)], candidate)).toEqual({ a: 'in 1d' })
  const policies = planOf(await survey(manifestScene('dump', [object('a', 5)], now), [candidate], { now, defaults }))
  expect(planText({ scene: 'dump', now, notes: [], policies })).toContain('each is marked when it falls due, and deleted 1d later')
})

describe('what is kept before it is deleted', () => {
  const keeping = { ...anHour, backup: { to: 'ConfigMap' } }
  const plansOf = async (candidates: readonly Candidate[]) =>
    planOf(await survey(manifestScene('dump', [object('old', 5), object('older', 6)], now), candidates, { now, defaults }))

  test('is told with its place: as a table, for programs, on the page', async () => {
    const report = { scene: 'dump', now, notes: [], policies: await plansOf([planned('p', keeping)]) }
    expect(planText(report)).toMatch(/OBJECT +BACKUP +WHY\n.*ConfigMap team\/older +ConfigMap in team +a fixed time/)
    expect(JSON.parse(planJson(report)).policies[0].objects[0].backup).toEqual({ to: 'ConfigMap', namespace: 'team' })
    expect(planPage(report)).toContain('<td>ConfigMap in team</td>')
  })

  test('is what the policy that decides keeps, not the one that was asked', async () => {
    const [plan] = await plansOf([planned('p', anHour), installed('q', { ...keeping, priority: 5 })])
    expect(plan!.objects.map(({ fate }) => fate.is === 'goes' && fate.backup)).toEqual([
      { to: 'ConfigMap', namespace: 'team' },
      { to: 'ConfigMap', namespace: 'team' },
    ])
  })

  test('is nothing for a policy without it, and then nothing is said of it', async () => {
    expect(planText({ scene: 'dump', now, notes: [], policies: await plansOf([planned('p', anHour)]) })).not.toMatch(/backup/i)
  })

  test('is what is of no namespace only where the operator has one for it; else it stays', async () => {
    const cluster = ClusterGarbageCollectionPolicy.parse({
      apiVersion: 'gc.kubewright.dev/v1alpha1',
      kind: 'ClusterGarbageCollectionPolicy',
      metadata: { name: 'c' },
      spec: {
        targetResource: { apiVersion: 'example.dev/v1', kind: 'Widget', labelSelector: { matchLabels: { app: 'x' } } },
        ...keeping,
      },
    }) as Policy
    const { namespace: _, ...metadata } = object('sc', 5).metadata
    const scene = manifestScene('dump', [{ apiVersion: 'example.dev/v1', kind: 'Widget', metadata }], now)
    const fate = async (backupNamespace?: string) => {
      const [plan] = planOf(
        await survey(scene, [{ policy: cluster, role: 'planned' }], {
          now,
          defaults: { ...defaults, backups: { namespace: backupNamespace } },
        }),
      )
      return plan!.objects[0]!.fate
    }
    expect(await fate()).toMatchObject({ is: 'stays', reason: expect.stringContaining('--gc-backup-namespace') })
    expect(await fate('vault')).toMatchObject({ is: 'goes', backup: { to: 'ConfigMap', namespace: 'vault' } })
  })
})

test('the highest priority decides, in a plan as in the operator', async () => {
  const week = installed('week', { ttl: { secondsAfterCreation: 604_800 } })
  expect(await fates([object('old', 5)], planned('p', { ...anHour, priority: 5 }), week)).toEqual({ old: 'now' })
})

test('the JSON has counts, times and reasons', async () => {
  const { policies } = JSON.parse(planJson(await report())) as { policies: { due: number; objects: object[] }[] }
  expect(policies[0]!.due).toBe(2)
  expect(policies[0]!.objects[1]).toMatchObject({
    kind: 'ConfigMap',
    namespace: 'team',
    name: 'old',
    fate: 'goes',
    at: expect.stringMatching(/^2026-06-01T08:00:0/),
  })
})

test('the page shows everything and lets no name become markup', async () => {
  const page = planPage(await report())
  expect(page).toContain('ConfigMap team/&lt;img src=x&gt;')
  expect(page).not.toContain('<img')
  expect(page).toContain("default-src 'none'")
  expect(page).toContain('team/kept')
})

test.each([
  ['old', 'is due since 2026-06-01T08:00:00', 'deletes it from 2026-06-01T08:00:00'],
  ['new', 'goes at 2026-06-01T12:30:0', 'deletes it from'],
  ['kept', 'stays: kubewright.dev/ttl says so', 'keeps it: kubewright.dev/ttl says so'],
  ['other', 'stays: no policy says anything about it', 'has no say: its label selector (app=x) does not take it'],
])('what becomes of %s: %s', async (name, verdict, says) => {
  const objects = [
    object('old', 5),
    object('new', 0.5),
    object('kept', 5, { annotations: { 'kubewright.dev/ttl': 'never' } }),
    object('other', 5, { labels: { app: 'y' } }),
  ]
  const scene = manifestScene('dump', objects, now)
  const surveys = await survey(scene, [planned('p', anHour)], { now, defaults })
  const listing = await scene.list({ group: '', version: 'v1', kind: 'ConfigMap' })
  const found = listing.is === 'read' ? listing.objects.find(({ metadata }) => metadata.name === name) : undefined
  const text = explanationText(explain({ group: '', version: 'v1', kind: 'ConfigMap' }, found!, surveys, now))
  expect(text).toContain(`ConfigMap team/${name}: ${verdict}`)
  expect(text).toContain(says)
})
