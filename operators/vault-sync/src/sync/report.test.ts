import { expect, test } from 'vitest'
import type { Target } from '../kind/kinds.ts'
import { reportOf } from './report.ts'

const target = (path: string, state: Target['state'], message?: string): Target => ({
  path,
  mount: 'secret',
  kv: 2,
  state,
  ...(message && { message }),
})

test.each<[string, readonly Target[], Parameters<typeof reportOf>[1], object]>([
  ['nothing to write is well', [], [], { ready: true, reason: 'NothingToSync', synced: '0/0' }],
  ['all in sync', [target('a', 'Synced'), target('b', 'Synced')], [], { ready: true, reason: 'Synced', synced: '2/2' }],
  ['one that waits', [target('a', 'Synced'), target('b', 'Pending')], [], { ready: false, reason: 'Pending', synced: '1/2' }],
  [
    'the worst is told',
    [target('a', 'Pending'), target('b', 'Conflict', 'not ours')],
    [],
    { ready: false, reason: 'Conflict', message: 'b: not ours' },
  ],
  [
    'what went wrong goes first',
    [target('a', 'Conflict')],
    [{ reason: 'KeyMissing', message: 'x' }],
    { ready: false, reason: 'KeyMissing', message: 'x' },
  ],
  [
    'the same is said once',
    [],
    [
      { reason: 'KeyMissing', message: 'x' },
      { reason: 'KeyMissing', message: 'x' },
    ],
    { message: 'x' },
  ],
])('%s', (_, targets, troubles, expected) => expect(reportOf(targets, troubles)).toMatchObject(expected))

test('B41: of many troubles a few are told, and how many more there are', () => {
  const troubles = Array.from({ length: 200 }, (_, at) => ({ reason: 'KeyMissing' as const, message: `m${at}` }))
  expect(reportOf([], troubles).message).toBe('m0; m1; m2; m3; m4; and 195 more')
})
