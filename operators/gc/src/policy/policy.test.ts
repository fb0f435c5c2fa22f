import { expect, test } from 'vitest'
import { NO_FACTS } from '../facts/facts.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { type PolicyDefaults, readPolicy, scopeMismatch } from './policy.ts'

const defaults: PolicyDefaults = { maxDeletionsPerSecond: 100, protection: { namespaces: ['kube-*', 'vault'], allowedKinds: [] } }
const target = { apiVersion: 'v1', kind: 'ConfigMap' }
const ttl = { secondsAfterCreation: 60 }
const context = { now: Date.UTC(2026, 0, 1), facts: NO_FACTS }

// Built past the schema, for policies that an older CRD let in.
const namespaced = (spec: object, metadata: object = {}): Policy =>
  ({ kind: 'GarbageCollectionPolicy', metadata: { name: 'p', namespace: 'team', ...metadata }, spec: filled(spec) }) as Policy
const cluster = (spec: object): Policy =>
  ({ kind: 'ClusterGarbageCollectionPolicy', metadata: { name: 'p' }, spec: filled({ ...spec, ...acknowledged(spec) }) }) as Policy
const acknowledged = ({ targetResource = target }: { readonly targetResource?: { readonly kind: string } }) => ({
  acknowledgeBroadScope: `every ${targetResource.kind} of the cluster`,
})
const filled = (spec: object) => ({
  targetResource: target,
  ttl,
  paused: false,
  ...spec,
  behavior: { batchSize: 50, dryRun: false, propagationPolicy: 'Background', ...(spec as { behavior?: object }).behavior },
})

function ready(policy: Policy) {
  const reading = readPolicy(policy, defaults)
  if ('problem' in reading) throw new Error(reading.problem.message)
  return reading.ready
}
function problem(policy: Policy) {
  const reading = readPolicy(policy, defaults)
  return 'problem' in reading ? reading.problem : undefined
}

test.each<[string, Policy, string | undefined]>([
  ['a namespaced policy: its own, without saying so', namespaced({}), 'team'],
  ['a namespaced policy that names its own', namespaced({ targetResource: { ...target, namespace: 'team' } }), 'team'],
  ['a namespaced policy with the empty name of the original', namespaced({ targetResource: { ...target, namespace: '' } }), 'team'],
  ['a cluster policy: all', cluster({}), undefined],
  ['a cluster policy with a star', cluster({ targetResource: { ...target, namespace: '*' } }), undefined],
  ['a cluster policy that names one', cluster({ targetResource: { ...target, namespace: 'other' } }), 'other'],
])('where it works: %s', (_, policy, namespace) => {
  expect(ready(policy).target.namespace).toBe(namespace)
})

