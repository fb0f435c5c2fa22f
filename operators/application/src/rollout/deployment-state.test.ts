import type { Deployment } from 'kubewright'
import { expect, test } from 'vitest'
import { countsOf, isAvailable, replicaFailure, stateOf } from './deployment-state.ts'

type Status = NonNullable<Deployment['status']>

const deployment = (status: Status, spec: object = {}, metadata: object = {}): Deployment =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { generation: 2, ...metadata },
    spec: { replicas: 3, ...spec },
    status: { observedGeneration: 2, ...status },
  }) as Deployment
const NOW = Date.UTC(2026, 0, 1, 1)
const progressing = (reason: string, status = 'True') => ({ type: 'Progressing', status, reason, message: 'as it says' })
const all = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }
const settled = [progressing('NewReplicaSetAvailable')]

test.each<readonly [string, Deployment | undefined, string]>([
  ['is not there', undefined, 'absent'],
  ['is on its way out', deployment(all, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'absent'],
  ['was not looked at', deployment({ ...all, observedGeneration: 1 }), 'unobserved'],
  ['has no status', deployment({ observedGeneration: 0 }), 'unobserved'],
  ['has all pods', deployment({ ...all, conditions: settled }), 'complete'],
  ['has all pods and is paused', deployment(all, { paused: true }), 'complete'],
  ['is to have none and has none', deployment({}, { replicas: 0 }), 'complete'],
  ['still has an old pod', deployment({ ...all, replicas: 4, conditions: [progressing('ReplicaSetUpdated')] }), 'rolling out'],
  ['lacks new pods', deployment({ ...all, updatedReplicas: 2, conditions: [progressing('ReplicaSetUpdated')] }), 'rolling out'],
  ['is over its deadline', deployment({ ...all, conditions: [progressing('ProgressDeadlineExceeded', 'False')] }), 'failed'],
  [
    'is paused half way',
    deployment({ ...all, updatedReplicas: 1, conditions: [progressing('DeploymentPaused', 'Unknown')] }, { paused: true }),
    'paused',
  ],
  ['gets more pods', deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 2, conditions: settled }), 'scaling'],
  [
    'has lost pods',
    deployment({ replicas: 3, updatedReplicas: 3, conditions: [...settled, { type: 'Available', status: 'False', message: 'too few' }] }),
    'unavailable',
  ],
])('a Deployment that %s', (_, given, state) => {
  expect(stateOf(given, NOW).is).toBe(state)
})

test('pods that are missing are a trouble when they have been missing for as long as a rollout may take', () => {
  const since = { type: 'Available', status: 'False', message: 'too few', lastTransitionTime: '2026-01-01T00:59:00Z' }
  const given = deployment({ replicas: 3, updatedReplicas: 3, conditions: [...settled, since] }, { progressDeadlineSeconds: 90 })
  expect(stateOf(given, NOW)).toEqual({ is: 'scaling', until: NOW + 30_000 })
  expect(stateOf(given, NOW + 30_000)).toEqual({ is: 'unavailable', message: 'too few' })
})

test('counts that the server leaves out are nought, and a Deployment that says nothing wants one', () => {
  expect(countsOf(undefined)).toEqual({ desired: 1, replicas: 0, ready: 0, updated: 0, available: 0 })
  expect(countsOf(deployment({ replicas: 2 }))).toEqual({ desired: 3, replicas: 2, ready: 0, updated: 0, available: 0 })
})

test('what keeps pods from being made is found, and availability is what the Deployment’s controller says', () => {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }]
  expect(replicaFailure(deployment({ conditions }))).toBe('exceeded quota')
  expect(replicaFailure(deployment({}))).toBeUndefined()
  expect(isAvailable(deployment({ conditions: [{ type: 'Available', status: 'True' }] }))).toBe(true)
  expect(isAvailable(deployment({ availableReplicas: 3 }))).toBe(false)
})
