// spec.initialize: a Vault without data is initialised once, and its shares are where they belong and nowhere else.
import { Secret } from '@kubewright/client'
import { VaultUnsealer, VaultUnsealerGrant } from '@kubewright/operator-vault-unsealer'
import { consistently, eventually, startVault, type VaultUnderTest } from '@kubewright/testing'
import { vaultClient } from '@kubewright/vault'
import { beforeAll, expect, onTestFinished } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { useSecretSearch } from './secret-search.ts'
import { hosts, PORT, type VaultSite, vaultSiteTest } from './vault-unsealer-site.ts'

const search = useSecretSearch()
const bench = useCluster({ apiServerFlags: search.audit.flags })
const test = vaultSiteTest(bench, search)
const kind = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' ? 'real' : 'fake'

/** Of a key pair that was made for this, and whose other half nobody has. */
const PGP_KEY =
  'mDMEawIYBRYJKwYBBAHaRw8BAQdAUX2KRqUaBk/JXGNd3Q23wHRTYonhfn0xdxNB5PNf7h+0I2t1YmV3cmlnaHQgdGVzdCA8dGVzdEBleGFtcGxlLnRlc3Q+iJAEExYIADgWIQRuH2k+QFP2BEbPMozBjeP7HF6kYQUCawIYBQIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRDBjeP7HF6kYUnAAQCO8bxpgqNDwR/QdLz7HV9T5Aj/WcOlselKRY1kz7impAD+KxDqw3qwuEHfo15xL5Mkes0RfyIMtR9iCrE9/114KwO4OARrAhgFEgorBgEEAZdVAQUBAQdAAPp1OLKfyg1Ty3iVbXuq4RYByvBStuJU4Ac4Puv6tz8DAQgHiHgEGBYIACAWIQRuH2k+QFP2BEbPMozBjeP7HF6kYQUCawIYBQIbDAAKCRDBjeP7HF6kYdQMAP44luC6w8zHTkjdMQVWCsnikl56Zq0sHaY9lvgE4DZdYwD/XjCj9X+YfafQCeqNThUem2BHjKpN5RecEgbOi65F3g0='

beforeAll(async () => {
  await installKind(bench.client, VaultUnsealer)
  await installKind(bench.client, VaultUnsealerGrant)
})

const MINE = { 'autounseal.vault.io/unsealer': 'main' }
const INITIALIZE = { shares: 3, threshold: 2, secretRef: { name: 'keys', key: 'keys' } }

async function blankVault(site: VaultSite, nodes: number): Promise<VaultUnderTest> {
  const vault = await startVault(kind, { nodes, state: 'uninitialized', tls: true, names: ['vault.test'], hosts: hosts(nodes), port: PORT })
  onTestFinished(() => vault[Symbol.asyncDispose]())
  await site.podsOf(vault)
  await site.secret('ca', { 'ca.crt': vault.ca })
  return vault
}

async function entries(site: VaultSite): Promise<Readonly<Record<string, string>>> {
  const { data = {} } = await (await bench.client.resource(Secret)).get(site.at('keys'))
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]))
}

async function statusOf(vault: VaultUnderTest, node = 0) {
  const client = vaultClient({ address: vault.nodes[node]!.address, tls: { ca: vault.ca, serverName: 'vault.test' } })
  return client.sealStatus().finally(() => client.close())
}

const failed = (site: VaultSite) =>
  eventually(async () => {
    expect(await site.reason('vault-0')).toBe('InitializationFailed')
    return (await site.status())?.pods?.[0]?.message
  })

test('a blank Vault of three nodes is initialised at the first, kept, joined, opened; the root token is revoked', {
  timeout: 180_000,
}, async ({ site }) => {
  const vault = await blankVault(site, 3)
  await site.secret('keys', {}, MINE)
  await site.unsealer(vault, { initialize: INITIALIZE, raft: { unprovenShares: 'Wait', join: true }, interval: '5s' })
  await eventually(async () => expect(await site.status()).toMatchObject({ summary: '3/3' }), { timeout: 90_000 })
  const told = () => site.events().then((events) => events.map(({ reason }) => reason))
  await eventually(async () => expect(await told()).toContain('RootTokenRevoked'), { timeout: 30_000 })
  expect(await told()).toContain('Initialized')
  const kept = await entries(site)
  expect(Object.keys(kept)).toEqual(['keys'])
  const shares = JSON.parse(kept['keys']!) as readonly string[]
  expect(shares).toHaveLength(3)
  search.lookFor(...shares.map((share, index) => ({ name: `share ${index + 1}`, bytes: Buffer.from(share, 'base64') })))
  expect(await statusOf(vault)).toMatchObject({ sealed: false, shares: 3, threshold: 2 })
})

