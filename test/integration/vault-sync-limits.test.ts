// The vault-sync operator at the edges of Vault: sizes, mounts that change, versions that expire, namespaces, tokens that live for a second.
import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { consistently, eventually, fakeVault } from '@kubewright/testing'
import { Secret } from 'kubewright'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { vaultForTest } from './vault-server.ts'
import { limitedSettings, Site } from './vault-sync-site.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

/** Requests to Vault so far. */
async function requestsOf(site: Site): Promise<number> {
  const found = await site.running.manager.metrics.getSingleMetric('vault_sync_vault_requests_total')!.get()
  return found.values.reduce((sum, { value }) => sum + value, 0)
}

describe('what Vault does not take', () => {
  // Beyond the operator's own limit Vault is not even asked; with a higher one it is Vault that says so.
  test.each<[string, Record<string, unknown>, () => Record<string, string | Buffer>]>([
    ['B2: a value of a mebibyte', {}, () => ({ big: 'x'.repeat(1_040_000) })],
    ['B2: a value that is one as base64, and Vault refuses', { maxSecretBytes: 8_000_000 }, () => ({ big: Buffer.alloc(1_000_000, 0xff) })],
    [
      'B3: more keys than Vault takes',
      { maxSecretBytes: 8_000_000 },
      () => Object.fromEntries(Array.from({ length: 10_100 }, (_, at) => [`k${at}`, 'v'])),
    ],
  ])('%s is said, and not tried again in a hurry', async (_, settings, data) => {
    const site = await Site.open(bench, { settings })
    await site.secret('big', data(), { path: `secret/${site.namespace}/big` })
    await site.says('secret', 'big', 'TooLarge')
    const asked = await requestsOf(site)
    await consistently(async () => expect(await requestsOf(site)).toBe(asked), 1_000)
    expect(await site.holds(`${site.namespace}/big`)).toBeUndefined()
    // Smaller, it gets there.
    await site.delete(Secret, 'big')
    await site.gone(Secret, 'big')
    await site.secret('big', { small: 's' }, { path: `secret/${site.namespace}/big` })
    await site.inVault(`${site.namespace}/big`, 1, { small: 's' })
  })

  test('B3: hundreds of keys are no trouble', async () => {
    const site = await Site.open(bench)
    const data = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`k${at}`, String(at)]))
    await site.secret('many', data, { path: `secret/${site.namespace}/many` })
    await site.inVault(`${site.namespace}/many`, 1, data)
  })
})

describe('mounts', () => {
  test('B8: a KV 1 that becomes a KV 2 while the operator runs', async () => {
    const site = await Site.open(bench)
    await site.vault.admin('POST', 'sys/mounts/grows', { type: 'kv', options: { version: '1' } })
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `grows/${path}` })
    await eventually(async () => expect(await site.root.kvV1('grows').read(path)).toEqual({ key: 'k' }))
    await site.says('secret', 'api', 'Synced')
    await site.vault.admin('POST', 'sys/mounts/grows/tune', { options: { version: '2' } })
    await site.change('api', { key: 'changed' })
    await eventually(async () => expect((await site.root.kvV2('grows').read(path))?.data).toEqual({ key: 'changed' }), { timeout: 20_000 })
    const synced = await site.says('secret', 'api', 'Synced')
    expect(synced.status?.targets).toMatchObject([{ path: `grows/${path}`, kv: 2, state: 'Synced' }])
  })

  test('B8: what was written to a KV 1 goes also when it has become a KV 2 in between', async () => {
    const site = await Site.open(bench)
    await site.vault.admin('POST', 'sys/mounts/grows', { type: 'kv', options: { version: '1' } })
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `grows/${path}`, 'deletion-policy': 'DeleteAll' })
    await site.says('secret', 'api', 'Synced')
    await site.vault.admin('POST', 'sys/mounts/grows/tune', { options: { version: '2' } })
    await eventually(async () => expect((await site.root.kvV2('grows').read(path))?.data).toEqual({ key: 'k' }))
    await site.delete(Secret, 'api')
    await site.gone(Secret, 'api')
    expect(await site.root.kvV2('grows').metadata(path)).toBeUndefined()
  })

  test('B17: versions that expire by themselves are alive until then, and are not written again before', async () => {
    const site = await Site.open(bench)
    await eventually(() => site.vault.admin('POST', 'secret/config', { delete_version_after: '1h' }))
    const path = `${site.namespace}/api`
    await site.secret('api', { key: 'k' }, { path: `secret/${path}` })
    await site.says('secret', 'api', 'Synced')
    await site.annotate(Secret, 'api', { resync: 'look' })
    await eventually(async () => expect((await site.sync('secret', 'api'))?.status?.seenResync).toBe('look'))
    expect((await site.kv.metadata(path))?.currentVersion).toBe(1)
  })

  test('B9: a token that may touch the metadata and not the values: which path it was is said, and it is written when it may', async () => {
    const namespace = await bench.namespace()
    const vault = await vaultForTest({ state: 'dev' })
    const metadata = `path "secret/metadata/${namespace}/*" { capabilities = ["read", "patch"] }\n`
    const site = await Site.open(bench, { namespace, vault, settings: await limitedSettings(vault, metadata) })
    await site.secret('api', { key: 'k' }, { path: `secret/${namespace}/api` })
    const refused = await site.says('secret', 'api', 'PermissionDenied')
    expect(refused.status?.conditions?.[0]?.message).toContain(`secret/data/${namespace}/api`)
    const data = `path "secret/data/${namespace}/*" { capabilities = ["create", "update"] }\n`
    await vault.admin('PUT', 'sys/policies/acl/sync', { policy: metadata + data })
    await site.annotate(Secret, 'api', { resync: 'look' })
    await site.inVault(`${namespace}/api`, 1, { key: 'k' })
  })
})

