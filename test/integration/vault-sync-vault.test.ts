// The vault-sync operator and its Vault: whose a path is, what was changed there, and what happens when Vault says no.

import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { consistently, eventually } from '@kubewright/testing'
import { Secret } from 'kubewright'
import { beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { vaultForTest } from './vault-server.ts'
import { limitedSettings, Site, seal, sealableVault, unseal } from './vault-sync-site.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

/** The same words for one that has nothing to do: a new value each time. */
let asked = 0
const again = (site: Site, name: string) => site.annotate(Secret, name, { resync: String(++asked) })

describe('whose a path is', () => {
  test('B18: what somebody else wrote is neither overwritten nor deleted, until it is adopted', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.kv.write(path, { by: 'hand' })
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    const conflict = await site.says('secret', 'api', 'Conflict')
    expect(conflict.status?.conditions?.[0]?.message).toMatch(/not ours.*adopt/)
    expect(await site.holds(path)).toEqual({ version: 1, data: { by: 'hand' } })
    await site.annotate(Secret, 'api', { adopt: 'true' })
    await site.inVault(path, 2, { key: 'k' })
  })

  test('B18: an object that never had the path leaves it alone at its end', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.kv.write(path, { by: 'hand' })
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'deletion-policy': 'DeleteAll' })
    await site.says('secret', 'api', 'Conflict')
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await site.holds(path)).toEqual({ version: 1, data: { by: 'hand' } })
  })

  test('B19, 2.6.9: of two objects with one path the first keeps it, without flapping; when it goes, the second takes over', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/shared`
    await site.secret('first', { of: 'first' }, { path: `secret/${path}` })
    await site.inVault(path, 1, { of: 'first' })
    await site.says('secret', 'first', 'Synced')
    await site.secret('second', { of: 'second' }, { path: `secret/${path}` })
    const conflict = await site.says('secret', 'second', 'Conflict')
    expect(conflict.status?.conditions?.[0]?.message).toContain('Secret/first')
    for (let pass = 0; pass < 10; pass++) {
      await again(site, pass % 2 === 0 ? 'first' : 'second')
      await site.says('secret', 'second', 'Conflict')
    }
    expect(await site.holds(path)).toEqual({ version: 1, data: { of: 'first' } })
    await site.delete(Secret, 'first')
    await site.gone(Secret, 'first')
    await site.inVault(path, 2, { of: 'second' })
    expect((await site.says('secret', 'second', 'Synced')).status?.targets).toEqual([
      expect.not.objectContaining({ holder: expect.anything() as unknown }),
    ])
  })

  test('B19: who waits for a path has it as soon as its owner wants another one', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/shared`
    await site.secret('first', { of: 'first' }, { path: `secret/${path}` })
    await site.says('secret', 'first', 'Synced')
    for (const name of ['second', 'third']) {
      await site.secret(name, { of: name }, { path: `secret/${path}` })
      await site.says('secret', name, 'Conflict')
    }
    await site.annotate(Secret, 'first', { path: `secret/${path}-2` })
    const next = await eventually(
      async () => {
        const held = await site.holds(path)
        expect(held).toMatchObject({ version: 2, data: { of: expect.stringMatching(/second|third/) as string } })
        return (held!.data as { readonly of: string }).of
      },
      { timeout: 20_000 },
    )
    await site.says('secret', next, 'Synced')
    // And the last one has it, when that one goes.
    const last = next === 'second' ? 'third' : 'second'
    await eventually(async () => expect((await site.sync('secret', last))?.status?.targets?.[0]?.holder).toContain(`Secret/${next}`))
    await site.delete(Secret, next)
    await site.inVault(path, 3, { of: last })
  })

  test('B19, B27: what was left behind is the next one’s as soon as it has been removed', async () => {
    const site = await Site.open(bench, { vault: await sealableVault(), settings: { cleanupDeadline: '2s' } })
    const path = `${site.namespace}/shared`
    await site.secret('first', { of: 'first' }, { path: `secret/${path}`, 'deletion-policy': 'DeleteAll' })
    await site.says('secret', 'first', 'Synced')
    await site.secret('second', { of: 'second' }, { path: `secret/${path}` })
    await site.says('secret', 'second', 'Conflict')
    await seal(site)
    await site.delete(Secret, 'first')
    await site.gone(Secret, 'first')
    await unseal(site)
    await site.inVault(path, 1, { of: 'second' })
  })

  test('B19: an operator of another cluster on the same Vault is another owner, under the same names', async () => {
    const settings = { pathPolicy: ['*=secret/shared/**'], stripData: false }
    const site = await Site.open(bench, { settings: { ...settings, clusterName: '' } })
    await site.secret('api', { key: 'k' }, { path: 'secret/shared/x' })
    await site.inVault('shared/x', 1, { key: 'k' })
    await eventually(async () => expect((await site.kv.metadata('shared/x'))?.customMetadata['owner']).toBeDefined())
    await site.says('secret', 'api', 'Synced')
    // As another cluster's operator leaves it when it adopts.
    await site.kv.write('shared/x', { of: 'another cluster' }, { cas: 1 })
    const owner = `another-cluster/${site.namespace}/Secret/api`
    await site.kv.patchMetadata('shared/x', { customMetadata: { owner, 'synced-version': '2' } })
    await site.change('api', { key: 'changed' })
    await site.says('secret', 'api', 'Conflict')
    await again(site, 'api')
    await consistently(async () => expect(await site.holds('shared/x')).toEqual({ version: 2, data: { of: 'another cluster' } }), 500)
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await site.holds('shared/x')).toEqual({ version: 2, data: { of: 'another cluster' } })
  })

  test('B30: a mark that was never made is made, and equal content is not written again', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.kv.write(path, { key: 'k' })
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
    expect((await site.kv.metadata(path))?.customMetadata).toMatchObject({ 'managed-by': 'kubewright-vault-sync', 'synced-version': '1' })
  })

  test('what others have in the custom metadata stays', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.kv.setMetadata(path, { customMetadata: { team: 'blue' } })
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    expect((await site.kv.metadata(path))?.customMetadata).toMatchObject({ team: 'blue', 'managed-by': 'kubewright-vault-sync' })
  })

  test('custom metadata that is full is no failure: the ledger knows, and nothing is written twice', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.kv.setMetadata(path, { customMetadata: Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`k${at}`, 'v'])) })
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    await again(site, 'api')
    await site.says('secret', 'api', 'Synced')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
    await site.change('api', { key: 'changed' })
    await site.inVault(path, 2, { key: 'changed' })
  })
})

