import { formatTime, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { type AuthorRight, type Fact, type Facts, known, NO_FACTS, unknown } from '../facts/facts.ts'
import { GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { markOf } from '../marking/mark.ts'
import { readPolicy } from '../policy/policy.ts'

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']

const T = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000
const target = { apiVersion: 'v1', kind: 'ConfigMap' }
const ttl = { secondsAfterCreation: 1 }

function judge(spec: Partial<Spec>, object: object, facts: Partial<Facts> = {}, now = T + HOUR, annotations: Record<string, string> = {}) {
  const policy = GarbageCollectionPolicy.of({
    metadata: { name: 'p', namespace: 'team', uid: 'policy', generation: 1, annotations },
    spec: { targetResource: target, ttl, ...spec },
  }) as Policy
  const reading = readPolicy(policy, { maxDeletionsPerSecond: 1, protection: { namespaces: [], allowedKinds: [] } })
  if ('problem' in reading) throw new Error(reading.problem.message)
  return reading.ready.judge(object as KubeObject, { now, facts: { ...NO_FACTS, ...facts } })
}
const made = (metadata: object = {}, fields: object = {}) => ({
  ...fields,
  metadata: { name: 'a', namespace: 'team', uid: 'a1', creationTimestamp: '2026-01-01T00:00:00.000000Z', ...metadata },
})
const by = (kind: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'o', controller: true }] })

type Owned = 'Keep' | 'Finished' | 'Delete'
const onPods = { apiVersion: 'v1', kind: 'Pod' }
const onReplicaSets = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
const onJobs = { apiVersion: 'batch/v1', kind: 'Job' }
const complete = { status: { conditions: [{ type: 'Complete', status: 'True' }] } }

test.each<[string, Owned, Spec['targetResource'], object, 'at' | 'never']>([
  ['a running Pod of a ReplicaSet', 'Finished', onPods, made(by('ReplicaSet'), { status: { phase: 'Running' } }), 'never'],
  ['an ended Pod of a Job', 'Finished', onPods, made(by('Job'), { status: { phase: 'Succeeded' } }), 'at'],
  ['an ended Pod of a Job, under Keep', 'Keep', onPods, made(by('Job'), { status: { phase: 'Succeeded' } }), 'never'],
  ['a running Pod, under Delete', 'Delete', onPods, made(by('ReplicaSet'), { status: { phase: 'Running' } }), 'at'],
  ['a Pod of nobody', 'Keep', onPods, made({}, { status: { phase: 'Running' } }), 'at'],
  ['a Pod whose owner is no controller', 'Keep', onPods, made({ ownerReferences: [{ kind: 'Job', name: 'j', uid: 'j' }] }), 'at'],
  ['a ReplicaSet at zero', 'Finished', onReplicaSets, made(by('Deployment'), { spec: { replicas: 0 } }), 'at'],
  ['a ReplicaSet that runs', 'Finished', onReplicaSets, made(by('Deployment'), { spec: { replicas: 1 } }), 'never'],
  ['a Job of a CronJob that is complete', 'Finished', onJobs, made(by('CronJob'), complete), 'at'],
  ['a Job of a CronJob that runs', 'Finished', onJobs, made(by('CronJob'), { status: { active: 1 } }), 'never'],
  ['a ConfigMap that a controller keeps', 'Finished', target, made(by('Website')), 'never'],
])('S7: %s', (_, owned, targetResource, object, is) => {
  expect(judge({ targetResource, behavior: { owned } }, object).is).toBe(is)
})

test('K19: what a controller would make anew is kept with a word about the mend', () => {
  expect(judge({}, made(by('Website'))).reason).toContain('behavior.owned')
})

test.each<[string, Fact<string | undefined>, string]>([
  ['whose namespace says nothing', known(undefined), 'at'],
  ['whose namespace is protected', known('namespace team carries it'), 'never'],
  ['whose namespace cannot be seen', unknown('its namespace cannot be seen'), 'blocked'],
])('an object %s', (_, guard, is) => expect(judge({}, made(), { guard: () => guard }).is).toBe(is))

const author = { 'gc.kubewright.dev/author': JSON.stringify({ user: 'ann', groups: [], extra: {}, generation: 1 }) }
const right = (allowed: boolean): Fact<AuthorRight> => known({ allowed, author: 'ann', until: T + 2 * HOUR })

test.each<[string, Fact<AuthorRight>, object]>([
  ['may', right(true), { is: 'at', until: T + 2 * HOUR }],
  ['may not', right(false), { is: 'blocked', until: T + 2 * HOUR, reason: 'ann, who wrote the policy, may not delete it' }],
  ['is being asked about', unknown('being looked up'), { is: 'blocked', reason: 'being looked up' }],
])('of what is due: its author %s', (_, fact, opinion) => {
  expect(judge({}, made(), { author: () => fact }, T + HOUR, author)).toMatchObject(opinion)
})