test('B38: a Vault namespace is for paths: the login stays where it is set, and nothing of sys/ that is of the root alone is asked below it', async () => {
  // Community Vault ignores the header.
  const vault = await fakeVault({ state: 'dev', product: 'openbao' })
  onTestFinished(() => vault.stop())
  await vault.admin('POST', 'sys/namespaces/team', {})
  const site = await Site.open(bench, { vault })
  const below = { 'x-vault-namespace': 'team' }
  const inTeam = async (method: 'GET' | 'POST', path: string, body?: object) =>
    (await site.root.request({ method, path: `/v1/${path}`, headers: below, ...(body !== undefined && { body }) })).data
  await inTeam('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } })
  await site.secret('api', { key: 'k' }, { path: `secret/${site.namespace}/api`, 'vault-namespace': 'team' })
  await site.says('secret', 'api', 'Synced')
  expect(await inTeam('GET', `secret/data/${site.namespace}/api`)).toMatchObject({ data: { key: 'k' } })
  expect(await site.holds(`${site.namespace}/api`)).toBeUndefined()
  const below2 = vault.nodes[0]!.received.filter(({ headers }) => headers['x-vault-namespace'] === 'team').map(({ path }) => path)
  expect(below2.filter((path) => /sys\/(health|seal-status|leader)/.test(path))).toEqual([])
})

test('2.6.4: a look of itself, without a change of anything in Kubernetes, repairs what was changed in Vault', async () => {
  const site = await Site.open(bench)
  const path = `${site.namespace}/own`
  await site.secret('api', { key: 'k' })
  const sync = VaultSync.of({
    metadata: { namespace: site.namespace, name: 'own' },
    spec: { path: `secret/${path}`, sources: [{ name: 'api' }], checkInterval: '1s' },
  })
  await (await site.resource(VaultSync)).create(sync)
  await site.inVault(path, 1, { key: 'k' })
  await site.kv.write(path, { by: 'hand' })
  await site.inVault(path, 3, { key: 'k' })
})

test('B10, B11, 2.6.2: tokens of a second, again and again, as in a day of an hour each: every change gets there, once, and no sync fails', async () => {
  const LIVES = 24
  const namespace = await bench.namespace()
  const vault = await vaultForTest({ state: 'dev' })
  const policy = `path "secret/data/${namespace}/*" { capabilities = ["create", "update"] }
    path "secret/metadata/${namespace}/*" { capabilities = ["read", "patch"] }`
  const settings = await limitedSettings(vault, policy, { token_ttl: '1s', token_max_ttl: '1s' })
  const site = await Site.open(bench, { namespace, vault, settings })
  const path = `${namespace}/api`
  await site.secret('api', { key: '0' }, { path: `secret/${path}` })
  await site.inVault(path, 1, { key: '0' })
  const count = async (metric: string, labels: Record<string, string>) => {
    const { values } = await site.running.manager.metrics.getSingleMetric(metric)!.get()
    const fits = (found: object) => Object.entries(labels).every(([name, value]) => (found as Record<string, unknown>)[name] === value)
    return values.filter((each) => fits(each.labels)).reduce((sum, { value }) => sum + value, 0)
  }
  const logins = () => count('vault_sync_operator_auth_attempts_total', { result: 'success' })
  let [change, longest] = [0, 0]
  while ((await logins()) < LIVES) {
    const from = performance.now()
    await site.change('api', { key: String(++change) })
    await site.inVault(path, change + 1, { key: String(change) })
    longest = Math.max(longest, performance.now() - from)
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  const failed = await count('vault_sync_operator_sync_attempts_total', { result: 'failed' })
  console.info(
    `${await logins()} tokens of a second, ${change} changes, ${change + 1} versions, ${failed} failed syncs, the longest way into Vault ${Math.round(longest)} ms`,
  )
  expect(failed, 'no failed sync longer than a login anew').toBe(0)
  expect(await count('vault_sync_operator_auth_attempts_total', { result: 'failed' })).toBe(0)
}, 180_000)
