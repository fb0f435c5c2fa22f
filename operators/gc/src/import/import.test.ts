import { readFileSync } from 'node:fs'
import type { ImportedDocument, KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { NO_FACTS } from '../facts/facts.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { readPolicy } from '../policy/policy.ts'
import { importers } from './importers.ts'

const now = Date.parse('2026-06-01T12:00:00Z')

function imported(...values: readonly unknown[]) {
  const documents = values.map((value): ImportedDocument => ({ origin: 'file', value }))
  const results = importers.map((importer) => importer.convert(documents.filter(({ value }) => importer.takes(value))))
  return { objects: results.flatMap(({ objects }) => objects), warnings: results.flatMap(({ warnings }) => warnings) }
}

const sample = (name: string) =>
  imported(
    ...parseAllDocuments(readFileSync(new URL(`samples/${name}.yaml`, import.meta.url), 'utf8')).map(
      (document) => document.toJS() as unknown,
    ),
  )

/** What the policy says about an object, as the operator would ask it. */
function sayOf(policy: KubeObject, object: KubeObject, at = now): string {
  const kind = policy.kind === 'GarbageCollectionPolicy' ? GarbageCollectionPolicy : ClusterGarbageCollectionPolicy
  const reading = readPolicy(kind.parse(policy) as Policy, {
    maxDeletionsPerSecond: 10,
    protection: { namespaces: ['kube-*'], allowedKinds: ['Namespace'] },
  })
  if ('problem' in reading) return reading.problem.message
  const opinion = reading.ready.judge(object, {
    now: at,
    facts: { ...NO_FACTS, use: () => ({ is: 'known', value: { is: 'unused', since: 0 } }) },
  })
  return opinion.is === 'at' ? (opinion.at <= at ? 'due' : 'later') : opinion.is
}

const thing = (metadata: object, fields: object = {}): KubeObject => ({
  metadata: { name: 'thing', namespace: 'team', uid: 'u', creationTimestamp: '2026-05-01T00:00:00Z', ...metadata },
  ...fields,
})
const named = (objects: readonly KubeObject[], name: string) => objects.find(({ metadata }) => metadata.name === name)!

describe('zen-gc', () => {
  test('policies of its three groups become ours; one of its own namespace stays confined, one for all becomes a cluster’s', () => {
    const { objects } = sample('zen-gc')
    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['ClusterGarbageCollectionPolicy', undefined, 'finished-jobs'],
      ['GarbageCollectionPolicy', 'team', 'temp-config'],
      ['GarbageCollectionPolicy', 'team', 'mapped'],
    ])
  })

  test('what they do afterwards: due objects go, others stay', () => {
    const { objects } = sample('zen-gc')
    const jobs = named(objects, 'finished-jobs')
    expect(sayOf(jobs, thing({}, { status: { succeeded: 1, completionTime: '2026-06-01T10:00:00Z' } }))).toBe('due')
    expect(sayOf(jobs, thing({}, { status: { succeeded: 1, completionTime: '2026-06-01T11:30:00Z' } }))).toBe('later')
    expect(sayOf(jobs, thing({}, { status: { failed: 1 } }))).toBe('unselected')
    const config = named(objects, 'temp-config')
    expect(sayOf(config, thing({ labels: { temp: 'true', tier: 'test' } }))).toBe('due')
    expect(sayOf(config, thing({ labels: { temp: 'true', tier: 'test', keep: 'me' } }))).toBe('unselected')
    expect(sayOf(config, thing({ labels: { temp: 'true', tier: 'live' } }))).toBe('unselected')
  })

  test('every warning names the policy and the field', () => {
    const { warnings } = sample('zen-gc')
    expect(warnings.map((warning) => /: GarbageCollectionPolicy (\S+): (spec\.\S+)/.exec(warning)?.slice(1))).toEqual([
      ['gc-system/finished-jobs', 'spec.targetResource.namespace'],
      ['gc-system/finished-jobs', 'spec.behavior.finalizer'],
      ['team/mapped', 'spec.ttl.secondsAfterCreation'],
      ['team/mapped', 'spec.conditions.phase'],
      ['team/mapped', 'spec.behavior.maxDeletionsPerSecond'],
    ])
  })

  const zen = (spec: object) =>
    imported({ apiVersion: 'gc.kube-zen.io/v1alpha1', kind: 'GarbageCollectionPolicy', metadata: { name: 'p', namespace: 'team' }, spec })
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', labelSelector: { matchLabels: { a: 'b' } } }

  test('a field that is not known is told by its path', () => {
    const { warnings } = zen({ targetResource: { ...target, shard: 1 }, ttl: { secondsAfterCreation: 60, jitter: 5 }, priority: 3 })
    expect(warnings).toEqual([
      'file: GarbageCollectionPolicy team/p: spec.priority is not converted',
      'file: GarbageCollectionPolicy team/p: spec.targetResource.shard is not converted',
      'file: GarbageCollectionPolicy team/p: spec.ttl.jitter is not converted',
    ])
  })

  test('a condition with an operator that is not known makes the policy a dry run, or it would delete more', () => {
    const { objects, warnings } = zen({
      targetResource: target,
      ttl: { secondsAfterCreation: 60 },
      conditions: { and: [{ fieldPath: 'data.a', operator: 'Near', value: '1' }] },
    })
    expect(objects[0]).toMatchObject({
      spec: { behavior: { dryRun: true } },
      metadata: { annotations: { 'gc.kubewright.dev/not-imported': expect.stringContaining('"Near"') } },
    })
    expect(warnings.join('\n')).toMatch(/conditions\.and\[0\]: operator "Near" is not known\n.*imported as a dry run/)
  })

  test('what the operator will not do is said now', () => {
    const { warnings } = zen({ targetResource: { ...target, kind: 'Node' }, ttl: { secondsAfterCreation: 60 } })
    expect(warnings.join()).toMatch(/it would delete nothing: Node is never collected/)
  })
})