test.each<[string, Policy, string, string]>([
  // Z19: in zen-gc a tenant's policy could delete anywhere.
  [
    'a namespaced policy for all namespaces',
    namespaced({ targetResource: { ...target, namespace: '*' } }),
    'OutsideNamespace',
    'use a ClusterGarbageCollectionPolicy',
  ],
  [
    'a namespaced policy for another namespace',
    namespaced({ targetResource: { ...target, namespace: 'other' } }),
    'OutsideNamespace',
    '"other"',
  ],
  ['a policy in a system namespace', namespaced({}, { namespace: 'kube-system' }), 'Protected', '--gc-protected-namespaces'],
  ['a cluster policy for a protected namespace', cluster({ targetResource: { ...target, namespace: 'vault' } }), 'Protected', '"vault"'],
  [
    'a kind that holds the cluster together',
    cluster({ targetResource: { apiVersion: 'v1', kind: 'Namespace' } }),
    'Protected',
    '--gc-allowed-kinds',
  ],
  [
    'a kind that holds rights',
    cluster({ targetResource: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' } }),
    'Protected',
    'Role',
  ],
  [
    'its own kind',
    namespaced({ targetResource: { apiVersion: 'gc.kubewright.dev/v1alpha1', kind: 'GarbageCollectionPolicy' } }),
    'Protected',
    'never collected',
  ],
  // Z6, Z13: nothing that is negative or zero is ever acted upon, whatever other mode stands beside it.
  [
    'a negative time',
    namespaced({ ttl: { secondsAfterCreation: -1, fieldPath: 'spec.ttl' } }),
    'InvalidSpec',
    'ttl.secondsAfterCreation is -1',
  ],
  ['a zero default', namespaced({ ttl: { fieldPath: 'spec.ttl', default: 0 } }), 'InvalidSpec', 'ttl.default is 0'],
  ['a zero in the map', namespaced({ ttl: { fieldPath: 'spec.ttl', mappings: { a: 0 } } }), 'InvalidSpec', 'ttl.mappings["a"] is 0'],
  ['no mode at all', namespaced({ ttl: {} }), 'InvalidSpec', 'secondsAfterCreation, or fieldPath, or relativeTo'],
  ['half of a mode', namespaced({ ttl: { relativeTo: 'status.doneAt' } }), 'InvalidSpec', 'together with secondsAfter'],
  ['a path that is none', namespaced({ ttl: { fieldPath: 'spec[' } }), 'InvalidSpec', 'ttl.fieldPath'],
  [
    'a label selector that is none',
    namespaced({ targetResource: { ...target, labelSelector: { matchLabels: { 'a b': 'x' } } } }),
    'InvalidSpec',
    'targetResource.labelSelector',
  ],
  [
    'an operator without values',
    namespaced({ targetResource: { ...target, labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } }),
    'InvalidSpec',
    'matchExpressions[0]',
  ],
  [
    'a field selector that is none',
    namespaced({ targetResource: { ...target, fieldSelector: { matchFields: { 'a[': 'x' } } } }),
    'InvalidSpec',
    'targetResource.fieldSelector.matchFields',
  ],
  ['an interval too short', namespaced({ evaluationInterval: '10ms' }), 'InvalidSpec', 'evaluationInterval is 10ms'],
  ['an interval that is none', namespaced({ evaluationInterval: 'often' }), 'InvalidSpec', 'evaluationInterval'],
  ['an apiVersion that is none', namespaced({ targetResource: { ...target, apiVersion: 'a/b/c' } }), 'InvalidSpec', 'a/b/c'],
])('does nothing, and says why: %s', (_, policy, reason, mend) => {
  expect(problem(policy)).toEqual({ reason, message: expect.stringContaining(mend) })
})

// S8: a selector with a typing error is no selector, and then everything goes.
test.each<[string, object, boolean]>([
  ['nothing that narrows it', {}, false],
  ['an empty selector', { targetResource: { ...target, labelSelector: { matchLabels: {} } } }, false],
  ['all namespaces by name', { targetResource: { ...target, namespaces: ['*'] } }, false],
  ['the words for another kind', { acknowledgeBroadScope: 'every Secret of the cluster' }, false],
  ['these words', { acknowledgeBroadScope: 'every ConfigMap of the cluster' }, true],
  ['a selector', { targetResource: { ...target, labelSelector: { matchLabels: { app: 'x' } } } }, true],
  ['a condition', { conditions: { hasLabels: [{ key: 'app', operator: 'Exists' }] } }, true],
  ['namespaces', { targetResource: { ...target, namespaces: ['preview-*'] } }, true],
  ['one namespace', { targetResource: { ...target, namespace: 'team' } }, true],
  ['only what says itself when it goes', { ttl: { fromObject: {} } }, true],
  ['what it retains, not deletes', { action: 'Retain' }, true],
])('S8: a cluster policy with %s', (_, spec, works) => {
  const found = problem({ ...cluster({}), spec: filled(spec) } as Policy)
  expect(found?.reason).toBe(works ? undefined : 'TooBroad')
  if (!works) expect(found?.message).toContain('"every ConfigMap of the cluster"')
})

test('a policy that an older schema let in without its new fields deletes nothing that it did not delete before', () => {
  const policy = namespaced({})
  expect(problem({ ...policy, spec: { ...policy.spec, ttl: undefined } } as unknown as Policy)?.reason).toBe('InvalidSpec')
  const metadata = {
    name: 'x',
    creationTimestamp: '2020-01-01T00:00:00Z',
    ownerReferences: [{ kind: 'Deployment', name: 'd', uid: 'd', controller: true }],
  }
  expect(ready(policy).judge({ metadata } as never, context).is).toBe('never')
})

test('R8: policies about several versions or groups of one kind wait for each other’s first reading: they are about the same objects', () => {
  const lineOf = (apiVersion: string) => ready(namespaced({ targetResource: { apiVersion, kind: 'Ingress' } })).mode.line
  expect(new Set(['networking.k8s.io/v1', 'networking.k8s.io/v1beta1', 'extensions/v1beta1'].map(lineOf)).size).toBe(1)
})

test.each<[string, object, string | undefined]>([
  ['Pods', { apiVersion: 'v1', kind: 'Pod' }, undefined],
  ['ConfigMaps', { apiVersion: 'v1', kind: 'ConfigMap' }, 'behavior.evict: only Pods are evicted, and the target is ConfigMap'],
  ['Pods of somebody else', { apiVersion: 'example.dev/v1', kind: 'Pod' }, 'behavior.evict: only Pods are evicted'],
])('S14: evicting %s', (_, targetResource, message) => {
  const policy = namespaced({ targetResource, behavior: { ...filled({}).behavior, evict: true } })
  if (message === undefined) expect(ready(policy).evicts).toBe(true)
  else expect(problem(policy)).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining(message) })
})

