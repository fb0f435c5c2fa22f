import { settle } from '@kubewright/testing/virtual-clock'
import { ApiError, ConnectionError, type KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { useCollector } from '../fake/collector-bench.ts'
import { unpack } from './archive.ts'
import { BACKUP_KEY, type BackupRecord, storedPart } from './record.ts'

const bench = useCollector()
const SECOND = 1_000
const MINUTE = 60 * SECOND

const backups = (kind: 'Secret' | 'ConfigMap' = 'Secret') =>
  bench.cluster.names(kind).flatMap((name) => storedPart(kind, bench.cluster.get(kind, name)!) ?? [])
const contentOf = (name: string) => {
  const secret = bench.cluster.get('Secret', name) as KubeObject & { readonly data: Readonly<Record<string, string>> }
  return Buffer.from(secret.data[BACKUP_KEY]!, 'base64')
}
const restored = ({ name, record }: { readonly name: string; readonly record: BackupRecord }) =>
  unpack({ parts: [contentOf(name)], sha256: record.sha256 })
const sample = () => bench.statuses().at(-1)?.samples?.[0]?.reason
const verbs = () => bench.cluster.requests.filter(({ verb }) => verb !== 'patch').map(({ verb, kind }) => `${verb} ${kind}`)
const refusedWith = (code: number, message: string, reason = 'Forbidden') => new ApiError({ status: 'Failure', code, reason, message })

test('what is deleted was kept whole before, for three requests in all', async () => {
  bench.configMap('a', { managedFields: [{ manager: 'kubectl' }], annotations: { note: 'n' } }, { data: { key: 'value' } })
  const { uid, resourceVersion } = bench.cluster.get('ConfigMap', 'a')!.metadata
  await bench.apply({ backup: { keepForSeconds: 3_600, keepLast: 7 } })
  await bench.clock.advance(20 * SECOND)
  expect(bench.left()).toEqual([])
  expect(verbs()).toEqual(['list ConfigMap', 'create Secret', 'delete ConfigMap'])
  const [backup] = backups()
  expect(backup).toMatchObject({
    namespace: 'team',
    record: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', name: 'a', uid, resourceVersion, policy: 'team/p', keepLast: 7 },
  })
  const { takenAt, expiresAt } = backup!.record
  expect(Date.parse(expiresAt) - Date.parse(takenAt)).toBe(3_600_000)
  expect(bench.cluster.get('Secret', backup!.name)).toMatchObject({ immutable: true, type: 'gc.kubewright.dev/backup' })
  expect(bench.cluster.get('Secret', backup!.name)!.metadata.ownerReferences).toBeUndefined()
  const object = restored(backup!)
  expect(object).toMatchObject({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { key: 'value' },
    metadata: { uid, annotations: { note: 'n' } },
  })
  expect(object.metadata.managedFields).toBeUndefined()
  expect(bench.audited).toMatchObject([{ name: 'a', outcome: 'gone', backup: `team/${backup!.name}` }])
  expect(bench.backups).toEqual(['kept'])
})

test('without spec.backup nothing is read and nothing kept', async () => {
  bench.configMap('a')
  await bench.apply()
  await bench.clock.advance(20 * SECOND)
  expect(verbs()).toEqual(['delete ConfigMap'])
  expect(bench.audited).toMatchObject([{ outcome: 'gone', backup: undefined }])
  expect(bench.backups).toEqual([])
})

test('a dry run keeps nothing', async () => {
  bench.configMap('a')
  await bench.apply({ backup: {}, behavior: { dryRun: true } })
  await bench.clock.advance(20 * SECOND)
  expect(verbs()).toEqual([])
})

test.each<[string, () => Error, string]>([
  ['quota', () => refusedWith(403, 'exceeded quota: q'), 'not deleted, because its backup failed: exceeded quota: q'],
  ['too large', () => refusedWith(413, 'Request entity too large', 'RequestEntityTooLarge'), 'Request entity too large'],
  ['invalid', () => refusedWith(422, 'no such thing', 'Invalid'), 'no such thing'],
  [
    'a namespace that is gone',
    () => refusedWith(404, 'namespaces "team" not found', 'NotFound'),
    'its backup failed: namespaces "team" not found',
  ],
])('S12: a backup that the server refuses (%s) keeps the object, and the status says why', async (_, error, why) => {
  bench.configMap('a')
  bench.cluster.beforeCreate = error
  await bench.apply({ backup: {} })
  await bench.clock.advance(5 * MINUTE)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.left()).toEqual(['a'])
  expect(sample()).toContain(why)
  bench.cluster.beforeCreate = () => undefined
  await bench.clock.advance(70 * MINUTE)
  expect(bench.left()).toEqual([])
})

test('S10: who may not create backups is told so once for the namespace, and asked again in five minutes', async () => {
  for (const name of ['a', 'b', 'c']) bench.configMap(name)
  bench.cluster.beforeCreate = () => refusedWith(403, 'User "gc" cannot create resource "secrets" in API group "" in the namespace "team"')
  await bench.apply({ backup: {} })
  await bench.clock.advance(2 * MINUTE)
  expect(bench.cluster.deletes()).toEqual([])
  expect(bench.condition('Unauthorised')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('its backup failed') as unknown,
  })
  bench.cluster.beforeCreate = () => undefined
  await bench.clock.advance(10 * MINUTE)
  expect(bench.left()).toEqual([])
})

