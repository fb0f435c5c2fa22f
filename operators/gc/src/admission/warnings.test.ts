import { expect, test } from 'vitest'
import { GarbageCollectionPolicy } from '../kinds/policies.ts'
import type { Count } from './counting.ts'
import { warningsOf } from './warnings.ts'

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']

const policy = (spec: Partial<Spec> = {}) =>
  GarbageCollectionPolicy.of({
    metadata: { name: 'p', namespace: 'team' },
    spec: { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 60 }, ...spec },
  })
const of = (kind: string): Partial<Spec> => ({ targetResource: { apiVersion: 'v1', kind } })
const next = Date.UTC(2026, 0, 1)
const counted = (over: Partial<Count>): Count => ({
  ...{ matched: 250, due: 0, soon: 0, next: undefined, unreadable: 0, why: undefined, whole: true },
  ...over,
})

test.each<[string, Partial<Spec>, Partial<Count>, readonly string[]]>([
  ['how many go at once', {}, { due: 3 }, ['deletes 3 ConfigMap objects at once, of 250 that it selects']],
  ['that there may be more', {}, { due: 3, whole: false }, ['deletes 3 or more ConfigMap objects at once, of 250 or more that it selects']],
  [
    'how many a dry run would delete',
    { behavior: { dryRun: true } },
    { due: 200 },
    ['a dry run: would delete 200 ConfigMap objects at once, of 250 that it selects'],
  ],
  [
    'how many go at the next tick',
    {},
    { soon: 12, next },
    ['of 250 ConfigMap objects 12 fall due within a day, the next at 2026-01-01T00:00:00Z'],
  ],
  ['when the first of many goes', {}, { next }, ['of 250 ConfigMap objects the next falls due at 2026-01-01T00:00:00Z']],
  ['that it selects nothing', {}, { matched: 0 }, ['selects no ConfigMap object that is there now']],
  ['nothing of what a paused policy does not do', { paused: true }, { due: 250 }, []],
  [
    'how many stay for something that is not known',
    {},
    { unreadable: 4, why: 'who refers to it cannot be seen' },
    ['4 of 250 ConfigMap objects stay as long as something is not known, such as: who refers to it cannot be seen'],
  ],
  ['nothing when there is nothing to fear', {}, {}, []],
  [
    'that limits are missing when many go',
    {},
    { due: 90, soon: 60, next },
    [
      'deletes 90 ConfigMap objects at once, of 250 that it selects',
      'of 250 ConfigMap objects 60 fall due within a day, the next at 2026-01-01T00:00:00Z',
      'no spec.limits: a wrong selector would delete all 150 of them; begin with behavior.dryRun',
    ],
  ],
  [
    'no such thing when there are limits',
    { limits: { maxDeletionsPerRun: 10 } },
    { due: 250 },
    ['deletes 250 ConfigMap objects at once, of 250 that it selects'],
  ],
  [
    'what goes with the objects',
    of('PersistentVolumeClaim'),
    { due: 1 },
    ['deletes 1 PersistentVolumeClaim objects at once, of 250 that it selects', expect.stringContaining('data') as string],
  ],
])('a warning says %s', (_, spec, count, words) => {
  expect(warningsOf(policy(spec), counted(count))).toEqual(words)
})