describe('kube-janitor', () => {
  test('a rule becomes a policy for each of its resources, and the annotations of objects still go before it', () => {
    const { objects } = sample('kube-janitor')
    const deployments = named(objects, 'require-application-label-deployment')
    const template = (labels?: object) => ({ spec: { template: { metadata: { ...(labels && { labels }) } } } })
    expect(sayOf(deployments, thing({}, template({ app: 'x' })))).toBe('due')
    expect(sayOf(deployments, thing({}, template({ application: '' })))).toBe('due')
    expect(sayOf(deployments, thing({}, { spec: {} }))).toBe('due')
    expect(sayOf(deployments, thing({}, template({ application: 'shop' })))).toBe('unselected')
    expect(sayOf(deployments, thing({ annotations: { 'janitor/ttl': '90d' } }, template()))).toBe('later')
    expect(sayOf(deployments, thing({ annotations: { 'janitor/ttl': 'forever' } }, template()))).toBe('never')
    expect(sayOf(named(objects, 'require-application-label-statefulset'), thing({}, template()))).toBe('due')
  })

  test('functions and quoted names of JMESPath are translated', () => {
    const { objects } = sample('kube-janitor')
    const deployments = named(objects, 'temporary-pr-deployments')
    expect(sayOf(deployments, thing({ name: 'pr-1' }))).toBe('due')
    expect(sayOf(deployments, thing({ name: 'spr-1' }))).toBe('unselected')
    const claims = named(objects, 'unused-claims')
    expect(sayOf(claims, thing({ namespace: 'my-test' }, { kind: 'PersistentVolumeClaim' }))).toBe('due')
    expect(sayOf(claims, thing({ namespace: 'live' }))).toBe('unselected')
  })

  test('forever keeps longer than any other policy', () => {
    expect(
      sayOf(named(sample('kube-janitor').objects, 'previews'), thing({ namespace: undefined, labels: { 'example.org/preview': 'true' } })),
    ).toBe('later')
  })

  test('an expression that is not translated makes a dry run of its rule; a resource that is not known is left out by name', () => {
    const { objects, warnings } = sample('kube-janitor')
    expect(named(objects, 'projected')).toMatchObject({ spec: { behavior: { dryRun: true } } })
    expect(warnings.join('\n')).toMatch(/rule projected: jmespath .* is not converted: a projection/)
    expect(warnings.join('\n')).toMatch(/rule projected: resources: "widgets" is not imported/)
  })

  test.each<[string, string, boolean]>([
    ["metadata.name == 'thing'", 'equal', true],
    ["metadata.name != 'thing'", 'different', false],
    ["labels.none != 'x'", 'a missing field differs from every value', true],
    ['metadata.labels == `null`', 'a missing field is null', true],
    ['spec.replicas > `1`', 'numbers', true],
    ['spec.replicas >= `3`', 'numbers at the edge', false],
    ["contains(spec.list, 'b')", 'a list with an item', true],
    ["contains(metadata.name, 'hin')", 'a text in a text', true],
    ['length(spec.list) == `2`', 'a length', true],
    ["spec.list[1] == 'b'", 'a place in a list', true],
    ["spec.list[5] == 'b'", 'a place behind the end', false],
    ['!spec.off', 'false is false', true],
    ['spec.empty', 'an empty list is false', false],
    ['spec.on && (spec.off || spec.on)', 'brackets', true],
    ["ends_with(metadata.name, 'ng')", 'an end', true],
    ["starts_with(metadata.missing, 'x')", 'a function of a missing field', false],
  ])('%s: %s', (jmespath, _, holds) => {
    const { objects, warnings } = imported({ rules: [{ id: 'r', resources: ['configmaps'], jmespath, ttl: '1h' }] })
    expect(warnings).toEqual([])
    const object = thing({}, { spec: { replicas: 2, list: ['a', 'b'], on: true, off: false, empty: [] } })
    expect(sayOf(objects[0]!, object)).toBe(holds ? 'due' : 'unselected')
  })

  test.each(['1x', '-3d', '2026-01-01', undefined])('a rule whose ttl is %s is not imported', (ttl) => {
    const { objects, warnings } = imported({ rules: [{ id: 'r', resources: ['pods'], jmespath: 'a', ttl }] })
    expect(objects).toEqual([])
    expect(warnings.join()).toMatch(/rule r: not imported: ttl/)
  })
})

