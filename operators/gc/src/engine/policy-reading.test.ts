import { expect, test } from 'vitest'
import { GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { readObserved } from './policy-reading.ts'

const defaults = { maxDeletionsPerSecond: 10, protection: { namespaces: [], allowedKinds: [] } }
const spec = { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 1 } }
const { group, version } = GarbageCollectionPolicy
const read = (observed: object) => readObserved({ apiVersion: `${group}/${version}`, ...observed } as Policy, defaults)
const named = { kind: 'GarbageCollectionPolicy', metadata: { name: 'p', namespace: 'team' } }

test.each([
  ['GarbageCollectionPolicy', { name: 'p', namespace: 'team' }, undefined],
  ['ClusterGarbageCollectionPolicy', { name: 'p' }, 'team'],
])('of a %s that is well, the defaults are filled in', (kind, metadata, namespace) => {
  const { policy, reading } = read({ kind, metadata, spec: { ...spec, targetResource: { ...spec.targetResource, namespace } } })
  expect(reading).toHaveProperty('ready')
  expect(policy.spec.behavior.propagationPolicy).toBe('Background')
})

test('P7: what the schema takes and is wrong all the same has its problem told', () => {
  const { reading } = read({ ...named, spec: { ...spec, evaluationInterval: '1ms' } })
  expect(reading).toMatchObject({ problem: { reason: 'InvalidSpec', message: expect.stringContaining('evaluationInterval') } })
})

test.each<[string, object | undefined, string]>([
  ['lacks what the schema asks for', { targetResource: { apiVersion: 'v1' }, ttl: {} }, 'spec.targetResource.kind'],
  ['has a value of another type', { ...spec, paused: 'yes' }, 'spec.paused'],
  ['is missing', undefined, 'spec'],
])('P6: of an older schema: a spec that %s is told, and can still be reported on', (_, broken, where) => {
  const { policy, reading } = read({ ...named, spec: broken })
  expect(reading).toMatchObject({ problem: { reason: 'InvalidSpec', message: expect.stringContaining(where) } })
  expect(policy.spec).toMatchObject({ behavior: { dryRun: false }, targetResource: {} })
})
