import { expect, test } from 'vitest'
import { known, NO_FACTS, unknown } from '../facts/facts.ts'
import { parseMomentPath } from './moment.ts'

const job = { group: 'batch', version: 'v1', kind: 'Job' }
const pod = { group: '', version: 'v1', kind: 'Pod' }
const workflow = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Workflow' }
const created = '2026-01-01T00:00:00Z'
const at = (text: string) => ({ is: 'at', at: Date.parse(text) + 999 })
const missing = { is: 'missing', reason: expect.any(String) as string }
const object = (status: object, metadata: object = {}) => ({ metadata: { name: 'x', creationTimestamp: created, ...metadata }, status })
const terminated = (finishedAt: string) => ({ state: { terminated: { finishedAt } } })

test.each<[string, typeof job, string, ReturnType<typeof object>, object]>([
  ['created', job, '@createdAt', object({}), at(created)],
  [
    'a Job that is complete',
    job,
    '@finishedAt',
    object({ conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-02T00:00:00Z' }] }),
    at('2026-01-02T00:00:00Z'),
  ],
  [
    'a Job that failed',
    job,
    '@finishedAt',
    object({ conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: '2026-01-02T00:00:00Z' }] }),
    at('2026-01-02T00:00:00Z'),
  ],
  [
    'a Job of which another condition changed',
    job,
    '@finishedAt',
    object({
      conditions: [
        { type: 'Suspended', status: 'True', lastTransitionTime: created },
        { type: 'Complete', status: 'False', lastTransitionTime: created },
      ],
    }),
    missing,
  ],
  [
    'a Pod: its last container',
    pod,
    '@finishedAt',
    object({ phase: 'Failed', containerStatuses: [terminated('2026-01-02T00:00:00Z'), terminated('2026-01-03T00:00:00Z')] }),
    at('2026-01-03T00:00:00Z'),
  ],
  [
    'a Pod of which one container still runs',
    pod,
    '@finishedAt',
    object({ phase: 'Running', containerStatuses: [terminated('2026-01-02T00:00:00Z'), { state: { running: {} } }] }),
    missing,
  ],
  [
    'an evicted Pod, whose containers left nothing',
    pod,
    '@finishedAt',
    object({
      phase: 'Failed',
      reason: 'Evicted',
      startTime: created,
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-04T00:00:00Z' }],
    }),
    at('2026-01-04T00:00:00Z'),
  ],
  [
    'an evicted Pod that has only its start',
    pod,
    '@finishedAt',
    object({ phase: 'Failed', reason: 'Evicted', startTime: created }),
    at(created),
  ],
  ['a workflow', workflow, '@finishedAt', object({ finishedAt: '2026-01-02T00:00:00Z' }), at('2026-01-02T00:00:00Z')],
  ['one that never finished', workflow, '@finishedAt', object({ finishedAt: null }), missing],
  ['started', pod, '@startedAt', object({ startTime: created }), at(created)],
  [
    'released',
    { group: '', version: 'v1', kind: 'PersistentVolume' },
    '@releasedAt',
    object({ lastPhaseTransitionTime: created }),
    at(created),
  ],
  [
    'the last activity',
    workflow,
    '@lastActivity',
    object({}, { annotations: { 'kubewright.dev/last-activity': '2026-01-05T00:00:00Z' } }),
    at('2026-01-05T00:00:00Z'),
  ],
  ['the last activity of what has none: its creation', workflow, '@lastActivity', object({}), at(created)],
  [
    'a time that is none',
    workflow,
    '@finishedAt',
    object({ finishedAt: 'yesterday' }),
    { is: 'unreadable', reason: expect.stringContaining('@finishedAt') },
  ],
])('%s', (_, kind, path, of, expected) => {
  expect(parseMomentPath(path, kind).of(of, { now: 0, facts: NO_FACTS })).toEqual(expected)
})

test('what nobody calls so is refused, with what there is', () => {
  expect(() => parseMomentPath('@endedAt', job)).toThrow('@finishedAt')
})

test('unused since then, or in use, or unknown', () => {
  const path = parseMomentPath('@unusedSince', { group: '', version: 'v1', kind: 'Secret' })
  const of = (use: ReturnType<typeof NO_FACTS.use>) => path.of(object({}), { now: 0, facts: { ...NO_FACTS, use: () => use } })
  expect(of(known({ is: 'unused', since: 5 }))).toEqual({ is: 'at', at: 5 })
  expect(of(known({ is: 'used' }))).toEqual(missing)
  expect(of(unknown('forbidden'))).toEqual({ is: 'unreadable', reason: 'forbidden' })
})

test('conditions that begin to hold now have held since now', () => {
  const path = parseMomentPath('@heldSince', job)
  expect(path.of(object({}), { now: 7, facts: NO_FACTS })).toEqual({ is: 'at', at: 7 })
  expect(path.of(object({}), { now: 7, facts: { ...NO_FACTS, heldSince: () => 3 } })).toEqual({ is: 'at', at: 3 })
})
