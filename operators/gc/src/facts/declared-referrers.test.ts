import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import type { KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { FakeCache } from '../fake/fake-cache.ts'
import { FakeReachability } from '../fake/fake-reachability.ts'
import { GarbageCollectionPolicy } from '../kinds/policies.ts'
import { declaredReferences, declaredReferrers } from './declared-referrers.ts'
import { REFERRERS, Referrers } from './referrers.ts'

type Declared = Parameters<typeof declaredReferrers>[0]

const website: NonNullable<Declared> = [
  {
    apiVersion: 'example.dev/v1',
    kind: 'Website',
    fields: [
      { path: 'spec.theme', refersTo: 'ConfigMap' },
      { path: 'spec.stores[*]', refersTo: 'PersistentVolumeClaim' },
      { path: 'spec.keys', refersTo: 'Secret', namespacePath: 'spec.keyNamespace' },
    ],
  },
]
const [referrer] = declaredReferrers(website)
const object = (spec: object): KubeObject => ({ metadata: { name: 'w', namespace: 'team' }, ...{ spec } })

test.each<[string, object, readonly string[]]>([
  ['a name', { theme: 'dark' }, ['ConfigMap/team/dark']],
  ['names of a list', { stores: ['a', 'b'] }, ['PersistentVolumeClaim/team/a', 'PersistentVolumeClaim/team/b']],
  ['an object with a name', { keys: { name: 'k', key: 'x' } }, ['Secret/team/k']],
  ['another namespace', { keys: ['k'], keyNamespace: 'vault' }, ['Secret/vault/k']],
  ['nothing', {}, []],
  ['what is no name', { theme: { color: 'red' }, stores: [null, {}] }, []],
  ['beside it the names that everybody uses', { theme: 'dark', tls: { secretName: 's' } }, ['Secret/team/s', 'ConfigMap/team/dark']],
])('S11: a declared referrer names %s', (_, spec, keys) => {
  expect(declaredReferences(referrer!, object(spec))).toEqual(keys)
})

test('a path that is none is refused by name', () => {
  expect(() => declaredReferrers([{ ...website[0]!, fields: [{ path: 'spec[', refersTo: 'Secret' }] }])).toThrow('spec[')
})

test('every field survives the policy’s schema', () => {
  const { spec } = GarbageCollectionPolicy.of({
    metadata: { name: 'p', namespace: 'team' },
    spec: {
      targetResource: { apiVersion: 'v1', kind: 'Secret' },
      ttl: { relativeTo: '@unusedSince', secondsAfter: 1 },
      referrers: website,
    },
  })
  expect(spec.referrers).toEqual(website)
})

function watching(declared: Declared) {
  const clock = virtualClock()
  const fake = new FakeCache()
  const changes: (string | undefined)[] = []
  const start = () =>
    new Referrers(
      { cache: fake.cache, reachability: new FakeReachability(clock), now: () => clock.now() },
      { namespace: 'team', declared: declaredReferrers(declared) },
      (key) => void changes.push(key),
    )
  const syncAll = async () => {
    await settle()
    for (const informer of fake.informers) informer.sync()
    await settle()
  }
  return { clock, fake, changes, start, syncAll }
}

test('objects of a declared kind keep what they refer to, by whatever field', async () => {
  const { fake, start, syncAll } = watching(website)
  const referrers = start()
  await syncAll()
  expect(referrers.since.is).toBe('known')
  const informer = fake.of('Website')
  const transform = (informer.scope as { readonly transform: (object: KubeObject) => KubeObject }).transform
  await informer.handler.add?.(transform(object({ theme: 'dark' })), { initial: false })
  expect(referrers.index.isUsed('ConfigMap', 'team', 'dark')).toBe(true)
  await informer.handler.delete?.(transform(object({ theme: 'dark' })), { finalStateUnknown: false })
  expect(referrers.index.isUsed('ConfigMap', 'team', 'dark')).toBe(false)
  await referrers.close()
})

test('W4: while a declared kind is not served nothing counts as unused, and it is named; standard kinds may be missing', async () => {
  const { clock, fake, start, syncAll } = watching(website)
  fake.missing.add('Website').add('Gateway')
  const referrers = start()
  await syncAll()
  expect(referrers.since).toEqual({
    is: 'unknown',
    reason: expect.stringContaining('does not serve Website.example.dev/v1, which spec.referrers names'),
  })
  fake.missing.delete('Website')
  await clock.advance(31_000)
  await syncAll()
  expect(referrers.since).toEqual({ is: 'known', value: clock.now() })
  await referrers.close()
})

test('a declaration without fields shares the watch that policies without declarations have', async () => {
  const { fake, start, syncAll } = watching([{ apiVersion: 'example.dev/v1', kind: 'Website' }])
  const referrers = start()
  await syncAll()
  expect(fake.informers).toHaveLength(REFERRERS.length + 1)
  const transforms = fake.informers.map(({ scope }) => (scope as { readonly transform: unknown }).transform)
  expect(new Set(transforms).size).toBe(1)
  await referrers.close()
})
