import { dnsSubdomainErrors, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { BACKUP_PART, BACKUP_RECORD, type BackupRecord, backupName, metadataOf, storedPart } from './record.ts'

const record: BackupRecord = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  namespace: 'team',
  name: 'report',
  uid: '5a3c',
  resourceVersion: '17',
  policy: 'team/p',
  policyUid: '77aa',
  takenAt: '2026-01-01T00:00:00Z',
  expiresAt: '2026-02-01T00:00:00Z',
  part: 0,
  parts: 1,
  sha256: 'a'.repeat(64),
}
const stored = (over: Partial<BackupRecord> = {}, metadata: object = {}): KubeObject => ({
  metadata: {
    ...metadataOf({ ...record, ...over }),
    namespace: 'team',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...metadata,
  },
})

test('a part says itself what it is', () => {
  expect(storedPart('Secret', stored())).toMatchObject({ store: 'Secret', namespace: 'team', createdAt: Date.UTC(2026, 0, 1), record })
})

test('the name is the same for the same version of an object, and another for another version, object and part', () => {
  const other = { ...record, takenAt: '2026-01-01T00:00:07Z', policy: 'q' }
  expect(backupName(other)).toBe(backupName(record))
  const names = [record, { ...record, resourceVersion: '18' }, { ...record, uid: '5a3d' }, { ...record, part: 1 }].map(backupName)
  expect(new Set(names).size).toBe(4)
  expect(backupName(record)).toMatch(/^gc-backup-report-[0-9a-f]{16}$/)
})

test.each(['system:node', '../../etc/passwd', 'a'.repeat(253), 'Ünïcode', '::', '__proto__', 'dots.and.more'])(
  'S12: whatever an object is called, its backup has a legal name: %s',
  (name) => expect(dnsSubdomainErrors(backupName({ ...record, name, part: 3 }))).toEqual([]),
)

test.each<[string, KubeObject]>([
  ['labelled by somebody, with a record copied from a real one', stored({}, { name: 'db-password' })],
  ['without a record', stored({}, { annotations: {} })],
  ['with a record that is no JSON', stored({}, { annotations: { [BACKUP_RECORD]: '{' } })],
  ['with a record that lacks fields', stored({}, { annotations: { [BACKUP_RECORD]: '{"name":"report"}' } })],
  ['with a time that is none', stored({ expiresAt: 'yesterday' })],
  ['without the label', stored({}, { labels: {} })],
  ['with the number of another part', stored({}, { labels: { [BACKUP_PART]: '1' } })],
])('what is no backup is not taken for one: %s', (_, object) => expect(storedPart('Secret', object)).toBeUndefined())
