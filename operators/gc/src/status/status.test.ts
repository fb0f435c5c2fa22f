import { expect, test } from 'vitest'
import type { PolicyStatus } from '../kinds/policies.ts'
import type { Census } from '../tracker/census.ts'
import { neverWritten, type Pacing, pace, statusPatch } from './pacing.ts'
import { type Standing, statusOf } from './status.ts'

const none = { count: 0, example: '' }
const census: Census = {
  matched: 3,
  pending: 2,
  due: 1,
  terminating: 0,
  nextExpiry: Date.UTC(2026, 0, 2, 0, 0, 0, 999),
  unreadable: none,
  unauthorised: none,
  overlapping: none,
  conflicting: none,
  refused: none,
}
const standing: Standing = {
  generation: 4,
  phase: 'Active',
  problem: undefined,
  dryRun: false,
  census,
  deletedTotal: 7,
  lastDeletion: undefined,
  forbidden: new Map(),
  stuck: 0,
  run: undefined,
  halt: undefined,
  waits: undefined,
  stopped: undefined,
  doubt: undefined,
  samples: [],
}
const now = Date.UTC(2026, 0, 1)
const status = (change: Partial<Standing> = {}, before?: PolicyStatus, at = now) => statusOf({ ...standing, ...change }, before, at)
const ready = (of: PolicyStatus) => of.conditions?.find(({ type }) => type === 'Ready')

test('everything that one wants to know is there', () => {
  expect(status({ lastDeletion: now })).toEqual({
    phase: 'Active',
    observedGeneration: 4,
    matched: 3,
    pending: 2,
    due: 1,
    terminating: 0,
    stuck: 0,
    wouldDelete: 0,
    deletedTotal: 7,
    nextExpiry: '2026-01-02T00:00:00Z',
    lastDeletion: '2026-01-01T00:00:00Z',
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Active',
        message: 'objects are deleted as they fall due',
        observedGeneration: 4,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  })
})

test('equal standings give equal statuses, whenever: there is nothing to write', () => {
  const first = status()
  expect(status({}, first, now + 86_400_000)).toEqual(first)
})

test('Z7: a dry run counts what would go, and never as deleted', () => {
  expect(status({ dryRun: true })).toMatchObject({ wouldDelete: 1, deletedTotal: 7 })
  expect(ready(status({ dryRun: true }))?.reason).toBe('DryRun')
})

test.each<[Partial<Standing>, object]>([
  [{ phase: 'Paused' }, { status: 'True', reason: 'Paused' }],
  [{ phase: 'Pending' }, { status: 'Unknown', reason: 'Starting' }],
  [
    { phase: 'Error', problem: { reason: 'UnknownKind', message: 'no such kind' } },
    { status: 'False', reason: 'UnknownKind', message: 'no such kind' },
  ],
])('Ready tells why: %o', (change, condition) => {
  expect(ready(status(change))).toMatchObject(condition)
})

test('K8: a finding is a condition while it lasts, and once more when it is over, with the time of its change', () => {
  const before = status({ census: { ...census, unreadable: { count: 2, example: 'team/a: "soon" is no duration' } } })
  expect(before.conditions?.[1]).toMatchObject({
    type: 'InvalidTTL',
    status: 'True',
    message: expect.stringContaining('2 objects are kept'),
  })
  const after = status({}, before, now + 60_000)
  expect(after.conditions?.[1]).toMatchObject({ type: 'InvalidTTL', status: 'False', lastTransitionTime: '2026-01-01T00:01:00Z' })
  expect(after.conditions?.[0]?.lastTransitionTime).toBe('2026-01-01T00:00:00Z')
  expect(status().conditions).toHaveLength(1)
})

test('where deletion is forbidden is told, with the server’s words', () => {
  const { conditions } = status({
    forbidden: new Map([
      ['b', 'no'],
      ['a', 'cannot delete'],
    ]),
  })
  expect(conditions?.[1]).toMatchObject({
    type: 'Unauthorised',
    status: 'True',
    message: expect.stringMatching(/in 2 namespaces.*cannot delete/),
  })
})

const kept = { count: 2, example: 'team/a: ann, who wrote the policy, may not delete it' }
const missing = (reason: NonNullable<Standing['problem']>['reason']) => ({
  phase: 'Error' as const,
  problem: { reason, message: 'the mend' },
})

