import { formatTime } from 'kubewright'
import { expect, test } from 'vitest'
import { PROTECT } from '../protection/protection.ts'
import { type BackupRecord, backupName, type StoredPart } from './record.ts'
import { surplusOf } from './retention.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 0, 10)

function part(
  name: string,
  over: Partial<BackupRecord> & { readonly age?: number; readonly namespace?: string; readonly protect?: boolean } = {},
) {
  const { age = 1, namespace = 'team', protect = false, ...given } = over
  const record: BackupRecord = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    policy: 'p',
    policyUid: 'p-uid',
    takenAt: formatTime(NOW - age * HOUR),
    expiresAt: formatTime(NOW + 24 * HOUR),
    part: 0,
    parts: 1,
    sha256: 'a'.repeat(64),
    ...given,
  }
  const stored: StoredPart = {
    store: 'Secret',
    namespace,
    name: backupName(record),
    uid: 'u',
    resourceVersion: '1',
    createdAt: NOW - age * HOUR,
    annotations: protect ? { [PROTECT]: 'true' } : {},
    record,
  }
  return stored
}

const past = formatTime(NOW - HOUR)

test.each<[string, readonly StoredPart[], readonly string[]]>([
  ['nothing', [], []],
  ['one whose time has not come', [part('a')], []],
  ['one whose time is over', [part('a', { expiresAt: past }), part('b')], ['a 0']],
  ['one whose time is over in this moment', [part('a', { expiresAt: formatTime(NOW) })], ['a 0']],
  ['one that somebody protects', [part('a', { expiresAt: past, protect: true })], []],
  [
    'the oldest beyond the last two',
    [part('a', { keepLast: 2, age: 3 }), part('b', { keepLast: 2, age: 2 }), part('c', { keepLast: 2 })],
    ['a 0'],
  ],
  ['as many as the newest says', [part('a', { keepLast: 9, age: 3 }), part('b', { age: 2 }), part('c', { keepLast: 1 })], ['b 0', 'a 0']],
  ['none, when the newest sets no number', [part('a', { keepLast: 1, age: 2 }), part('b', { age: 1 })], []],
  [
    'of each policy and each namespace its own',
    [part('a', { keepLast: 1 }), part('b', { keepLast: 1, policyUid: 'q' }), part('c', { keepLast: 1, namespace: 'other' })],
    [],
  ],
  ['what is protected does not count among the last', [part('a', { keepLast: 1, protect: true }), part('b', { keepLast: 1, age: 2 })], []],
  [
    'all parts, the first of them before the others',
    [part('a', { part: 1, parts: 2, expiresAt: past }), part('a', { parts: 2, expiresAt: past })],
    ['a 0', 'a 1'],
  ],
  ['parts that an operator left behind', [part('a', { part: 1, parts: 2, age: 2 })], ['a 1']],
  ['not the parts that are just being written', [part('a', { part: 1, parts: 2, age: 0.5 })], []],
])('goes: %s', (_, parts, names) => {
  expect(surplusOf(parts, NOW).map(({ record }) => `${record.name} ${record.part}`)).toEqual(names)
})
