import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backupName } from '../backup/record.ts'
import { folderOf, keyOf, parseKey } from './key.ts'

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/)
const backup = fc.record({
  namespace: fc.option(label, { nil: undefined }),
  policyUid: fc.uuid(),
  keepForSeconds: fc.integer({ min: 60, max: 315_360_000 }),
  keepLast: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
  name: fc
    .record({ name: fc.string({ minLength: 1 }), uid: fc.uuid(), resourceVersion: fc.nat().map(String) })
    .map((object) => backupName({ ...object, part: 0 })),
})

test('a key says all that it was made of, and lies in the folder of its namespace', () => {
  fc.assert(
    fc.property(backup, (one) => {
      expect(parseKey(keyOf(one))).toEqual(one)
      expect(keyOf(one).startsWith(folderOf(one.namespace))).toBe(true)
    }),
  )
})

test.each([
  'team/policy/60/gc-backup-a-0123456789abcdef.json',
  'team/policy/60/backup-a-0123456789abcdef.json.gz',
  'team/policy/60/gc-backup-a-0123456789ABCDEF.json.gz',
  'team/policy/soon/gc-backup-a-0123456789abcdef.json.gz',
  'team/policy/60/more/gc-backup-a-0123456789abcdef.json.gz',
  '../policy/60/gc-backup-a-0123456789abcdef.json.gz',
  'report.csv',
  '',
])('%o is none of ours', (key) => expect(parseKey(key)).toBeUndefined())