test('a root token that an earlier life of the operator has kept is revoked by the next one, and dropped from the Secret', {
  timeout: 120_000,
}, async ({ site }) => {
  const vault = await startVault(kind, { nodes: 1, state: 'open', tls: true, names: ['vault.test'], hosts: hosts(1), port: PORT })
  onTestFinished(() => vault[Symbol.asyncDispose]())
  await site.podsOf(vault)
  await site.secret('ca', { 'ca.crt': vault.ca })
  const shares = JSON.stringify(vault.shares.map(({ base64 }) => base64))
  await site.secret('keys', { keys: shares, 'keys.root-token': vault.rootToken }, MINE)
  await site.unsealer(vault, { initialize: INITIALIZE })
  await eventually(async () => expect(Object.keys(await entries(site))).toEqual(['keys']), { timeout: 60_000 })
  const auth = { method: 'token', token: vault.rootToken } as const
  const client = vaultClient({ address: vault.nodes[0]!.address, tls: { ca: vault.ca, serverName: 'vault.test' }, auth })
  await expect(client.request({ method: 'GET', path: '/v1/auth/token/lookup-self' })).rejects.toMatchObject({
    failure: { is: 'invalidToken' },
  })
  await client.close()
})

test('a Secret that holds something, is not there, or is nobody’s: nothing is initialised, and the status says what to do', {
  timeout: 120_000,
}, async ({ site }) => {
  const vault = await blankVault(site, 1)
  await site.unsealer(vault, { initialize: INITIALIZE })
  expect(await failed(site)).toContain('there is none')
  await site.secret('keys', {})
  await eventually(async () => expect(await failed(site)).toContain('kubectl -n'), { timeout: 30_000 })
  await site.secret('keys', { keys: 'not a share, but somebody’s' }, MINE)
  await eventually(async () => expect(await failed(site)).toContain('is not written over'), { timeout: 60_000 })
  expect(await statusOf(vault)).toMatchObject({ initialized: false })
  expect(await entries(site)).toEqual({ keys: 'not a share, but somebody’s' })
})

test('an initialisation whose end nobody has seen is not begun again', { timeout: 120_000 }, async ({ site }) => {
  const vault = await blankVault(site, 1)
  await site.secret('keys', { 'keys.initializing': 'vault-0, begun at 2026-01-01T00:00:00Z' }, MINE)
  await site.unsealer(vault, { initialize: INITIALIZE })
  expect(await failed(site)).toContain('vault-0, begun at 2026-01-01T00:00:00Z')
  await consistently(async () => expect(await statusOf(vault)).toMatchObject({ initialized: false }), 3_000)
})

test('what Vault refuses leaves no mark', { timeout: 120_000 }, async ({ site }) => {
  const vault = await blankVault(site, 1)
  await site.secret('keys', {}, MINE)
  const junk = Buffer.from('no key').toString('base64')
  await site.unsealer(vault, { initialize: { ...INITIALIZE, pgpKeys: [junk, junk, junk], rootTokenPgpKey: junk } })
  await failed(site)
  expect(await entries(site)).toEqual({})
  expect(await statusOf(vault)).toMatchObject({ initialized: false })
})

test('with PGP keys only what is encrypted is kept', { timeout: 120_000 }, async ({ site, skip }) => {
  if (kind === 'fake') skip('the Vault in this process does not encrypt with PGP')
  const vault = await blankVault(site, 1)
  await site.secret('keys', {}, MINE)
  const keys = { pgpKeys: [PGP_KEY, PGP_KEY, PGP_KEY], rootTokenPgpKey: PGP_KEY }
  await site.unsealer(vault, { initialize: { ...INITIALIZE, ...keys } })
  await eventually(async () => expect(Object.keys(await entries(site)).sort()).toEqual(['keys', 'keys.root-token.pgp']), {
    timeout: 60_000,
  })
  const kept = await entries(site)
  for (const message of [...(JSON.parse(kept['keys']!) as readonly string[]), kept['keys.root-token.pgp']!]) {
    const bytes = Buffer.from(message, 'base64')
    // The packet of a session key that is encrypted for somebody, and nothing of the size of a share.
    expect([1, bytes.length > 100]).toEqual([packetTag(bytes), true])
  }
  expect(await statusOf(vault)).toMatchObject({ initialized: true, sealed: true })
})

function packetTag(bytes: Buffer): number {
  const first = bytes[0]!
  return (first & 0x40) === 0 ? (first & 0x3c) >> 2 : first & 0x3f
}
