// The vault-sync operator: what is annotated is in Vault, once per change, owned, and goes with its owner.

import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { consistently, eventually } from '@kubewright/testing'
import { CronJob, DaemonSet, Deployment, Job, type Kind, type KubeObject, Secret, StatefulSet } from 'kubewright'
import { beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { podSpec, Site } from './vault-sync-site.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

describe('an annotated Deployment', () => {
  test('2.6.3, 2.6.6, B41: has each Secret that it uses in Vault, one version per change of a Secret alone, and nothing is left when it is gone', async () => {
    const site = await Site.open(bench)
    const base = `${site.namespace}/shop`
    await site.secret('db', { user: 'shop', password: 'one' })
    await site.secret('mail', { token: 'letter' })
    await site.deployment('shop', { path: `secret/${base}`, 'deletion-policy': 'DeleteAll' }, ['db', 'mail'])
    await site.says('deployment', 'shop', 'Synced')
    await site.inVault(`${base}/db`, 1, { user: 'shop', password: 'one' })
    await site.inVault(`${base}/mail`, 1, { token: 'letter' })

    // With nothing done to the Deployment.
    await site.change('db', { password: 'two' })
    await site.inVault(`${base}/db`, 2, { user: 'shop', password: 'two' })
    await site.inVault(`${base}/mail`, 1, { token: 'letter' })

    await site.delete(Deployment, 'shop')
    await site.gone(Deployment, 'shop')
    expect(await site.holds(`${base}/db`)).toBeUndefined()
    expect(await site.holds(`${base}/mail`)).toBeUndefined()
    expect(await site.sync('deployment', 'shop')).toBeUndefined()
  })

  test('2.6.5: a change of its status writes nothing, in Vault or in Kubernetes', async () => {
    const site = await Site.open(bench)
    await site.secret('db', { user: 'shop' })
    await site.deployment('shop', { path: `secret/${site.namespace}/shop` }, ['db'])
    await site.says('deployment', 'shop', 'Synced')
    const before = site.writes().length
    const resource = await site.resource(Deployment)
    for (let replicas = 1; replicas <= 5; replicas++)
      await resource.patch(
        site.at('shop'),
        { type: 'merge', body: { status: { replicas, observedGeneration: 1 } } },
        { subresource: 'status' },
      )
    await consistently(
      async () => expect(await site.holds(`${site.namespace}/shop/db`)).toEqual({ version: 1, data: { user: 'shop' } }),
      500,
    )
    expect(site.writes().slice(before)).toEqual([])
  })

  test('chosen keys of several Secrets under other names, and values made of others, are one secret', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/shop`
    await site.secret('db', { user: 'shop', password: 'p@ss', port: '5432' })
    await site.secret('mail', { token: 'letter' })
    const secrets = JSON.stringify([
      { name: 'db', keys: ['user'], prefix: 'DB_' },
      { name: 'mail', rename: { token: 'MAIL' } },
    ])
    const templates = JSON.stringify({ url: 'pg://{{ db/user }}:{{ db/password | urlencode }}@db' })
    await site.deployment('shop', { path: `secret/data/${path}`, secrets, templates }, [])
    await site.inVault(path, 1, { DB_user: 'shop', MAIL: 'letter', url: 'pg://shop:p%40ss@db' })
    await site.change('db', { port: '5433' })
    await site.change('mail', { token: 'parcel' })
    await site.inVault(path, 2, { DB_user: 'shop', MAIL: 'parcel', url: 'pg://shop:p%40ss@db' })
  })
})

describe('the other kinds', () => {
  const template = (secrets: readonly string[], over: object = {}) => ({ metadata: { labels: { app: 'x' } }, spec: podSpec(secrets, over) })
  const never = { restartPolicy: 'Never' }
  const selector = { matchLabels: { app: 'x' } }
  test.each<[string, string, Kind<KubeObject>, object]>([
    ['StatefulSet', 'apps/v1', StatefulSet as never, { replicas: 0, serviceName: 'x', selector, template: template(['db']) }],
    ['DaemonSet', 'apps/v1', DaemonSet as never, { selector, template: template(['db']) }],
    ['Job', 'batch/v1', Job as never, { suspend: true, template: { spec: podSpec(['db'], never) } }],
    [
      'CronJob',
      'batch/v1',
      CronJob as never,
      { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: { spec: podSpec(['db'], never) } } } },
    ],
  ])('a %s is as good as a Deployment', async (kind, apiVersion, type, spec) => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/x`
    await site.secret('db', { user: 'shop' })
    const annotations = { 'vault-sync.io/path': `secret/${path}`, 'vault-sync.io/deletion-policy': 'DeleteAll' }
    await (await site.resource(type)).create({ apiVersion, kind, metadata: { ...site.at('x'), annotations }, spec } as KubeObject)
    await site.inVault(`${path}/db`, 1, { user: 'shop' })
    await (await site.resource(type)).delete(site.at('x'), { propagationPolicy: 'Background' })
    await site.gone(type, 'x')
    expect(await site.holds(`${path}/db`)).toBeUndefined()
  })
})

