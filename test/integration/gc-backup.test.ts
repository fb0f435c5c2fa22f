// Policies that keep what they delete.
import { randomBytes } from 'node:crypto'
import { ConfigMap, Secret } from '@kubewright/client'
import { gc } from '@kubewright/operator-gc'
import { consistently, eventually, fakeS3 } from '@kubewright/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BackupSite } from './gc-backup-site.ts'
import { installGcKinds, type PolicySpec } from './gc-site.ts'
import { type Bench, useCluster } from './harness.ts'

const bench = useCluster()
installGcKinds(bench)
const LONG = { timeout: 30_000 }

test('a backup is there before the object goes, outlives the policy, and is named in the audit record', async () => {
  const site = await BackupSite.of(bench)
  const { lines } = site.run()
  for (let n = 0; n < 5; n++) await site.create(ConfigMap, `o${n}`, { data: { n: String(n) } })
  await site.collect(ConfigMap)
  const stored = await site.backups(Secret)
  expect(stored).toHaveLength(5)
  for (const { metadata } of stored) expect(metadata.ownerReferences).toBeUndefined()
  const records = lines.map(({ text }) => JSON.parse(text) as { audit?: boolean; backup?: string }).filter(({ audit }) => audit)
  expect(records.map(({ backup }) => backup).sort()).toEqual(stored.map(({ metadata }) => `${site.namespace}/${metadata.name}`).sort())
})

test('S12: of a megabyte that cannot be compressed it takes two Secrets, and comes back as it was', async () => {
  const site = await BackupSite.of(bench)
  site.run()
  const random = randomBytes(1_000_000).toString('base64')
  await site.create(Secret, 'large', { data: { random } })
  await site.collect(Secret)
  expect(await site.backups(Secret)).toHaveLength(2)
  expect(await site.restore('secret/large')).toMatchObject({ code: 0, told: [{ result: 'restored' }] })
  expect(await site.get(Secret, 'large')).toMatchObject({ data: { random } })
}, 60_000)

test('a backup is protected from policies, also when it is of the kind that they delete', async () => {
  const site = await BackupSite.of(bench)
  site.run()
  await site.create(ConfigMap, 'a')
  await site.policy(ConfigMap, { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, backup: { to: 'ConfigMap' } })
  await site.gone(ConfigMap)
  expect(await site.backups(ConfigMap)).toHaveLength(1)
  await consistently(async () => expect(await site.backups(ConfigMap)).toHaveLength(1), 3_000, 500)
})

test('S10: what its author may not keep stays, and the status says so', async () => {
  const site = await BackupSite.of(bench)
  site.run()
  await site.create(ConfigMap, 'a')
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['delete', 'list'] }]
  await grant(bench, 'role', 'ann', rules, { kind: 'User', name: 'ann', apiGroup: RBAC }, site.namespace)
  const author = JSON.stringify({ user: 'ann', groups: ['system:authenticated'], extra: {}, generation: 1 })
  await site.policy(ConfigMap, {}, { 'gc.kubewright.dev/author': author })
  await eventually(async () => expect(await site.conditionsOf(ConfigMap)).toContain('may not create secrets'), LONG)
  await consistently(async () => expect(await site.left(ConfigMap)).toEqual(['a']), 2_000, 500)
})

