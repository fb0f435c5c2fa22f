import { expect, test } from 'vitest'
import { newsIn } from './news.ts'
import { type Findings, refusalOf, reportOf } from './report.ts'

const counts = { desired: 3, replicas: 3, ready: 3, updated: 3, available: 3 }
const findings = (over: Partial<Findings> = {}): Findings => ({
  ...{ state: { is: 'complete' }, counts, available: true, replicaFailure: undefined, paused: false, revision: 'abc', rollback: undefined },
  ...{ conflicts: [], ...over },
})
const rollback = { failedRevision: 'bad', restoredRevision: 'abc', message: 'timed out' }

/** Conditions in short: `Ready+ReconciliationSucceeded`. */
const short = ({ conditions }: ReturnType<typeof reportOf>) =>
  conditions.map(({ type, status, reason }) => `${type}${status ? '+' : '-'}${reason}`)

test.each<readonly [string, Partial<Findings>, string, readonly string[]]>([
  [
    'all is well',
    {},
    'Running',
    ['Available+MinimumReplicasAvailable', 'Progressing-NewReplicaSetAvailable', 'Degraded-AsExpected', 'Ready+ReconciliationSucceeded'],
  ],
  [
    'nothing runs yet',
    { state: { is: 'unobserved' }, available: false },
    'Pending',
    ['Available-MinimumReplicasUnavailable', 'Progressing+RolloutInProgress', 'Degraded-AsExpected', 'Ready-RolloutInProgress'],
  ],
  [
    'it is rolling out',
    { state: { is: 'rolling out' } },
    'Progressing',
    ['Available+MinimumReplicasAvailable', 'Progressing+RolloutInProgress', 'Degraded-AsExpected', 'Ready-RolloutInProgress'],
  ],
  [
    'it grows',
    { state: { is: 'scaling' } },
    'Progressing',
    ['Available+MinimumReplicasAvailable', 'Progressing+Scaling', 'Degraded-AsExpected', 'Ready-Scaling'],
  ],
  [
    'a rollout fails',
    { state: { is: 'failed', message: 'm' } },
    'Failed',
    [
      'Available+MinimumReplicasAvailable',
      'Progressing-ProgressDeadlineExceeded',
      'Degraded+ProgressDeadlineExceeded',
      'Ready-ProgressDeadlineExceeded',
    ],
  ],
  [
    'pods die',
    { state: { is: 'unavailable', message: 'm' }, available: false },
    'Failed',
    [
      'Available-MinimumReplicasUnavailable',
      'Progressing-NewReplicaSetAvailable',
      'Degraded+ReplicasUnavailable',
      'Ready-ReplicasUnavailable',
    ],
  ],
  [
    'a quota is full',
    { state: { is: 'rolling out' }, replicaFailure: 'quota' },
    'Progressing',
    ['Available+MinimumReplicasAvailable', 'Progressing+RolloutInProgress', 'Degraded+ReplicaFailure', 'Ready-ReplicaFailure'],
  ],
  [
    'it was taken back',
    { rollback },
    'RolledBack',
    ['Available+MinimumReplicasAvailable', 'Progressing-NewReplicaSetAvailable', 'Degraded+RolledBack', 'Ready-RolledBack'],
  ],
  [
    'it is paused, and complete',
    { paused: true },
    'Paused',
    ['Available+MinimumReplicasAvailable', 'Progressing-Paused', 'Degraded-AsExpected', 'Ready+ReconciliationSucceeded'],
  ],
  [
    'it is paused half way',
    { paused: true, state: { is: 'paused' } },
    'Paused',
    ['Available+MinimumReplicasAvailable', 'Progressing-Paused', 'Degraded-AsExpected', 'Ready-Paused'],
  ],
  [
    'a name is taken',
    { conflicts: ['Service "shop"'], rollback },
    'Failed',
    [
      'Available+MinimumReplicasAvailable',
      'Progressing-NewReplicaSetAvailable',
      'Degraded+Conflict',
      'Ready-Conflict',
      'Conflict+Conflict',
    ],
  ],
])('%s', (_, over, phase, conditions) => {
  const report = reportOf(findings(over))
  expect(report.phase).toBe(phase)
  expect(short(report)).toEqual(conditions)
})

test('what is refused says nothing of what runs, for nobody has looked', () => {
  expect(short(refusalOf('InvalidSpec', 'm'))).toEqual(['Progressing-InvalidSpec', 'Degraded+InvalidSpec', 'Ready-InvalidSpec'])
})

const at = '2026-01-02T03:04:05Z'
const statusOf = (over: Partial<Findings> = {}) => {
  const { conditions } = reportOf(findings(over))
  const words = conditions.map(({ status, ...condition }) => ({
    ...condition,
    status: status ? ('True' as const) : ('False' as const),
    lastTransitionTime: at,
  }))
  return { revision: over.revision ?? 'abc', conditions: words }
}
const reasons = (...statuses: Parameters<typeof newsIn>) => newsIn(...statuses).map(({ type = 'Normal', reason }) => `${type} ${reason}`)

test('events say what is new, once', () => {
  expect(reasons(undefined, statusOf({ state: { is: 'unobserved' } }))).toEqual([])
  expect(reasons(statusOf({ state: { is: 'unobserved' } }), statusOf())).toEqual(['Normal Ready'])
  expect(reasons(statusOf(), statusOf())).toEqual([])
  expect(reasons(statusOf(), statusOf({ state: { is: 'rolling out' }, revision: 'next' }))).toEqual(['Normal RolloutStarted'])
  expect(reasons(statusOf(), statusOf({ state: { is: 'failed', message: 'm' } }))).toEqual(['Warning ProgressDeadlineExceeded'])
  expect(reasons(statusOf({ state: { is: 'failed', message: 'm' } }), statusOf({ state: { is: 'failed', message: 'm' } }))).toEqual([])
  expect(reasons(statusOf({ conflicts: ['A "a"'] }), statusOf({ state: { is: 'failed', message: 'm' } }))).toEqual([
    'Warning ProgressDeadlineExceeded',
  ])
})