const unusedMaps = { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { relativeTo: '@unusedSince', secondsAfter: 60 } }
const website = { apiVersion: 'example.dev/v1', kind: 'Website' }
const foreign = { ...website, fields: [{ path: 'spec.a', refersTo: 'ConfigMap', namespacePath: 'spec.b' } as const] }

test.each<[string, Policy, string | undefined]>([
  ['for what is unused', namespaced({ ...unusedMaps, referrers: [website] }), undefined],
  [
    'without asking for what is unused',
    namespaced({ referrers: [website] }),
    'referrers: they count for the state Unused and for @unusedSince alone',
  ],
  [
    'of other namespaces, in a namespaced policy',
    namespaced({ ...unusedMaps, referrers: [foreign] }),
    'referrers: namespacePath is of a ClusterGarbageCollectionPolicy only',
  ],
  [
    'of other namespaces, in a cluster policy',
    cluster({ ...unusedMaps, conditions: { state: ['Unused'] }, referrers: [foreign] }),
    undefined,
  ],
  [
    'with a path that is none',
    namespaced({ ...unusedMaps, referrers: [{ ...website, fields: [{ path: 'spec[', refersTo: 'Secret' }] }] }),
    'referrers: ',
  ],
])('referrers %s', (_, policy, message) => {
  const found = problem(policy)
  if (message === undefined) expect(found).toBeUndefined()
  else expect(found).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining(message) })
})

