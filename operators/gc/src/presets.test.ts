import { readdirSync, readFileSync } from 'node:fs'
import type { KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Facts, known, NO_FACTS } from './facts/facts.ts'
import { Ranking } from './groups/ranking.ts'
import { counts } from './judgement/judge.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from './kinds/policies.ts'
import { readPolicy } from './policy/policy.ts'

// The documented examples, each before objects that it is to delete and objects that it is to spare. A Monday noon.
const now = Date.parse('2026-06-01T12:00:00Z')
const folder = new URL('../../../docs/gc/examples/', import.meta.url)
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))

const policiesIn = (file: string): Policy[] =>
  parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => {
    const object = document.toJS() as KubeObject
    return (
      object.kind === 'GarbageCollectionPolicy' ? GarbageCollectionPolicy.parse(object) : ClusterGarbageCollectionPolicy.parse(object)
    ) as Policy
  })

const ago = (days: number) => new Date(now - days * 86_400_000).toISOString().replace('.000', '')
const object = (name: string, days: number, fields: object = {}, metadata: object = {}): KubeObject => ({
  metadata: { name, namespace: 'team', uid: name, creationTimestamp: ago(days), ...metadata },
  ...fields,
})
const ended = (type: string, days: number) => ({ status: { conditions: [{ type, status: 'True', lastTransitionTime: ago(days) }] } })
const pod = (phase: string, days: number, more: object = {}) => ({
  status: { phase, containerStatuses: [{ state: { terminated: { finishedAt: ago(days) } } }], ...more },
})
const series = (prefix: string, count: number, make: (name: string, index: number) => KubeObject) =>
  Array.from({ length: count }, (_, index) => make(`${prefix}${index}`, index))
const helm = (name: string, days: number, status: string, release = 'web') =>
  object(`sh.helm.release.v1.${name}`, days, {}, { labels: { owner: 'helm', name: release, status } })

interface Case {
  readonly goes: readonly KubeObject[]
  readonly stays: readonly KubeObject[]
  readonly facts?: Partial<Facts>
  readonly at?: string
}

const unused = (days: Readonly<Record<string, number>>): Partial<Facts> => ({
  use: (_, { metadata: { name = '' } }) =>
    known(days[name] === undefined ? { is: 'used' } : { is: 'unused', since: now - days[name] * 86_400_000 }),
})