test.each<[string, () => Error]>([
  ['429', () => new ApiError({ status: 'Failure', code: 429, reason: 'TooManyRequests', message: 'slow down' })],
  ['500', () => new ApiError({ status: 'Failure', code: 500, reason: 'InternalError', message: 'etcd' })],
  ['a broken connection', () => new ConnectionError('reset', { code: 'ECONNRESET' } as never)],
])('a backup that fails with %s is tried again, and nothing is deleted before', async (_, error) => {
  bench.configMap('a')
  let failures = 3
  bench.cluster.beforeCreate = () => (failures-- > 0 ? error() : undefined)
  await bench.apply({ backup: {} })
  await bench.clock.advance(11 * SECOND)
  expect(bench.cluster.deletes()).toEqual([])
  await bench.clock.advance(10 * MINUTE)
  expect(bench.left()).toEqual([])
  expect(backups()).toHaveLength(1)
})

test('P4: a deletion that is tried again finds the backup of the first time', async () => {
  bench.configMap('a', {}, { data: { key: 'value' } })
  let failures = 2
  bench.cluster.beforeDelete = () => (failures-- > 0 ? Promise.reject(refusedWith(403, 'a webhook says no')) : undefined)
  await bench.apply({ backup: {} })
  await bench.clock.advance(10 * MINUTE)
  expect(bench.left()).toEqual([])
  expect(backups()).toHaveLength(1)
})

test('what stands where the backup would be is not taken for it', async () => {
  bench.configMap('a', {}, { data: { key: 'value' } })
  bench.cluster.beforeDelete = () => Promise.reject(refusedWith(403, 'a webhook says no'))
  await bench.apply({ backup: {} })
  await bench.clock.advance(11 * SECOND)
  const [{ name } = { name: '' }] = backups()
  bench.cluster.put('Secret', name, {}, { immutable: true, data: { [BACKUP_KEY]: 'Zm9yZ2VkCg==' } })
  bench.cluster.beforeDelete = () => undefined
  await bench.clock.advance(10 * MINUTE)
  expect(bench.left()).toEqual(['a'])
  expect(sample()).toContain(`Secret "${name}" in namespace "team" is there already and holds something else`)
})

test('an object that has changed since it fell due is judged anew before it is kept', async () => {
  bench.configMap('a')
  await bench.apply({ backup: {} })
  await bench.clock.advance(9 * SECOND)
  bench.cluster.telling = false
  bench.configMap('a', { labels: { app: 'y' } })
  await bench.clock.advance(5 * SECOND)
  expect(backups()).toEqual([])
  expect(bench.cluster.deletes()).toEqual([])
  bench.cluster.telling = true
  bench.cluster.put('ConfigMap', 'a', { labels: { app: 'y' } })
  await bench.clock.advance(MINUTE)
  expect(bench.left()).toEqual(['a'])
  expect(backups()).toEqual([])
})

test('of an object that is gone, or made anew, no backup is made', async () => {
  bench.configMap('gone')
  await bench.apply({ backup: {} })
  await bench.clock.advance(9 * SECOND)
  bench.cluster.telling = false
  bench.cluster.remove('ConfigMap', 'gone')
  bench.cluster.put('ConfigMap', 'gone', { labels: { app: 'x' } })
  await bench.clock.advance(5 * SECOND)
  expect(backups()).toEqual([])
  expect(bench.audited).toMatchObject([{ outcome: 'replaced' }])
  expect(bench.backups, 'that it was another is no failure').toEqual([])
  bench.cluster.telling = true
})

describe('who wrote the policy', () => {
  const author = { 'gc.kubewright.dev/author': '{"user":"ann","groups":[],"extra":{},"generation":1}' }

  test('has to have the right to create the backup, and keeps the object without it', async () => {
    bench.cluster.mayDo = ({ verb, resource }) => !(verb === 'create' && resource === 'secrets')
    bench.configMap('a')
    await bench.apply({ backup: {} }, { annotations: author })
    await bench.clock.advance(2 * MINUTE)
    expect(bench.left()).toEqual(['a'])
    expect(backups()).toEqual([])
    expect(bench.backups).toEqual(['failed'])
    expect(bench.condition('Unauthorised')!.message).toContain('ann, who wrote the policy, may not create secrets in namespace "team"')
    bench.cluster.mayDo = () => true
    await bench.clock.advance(10 * MINUTE)
    expect(bench.left()).toEqual([])
  })

  test('is asked about once a minute, however much is deleted', async () => {
    for (let n = 0; n < 40; n++) bench.configMap(`o${n}`)
    await bench.apply({ backup: {} }, { annotations: author })
    await bench.clock.advance(30 * SECOND)
    expect(bench.left()).toEqual([])
    const reviews = bench.cluster.requests.filter(({ verb }) => verb === 'review')
    expect(reviews).toHaveLength(1)
    expect(JSON.stringify(reviews[0]!.body)).toContain('"create"')
  })
})

describe('of a cluster policy', () => {
  const spec = { targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'x' } } } }

  test('it is beside the object, or where the operator says', async () => {
    bench.configMap('a', { namespace: 'team' })
    await bench.applyToCluster({ ...spec, backup: {} })
    await bench.clock.advance(20 * SECOND)
    expect(bench.audited.map(({ backup }) => backup?.split('/')[0])).toEqual(['team'])
    await bench.end()
    bench.start({ backups: { namespace: 'vault' } })
    bench.configMap('b', { namespace: 'team' })
    await bench.applyToCluster({ ...spec, backup: {} })
    await bench.clock.advance(20 * SECOND)
    expect(bench.audited.map(({ backup }) => backup?.split('/')[0])).toEqual(['team', 'vault'])
  })

  test('the namespace of the operator is not for namespaced policies, whose authors could not read it', async () => {
    await bench.end()
    bench.start({ backups: { namespace: 'vault' } })
    bench.configMap('a')
    await bench.apply({ backup: {} })
    await bench.clock.advance(20 * SECOND)
    expect(bench.audited).toMatchObject([{ backup: expect.stringMatching(/^team\//) as unknown }])
    await settle()
  })
})
