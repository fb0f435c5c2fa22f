// The vault-sync operator among others: tenants that log in as themselves, the webhook, several operators at one Vault, many objects, other people's hands.
import { Deployment, Secret, ServiceAccount } from '@kubewright/client'
import { VaultSync, VaultSyncOrphan, vaultSync } from '@kubewright/operator-vault-sync'
import { consistently, eventually } from '@kubewright/testing'
import { webhookServer } from '@kubewright/webhook'
import { beforeAll, describe, expect, test } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { runManager } from './managers.ts'
import { vaultForTest } from './vault-server.ts'
import { Site } from './vault-sync-site.ts'
import { trustCluster } from './vault-sync-trust.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

async function account(site: Site, name: string): Promise<void> {
  const resource = await site.resource(ServiceAccount)
  await resource.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: site.at(name) })
}

describe('tenants that log in as themselves', () => {
  test('2.6.9: a namespace writes with the rights of its own ServiceAccount, and no further', async () => {
    const vault = await vaultForTest({ state: 'dev' })
    const namespace = await bench.namespace()
    await trustCluster(bench, vault)
    const may = (path: string) =>
      `path "secret/data/${path}" { capabilities = ["create", "update"] }\npath "secret/metadata/${path}" { capabilities = ["read", "patch"] }\n`
    await vault.admin('PUT', 'sys/policies/acl/tenant', { policy: may(`${namespace}/mine/*`) })
    const bound = {
      bound_service_account_names: 'writer',
      bound_service_account_namespaces: namespace,
      audience: 'vault',
      token_policies: ['tenant'],
      token_ttl: '5m',
    }
    await vault.admin('POST', `auth/kubernetes/role/sync-${namespace}`, bound)
    // What the operator itself has is a token that may nothing: only the tenant's own rights count.
    const settings = { tenantRole: 'sync-{{namespace}}', tenantServiceAccount: 'writer' }
    const site = await Site.open(bench, { namespace, vault, settings })
    await account(site, 'writer')
    await site.secret('yes', { key: 'k' }, { path: `secret/${namespace}/mine/api` })
    await site.inVault(`${namespace}/mine/api`, 1, { key: 'k' })
    await site.secret('no', { key: 'k' }, { path: `secret/${namespace}/theirs/api` })
    await site.says('secret', 'no', 'PermissionDenied')
    expect(await site.holds(`${namespace}/theirs/api`)).toBeUndefined()
  })

  test('a ServiceAccount that the role is not for cannot log in, which is said', async () => {
    const vault = await vaultForTest({ state: 'dev' })
    const site = await Site.open(bench, { vault })
    await trustCluster(bench, vault)
    const bound = {
      bound_service_account_names: 'writer',
      bound_service_account_namespaces: site.namespace,
      audience: 'vault',
      token_policies: ['default'],
    }
    await vault.admin('POST', 'auth/kubernetes/role/sync', bound)
    await account(site, 'another')
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api`, 'service-account': 'another', 'vault-role': 'sync' })
    await site.says('secret', 'api', 'LoginFailed')
  })
})

describe('the webhook', () => {
  test('2.6.19: refuses annotations that cannot be, with all that is wrong, and warns of the rest; it is not asked about other objects', async () => {
    const site = await Site.open(bench)
    const warned: string[] = []
    const client = bench.cluster.client({ onWarning: (text) => void warned.push(text) })
    const secrets = await client.resource(Secret)
    const config = vaultSync.config.parse({})
    const server = webhookServer({
      name: `kubewright-vault-sync-${site.namespace}`,
      namespace: 'default',
      reach: { url: 'https://127.0.0.1:0' },
      bindAddress: '127.0.0.1:0',
      hooks: vaultSync.webhooksWith!(config),
    })
    runManager(bench.cluster.connection, (manager) => manager.add(server), { preStopDelay: 0 })
    await server.whenServing!(AbortSignal.timeout(30_000))
    let tries = 0
    const made = (annotations: Record<string, string>, name = `try-${++tries}`) =>
      secrets.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          ...site.at(name),
          annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`vault-sync.io/${key}`, value])),
        },
      })
    const refused = await eventually(async () => {
      const error = await failure(made({ path: 'secret/elsewhere/api', secrets: '[{', reconsile: '5m' }))
      expect(String(error)).toContain('path policy allows')
      return String(error)
    })
    expect(refused).toContain('secrets: is not JSON')
    expect(refused).toContain('did you mean "reconcile"')
    await made({ path: `secret/${site.namespace}/api`, reconcile: '1s' }, 'first')
    expect(warned.join()).toContain('shorter than 30s')
    await eventually(async () => expect(await site.sync('secret', 'first')).toBeDefined())
    await made({ path: `secret/${site.namespace}/api` }, 'second')
    expect(warned.join()).toContain('Secret "first" has this path')
    // What was wrong before does not keep anybody from changing something else.
    await site.change('second', { key: 'k' })
  })
})

describe('other people’s hands', () => {
  test('B34, 2.6.13: other finalizers stay, and writes of others at the same moment are no obstacle', async () => {
    const site = await Site.open(bench)
    await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api` })
    await site.says('secret', 'api', 'Synced')
    const resource = await site.resource(Secret)
    const { metadata } = await resource.get(site.at('api'))
    await resource.patch(site.at('api'), {
      type: 'merge',
      body: { metadata: { finalizers: ['example.dev/other', ...(metadata.finalizers ?? [])] } },
    })
    for (let at = 0; at < 10; at++)
      await resource.patch(site.at('api'), { type: 'merge', body: { metadata: { labels: { at: String(at) } } } })
    await site.delete(Secret, 'api')
    await eventually(async () => expect((await site.find(Secret, 'api'))?.metadata.finalizers).toEqual(['example.dev/other']))
    await resource.patch(site.at('api'), { type: 'merge', body: { metadata: { finalizers: null } } })
    await site.gone(Secret, 'api')
  })

  test('B33: annotations that a tool strips and puts back leave one version, and one object in the ledger', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'deletion-policy': 'Retain' })
    await site.says('secret', 'api', 'Synced')
    await site.annotate(Secret, 'api', { path: null, 'deletion-policy': null })
    await eventually(async () => expect(await site.sync('secret', 'api')).toBeUndefined())
    await site.annotate(Secret, 'api', { path: `secret/${path}`, 'deletion-policy': 'Retain' })
    await site.says('secret', 'api', 'Synced')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
  })

  test('B20: deleted and made again under its name, with what Vault has: not a version more', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    const annotations = { path: `secret/${path}`, 'preserve-on-delete': 'true' }
    await site.secret('api', { key: 'k' }, annotations)
    await site.says('secret', 'api', 'Synced')
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    await site.secret('api', { key: 'k' }, annotations)
    await site.says('secret', 'api', 'Synced')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
  })

  test('a VaultSync that somebody deletes comes back, and nothing in Vault is lost or written again', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'deletion-policy': 'Retain' })
    const before = await site.says('secret', 'api', 'Synced')
    await site.delete(VaultSync, 'secret-api')
    await eventually(async () =>
      expect((await site.sync('secret', 'api'))?.metadata.uid ?? before.metadata.uid).not.toBe(before.metadata.uid),
    )
    await site.says('secret', 'api', 'Synced')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
  })
})