describe('Kyverno', () => {
  test('cleanup policies run at their ticks, for each of their kinds', () => {
    const { objects } = sample('kyverno')
    const five = Date.parse('2026-06-01T12:05:00Z')
    const deploy = named(objects, 'cleandeploy')
    expect(sayOf(deploy, thing({}, { spec: { replicas: 1 } }), five)).toBe('due')
    expect(sayOf(deploy, thing({}, { spec: { replicas: 2 } }), five)).toBe('unselected')
    const pods = named(objects, 'clean-bare-pods')
    const tick = Date.parse('2026-06-01T00:00:05Z')
    expect(sayOf(pods, thing({}), tick)).toBe('due')
    expect(sayOf(pods, thing({ ownerReferences: [] }), tick)).toBe('due')
    expect(sayOf(pods, thing({ ownerReferences: [{ uid: 'o' }] }), tick)).toBe('unselected')
    expect(pods).toMatchObject({
      spec: { behavior: { propagationPolicy: 'Foreground' }, targetResource: { excludeNamespaces: ['kube-system'] } },
    })
    const sets = named(objects, 'old-replicasets-replicaset')
    const three = Date.parse('2026-06-01T03:00:05Z')
    expect(sayOf(sets, thing({ name: 'tmp-1' }, { spec: { replicas: 0 } }), three)).toBe('due')
    expect(sayOf(sets, thing({ name: 'web-1' }, { spec: { replicas: 0 } }), three)).toBe('unselected')
    const young = thing({ name: 'tmp-1', creationTimestamp: '2026-05-31T23:00:00Z' }, { spec: { replicas: 0 } })
    expect(sayOf(sets, young, three)).toBe('unselected')
    expect(sets.metadata.namespace).toBe('team')
  })

  test('objects with its label get a policy that reads it', () => {
    const { objects } = sample('kyverno')
    expect(sayOf(named(objects, 'kyverno-pod'), thing({ labels: { 'cleanup.kyverno.io/ttl': '2m' } }))).toBe('due')
    expect(sayOf(named(objects, 'kyverno-pod'), thing({}))).toBe('unset')
  })

  test.each<[string, object, RegExp]>([
    ['a variable of its context', { key: '{{ count }}', operator: 'Equals', value: 1 }, /the variable count/],
    ['an operator of text', { key: '{{ target.spec.size }}', operator: 'GreaterThan', value: '10Gi' }, /the operator GreaterThan/],
    ['a function', { key: '{{ max(target.spec.x) }}', operator: 'Equals', value: 1 }, /the function max/],
  ])('%s is told, and the policy is a dry run', (_, condition, why) => {
    const { objects, warnings } = imported({
      apiVersion: 'kyverno.io/v2',
      kind: 'ClusterCleanupPolicy',
      metadata: { name: 'p' },
      spec: { match: { any: [{ resources: { kinds: ['Pod'] } }] }, conditions: { all: [condition] }, schedule: '@daily' },
    })
    expect(objects[0]).toMatchObject({ spec: { behavior: { dryRun: true } } })
    expect(warnings.join()).toMatch(why)
  })

  test('what is left out is named: context, kinds that are not known', () => {
    expect(sample('kyverno').warnings.join('\n')).toMatch(/CleanupPolicy team\/old-replicasets: spec\.context is not converted/)
  })
})