test('whoever runs the operator may take a kind off the list; a policy cannot', () => {
  const policy = cluster({ targetResource: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' } })
  const allowing = { ...defaults, protection: { ...defaults.protection, allowedKinds: ['Role.rbac.authorization.k8s.io'] } }
  expect(readPolicy(policy, allowing)).toHaveProperty('ready')
})

test.each<[string, Policy, boolean, string | undefined]>([
  ['a namespaced policy and a namespaced kind', namespaced({}), true, undefined],
  ['a namespaced policy and a cluster-scoped kind', namespaced({}), false, 'ClusterScopedTarget'],
  ['a cluster policy and a cluster-scoped kind', cluster({}), false, undefined],
  [
    'a cluster policy that names a namespace for one',
    cluster({ targetResource: { ...target, namespace: 'x' } }),
    false,
    'ClusterScopedTarget',
  ],
])('%s', (_, policy, isNamespaced, reason) => {
  expect(scopeMismatch(policy, isNamespaced)?.reason).toBe(reason)
})

test.each<[string, object, boolean]>([
  ['a fixed time', {}, true],
  ['a time in an annotation', { ttl: { fieldPath: 'metadata.annotations.ttl' } }, true],
  ['a time in the spec', { ttl: { fieldPath: 'spec.ttl' } }, false],
  ['a time in the status', { ttl: { relativeTo: 'status.doneAt', secondsAfter: 1 } }, false],
  ['a phase', { conditions: { phase: ['Failed'] } }, false],
  ['a name, selected by the server', { targetResource: { ...target, fieldSelector: { matchFields: { 'metadata.name': 'x' } } } }, true],
  ['a field that the server cannot select', { targetResource: { ...target, fieldSelector: { matchFields: { 'data.x': 'y' } } } }, false],
  [
    'a phase that the server can select',
    { targetResource: { apiVersion: 'v1', kind: 'Pod', fieldSelector: { matchFields: { 'status.phase': 'Failed' } } } },
    true,
  ],
])('metadata alone is loaded when nothing else is read: %s', (_, spec, metadataOnly) => {
  expect(ready(namespaced(spec)).target.metadataOnly).toBe(metadataOnly)
})

test('what the server can select it selects, in one spelling, so that equal policies share a watch', () => {
  const fields = { 'status.phase': 'Failed', 'metadata.name': 'a,b' }
  const labels = { matchLabels: { b: '2', a: '1' }, matchExpressions: [{ key: 'c', operator: 'Exists' }] }
  const { target: made } = ready(
    namespaced({ targetResource: { apiVersion: 'v1', kind: 'Pod', labelSelector: labels, fieldSelector: { matchFields: fields } } }),
  )
  expect(made).toMatchObject({ labelSelector: 'a=1,b=2,c', fieldSelector: 'metadata.name=a\\,b,status.phase=Failed' })
})

test('what it cannot select is selected here', () => {
  const { judge } = ready(
    namespaced({ targetResource: { ...target, fieldSelector: { matchFields: { 'spec.replicas': '0', 'spec.paused': 'true' } } } }),
  )
  const object = (spec: object) => ({ metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' }, spec })
  expect(judge(object({ replicas: 0, paused: true }), context).is).toBe('at')
  expect(judge(object({ replicas: 1, paused: true }), context)).toMatchObject({ is: 'unselected', matched: false })
  expect(judge(object({}), context)).toMatchObject({ is: 'unselected', matched: false })
})

test.each<[string, object]>([
  ['an annotation', { annotations: { 'gc.kubewright.dev/protect': 'true' } }],
  ['a label', { labels: { 'gc.kubewright.dev/protect': 'true' } }],
  ['a system namespace, under a policy for all', { namespace: 'kube-system' }],
  ['the certificates that each namespace has', { name: 'kube-root-ca.crt' }],
])('an object is kept by %s', (_, metadata) => {
  const object = { metadata: { name: 'x', namespace: 'team', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata } }
  const verdict = ready(cluster({})).judge(object, context)
  expect(verdict.is).toBe('never')
})

test('a protect annotation with another value than "true" protects nothing', () => {
  const metadata = { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z', annotations: { 'gc.kubewright.dev/protect': 'false' } }
  expect(ready(namespaced({})).judge({ metadata }, context).is).toBe('at')
})

test('what the policy does not say comes from the operator’s settings', () => {
  expect(ready(namespaced({})).mode).toEqual({ dryRun: false, paused: false, rate: { perSecond: 100, batch: 50 }, line: 'ConfigMap' })
  expect(ready(namespaced({ behavior: { maxDeletionsPerSecond: 5 } })).mode.rate.perSecond).toBe(5)
})

test('the annotation pauses as the field does', () => {
  expect(ready(namespaced({ paused: true })).mode.paused).toBe(true)
  expect(ready(namespaced({}, { annotations: { 'kubewright.dev/paused': 'true' } })).mode.paused).toBe(true)
})

// Z5: the CRD of zen-gc lacked two fields of its own types, so that the server dropped them, the emergency stop among them.
test.each([GarbageCollectionPolicy, ClusterGarbageCollectionPolicy])('K1, Z5: every field of $kind survives its own schema', (kind) => {
  const spec = {
    targetResource: {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      namespace: 'team',
      labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In' as const, values: ['d'] }] },
      fieldSelector: { matchFields: { 'spec.replicas': '0' } },
    },
    ttl: { secondsAfterCreation: 1, fieldPath: 'spec.ttl', mappings: { a: 1 }, default: 2, relativeTo: 'status.x', secondsAfter: 0 },
    conditions: {
      phase: ['Failed'],
      hasLabels: [{ key: 'a', value: 'b', operator: 'NotIn' as const }],
      hasAnnotations: [{ key: 'a', value: 'b' }],
      and: [
        { fieldPath: 'spec.replicas', operator: 'Equals' as const, value: 0 },
        { fieldPath: 'a', operator: 'In' as const, values: [1, 'x'] },
      ],
    },
    behavior: {
      maxDeletionsPerSecond: 10,
      batchSize: 50,
      dryRun: true,
      propagationPolicy: 'Orphan' as const,
      gracePeriodSeconds: 0,
      finalizer: 'example.dev/backup',
      owned: 'Delete' as const,
    },
    action: 'Retain' as const,
    priority: 7,
    limits: { maxDeletionsPerRun: 1, maxPercent: 2, anomalyFactor: 3, maxInitialDeletions: 4, runSeconds: 5 },
    notice: { seconds: 6 },
    acknowledgeBroadScope: 'every ReplicaSet of the cluster',
    evaluationInterval: '1m',
    paused: true,
  }
  expect(kind.of({ metadata: { name: 'p' }, spec }).spec).toEqual(spec)
  const schema = kind.crd().spec.versions[0]!.schema.openAPIV3Schema
  expect(missing(spec, schema.properties!['spec']!, 'spec')).toEqual([])
})

type Node = { readonly properties?: Readonly<Record<string, Node>>; readonly items?: Node; readonly additionalProperties?: Node }
function missing(value: unknown, schema: Node, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => (schema.items === undefined ? [path] : missing(item, schema.items, `${path}[]`)))
  if (typeof value !== 'object' || value === null || schema.additionalProperties !== undefined) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const next = schema.properties?.[key]
    return next === undefined ? [`${path}.${key}`] : missing(inner, next, `${path}.${key}`)
  })
}

test('defaults are written into the policy, so that one sees what will happen', () => {
  const policy = GarbageCollectionPolicy.of({ metadata: { name: 'p' }, spec: { targetResource: target, ttl } })
  expect(policy.spec).toEqual({
    targetResource: target,
    ttl,
    action: 'Delete',
    priority: 0,
    behavior: { batchSize: 50, dryRun: false, propagationPolicy: 'Background', owned: 'Finished' },
    paused: false,
  })
})
