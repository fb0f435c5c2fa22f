import { expect, test } from 'vitest'
import { type Fact, known, type NamespaceFact, NO_FACTS, unknown } from '../facts/facts.ts'
import { fallsDue, type Lifetime } from './lifetime.ts'
import { PEERS, type Peer } from './own-word.ts'

const created = '2026-01-01T00:00:00Z'
const createdAt = Date.parse(created) + 999
const HOUR = 3_600_000
const DAY = 24 * HOUR

const object = (metadata: object = {}) => ({ metadata: { name: 'x', namespace: 'team', creationTimestamp: created, ...metadata } })
const lifetime = (more: Partial<Lifetime> = {}): Lifetime => ({
  mode: undefined,
  own: { peers: [], namespaceDefault: false },
  longest: undefined,
  quota: undefined,
  ...more,
})
const peers = (...names: Peer[]) => lifetime({ own: { peers: names, namespaceDefault: false } })
const due = (of: Lifetime, metadata: object, facts = NO_FACTS) => fallsDue(of, object(metadata), { now: createdAt, facts })
const fixed = { mode: 'fixed', milliseconds: 10 * DAY } as const

test.each<[string, Lifetime, object, number]>([
  ['a time to live in an annotation', lifetime(), { annotations: { 'kubewright.dev/ttl': '1h' } }, createdAt + HOUR],
  ['a time to live in a label', lifetime(), { labels: { 'kubewright.dev/ttl': '7d' } }, createdAt + 7 * DAY],
  [
    'an annotation before a label',
    lifetime(),
    { annotations: { 'kubewright.dev/ttl': '1h' }, labels: { 'kubewright.dev/ttl': '7d' } },
    createdAt + HOUR,
  ],
  [
    'a date, which means its end',
    lifetime(),
    { annotations: { 'kubewright.dev/expires': '2026-02-01' } },
    Date.parse('2026-02-02T00:00:00Z'),
  ],
  [
    'a time',
    lifetime(),
    { annotations: { 'kubewright.dev/expires': '2026-02-01T12:00:00+02:00' } },
    Date.parse('2026-02-01T10:00:00Z') + 999,
  ],
  [
    'a time in a label, which may hold no colons',
    lifetime(),
    { labels: { 'kubewright.dev/expires': '2026-02-01T120000Z' } },
    Date.parse('2026-02-01T12:00:00Z') + 999,
  ],
  [
    'both: what keeps longer',
    lifetime(),
    { annotations: { 'kubewright.dev/ttl': '1h', 'kubewright.dev/expires': '2026-02-01' } },
    Date.parse('2026-02-02T00:00:00Z'),
  ],
  [
    'refreshed: counts from then',
    lifetime(),
    { annotations: { 'kubewright.dev/ttl': '1h', 'kubewright.dev/refreshed-at': '2026-01-05T00:00:00Z' } },
    Date.parse('2026-01-05T01:00:00Z') + 999,
  ],
  ['before the policy’s own mode', lifetime({ mode: fixed }), { annotations: { 'kubewright.dev/ttl': '1h' } }, createdAt + HOUR],
  ['or it, when the object is silent', lifetime({ mode: fixed }), {}, createdAt + 10 * DAY],
  ['no longer than the policy allows', lifetime({ longest: DAY }), { annotations: { 'kubewright.dev/ttl': '9d' } }, createdAt + DAY],
  ['kube-janitor’s duration', peers('KubeJanitor'), { annotations: { 'janitor/ttl': '2w' } }, createdAt + 14 * DAY],
  [
    'kube-janitor’s date with minutes, which is UTC',
    peers('KubeJanitor'),
    { annotations: { 'janitor/expires': '2026-02-01T12:30' } },
    Date.parse('2026-02-01T12:30:00Z') + 999,
  ],
  ['k8s-ttl-controller’s', peers('K8sTTLController'), { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1h' } }, createdAt + HOUR],
  [
    'k8s-ttl-controller’s refreshment',
    peers('K8sTTLController'),
    { annotations: { 'k8s-ttl-controller.twin.sh/ttl': '1h', 'k8s-ttl-controller.twin.sh/refreshed-at': '2026-01-02T00:00:00Z' } },
    Date.parse('2026-01-02T01:00:00Z') + 999,
  ],
  [
    'Kyverno’s label',
    peers('Kyverno'),
    { labels: { 'cleanup.kyverno.io/ttl': '2026-01-04T003000Z' } },
    Date.parse('2026-01-04T00:30:00Z') + 999,
  ],
  ['mayfly’s', peers('Mayfly'), { annotations: { 'mayfly.cloud.namecheap.com/expire': '30s' } }, createdAt + 30_000],
])('%s', (_, of, metadata, at) => {
  expect(due(of, metadata)).toEqual({ is: 'at', at, reason: expect.any(String) })
})

test.each<[string, object]>([
  ['ttl', { annotations: { 'kubewright.dev/ttl': 'never' } }],
  ['ttl, beside a date', { annotations: { 'kubewright.dev/ttl': 'forever', 'kubewright.dev/expires': '2020-01-01' } }],
  ['a peer’s', { annotations: { 'janitor/ttl': 'forever' } }],
])('"never" keeps: %s', (_, metadata) => expect(due(peers(...PEERS), metadata).is).toBe('never'))

test.each<[string, object, string]>([
  [
    'T5: a time without a zone',
    { annotations: { 'kubewright.dev/expires': '2026-01-01T00:00:00' } },
    'kubewright.dev/expires: "2026-01-01T00:00:00" is no RFC 3339 time',
  ],
  ['T5: 30 February', { annotations: { 'kubewright.dev/expires': '2026-02-30' } }, 'no date of the calendar'],
  ['T5: 24:00', { annotations: { 'kubewright.dev/expires': '2026-02-01T24:00:00Z' } }, 'no RFC 3339 time'],
  ['T6: a negative time to live', { annotations: { 'kubewright.dev/ttl': '-1' } }, 'kubewright.dev/ttl'],
  ['T6: zero', { annotations: { 'kubewright.dev/ttl': '0' } }, 'not more than zero'],
  ['T6: 1e3', { annotations: { 'kubewright.dev/ttl': '1e3' } }, 'no duration'],
  ['a duration where a time should be', { annotations: { 'kubewright.dev/expires': '3d' } }, 'use kubewright.dev/ttl'],
  [
    'one that is wrong beside one that is right',
    { annotations: { 'kubewright.dev/expires': 'x', 'kubewright.dev/ttl': '1s' } },
    'kubewright.dev/expires',
  ],
  ['a refreshment that is none', { annotations: { 'kubewright.dev/ttl': '1s', 'kubewright.dev/refreshed-at': 'x' } }, 'refreshed-at'],
])('%s keeps the object, and the annotation is named', (_, metadata, problem) => {
  expect(due(lifetime({ mode: fixed }), metadata)).toEqual({ is: 'blocked', reason: expect.stringContaining(problem) })
})

test('peers’ names mean nothing until they are switched on', () => {
  expect(due(lifetime(), { annotations: { 'janitor/ttl': '1s' }, labels: { 'cleanup.kyverno.io/ttl': '1s' } }).is).toBe('unset')
})

test('S17: a namespace named like a method of every object has no default', () => {
  expect(due(lifetime(), { annotations: {}, namespace: 'constructor' }).is).toBe('unset')
})

const namespace = (fact: Fact<NamespaceFact | undefined>) => ({ ...NO_FACTS, namespace: () => fact })
const inherits = lifetime({ mode: fixed, own: { peers: [], namespaceDefault: true } })
const saying = (annotations: Record<string, string>) => namespace(known({ labels: {}, annotations, terminating: false }))

test('the namespace says it for objects that say nothing', () => {
  const facts = saying({ 'kubewright.dev/default-ttl': '1d' })
  expect(due(inherits, {}, facts)).toMatchObject({ is: 'at', at: createdAt + DAY })
  expect(due(inherits, { annotations: { 'kubewright.dev/ttl': '1h' } }, facts)).toMatchObject({ at: createdAt + HOUR })
  expect(due(inherits, {}, saying({}))).toMatchObject({ at: createdAt + 10 * DAY })
  expect(due(inherits, {}, saying({ 'kubewright.dev/default-ttl': 'soon' })).is).toBe('blocked')
})

test('a namespace that cannot be read keeps its objects: it might say "never"', () => {
  expect(due(inherits, {}, namespace(unknown('forbidden')))).toEqual({ is: 'blocked', reason: 'forbidden' })
})

const pressed = lifetime({ mode: fixed, own: undefined, quota: { above: 0.8, resources: ['count/jobs.batch'], milliseconds: HOUR } })
test.each<[string, Fact<number | undefined>, number]>([
  ['nearly used up', known(0.8), HOUR],
  ['half used', known(0.5), 10 * DAY],
  ['none', known(undefined), 10 * DAY],
  ['one that cannot be seen', unknown('forbidden'), 10 * DAY],
])('under a quota, %s', (_, fact, ms) => {
  expect(due(pressed, {}, { ...NO_FACTS, quota: () => fact })).toMatchObject({ is: 'at', at: createdAt + ms })
})

test('a quota never lengthens a life, and never shortens one that the object has been given as "never"', () => {
  const facts = { ...NO_FACTS, quota: () => known(1) }
  const own = { peers: [], namespaceDefault: false }
  expect(due({ ...pressed, own }, { annotations: { 'kubewright.dev/ttl': '1s' } }, facts)).toMatchObject({ at: createdAt + 1_000 })
  expect(due({ ...pressed, own }, { annotations: { 'kubewright.dev/ttl': 'never' } }, facts).is).toBe('never')
})