describe('Kyverno’s deleting policies', () => {
  const deleting = (spec: object, over: object = {}) =>
    imported({
      apiVersion: 'policies.kyverno.io/v1',
      kind: 'DeletingPolicy',
      metadata: { name: 'd' },
      spec: { schedule: '0 * * * *', matchConstraints: { resourceRules: [podRule] }, ...spec },
      ...over,
    })
  const podRule = { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['pods'], scope: 'Namespaced' }
  const tick = Date.parse('2026-06-01T13:00:05Z')

  test('run at their ticks, for each resource of each rule, and keep to namespaces, labels and names', () => {
    const { objects, warnings } = sample('kyverno-deleting')
    expect(warnings).toEqual([])
    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['ClusterGarbageCollectionPolicy', undefined, 'old-test-pods'],
      ['GarbageCollectionPolicy', 'team', 'idle-workloads-deployment'],
      ['GarbageCollectionPolicy', 'team', 'idle-workloads-statefulset'],
    ])
    const pods = named(objects, 'old-test-pods')
    expect(pods).toMatchObject({
      spec: {
        targetResource: { namespaceSelector: { matchLabels: { environment: 'test' } }, labelSelector: { matchLabels: { team: 'a' } } },
        behavior: { propagationPolicy: 'Orphan' },
      },
    })
  })

  test('what they do afterwards: ages, variables and the time are understood', () => {
    const { objects } = sample('kyverno-deleting')
    const idle = named(objects, 'idle-workloads-deployment')
    const labels = { idle: 'true' }
    const [zero, one] = [{ spec: { replicas: 0 } }, { spec: { replicas: 1 } }]
    expect(sayOf(idle, thing({ labels }, zero), tick)).toBe('due')
    expect(sayOf(idle, thing({ labels }, one), tick)).toBe('unselected')
    expect(sayOf(idle, thing({ labels: { idle: 'no' } }, zero), tick)).toBe('unselected')
    expect(sayOf(idle, thing({ labels, creationTimestamp: '2026-06-01T12:30:00Z' }, zero), tick)).toBe('unselected')
  })

  test('words in quotes are left as they are', () => {
    const { objects } = deleting({ conditions: [{ name: 'c', expression: `object.metadata.name == 'now() variables.x'` }] })
    expect(sayOf(objects[0]!, thing({ name: 'now() variables.x', namespace: 'team' }), tick)).toBe('due')
  })

  test.each<[string, object, RegExp]>([
    [
      'another object',
      { conditions: [{ expression: 'resource.Get("v1", "pods", "a", "b").spec.x == 1' }] },
      /spec\.conditions\[0\] is not converted/,
    ],
    [
      'a variable out of the network',
      {
        variables: [{ name: 'x', expression: 'http.Get("http://x").a' }],
        conditions: [{ expression: 'object.metadata.name in variables.x' }],
      },
      /spec\.conditions\[0\] is not converted/,
    ],
    ['a variable that is none', { conditions: [{ expression: 'variables.none == 1' }] }, /spec\.conditions\[0\] is not converted/],
    [
      'exclusions',
      { matchConstraints: { resourceRules: [podRule], excludeResourceRules: [{ resourceNames: ['a'] }] } },
      /excludeResourceRules is not converted/,
    ],
  ])('%s is told, and the policy is a dry run', (_, spec, why) => {
    const { objects, warnings } = deleting(spec)
    expect(objects[0]).toMatchObject({ spec: { behavior: { dryRun: true } } })
    expect(warnings.join('\n')).toMatch(why)
  })

  test('a resource that is not known, and a field that is not, are told by name', () => {
    const { objects, warnings } = deleting({
      matchConstraints: { resourceRules: [{ ...podRule, apiGroups: ['example.dev'], resources: ['widgets'] }], jitter: 1 },
    })
    expect(objects).toEqual([])
    expect(warnings).toEqual([
      expect.stringContaining('spec.matchConstraints.resourceRules[0].resources: "widgets" is not imported'),
      'file: DeletingPolicy d: spec.matchConstraints.jitter is not converted',
    ])
  })

  test('a namespaced one stays in its namespace, and says when it selected namespaces', () => {
    const { objects, warnings } = deleting(
      { matchConstraints: { resourceRules: [podRule], namespaceSelector: { matchLabels: { a: 'b' } } } },
      { kind: 'NamespacedDeletingPolicy', metadata: { name: 'd', namespace: 'team' } },
    )
    expect(objects[0]).toMatchObject({
      kind: 'GarbageCollectionPolicy',
      metadata: { namespace: 'team' },
      spec: { behavior: { dryRun: true } },
    })
    expect(warnings.join()).toContain('namespaceSelector is not converted')
  })
})

