// `kubewright doctor vault-sync` with the settings that the operator runs with: each thing that is wrong in Vault is found, named, and gone when it is mended.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { run } from './program.ts'
import { vaultForTest } from './vault-server.ts'
import { limitedSettings, Site, seal, sealableVault, unseal } from './vault-sync-site.ts'

const bench = useCluster()
const folder = mkdtempSync(join(tmpdir(), 'kubewright-doctor-'))

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Check {
  readonly check: string
  readonly outcome: string
  readonly why?: string
  readonly findings?: readonly { readonly level: string; readonly problem: string; readonly mend: string }[]
}

async function examined(...flags: readonly string[]) {
  const { code, stdout, stderr } = await run([
    'doctor',
    'vault-sync',
    '--output',
    'json',
    '--kubeconfig',
    bench.cluster.kubeconfigPath,
    ...flags,
  ])
  expect(stdout, stderr).not.toBe('')
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] }
  const of = (name: string) => checks.find(({ check }) => check === name)
  return { code, stdout, of, problems: (name: string) => (of(name)?.findings ?? []).map(({ problem }) => problem) }
}

/** The settings of a site as flags. */
const flagsOf = (settings: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : [`--vault-sync-${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)],
  )

const policy = (namespace: string, data: readonly string[], metadata: readonly string[]) => {
  const list = (all: readonly string[]) => all.map((each) => `"${each}"`).join(', ')
  return `path "secret/data/${namespace}/*" { capabilities = [${list(data)}] }
    path "secret/metadata/${namespace}/*" { capabilities = [${list(metadata)}] }
    path "secret/delete/${namespace}/*" { capabilities = ["update"] }`
}

test('without settings Vault is not looked at, and how to have it looked at is said', async () => {
  const { of } = await examined()
  expect(of('vault-sync')).toMatchObject({ outcome: 'skipped', why: expect.stringContaining('--vault-sync-vault-addr') as string })
})

test('rights that are missing are named with the path and the command that prints them; with them all is fine', async () => {
  const vault = await vaultForTest({ state: 'dev' })
  const namespace = await bench.namespace()
  const limited = await limitedSettings(vault, policy(namespace, ['create'], ['read']))
  const settings = { ...limited, vaultAddr: vault.address }
  const site = await Site.open(bench, { vault, namespace, settings: limited })
  await site.secret('api', { key: 'k' }, { path: `secret/${namespace}/api` })
  await site.says('secret', 'api', 'Synced')
  const bad = await examined(...flagsOf(settings))
  expect(bad.code).toBe(1)
  expect(bad.of('vault')).toMatchObject({ outcome: 'fine' })
  expect(bad.of('vault login')).toMatchObject({ outcome: 'fine' })
  expect(bad.problems('vault policy')).toEqual([
    `its token may not update at secret/data/${namespace}/kubewright-doctor`,
    `its token may not patch at secret/metadata/${namespace}/kubewright-doctor`,
  ])
  expect(bad.of('vault policy')?.findings?.[0]?.mend).toContain('kubewright vault-sync policy --mount secret=2')
  // What objects ask for counts.
  await site.secret('all', { key: 'k' }, { path: `secret/${namespace}/all`, 'deletion-policy': 'Destroy' })
  await site.says('secret', 'all', 'Synced')
  expect((await examined(...flagsOf(settings))).problems('vault policy')).toContain(
    `its token may not update at secret/destroy/${namespace}/kubewright-doctor`,
  )
  const destroy = `\npath "secret/destroy/${namespace}/*" { capabilities = ["update"] }`
  await vault.admin('PUT', 'sys/policies/acl/sync', { policy: policy(namespace, ['create', 'update'], ['read', 'patch']) + destroy })
  const good = await examined(...flagsOf(settings))
  expect(good.of('vault policy')).toMatchObject({ outcome: 'fine' })
  // A file of settings is as good as flags, and others' settings in it are no matter.
  const file = join(folder, 'settings.json')
  const inFile = Object.entries(settings).map(([key, value]) => [`vaultSync${key[0]!.toUpperCase()}${key.slice(1)}`, value])
  writeFileSync(file, JSON.stringify({ ...Object.fromEntries(inFile), logLevel: 'info' }))
  expect((await examined('--config', file)).of('vault policy')).toMatchObject({ outcome: 'fine' })
}, 120_000)

test('a login that is refused, a Vault that is sealed, and one that is not there', async () => {
  const vault = await sealableVault()
  const namespace = await bench.namespace()
  const limited = await limitedSettings(vault, policy(namespace, ['create', 'update'], ['read', 'patch']))
  const settings = { ...limited, vaultAddr: vault.address }
  const site = await Site.open(bench, { vault, namespace, operator: 'elsewhere' })
  const refused = await examined(...flagsOf({ ...settings, vaultRoleId: 'another' }))
  expect(refused.problems('vault login')[0]).toContain('the login is refused')
  expect(refused.of('vault login')?.findings?.[0]?.mend).toContain('auth/approle')
  await seal(site)
  const sealed = await examined(...flagsOf(settings))
  expect(sealed.problems('vault')).toEqual(['it is sealed: nothing is written until it is open'])
  await unseal(site)
  const away = await examined(...flagsOf({ ...settings, vaultAddr: 'http://127.0.0.1:1' }))
  expect(away.of('vault')?.findings).toMatchObject([{ level: 'error', mend: expect.stringContaining('--vault-sync-vault-addr') as string }])
}, 120_000)

test('a root token, a mount that is not there, and tokens of seconds', async () => {
  const vault = await vaultForTest({ state: 'dev' })
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, vault.rootToken)
  onTestFinished(() => rmSync(tokenFile))
  const settings = { vaultAddr: vault.address, vaultTokenFile: tokenFile, pathPolicy: '*=nowhere/{{namespace}}/**' }
  const found = await examined(...flagsOf(settings))
  expect(found.problems('vault login')).toEqual([expect.stringContaining('root token')])
  expect(found.problems('vault policy').join()).toContain('the mount of "nowhere" cannot be found out')
  const limited = await limitedSettings(vault, policy('x', ['create'], ['read']), { token_ttl: '20s' })
  const short = await examined(...flagsOf({ ...limited, vaultAddr: vault.address }))
  expect(short.problems('vault login')).toEqual([expect.stringContaining('its tokens live 20 s')])
}, 120_000)
