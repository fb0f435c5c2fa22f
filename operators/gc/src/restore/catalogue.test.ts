import { ApiError, type Client, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { type BackupRecord, metadataOf, type StoredPart, storedPart } from '../backup/record.ts'
import { backupsOf, catalogueOf, latestOfEach } from './catalogue.ts'

function backup(name: string, over: Partial<BackupRecord> = {}): StoredPart {
  const record: BackupRecord = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    namespace: 'team',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    policy: 'team/finished-jobs',
    policyUid: 'p',
    takenAt: '2026-01-02T00:00:00Z',
    expiresAt: '2026-02-02T00:00:00Z',
    part: 0,
    parts: 1,
    sha256: 'a'.repeat(64),
    ...over,
  }
  return storedPart('Secret', { metadata: { ...metadataOf(record), namespace: 'team' } })!
}

const job = backup('a')
const older = backup('a', { uid: 'before', takenAt: '2026-01-01T00:00:00Z' })
const elsewhere = backup('a', { namespace: 'other', uid: 'x', policy: 'clean' })
const configMap = backup('a', { apiVersion: 'v1', kind: 'ConfigMap', uid: 'y', policy: 'other/finished-jobs' })
const all = [job, elsewhere, configMap, older]

test.each<[string, Parameters<typeof backupsOf>[1], readonly StoredPart[]]>([
  ['everything', {}, all],
  ['a kind and name', { names: ['job/a'] }, [job, elsewhere, older]],
  ['a kind of a group', { names: ['Job.batch/a'] }, [job, elsewhere, older]],
  ['a kind of another group', { names: ['job.example.dev/a'] }, []],
  ['the name of a backup', { names: [older.name] }, [older]],
  ['a kind', { kind: 'ConfigMap' }, [configMap]],
  ['a policy by its name', { policy: 'finished-jobs' }, [job, configMap, older]],
  ['a policy of a namespace', { policy: 'other/finished-jobs' }, [configMap]],
  ['no part of a policy’s name', { policy: 'jobs' }, []],
  ['a namespace', { namespace: 'other' }, [elsewhere]],
  ['a time', { since: Date.UTC(2026, 0, 2) }, [job, elsewhere, configMap]],
  ['several of these', { kind: 'job', namespace: 'team', since: Date.UTC(2026, 0, 2) }, [job]],
])('taken: %s', (_, query, expected) => expect(backupsOf(all, query)).toEqual(expected))

test('S13: of several backups of one object the newest is restored, unless an older one is named', () => {
  expect(latestOfEach(all)).toEqual([job, elsewhere, configMap])
  expect(latestOfEach(all, [older.name])).toEqual([elsewhere, configMap, older])
})

/** A server that knows these, and refuses what it is told to. */
function clientOf(objects: Readonly<Record<string, readonly KubeObject[] | Error>>): Client {
  return {
    resource: ({ kind }: { readonly kind: string }) =>
      Promise.resolve({
        metadataOnly: () => ({
          async *items() {
            const there = objects[kind]!
            if (there instanceof Error) throw there
            yield* there
          },
        }),
      }),
  } as unknown as Client
}
const stored = ({ record }: StoredPart) => ({ metadata: { ...metadataOf(record), namespace: 'team' } })
const forbidden = new ApiError({ status: 'Failure', code: 403, reason: 'Forbidden', message: 'secrets is forbidden' })
const { signal } = new AbortController()

test('the newest comes first, and what is no backup is left out', async () => {
  const { backups, notes } = await catalogueOf(
    clientOf({ Secret: [stored(older), { metadata: { name: 'x' } }], ConfigMap: [stored(job)] }),
    'team',
    signal,
  )
  expect({ names: backups.map(({ record }) => record.uid), notes }).toEqual({ names: [job.record.uid, 'before'], notes: [] })
})

test('what may not be read is told; and when nothing may be, there is no catalogue', async () => {
  const { backups, notes } = await catalogueOf(clientOf({ Secret: forbidden, ConfigMap: [stored(job)] }), 'team', signal)
  expect(backups).toHaveLength(1)
  expect(notes).toEqual([expect.stringContaining('secrets is forbidden')])
  await expect(catalogueOf(clientOf({ Secret: forbidden, ConfigMap: forbidden }), 'team', signal)).rejects.toThrow('secrets is forbidden')
})