describe('annotated objects', () => {
  test('each kind gets one policy for each program, however many objects speak', () => {
    const annotated = (name: string, annotations: object) => ({ ...thing({ name, annotations }), apiVersion: 'v1', kind: 'ConfigMap' })
    const { objects, warnings } = imported(
      annotated('a', { 'k8s-ttl-controller.twin.sh/ttl': '1h' }),
      annotated('b', { 'k8s-ttl-controller.twin.sh/ttl': '2h', 'janitor/ttl': '1d' }),
    )
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['k8s-ttl-controller-configmap', 'kube-janitor-configmap'])
    expect(warnings).toEqual([])
    expect(sayOf(objects[0]!, annotated('c', { 'k8s-ttl-controller.twin.sh/ttl': '1h' }))).toBe('due')
    const refreshed = { 'k8s-ttl-controller.twin.sh/ttl': '1h', 'k8s-ttl-controller.twin.sh/refreshed-at': '2026-06-01T11:30:00Z' }
    expect(sayOf(objects[0]!, annotated('c', refreshed))).toBe('later')
    expect(sayOf(objects[0]!, annotated('c', {}))).toBe('unset')
  })

  test('a word that cannot be read is told, for it would keep the object for ever', () => {
    expect(sample('kyverno').warnings.join('\n')).toMatch(/Deployment dep: it would be kept for ever: janitor\/expires/)
  })
})

test('a manifest of somebody else is nobody’s', () => {
  const other = parse('{apiVersion: v1, kind: Service, metadata: {name: s}}') as unknown
  expect(importers.filter((importer) => importer.takes(other))).toEqual([])
  expect(importers.some((importer) => importer.takes({ rules: [{ alert: 'x', expr: 'y' }] }))).toBe(false)
  for (const value of [null, 3, 'x', [], {}]) expect(importers.some((importer) => importer.takes(value))).toBe(false)
})