const cases: Readonly<Record<string, Case>> = {
  'finished-jobs.yaml': {
    goes: [object('done', 3, ended('Complete', 0.1)), object('failed-long-ago', 9, ended('Failed', 4))],
    stays: [object('running', 9), object('just-done', 3, ended('Complete', 0.01)), object('failed', 9, ended('Failed', 2))],
  },
  'evicted-pods.yaml': {
    goes: [object('evicted', 9, pod('Failed', 2, { reason: 'Evicted' }))],
    stays: [object('lately', 9, pod('Failed', 0.5, { reason: 'Evicted' })), object('crashed', 9, pod('Failed', 5, { reason: 'Error' }))],
  },
  'orphaned-pods.yaml': {
    goes: [object('by-hand', 2, pod('Succeeded', 1))],
    stays: [
      object('of-a-job', 2, pod('Succeeded', 1), { ownerReferences: [{ kind: 'Job', name: 'j', uid: 'j' }] }),
      object('runs', 2, pod('Running', 1)),
    ],
  },
  'old-replicasets.yaml': {
    goes: [object('r-oldest', 90, { spec: { replicas: 0 } }, { ownerReferences: [{ uid: 'd' }] })],
    stays: [
      ...series('r-new', 3, (name, index) => object(name, 40 + index, { spec: { replicas: 0 } }, { ownerReferences: [{ uid: 'd' }] })),
      object('r-live', 200, { spec: { replicas: 2 } }, { ownerReferences: [{ uid: 'd' }] }),
      object('r-other', 90, { spec: { replicas: 0 } }, { ownerReferences: [{ uid: 'other' }] }),
    ],
  },
  'helm-releases.yaml': {
    goes: [helm('web.v1', 80, 'superseded'), helm('web.v2', 70, 'superseded')],
    stays: [
      ...[3, 4, 5, 6, 7].map((n) => helm(`web.v${n}`, 60 - n, 'superseded')),
      helm('web.v0', 90, 'deployed'),
      helm('db.v1', 90, 'superseded', 'db'),
    ],
  },
  'ci-runs.yaml': {
    goes: [
      object(
        'old',
        20,
        { status: { completionTime: ago(19), ...ended('Succeeded', 19).status } },
        { labels: { 'tekton.dev/pipeline': 'p' } },
      ),
    ],
    stays: [
      ...series('run', 10, (name, index) =>
        object(
          name,
          2 + index,
          { status: { completionTime: ago(2 + index), ...ended('Succeeded', 2).status } },
          { labels: { 'tekton.dev/pipeline': 'p' } },
        ),
      ),
      object('running', 30, {}, { labels: { 'tekton.dev/pipeline': 'p' } }),
    ],
  },
  'unused-config.yaml': {
    goes: [object('nobody', 90)],
    stays: [
      object('used', 90),
      object('lately', 90),
      object('elsewhere', 90, {}, { namespace: 'monitoring' }),
      object('kube-root-ca.crt', 90),
      object('lock', 90, {}, { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }),
    ],
    facts: unused({ nobody: 8, lately: 3, elsewhere: 50, lock: 50, 'kube-root-ca.crt': 50 }),
  },
  'unused-claims.yaml': {
    goes: [object('nobody', 90)],
    stays: [object('used', 90), object('lately', 90)],
    facts: unused({ nobody: 15, lately: 13 }),
  },
  'kept-settings.yaml': {
    goes: [object('old', 15), object('restored-long-ago', 30, {}, { annotations: { 'gc.kubewright.dev/keep-until': ago(1) } })],
    stays: [object('young', 13), object('restored', 30, {}, { annotations: { 'gc.kubewright.dev/keep-until': ago(-1) } })],
  },
  'self-service.yaml': {
    goes: [
      object('ours', 2, {}, { namespace: 'preview-1', labels: { 'kubewright.dev/ttl': '1d' } }),
      object('janitor', 2, {}, { namespace: 'test-1', annotations: { 'janitor/ttl': '1d' } }),
      object('by-namespace', 6, {}, { namespace: 'test-1' }),
      object('too-long', 31, {}, { namespace: 'test-1', annotations: { 'kubewright.dev/expires': '2027-01-01' } }),
    ],
    stays: [
      object('production', 9, {}, { namespace: 'production', labels: { 'kubewright.dev/ttl': '1d' } }),
      object('never', 90, {}, { namespace: 'test-1', annotations: { 'janitor/ttl': 'forever' } }),
      object('young', 4, {}, { namespace: 'test-1' }),
    ],
    facts: { namespace: () => known({ labels: {}, annotations: { 'kubewright.dev/default-ttl': '5d' }, terminating: false }) },
  },
  'preview-namespaces.yaml': {
    goes: [
      object('old', 8, {}, { namespace: undefined }),
      object('short', 1, {}, { namespace: undefined, annotations: { 'kubewright.dev/ttl': '2h' } }),
    ],
    stays: [
      object('young', 3, {}, { namespace: undefined }),
      object('kept', 90, {}, { namespace: undefined, annotations: { 'kubewright.dev/ttl': 'never' } }),
    ],
  },
  'nightly-window.yaml': { goes: [object('old', 20)], stays: [object('young', 2)], at: '2026-06-01T20:30:00Z' },
  'weekly-sweep.yaml': {
    goes: [object('old', 20, { spec: { replicas: 1 } })],
    stays: [
      object('young', -3, { spec: { replicas: 1 } }),
      object('busy', 20, { spec: { replicas: 3 } }),
      object('kept', 20, { spec: { replicas: 1 } }, { labels: { keep: '' } }),
      object('shared-x', 20, { spec: { replicas: 1 } }),
    ],
    at: '2026-06-07T04:10:00Z',
  },
  'settings-of-gone-services.yaml': {
    goes: [object('gone', 20, {}, { labels: { 'belongs-to': 'gone' } })],
    stays: [object('there', 20, {}, { labels: { 'belongs-to': 'there' } }), object('nobodys', 20)],
    facts: { exists: (_, __, name) => known(name === 'there'), heldSince: () => now - 2 * 86_400_000 },
  },
  'released-volumes.yaml': {
    goes: [object('released', 90, { status: { phase: 'Released', lastPhaseTransitionTime: ago(40) } }, { namespace: undefined })],
    stays: [
      object('lately', 90, { status: { phase: 'Released', lastPhaseTransitionTime: ago(10) } }, { namespace: undefined }),
      object('bound', 90, { status: { phase: 'Bound', lastPhaseTransitionTime: ago(40) } }, { namespace: undefined }),
      object(
        'kept',
        90,
        { status: { phase: 'Released', lastPhaseTransitionTime: ago(40) } },
        { namespace: undefined, labels: { keep: '' } },
      ),
      object('since-when', 90, { status: { phase: 'Released' } }, { namespace: undefined }),
    ],
  },
  'unused-secrets.yaml': {
    goes: [object('unused', 90, { type: 'Opaque' })],
    stays: [
      object('used', 90, { type: 'Opaque' }),
      object('lately', 90, { type: 'Opaque' }),
      object('tls', 90, { type: 'kubernetes.io/tls' }),
    ],
    facts: unused({ unused: 31, lately: 3, tls: 60 }),
  },
  'test-namespaces.yaml': {
    goes: [object('ci-1', 2, {}, { namespace: undefined, labels: { purpose: 'test' } })],
    stays: [
      object('ci-2', 0.5, {}, { namespace: undefined, labels: { purpose: 'test' } }),
      object('testbed', 2, {}, { namespace: undefined, labels: { purpose: 'test' } }),
    ],
    at: '2026-06-01T23:00:00Z',
  },
  'quota.yaml': {
    goes: [
      object('pressed', 1, ended('Complete', 0.5), { namespace: 'full' }),
      object('old', 8, ended('Complete', 0.5), { namespace: 'free' }),
    ],
    stays: [
      object('free', 1, ended('Complete', 0.5), { namespace: 'free' }),
      object('running', 1, {}, { namespace: 'full' }),
      object('young', 0.01, ended('Complete', 0), { namespace: 'full' }),
    ],
    facts: { quota: (namespace) => known(namespace === 'full' ? 0.95 : 0.2) },
  },
}