describe('an annotated Secret', () => {
  test('2.6.1, B32: is written once and not for ever: the operator never writes to what it watches', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'first' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    await site.inVault(path, 1, { key: 'first' })
    const writes = site.writes().length
    await consistently(async () => {
      expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'first' } })
      expect(site.writes().slice(writes)).toEqual([])
    }, 500)
    await site.change('api', { key: 'second' })
    await site.inVault(path, 2, { key: 'second' })
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await site.holds(path)).toEqual({ version: 2, data: null })
  })

  test('costs four writes until it is in Vault: its finalizer, its VaultSync with the finalizer on it, what is to be written, what was written', async () => {
    const site = await Site.open(bench)
    await site.secret('db', { user: 'shop' }, { path: `secret/${site.namespace}/db` })
    await site.says('secret', 'db', 'Synced')
    // That which is created is the key of digests, once per cluster.
    expect(site.writes().filter((write) => write !== 'create secrets')).toEqual([
      'patch secrets',
      'patch vaultsyncs',
      'patch vaultsyncs/status',
      'patch vaultsyncs/status',
    ])
    expect((await site.find(VaultSync, 'secret-db'))?.metadata.finalizers).toEqual(['vault-sync.io/finalizer'])
  })

  test('may be made of other Secrets of its namespace', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/all`
    await site.secret('db', { user: 'shop' })
    await site.secret('all', { own: 'value' }, { path: `secret/${path}`, secrets: '[{"name":"all"},{"name":"db","prefix":"DB_"}]' })
    await site.inVault(path, 1, { own: 'value', DB_user: 'shop' })
    await site.change('db', { user: 'other' })
    await site.inVault(path, 2, { own: 'value', DB_user: 'other' })
  })

  test('B1, B37: bytes, nothing, and names of every sort come through; what is base64 is marked', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/odd`
    const der = Buffer.from([0x30, 0x82, 0xff, 0xfe, 0x00])
    await site.secret(
      'odd',
      { 'key.der': der, empty: '', 'a-b.c_d': 'ümläut \u{1f511}', ttl: '1h', lease: '5m' },
      { path: `secret/${path}` },
    )
    await site.inVault(path, 1, { 'key.der': der.toString('base64'), empty: '', 'a-b.c_d': 'ümläut \u{1f511}', ttl: '1h', lease: '5m' })
    await eventually(async () => expect((await site.kv.metadata(path))?.customMetadata).toMatchObject({ 'base64-keys': 'key.der' }))
  })
})