describe('what was changed in Vault', () => {
  const ways: readonly [string, (site: Site, path: string) => Promise<unknown>, number][] = [
    ['B15: overwritten', (site, path) => site.kv.write(path, { by: 'hand' }), 3],
    ['B16: soft-deleted', (site, path) => site.kv.deleteLatest(path), 2],
    ['B16: destroyed', (site, path) => site.kv.destroy(path, [1]), 2],
    ['B16: purged', (site, path) => site.kv.purge(path), 1],
  ]
  test.each(ways)('%s, 2.6.4: is repaired', async (_, change, version) => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    await change(site, path)
    await again(site, 'api')
    await site.inVault(path, version, { key: 'k' })
    await site.says('secret', 'api', 'Synced')
    await again(site, 'api')
    await consistently(async () => expect(await site.holds(path)).toEqual({ version, data: { key: 'k' } }), 500)
  })

  test('is reported and left, when that was asked for, until the Secret changes', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'drift-policy': 'Report' })
    await site.says('secret', 'api', 'Synced')
    await site.kv.write(path, { by: 'hand' })
    await again(site, 'api')
    await site.says('secret', 'api', 'Drifted')
    expect(await site.holds(path)).toEqual({ version: 2, data: { by: 'hand' } })
    await site.change('api', { key: 'changed' })
    await site.inVault(path, 3, { key: 'changed' })
  })

  test('IfNotExists writes once, and never again', async () => {
    const site = await Site.open(bench)
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}`, 'update-policy': 'IfNotExists' })
    await site.inVault(path, 1, { key: 'k' })
    await site.says('secret', 'api', 'Synced')
    await site.change('api', { key: 'changed' })
    await consistently(async () => expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } }), 500)
  })
})

describe('mounts', () => {
  test('B7, 2.6.8: a KV 1 gets bodies of a KV 1, and is cleaned up where it was written', async () => {
    const site = await Site.open(bench)
    await site.vault.admin('POST', 'sys/mounts/one', { type: 'kv', options: { version: '1' } })
    const kv = site.root.kvV1('one')
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k', ttl: '1h' }, { path: `one/${path}`, 'deletion-policy': 'DeleteAll' })
    await eventually(async () => expect(await kv.read(path)).toEqual({ key: 'k', ttl: '1h' }))
    await site.change('api', { key: 'changed' })
    await eventually(async () => expect(await kv.read(path)).toEqual({ key: 'changed', ttl: '1h' }))
    await site.says('secret', 'api', 'Synced')
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await kv.read(path)).toBeUndefined()
  })

  test('B6, 2.6.8: a mount with slashes, and a path with "data/"', async () => {
    const site = await Site.open(bench)
    await site.vault.admin('POST', 'sys/mounts/team/kv', { type: 'kv', options: { version: '2' } })
    await site.secret('api', { key: 'k' }, { path: `team/kv/data/${site.namespace}/api` })
    await eventually(async () => expect((await site.root.kvV2('team/kv').read(`${site.namespace}/api`))?.data).toEqual({ key: 'k' }))
  })

  test('B8: a mount that is not there is said; when it is there, it is used', async () => {
    const site = await Site.open(bench, { settings: {} })
    await site.secret('api', { key: 'k' }, { path: `late/${site.namespace}/api` })
    await site.says('secret', 'api', 'PermissionDenied')
    await site.vault.admin('POST', 'sys/mounts/late', { type: 'kv', options: { version: '2' } })
    await again(site, 'api')
    await eventually(async () => expect((await site.root.kvV2('late').read(`${site.namespace}/api`))?.data).toEqual({ key: 'k' }), {
      timeout: 20_000,
    })
  })

  test('B17, 2.6.20: a mount that demands check-and-set', async () => {
    const site = await Site.open(bench)
    await eventually(() => site.vault.admin('POST', 'secret/config', { cas_required: true, max_versions: 1 }))
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.inVault(path, 1, { key: 'k' })
    await site.change('api', { key: 'changed' })
    await site.inVault(path, 2, { key: 'changed' })
  })
})

describe('what Vault lets it do', () => {
  const rules = (namespace: string, ...metadata: readonly string[]) => `
    path "secret/data/${namespace}/*" { capabilities = ["create", "update"] }
    path "secret/metadata/${namespace}/*" { capabilities = [${metadata.map((each) => `"${each}"`).join(', ')}] }`

  test('it needs no right to read a secret: nothing is written when nothing changed, by the digest alone', async () => {
    const namespace = await bench.namespace()
    const vault = await vaultForTest({ state: 'dev' })
    const settings = await limitedSettings(vault, rules(namespace, 'read', 'patch'))
    const site = await Site.open(bench, { namespace, vault, settings })
    const path = `${namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    await site.restart()
    await again(site, 'api')
    await site.says('secret', 'api', 'Synced')
    expect(await site.holds(path)).toEqual({ version: 1, data: { key: 'k' } })
    await site.change('api', { key: 'changed' })
    await site.inVault(path, 2, { key: 'changed' })
  })

  test.each([
    ['may replace metadata and not patch it', ['read', 'create', 'update'], true],
    ['may not touch metadata at all', ['list'], false],
  ] as const)('B9: a token that %s', async (_, metadata, marked) => {
    const namespace = await bench.namespace()
    const vault = await vaultForTest({ state: 'dev' })
    const settings = await limitedSettings(vault, rules(namespace, ...metadata))
    const site = await Site.open(bench, { namespace, vault, settings })
    const path = `${namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    expect((await site.kv.metadata(path))?.customMetadata['managed-by'] !== undefined).toBe(marked)
    await site.change('api', { key: 'changed' })
    await site.inVault(path, 2, { key: 'changed' })
    await again(site, 'api')
    await site.says('secret', 'api', 'Synced')
    expect((await site.holds(path))?.version).toBe(2)
  })

  test('B12: a policy that is mended is used with a new token, as an old one keeps its old policies', async () => {
    const namespace = await bench.namespace()
    const vault = await vaultForTest({ state: 'dev' })
    const settings = await limitedSettings(vault, 'path "secret/data/other/*" { capabilities = ["create"] }')
    const site = await Site.open(bench, { namespace, vault, settings })
    await site.secret('api', { key: 'k' }, { path: `secret/${namespace}/api` })
    await site.says('secret', 'api', 'PermissionDenied')
    await vault.admin('PUT', 'sys/policies/acl/sync', { policy: rules(namespace, 'read', 'patch') })
    await again(site, 'api')
    await site.inVault(`${namespace}/api`, 1, { key: 'k' })
  })
})