function deleted(policy: Policy, objects: readonly KubeObject[], more: Partial<Facts>, at: number): string[] {
  const reading = readPolicy(policy, {
    maxDeletionsPerSecond: 100,
    protection: { namespaces: ['kube-*'], allowedKinds: ['Namespace', 'PersistentVolume'] },
  })
  if ('problem' in reading) throw new Error(reading.problem.message)
  const { ready } = reading
  const ranking = new Ranking(ready.code.keepNewest ?? 0)
  const facts: Facts = { ...NO_FACTS, rank: ({ metadata: { uid = '' } }) => known(ranking.rankOf(uid) ?? { place: 0, of: 1 }), ...more }
  const context = { now: at, facts }
  const { grouping } = ready.needs
  for (const each of objects) {
    const { uid = '', name = '', namespace } = each.metadata
    if (grouping !== undefined && counts(ready.code, each, context))
      ranking.set({ uid, name, namespace, group: grouping.groupOf(each), time: grouping.timeOf(each) })
  }
  return objects.flatMap((each) => {
    const opinion = ready.judge(each, context)
    return opinion.is === 'at' && opinion.at <= at && (opinion.until ?? Number.POSITIVE_INFINITY) > at ? [each.metadata.name!] : []
  })
}

test('every documented example has a case here', () => expect(files.toSorted()).toEqual(Object.keys(cases).toSorted()))

describe.each(files.map((file) => [file, cases[file]!] as const))('S19: %s', (file, { goes, stays, facts = {}, at }) => {
  const moment = at === undefined ? now : Date.parse(at)

  test('deletes just what it is to delete', () => {
    const all = policiesIn(file).flatMap((policy) => deleted(policy, [...goes, ...stays], facts, moment))
    expect(all.toSorted()).toEqual(goes.map(({ metadata }) => metadata.name!).toSorted())
  })

  if (at !== undefined) {
    test('and nothing outside its time', () => {
      expect(policiesIn(file).flatMap((policy) => deleted(policy, [...goes, ...stays], facts, now))).toEqual([])
    })
  }
})