test.each<[string, Partial<Standing>, string, string]>([
  ['its target cannot be read', missing('Forbidden'), 'Unauthorised', 'ReadForbidden'],
  ['nobody knows who wrote it', missing('AuthorUnknown'), 'Unauthorised', 'AuthorUnknown'],
  ['the operator may not delete', { forbidden: new Map([['team', 'no']]) }, 'Unauthorised', 'DeletionForbidden'],
  ['its author may not delete', { census: { ...census, unauthorised: kept } }, 'Unauthorised', 'AuthorForbidden'],
  ['its author may not delete some', { census: { ...census, unauthorised: kept } }, 'Degraded', 'AuthorForbidden'],
  ['its kind is not served', missing('UnknownKind'), 'TargetNotFound', 'UnknownKind'],
  ['it is paused', { phase: 'Paused' }, 'Paused', 'Paused'],
  ['some times cannot be read', { census: { ...census, unreadable: kept } }, 'Degraded', 'UnreadableTime'],
  ['the time is in doubt', { doubt: 'the clock has jumped' }, 'TimeInDoubt', 'ClockJumped'],
])('when %s: a condition of this generation, that ends with it', (_, change, type, reason) => {
  const told = status(change)
  const of = (which: PolicyStatus) => which.conditions?.find((condition) => condition.type === type)
  expect(of(status())).toBeUndefined()
  expect(of(told)).toMatchObject({ status: 'True', reason, observedGeneration: 4, message: expect.stringMatching(/./) })
  expect(of(status({ generation: 5 }, told))).toMatchObject({ status: 'False', observedGeneration: 5 })
})

test('a right that the author lacks is no time that cannot be read', () => {
  const { conditions } = status({ census: { ...census, unauthorised: kept } })
  expect(conditions?.map(({ type }) => type)).toEqual(['Ready', 'Unauthorised', 'Degraded'])
  expect(conditions?.[1]?.message).toContain('ann, who wrote the policy, may not delete it')
})

test('the last deletion is remembered over restarts', () => {
  expect(status({}, { lastDeletion: '2025-12-31T00:00:00Z' }).lastDeletion).toBe('2025-12-31T00:00:00Z')
})

/** The moments (ms) at which a status is written when this is wanted at these moments. */
function writes(wanted: readonly (readonly [at: number, status: PolicyStatus])[], until: number, written?: PolicyStatus): number[] {
  let pacing: Pacing = neverWritten
  let current = written
  const moments: number[] = []
  for (let at = 0; at <= until; at += 500) {
    const want = wanted.findLast(([from]) => from <= at)?.[1]
    if (want === undefined) continue
    const decision = pace(pacing, current, want, at)
    pacing = decision.pacing
    if (decision.write) {
      moments.push(at)
      current = want
    }
  }
  return moments
}

// Z15: each run of zen-gc wrote a status, whose event started the next run.
test('what has not changed is never written, for an hour', () => {
  expect(writes([[0, status()]], 3_600_000, status())).toEqual([])
})

test('counts are gathered: the first after a second, then one every ten', () => {
  const counts = Array.from({ length: 60 }, (_, n) => [n * 500, status({ deletedTotal: n })] as const)
  expect(writes(counts, 35_000, status({ deletedTotal: 0 }))).toEqual([1_500, 11_500, 21_500, 31_500])
})

test('a phase or a condition is written at once, though counts were written a moment ago', () => {
  const paused = status({ phase: 'Paused', deletedTotal: 1 })
  expect(
    writes(
      [
        [0, status({ deletedTotal: 1 })],
        [2_000, paused],
      ],
      5_000,
      status({ deletedTotal: 0 }),
    ),
  ).toEqual([1_000, 2_000])
})

test('counts that went back to what is written need no writing', () => {
  expect(
    writes(
      [
        [0, status({ deletedTotal: 9 })],
        [500, status()],
      ],
      60_000,
      status(),
    ),
  ).toEqual([])
})

test('a field that is gone is said to be gone: a merge patch that is silent about it would leave it', () => {
  const { nextExpiry: _, ...wanted } = status()
  expect(statusPatch(status(), wanted).status).toMatchObject({ nextExpiry: null, matched: 3 })
})