test('about what is not due nobody is asked, and then it is judged again', () => {
  const asked: unknown[] = []
  const facts = {
    author: (namespace: string | undefined) => {
      asked.push(namespace)
      return right(true)
    },
  }
  expect(judge({ ttl: { secondsAfterCreation: 7_200 } }, made(), facts, T + HOUR, author)).toMatchObject({
    is: 'at',
    at: T + 2 * HOUR,
    until: T + 2 * HOUR,
  })
  expect(asked).toEqual([])
})

test('a policy without a recorded author asks nobody', () => {
  const facts = { author: () => right(false) }
  expect(judge({}, made(), facts)).toMatchObject({ is: 'at' })
})

const notice = { seconds: 600 }
const marked = (policy: string, uid: string, at: number) => made({ annotations: markOf(policy, uid, at) })

test('what is due is announced first, and kept until the announcement has been seen', () => {
  const now = T + HOUR
  expect(judge({ notice }, made(), {}, now)).toMatchObject({
    is: 'at',
    at: now + 600_000,
    until: now,
    prepare: { deleteAt: now + 600_000 },
  })
})

test('what is not due is not announced', () => {
  expect(judge({ notice, ttl: { secondsAfterCreation: 7_200 } }, made(), {}, T)).not.toHaveProperty('prepare')
})

test.each<[string, object, object]>([
  ['the notice runs', marked('team/p', 'a1', T + 2 * HOUR), { is: 'at', at: T + 2 * HOUR }],
  ['the notice is over', marked('team/p', 'a1', T + 601_000), { is: 'at', at: T + 601_000 }],
  [
    'the owner has put it off',
    made({ annotations: { ...markOf('team/p', 'a1', T), 'gc.kubewright.dev/delete-at': '2026-02-01T00:00:00Z' } }),
    { is: 'at', at: Date.UTC(2026, 1, 1) },
  ],
])('%s', (_, object, opinion) => {
  const said = judge({ notice }, object)
  expect(said).toMatchObject(opinion)
  expect(said).not.toHaveProperty('prepare')
})

test.each<[string, object]>([
  ['of another policy', marked('team/q', 'a1', T + 601_000)],
  ['that was copied with the manifest of another object', marked('team/p', 'other', T + 601_000)],
  ['from before its life was prolonged', marked('team/p', 'a1', T + 500_000)],
  ['whose time cannot be read', made({ annotations: { ...markOf('team/p', 'a1', T), 'gc.kubewright.dev/delete-at': 'soon' } })],
])('a mark %s is none: it is announced anew', (_, object) => {
  expect(judge({ notice }, object)).toMatchObject({ until: T + HOUR, prepare: { deleteAt: T + HOUR + 600_000 } })
})

test('a mark is never earlier than what was promised', () => {
  expect(markOf('team/p', 'a1', T + 1)['gc.kubewright.dev/delete-at']).toBe(formatTime(T + 1_000))
})

test('protection ends what was announced', () => {
  const object = made({ annotations: { ...markOf('team/p', 'a1', T + 601_000), 'gc.kubewright.dev/protect': 'true' } })
  expect(judge({ notice }, object).is).toBe('never')
})

// Z6: in zen-gc the field was read by nobody.
const finalizer = 'example.dev/backup'
test('Z6: a finalizer is put on what is due before it is deleted', () => {
  expect(judge({ behavior: { finalizer } }, made())).toMatchObject({ until: T + HOUR, prepare: { finalizer } })
  const held = judge({ behavior: { finalizer } }, made({ finalizers: ['x.dev/y', finalizer] }))
  expect(held).toMatchObject({ is: 'at' })
  expect(held).not.toHaveProperty('prepare')
})

test('Z6: with a notice the finalizer comes when that is over', () => {
  const behavior = { finalizer }
  expect(judge({ notice, behavior }, made()).is === 'at' && judge({ notice, behavior }, made())).toMatchObject({
    prepare: { deleteAt: expect.any(Number) as unknown },
  })
  expect(judge({ notice, behavior }, made())).not.toHaveProperty('prepare.finalizer')
  const runs = judge({ notice, behavior }, marked('team/p', 'a1', T + 2 * HOUR))
  expect(runs).toMatchObject({ at: T + 2 * HOUR, until: T + 2 * HOUR })
  expect(judge({ notice, behavior }, marked('team/p', 'a1', T + 601_000))).toMatchObject({ until: T + HOUR, prepare: { finalizer } })
})

test('a policy that retains says never, whatever else it says', () => {
  expect(judge({ action: 'Retain' }, made())).toMatchObject({ is: 'never', reason: 'the policy retains it' })
  expect(judge({ action: 'Retain', ttl: undefined } as never, made()).is).toBe('never')
})