describe('many', () => {
  test('B36: after a restart every path is looked at once, nothing is written, in Vault or in Kubernetes, and a change takes two calls', async () => {
    const site = await Site.open(bench)
    const names = Array.from({ length: 30 }, (_, at) => `s${at}`)
    for (const name of names) await site.secret(name, { key: name }, { path: `secret/${site.namespace}/${name}` })
    for (const name of names) await site.says('secret', name, 'Synced')
    await site.restart()
    const before = site.writes().length
    const requests = async () => {
      const found = await site.running.manager.metrics.getSingleMetric('vault_sync_vault_requests_total')!.get()
      return found.values.reduce((sum, { value }) => sum + value, 0)
    }
    // A look at the token, one at the mount, and one at each path.
    await eventually(async () => expect(await requests()).toBe(names.length + 2))
    await consistently(async () => expect([site.writes().slice(before), await requests()]).toEqual([[], names.length + 2]), 500)
    for (const name of names) expect((await site.holds(`${site.namespace}/${name}`))?.version).toBe(1)
    await site.change('s7', { key: 'changed' })
    await site.inVault(`${site.namespace}/s7`, 2, { key: 'changed' })
    // The write and its mark.
    await eventually(async () => expect(await requests()).toBe(names.length + 4))
    await eventually(() => expect(site.writes().slice(before)).toEqual(['patch vaultsyncs/status']))
  })
})

test('a Deployment with an old ledger of the original is taken over', async () => {
  const site = await Site.open(bench)
  await site.secret('db', { user: 'shop' })
  await site.deployment('shop', { path: `secret/data/${site.namespace}/shop`, 'secret-versions': '{"db":"123"}', reconcile: 'off' }, ['db'])
  await site.inVault(`${site.namespace}/shop/db`, 1, { user: 'shop' })
  expect((await site.find(Deployment, 'shop'))?.metadata.finalizers).toEqual(['vault-sync.io/finalizer'])
})
