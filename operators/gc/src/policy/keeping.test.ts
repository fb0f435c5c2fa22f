import { expect, test } from 'vitest'
import { GarbageCollectionPolicy } from '../kinds/policies.ts'
import { readPolicy } from './policy.ts'

function keepOf(spec: object) {
  const policy = GarbageCollectionPolicy.parse({
    apiVersion: 'gc.kubewright.dev/v1alpha1',
    kind: 'GarbageCollectionPolicy',
    metadata: { name: 'p', namespace: 'team' },
    spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 60 }, ...spec },
  })
  const reading = readPolicy(policy, { maxDeletionsPerSecond: 1, protection: { namespaces: [], allowedKinds: [] } })
  if ('problem' in reading) throw new Error(reading.problem.message)
  return reading.ready.target.keep
}

test.each<[string, object]>([
  ['a time after its creation', {}],
  ['what an object says itself', { ttl: { fromObject: {} } }],
  ['what its namespace says', { ttl: { fromObject: { namespaceDefault: true } } }],
  [
    'labels and annotations, however they are joined',
    { conditions: { hasLabels: [{ key: 'a', operator: 'Exists' }], not: [{ hasAnnotations: [{ key: 'b' }] }] } },
  ],
  ['a policy that retains', { action: 'Retain', ttl: undefined }],
])('keys are enough for %s', (_, spec) => {
  expect(keepOf(spec)).toBe('keys')
})

test.each<[string, object]>([
  ['the state of the object', { conditions: { phase: ['Failed'] } }],
  [
    'a comparison, which may ask for an age',
    { conditions: { and: [{ fieldPath: 'metadata.creationTimestamp', operator: 'OlderThan', value: '1h' }] } },
  ],
  ['one inside of another', { conditions: { or: [{ not: [{ cel: ['object.metadata.name == "x"'] }] }] } }],
  ['who refers to it', { conditions: { state: ['Unused'] } }],
  ['an owner that is gone', { conditions: { ownerGone: { apiVersion: 'v1', kind: 'Secret', labelKey: 'owner' } } }],
  ['its place in a group', { keep: { newest: 1 } }],
  ['since when a condition holds', { ttl: { relativeTo: '@heldSince', secondsAfter: 1 }, conditions: { phase: ['Failed'] } }],
  ['a schedule', { schedule: { cron: '0 0 * * *' } }],
  ['windows', { windows: [{ days: ['Mon'], from: '01:00', to: '02:00' }] }],
  ['a regular look at everything', { evaluationInterval: '10m' }],
  ['a notice', { notice: { seconds: 60 } }],
  ['a finalizer', { behavior: { finalizer: 'example.dev/x' } }],
  ['what controllers look after, when it goes', { behavior: { owned: 'Delete' } }],
])('objects are kept for %s', (_, spec) => {
  expect(keepOf(spec)).toBe('objects')
})