test('with the rights of its manifests the operator keeps nothing and deletes nothing; with the documented one more it does both', async () => {
  const site = await BackupSite.of(bench)
  const { namespace } = site
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await bench.client.request('POST', account, { body: { metadata: { name: 'gc' } } })
  const { status } = await bench.client.request<{ readonly status: { readonly token: string } }>('POST', `${account}/gc/token`, {
    body: { spec: { expirationSeconds: 3_600 } },
  })
  const subject = { kind: 'ServiceAccount', name: 'gc', namespace }
  await grant(bench, 'clusterrole', `${namespace}-gc`, gc.permissions, subject)
  await site.create(ConfigMap, 'a')
  await site.policy(ConfigMap)
  const connection = { ...bench.cluster.connection, token: status.token }
  const without = site.run({}, { connection })
  await eventually(
    async () => expect(await site.conditionsOf(ConfigMap)).toMatch(/its backup failed.*cannot create resource \\"secrets\\"/),
    LONG,
  )
  expect(await site.left(ConfigMap)).toEqual(['a'])
  await without.stop()
  await grant(bench, 'clusterrole', `${namespace}-gc-backups`, [{ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }], subject)
  site.run({}, { connection })
  await site.gone(ConfigMap)
  expect(await site.backups(Secret)).toHaveLength(1)
}, 60_000)

test('a bucket takes what is deleted, Secrets too, and gives it back; nothing of it is in the cluster', async () => {
  await using server = await fakeS3()
  server.addBucket('attic')
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
  onTestFinished(() => void vi.unstubAllEnvs())
  const site = await BackupSite.of(bench)
  const { lines } = site.run({ backupS3Bucket: 'attic', backupS3Endpoint: server.address, backupS3Prefix: 'clusters/one/' })
  await site.create(Secret, 'a', { data: { word: Buffer.from('open sesame').toString('base64') } })
  await site.collect(Secret, { backup: { to: 'S3' } })
  expect(await site.backups(Secret)).toEqual([])
  const where = ['--backup-s3-bucket', 'attic', '--backup-s3-endpoint', server.address, '--backup-s3-prefix', 'clusters/one/']
  const { stdout } = await site.kubewright('--list', ...where)
  const [address = ''] = /s3:\/\/attic\/clusters\/one\/\S+/.exec(stdout) ?? []
  expect(address).toContain(`/${site.namespace}/`)
  expect(lines.some(({ text }) => (JSON.parse(text) as { backup?: string }).backup === address)).toBe(true)
  expect(lines.map(({ text }) => text).join('')).not.toContain(server.credentials.secretAccessKey)
  expect(await site.restore('secret/a', ...where)).toMatchObject({ code: 0, told: [{ result: 'restored' }] })
  expect(await site.get(Secret, 'a')).toMatchObject({ data: { word: Buffer.from('open sesame').toString('base64') } })
}, 60_000)

test.each([
  ['a Secret in a ConfigMap', { targetResource: { apiVersion: 'v1', kind: 'Secret' }, backup: { to: 'ConfigMap' } }],
  ['for less than a minute', { backup: { keepForSeconds: 59 } }],
  ['none at all', { backup: { keepLast: 0 } }],
] as [string, Partial<PolicySpec>][])('the server refuses a policy that would keep %s', async (_, over) => {
  const spec = { targetResource: { apiVersion: 'v1', kind: 'ConfigMap' }, ttl: { secondsAfterCreation: 60 }, ...over }
  const body = { apiVersion: 'gc.kubewright.dev/v1alpha1', kind: 'GarbageCollectionPolicy', metadata: { name: 'p' }, spec }
  const path = `/apis/gc.kubewright.dev/v1alpha1/namespaces/${await bench.namespace()}/garbagecollectionpolicies`
  await expect(bench.client.request('POST', path, { body })).rejects.toMatchObject({ code: 422 })
})

const RBAC = 'rbac.authorization.k8s.io'

async function grant(
  { client }: Bench,
  kind: 'role' | 'clusterrole',
  name: string,
  rules: readonly unknown[],
  subject: object,
  namespace?: string,
): Promise<void> {
  const path = `/apis/${RBAC}/v1/${namespace === undefined ? '' : `namespaces/${namespace}/`}${kind}`
  const roleRef = { apiGroup: RBAC, kind: kind === 'role' ? 'Role' : 'ClusterRole', name }
  await client.request('POST', `${path}s`, { body: { metadata: { name }, rules } })
  await client.request('POST', `${path}bindings`, { body: { metadata: { name }, roleRef, subjects: [subject] } })
}