describe('what is not wanted any more', () => {
  test('B21, 2.6.6: another path: the new one first, then the old one goes', async () => {
    const site = await Site.open(bench)
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/old`, 'deletion-policy': 'DeleteAll' })
    await site.inVault(`${site.namespace}/old`, 1, { key: 'k' })
    await site.annotate(Secret, 'api', { path: `secret/${site.namespace}/new` })
    await site.inVault(`${site.namespace}/new`, 1, { key: 'k' })
    await eventually(async () => expect(await site.holds(`${site.namespace}/old`)).toBeUndefined())
    await site.says('secret', 'api', 'Synced')
    expect((await site.sync('secret', 'api'))?.status?.targets?.map(({ path }) => path)).toEqual([`secret/${site.namespace}/new`])
  })

  test('2.6.6: a Secret that is not referred to any more, and another mode', async () => {
    const site = await Site.open(bench)
    const base = `${site.namespace}/shop`
    await site.secret('db', { user: 'shop' })
    await site.secret('mail', { token: 'letter' })
    await site.deployment('shop', { path: `secret/${base}`, 'deletion-policy': 'DeleteAll' }, ['db', 'mail'])
    await site.inVault(`${base}/mail`, 1, { token: 'letter' })
    const containers = podSpec(['db']).containers
    await (await site.resource(Deployment)).patch(site.at('shop'), {
      type: 'merge',
      body: { spec: { template: { spec: { containers } } } },
    })
    await eventually(async () => expect(await site.holds(`${base}/mail`)).toBeUndefined())
    await site.inVault(`${base}/db`, 1, { user: 'shop' })
    await site.annotate(Deployment, 'shop', { secrets: '[{"name":"mail"}]' })
    await site.inVault(base, 1, { token: 'letter' })
    await eventually(async () => expect(await site.holds(`${base}/db`)).toBeUndefined())
  })

  test('B22, 2.6.6: without the annotation all of it goes, and the finalizer too; the object stays', async () => {
    const site = await Site.open(bench)
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api`, 'deletion-policy': 'DeleteAll' })
    await site.inVault(`${site.namespace}/api`, 1, { key: 'k' })
    await site.annotate(Secret, 'api', { path: null })
    await eventually(async () => expect(await site.holds(`${site.namespace}/api`)).toBeUndefined())
    await eventually(async () => expect((await site.find(Secret, 'api'))?.metadata.finalizers ?? []).toEqual([]))
    await eventually(async () => expect(await site.sync('secret', 'api')).toBeUndefined())
  })

  test.each<[string, Record<string, string>, (site: Site, path: string) => Promise<void>]>([
    [
      'Retain',
      { 'deletion-policy': 'Retain' },
      async (site, path) => expect(await site.holds(path)).toEqual({ version: 2, data: { key: 'b' } }),
    ],
    [
      'preserve-on-delete',
      { 'preserve-on-delete': 'true' },
      async (site, path) => expect(await site.holds(path)).toEqual({ version: 2, data: { key: 'b' } }),
    ],
    [
      '2.6.7: SoftDelete',
      { 'deletion-policy': 'SoftDelete' },
      async (site, path) => {
        expect(await site.holds(path)).toEqual({ version: 2, data: null })
        await site.kv.undelete(path, [2])
        expect(await site.holds(path)).toEqual({ version: 2, data: { key: 'b' } })
      },
    ],
    ['2.6.7: DeleteAll', { 'deletion-policy': 'DeleteAll' }, async (site, path) => expect(await site.kv.metadata(path)).toBeUndefined()],
    [
      '2.6.7: Destroy',
      { 'deletion-policy': 'Destroy' },
      async (site, path) => {
        const versions = [...((await site.kv.metadata(path))?.versions.values() ?? [])]
        expect(versions.map(({ destroyed }) => destroyed)).toEqual([true, true])
      },
    ],
  ])('deletion by the policy %s', async (_, annotations, verify) => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'a' }, { path: `secret/${path}`, ...annotations })
    await site.inVault(path, 1, { key: 'a' })
    await site.change('api', { key: 'b' })
    await site.inVault(path, 2, { key: 'b' })
    await site.says('secret', 'api', 'Synced')
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    await verify(site, path)
  })

  test('B29: what is said about preserving a moment before the deletion counts', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'deletion-policy': 'DeleteAll' })
    await site.inVault(path, 1, { key: 'k' })
    await site.says('secret', 'api', 'Synced')
    await site.annotate(Secret, 'api', { 'preserve-on-delete': 'true' })
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
  })

  test('B24: a Secret that is deleted keeps what is in Vault, and the Deployment says that it is missing', async () => {
    const site = await Site.open(bench)
    await site.secret('db', { user: 'shop' })
    await site.deployment('shop', { path: `secret/${site.namespace}/shop` }, ['db'])
    await site.inVault(`${site.namespace}/shop/db`, 1, { user: 'shop' })
    await site.delete(Secret, 'db')
    await site.says('deployment', 'shop', 'SourceMissing')
    expect(await site.holds(`${site.namespace}/shop/db`)).toEqual({ version: 1, data: { user: 'shop' } })
    await site.annotate(Deployment, 'shop', { 'source-missing': 'Delete', 'deletion-policy': 'DeleteAll' })
    await eventually(async () => expect(await site.holds(`${site.namespace}/shop/db`)).toBeUndefined())
  })
})

describe('annotations that cannot be read', () => {
  test('2.6.19: leave everything as it is, and the VaultSync and an Event say all that is wrong', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'deletion-policy': 'DeleteAll' })
    await site.inVault(path, 1, { key: 'k' })
    await site.annotate(Secret, 'api', { secrets: '[{', recncile: '5m' })
    await site.says('secret', 'api', 'InvalidAnnotations')
    const ready = (await site.sync('secret', 'api'))?.status?.conditions?.find(({ type }) => type === 'Ready')
    expect(ready?.message).toMatch(/secrets: is not JSON/)
    expect(ready?.message).toContain('recncile: there is no such annotation (did you mean "reconcile"?)')
    await eventually(async () => expect(await site.events()).toContain('InvalidAnnotations'))
    await site.change('api', { key: 'changed' })
    await consistently(async () => expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } }), 500)
    await site.annotate(Secret, 'api', { secrets: null, recncile: null })
    await site.inVault(path, 2, { key: 'changed' })
  })
})

describe('2.6.9: the path policy', () => {
  test('B5: a path outside of the namespace’s is refused, and Vault is not even asked', async () => {
    const site = await Site.open(bench, { settings: { driftInterval: '30s' } })
    await site.secret('api', { key: 'k' }, { path: 'secret/another-namespace/api' })
    await site.says('secret', 'api', 'PathNotAllowed')
    expect(await site.holds('another-namespace/api')).toBeUndefined()
    await eventually(async () => expect(await site.events()).toContain('PathNotAllowed'))
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
  })

  test('the cluster’s name goes behind the mount, and the policy follows', async () => {
    const site = await Site.open(bench, { settings: { clusterName: 'east' } })
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api` })
    await site.inVault(`east/${site.namespace}/api`, 1, { key: 'k' })
  })

  test('a configured policy replaces the default one', async () => {
    const site = await Site.open(bench, { settings: { pathPolicy: ['*=secret/shared/**'] } })
    await site.secret('yes', { key: 'k' }, { path: 'secret/shared/x' })
    await site.secret('no', { key: 'k' }, { path: `secret/${site.namespace}/x` })
    await site.inVault('shared/x', 1, { key: 'k' })
    await site.says('secret', 'no', 'PathNotAllowed')
  })
})
