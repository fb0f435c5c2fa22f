// The vault-sync operator while its Vault is away or refuses: nothing is forgotten, and nothing waits for ever.

import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { eventually } from '@kubewright/testing'
import { Deployment, Namespace, Secret } from 'kubewright'
import { beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { asRoot, clientOf, vaultForTest } from './vault-server.ts'
import { limitedSettings, Site, seal, sealableVault, unseal } from './vault-sync-site.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

describe('a Vault that is away', () => {
  test('B39, 2.6.11: the operator starts without it, and writes when it is there', async () => {
    const vault = await sealableVault()
    await clientOf(vault, asRoot(vault)).seal()
    const site = await Site.open(bench, { vault })
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api` })
    await site.says('secret', 'api', 'VaultUnavailable')
    await unseal(site)
    await site.inVault(`${site.namespace}/api`, 1, { key: 'k' })
    await site.says('secret', 'api', 'Synced')
  })

  test('B27, 2.6.12: an object that is deleted waits for it until the deadline, then goes; what it leaves is retried until it is gone', async () => {
    const site = await Site.open(bench, { vault: await sealableVault(), settings: { cleanupDeadline: '2s' } })
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'deletion-policy': 'DeleteAll' })
    await site.inVault(path, 1, { key: 'k' })
    await site.says('secret', 'api', 'Synced')
    await seal(site)
    await site.delete(Secret, 'api')
    await eventually(async () => expect((await site.sync('secret', 'api'))?.status?.cleanupSince).toBeDefined())
    await site.gone(Secret, 'api')
    expect(await site.orphans()).toMatchObject([{ spec: { path: `secret/${path}`, deletionPolicy: 'DeleteAll' } }])
    await unseal(site)
    await eventually(async () => expect(await site.holds(path)).toBeUndefined(), { timeout: 30_000 })
    await eventually(async () => expect(await site.orphans()).toEqual([]))
  })

  test('B27: the annotation lets it go at once', async () => {
    const site = await Site.open(bench, { vault: await sealableVault(), settings: { cleanupDeadline: '1h' } })
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api` })
    await site.says('secret', 'api', 'Synced')
    await seal(site)
    await site.delete(Secret, 'api')
    await eventually(async () => expect((await site.sync('secret', 'api'))?.status?.cleanupSince).toBeDefined())
    await site.annotate(Secret, 'api', { 'force-finalize': 'true' })
    await site.gone(Secret, 'api')
    expect(await site.orphans()).toHaveLength(1)
  })

  test('B28: a cleanup that Vault refuses has the same deadline', async () => {
    const namespace = await bench.namespace()
    const vault = await vaultForTest({ state: 'dev' })
    const policy = `path "secret/data/${namespace}/*" { capabilities = ["create", "update"] }
      path "secret/metadata/${namespace}/*" { capabilities = ["read", "patch"] }`
    const settings = { ...(await limitedSettings(vault, policy)), cleanupDeadline: '2s' }
    const site = await Site.open(bench, { namespace, vault, settings })
    await site.secret('api', { key: 'k' }, { path: `secret/${namespace}/api`, 'deletion-policy': 'DeleteAll' })
    await site.says('secret', 'api', 'Synced')
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await site.orphans()).toHaveLength(1)
  })

  test('B26: a namespace that is deleted takes everything with it, though its Secrets go first', async () => {
    const site = await Site.open(bench)
    const base = `${site.namespace}/shop`
    await site.secret('db', { user: 'shop' })
    await site.deployment('shop', { path: `secret/${base}`, 'deletion-policy': 'DeleteAll' }, ['db'])
    await site.inVault(`${base}/db`, 1, { user: 'shop' })
    await site.says('deployment', 'shop', 'Synced')
    await site.delete(Secret, 'db')
    await site.delete(VaultSync, 'deployment-shop')
    await site.delete(Deployment, 'shop')
    await site.gone(Deployment, 'shop')
    expect(await site.holds(`${base}/db`)).toBeUndefined()
    await (await site.resource(Namespace)).delete({ name: site.namespace })
  })
})

test('nothing is in Vault that the ledger has not: while the API server refuses the ledger, nothing is written', async () => {
  const site = await Site.open(bench)
  const path = `${site.namespace}/api`
  const refusal = site.proxy.inject({ is: 'status', code: 503 }, { method: 'PATCH', path: /vaultsyncs\/secret-api\/status$/ })
  await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
  await eventually(async () => expect(refusal.hits).toBeGreaterThan(1))
  expect(await site.holds(path)).toBeUndefined()
  refusal.lift()
  await site.inVault(path, 1, { key: 'k' })
})

describe('two objects that swap their paths', () => {
  const swapped = async (policy: string) => {
    const site = await Site.open(bench)
    const at = (name: string) => `${site.namespace}/${name}`
    for (const name of ['one', 'two']) await site.secret(name, { is: name }, { path: `secret/${at(name)}`, 'deletion-policy': policy })
    for (const name of ['one', 'two']) await site.says('secret', name, 'Synced')
    await site.annotate(Secret, 'one', { path: `secret/${at('two')}` })
    await site.annotate(Secret, 'two', { path: `secret/${at('one')}` })
    return { site, at }
  }

  test.each(['SoftDelete', 'DeleteAll', 'Destroy'])('do not wait for each other for ever: %s', async (policy) => {
    const { site, at } = await swapped(policy)
    await eventually(async () => expect((await site.kv.read(at('one')))?.data).toEqual({ is: 'two' }), { timeout: 30_000 })
    await eventually(async () => expect((await site.kv.read(at('two')))?.data).toEqual({ is: 'one' }), { timeout: 30_000 })
    for (const name of ['one', 'two']) {
      await site.says('secret', name, 'Synced')
      expect((await site.sync('secret', name))?.status?.targets).toHaveLength(1)
    }
  })

  test('and keep what they have in Vault (Retain) say what to do, and do it when they are told to', async () => {
    const { site, at } = await swapped('Retain')
    const message = async (name: string) => (await site.sync('secret', name))?.status?.conditions?.[0]?.message
    await eventually(async () => expect(await message('one')).toContain('the deletion policy Retain keeps it'), { timeout: 30_000 })
    expect((await site.kv.read(at('one')))?.data).toEqual({ is: 'one' })
    for (const name of ['one', 'two']) await site.annotate(Secret, name, { adopt: 'true' })
    await eventually(async () => expect((await site.kv.read(at('one')))?.data).toEqual({ is: 'two' }), { timeout: 30_000 })
    await eventually(async () => expect((await site.kv.read(at('two')))?.data).toEqual({ is: 'one' }), { timeout: 30_000 })
  })
})
