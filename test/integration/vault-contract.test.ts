import { eventually, type VaultUnderTest } from '@kubewright/testing'
import { decodeShare, isVaultError, type SealStatus, type VaultClient, type VaultFailure } from '@kubewright/vault'
import { describe, expect, test } from 'vitest'
import { contract } from './vault-contract.ts'
import { asRoot, clientOf, limitedClient } from './vault-server.ts'

/** What a call failed with. */
async function failure(call: Promise<unknown>): Promise<VaultFailure> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isVaultError(error)) throw new Error(`no failure of Vault: ${String(error)}`)
  return error.failure
}

function bytes(text: string): Buffer {
  const share = decodeShare(text)
  if (share.is === 'refused') throw new Error(share.why)
  return share.bytes
}

async function submit(client: VaultClient, vault: VaultUnderTest, ...numbers: readonly number[]): Promise<SealStatus> {
  let status = await client.sealStatus()
  for (const number of numbers) status = await client.submitShare(bytes(vault.shares[number]!.hex))
  return status
}

contract('sealing, KV and tokens', (vaultForTest) => {
  describe('sealing of one node', () => {
    test('a sealed node tells its threshold, counts distinct shares under one nonce, and opens with the last', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault)
      const before = await client.sealStatus()
      expect(before).toMatchObject({
        initialized: true,
        sealed: true,
        threshold: 3,
        shares: 5,
        progress: 0,
        nonce: '',
        clusterId: undefined,
      })
      const first = await submit(client, vault, 4)
      expect(first).toMatchObject({ sealed: true, progress: 1 })
      const again = await client.submitShare(bytes(vault.shares[4]!.base64))
      expect(again).toMatchObject({ progress: 1, nonce: first.nonce })
      const open = await submit(client, vault, 0, 2)
      expect(open).toMatchObject({ sealed: false, progress: 0, nonce: '' })
      expect(open.clusterId).toMatch(/^[0-9a-f-]{36}$/)
      expect(await submit(client, vault, 1)).toMatchObject({ sealed: false })
      await eventually(async () => expect(await client.leader()).toMatchObject({ haEnabled: true, isSelf: true, address: vault.address }))
      expect(await client.health()).toMatchObject({ state: 'active', clusterId: open.clusterId })
    })

    test('A9: a wrong share spoils its combination: 400, and progress is back at 0', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault)
      await submit(client, vault, 0, 1)
      const wrong = Buffer.alloc(33, 7)
      await expect(client.submitShare(wrong)).rejects.toThrow('message authentication failed')
      expect(await client.sealStatus()).toMatchObject({ progress: 0, nonce: '' })
      expect(await submit(client, vault, 0, 1, 2)).toMatchObject({ sealed: false })
    })

    test('two shares with one x cannot be combined', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault)
      const twin = bytes(vault.shares[0]!.hex)
      twin[0]! ^= 1
      await submit(client, vault, 0)
      await client.submitShare(twin)
      await expect(submit(client, vault, 1)).rejects.toThrow('duplicate part detected')
      expect(await client.sealStatus()).toMatchObject({ progress: 0 })
    })

    test('A8: a reset forgets the shares, and the next one begins under another nonce', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault)
      const { nonce } = await submit(client, vault, 0, 1)
      expect(await client.resetUnseal()).toMatchObject({ progress: 0, nonce: '' })
      expect((await submit(client, vault, 0)).nonce).not.toBe(nonce)
      await submit(client, vault, 1, 2)
      expect(await failure(client.resetUnseal())).toEqual({ is: 'invalid' })
    })

    test('A15: shares of a wrong length are refused, without progress', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault)
      await expect(client.submitShare(Buffer.alloc(40, 1))).rejects.toThrow('longer than maximum 33 bytes')
      await expect(client.submitShare(Buffer.alloc(6, 1))).rejects.toThrow('shorter than minimum 16 bytes')
      expect(await client.sealStatus()).toMatchObject({ progress: 0 })
    })

    test('the migrate flag without a migration is refused', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault)
      await expect(client.submitShare(bytes(vault.shares[0]!.hex), { migrate: true })).rejects.toThrow('no migration seal found')
    })

    test('what a sealed node is asked for fails as sealed', async () => {
      const vault = await vaultForTest({ state: 'sealed' })
      const client = clientOf(vault, asRoot(vault))
      expect(await failure(client.leader())).toEqual({ is: 'sealed' })
      expect(await failure(client.request({ method: 'GET', path: '/v1/sys/mounts' }))).toEqual({ is: 'sealed' })
      expect(await client.health()).toMatchObject({ state: 'sealed' })
    })

    test('A16: one that is not initialised says so, is initialised once, and opens with what init gave', async () => {
      const vault = await vaultForTest({ state: 'uninitialized' })
      const client = clientOf(vault)
      expect(await client.sealStatus()).toMatchObject({ initialized: false, sealed: true, threshold: 0, shares: 0 })
      expect(await client.health()).toMatchObject({ state: 'notInitialized' })
      expect(await failure(client.submitShare(Buffer.alloc(33, 1)))).toEqual({ is: 'notInitialized' })
      await expect(client.init({ seal: 'shamir', shares: 3, threshold: 1 })).rejects.toThrow('threshold must be greater than one')
      await expect(client.init({ seal: 'auto', recoveryShares: 1, recoveryThreshold: 1 })).rejects.toThrow(
        'not applicable to seal type shamir',
      )
      const { shares, rootToken } = await client.init({ seal: 'shamir', shares: 3, threshold: 2 })
      expect(shares).toHaveLength(3)
      await expect(client.init({ seal: 'shamir', shares: 1, threshold: 1 })).rejects.toThrow('already initialized')
      expect(await client.initialized()).toBe(true)
      for (const share of shares.slice(1)) await client.submitShare(bytes(share))
      const root = clientOf(vault, { auth: { method: 'token', token: rootToken } })
      await eventually(async () => expect(await root.raftPeers()).toHaveLength(1))
    })

    test('A14: threshold 1', async () => {
      const vault = await vaultForTest({ state: 'sealed', shares: 1, threshold: 1 })
      const client = clientOf(vault)
      await expect(client.submitShare(Buffer.alloc(33, 7))).rejects.toThrow('invalid key size 33')
      await expect(client.submitShare(Buffer.alloc(32, 7))).rejects.toThrow('message authentication failed')
      expect(await submit(client, vault, 0)).toMatchObject({ sealed: false })
    })

    test('a new split makes the old shares worthless: the next seal opens with the new ones only', async () => {
      const vault = await vaultForTest({ state: 'open', threshold: 2, shares: 3 })
      const client = clientOf(vault, asRoot(vault))
      await eventually(async () => expect(await client.health()).toMatchObject({ state: 'active' }))
      expect(await client.rekeyStatus()).toMatchObject({ started: false })
      const begun = (await vault.admin('PUT', 'sys/rekey/init', { secret_shares: 2, secret_threshold: 2 }).catch(() => undefined)) as
        | { readonly nonce: string }
        | undefined
      const { nonce } =
        begun ??
        ((await client.request({ method: 'PUT', path: '/v1/sys/rekey/init', body: { secret_shares: 2, secret_threshold: 2 } })).body as {
          readonly nonce: string
        })
      expect(await client.rekeyStatus()).toMatchObject({ started: true, newShares: 2, required: 2 })
      const update = async (number: number) =>
        (await client.request({ method: 'PUT', path: '/v1/sys/rekey/update', body: { key: vault.shares[number]!.hex, nonce } })).body as {
          readonly keys?: readonly string[]
        }
      const old = vault.shares.map(({ hex }) => hex)
      await update(0)
      const { keys } = await update(1)
      await client.seal()
      for (const share of old.slice(0, 1)) await client.submitShare(bytes(share))
      await expect(client.submitShare(bytes(old[1]!))).rejects.toThrow('message authentication failed')
      for (const share of keys!) await client.submitShare(bytes(share))
      expect(await client.sealStatus()).toMatchObject({ sealed: false, shares: 2 })
    })
  })

  describe('KV version 2', () => {
    test('check-and-set: 0 for a path without versions, else the current version', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      expect(await kv.read('a/b')).toBeUndefined()
      expect(await kv.write('a/b', { x: 'y', n: 1, o: { z: null } }, { cas: 0 })).toMatchObject({ version: 1, destroyed: false })
      expect(await failure(kv.write('a/b', { x: 'z' }, { cas: 0 }))).toEqual({ is: 'casMismatch' })
      expect(await kv.write('a/b', { x: 'z' }, { cas: 1 })).toMatchObject({ version: 2 })
      expect(await kv.read('a/b')).toMatchObject({ version: 2, data: { x: 'z' }, deleted: false })
      expect(await kv.read('a/b', { version: 1 })).toMatchObject({ version: 1, data: { x: 'y', n: 1, o: { z: null } } })
      await kv.setMetadata('a/b', { casRequired: true })
      expect(await failure(kv.write('a/b', { x: 'z' }))).toEqual({ is: 'casRequired' })
    })

    test('B16: a soft-deleted or destroyed version is told from an absent one, and keeps its number', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      await kv.write('a', { x: '1' })
      await kv.deleteLatest('a')
      expect(await kv.read('a')).toMatchObject({ version: 1, data: null, deleted: true, destroyed: false })
      expect(await failure(kv.write('a', { x: '2' }, { cas: 0 }))).toEqual({ is: 'casMismatch' })
      await kv.undelete('a', [1])
      expect(await kv.read('a')).toMatchObject({ data: { x: '1' }, deleted: false })
      await kv.destroy('a', [1])
      expect(await kv.read('a')).toMatchObject({ deleted: true, destroyed: true })
      expect(await kv.write('a', { x: '2' }, { cas: 1 })).toMatchObject({ version: 2 })
      await kv.purge('a')
      expect(await kv.read('a')).toBeUndefined()
      expect(await kv.metadata('a')).toBeUndefined()
      expect(await kv.write('a', { x: '3' }, { cas: 0 })).toMatchObject({ version: 1 })
      await kv.deleteVersions('a', [1])
      await kv.deleteLatest('absent')
      await kv.purge('absent')
    })

    test('custom metadata: POST replaces, PATCH merges, limits hold', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      expect(await failure(kv.patchMetadata('a', { customMetadata: { x: '1' } }))).toEqual({ is: 'notFound', what: 'secret' })
      await kv.write('a', { v: '1' })
      await kv.setMetadata('a', { customMetadata: { owner: 'me', other: '1' } })
      await kv.patchMetadata('a', { customMetadata: { other: null, digest: 'd' } })
      expect(await kv.metadata('a')).toMatchObject({ currentVersion: 1, customMetadata: { owner: 'me', digest: 'd' } })
      await kv.setMetadata('a', { maxVersions: 3 })
      expect(await kv.metadata('a')).toMatchObject({ maxVersions: 3, customMetadata: { owner: 'me', digest: 'd' } })
      await kv.setMetadata('a', { customMetadata: { only: 'this' } })
      expect((await kv.read('a'))!.customMetadata).toEqual({ only: 'this' })
      const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 'v']))
      await expect(kv.setMetadata('a', { customMetadata: many })).rejects.toThrow('at most 64 keys')
      await expect(kv.setMetadata('a', { customMetadata: { a: 'v'.repeat(513) } })).rejects.toThrow('must be 0 < len(value) <= 512')
      await expect(kv.setMetadata('a', { customMetadata: { a: 'line\nbreak' } })).rejects.toThrow('unprintable')
    })

    test('a merge patch changes single keys, and needs a living version', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      expect(await failure(kv.patch('a', { x: '1' }))).toEqual({ is: 'notFound', what: 'secret' })
      await kv.write('a', { x: '1', y: '2' })
      expect(await kv.patch('a', { y: null, z: '3' }, { cas: 1 })).toMatchObject({ version: 2 })
      expect((await kv.read('a'))!.data).toEqual({ x: '1', z: '3' })
      await kv.deleteLatest('a')
      expect(await failure(kv.patch('a', { x: '1' }))).toEqual({ is: 'notFound', what: 'deleted' })
    })

    test('folders are listed, and an empty one is no error', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      await kv.write('a/b', { x: '1' })
      await kv.write('a/c d/é', { x: '1' })
      expect(await kv.list('')).toEqual(['a/'])
      expect(await kv.list('a')).toEqual(['b', 'c d/'])
      expect(await kv.list('a/c d/')).toEqual(['é'])
      expect(await kv.list('none')).toEqual([])
    })

    test('B2: more than the server takes is too large', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      expect(await failure(kv.write('a', { x: 'x'.repeat(1_048_577) }))).toEqual({ is: 'tooLarge' })
      expect(await kv.read('a')).toBeUndefined()
    })

    test('B37: values come back as they were, whatever characters they have', async () => {
      const vault = await vaultForTest()
      const kv = clientOf(vault, asRoot(vault)).kvV2('secret')
      const data = { '': 'empty name', 'dot.ted': '', nul: '\u0000', emoji: '😀', separator: '\u2028', ttl: '1h' }
      await kv.write('a', data)
      expect((await kv.read('a'))!.data).toEqual(data)
    })
  })

  describe('mounts', () => {
    test('B6: the mount of a path is found whatever its depth, with its version', async () => {
      const vault = await vaultForTest()
      await vault.admin('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
      await vault.admin('POST', 'sys/mounts/deep/er/kv', { type: 'kv', options: { version: '2' } })
      const client = clientOf(vault, asRoot(vault))
      expect(await client.findMount('secret/a/b')).toEqual({ mount: 'secret', version: 2, path: 'a/b' })
      expect(await client.findMount('kv1/a')).toEqual({ mount: 'kv1', version: 1, path: 'a' })
      expect(await client.findMount('deep/er/kv/x')).toEqual({ mount: 'deep/er/kv', version: 2, path: 'x' })
      expect(await failure(client.findMount('nomount/x'))).toEqual({ is: 'permissionDenied' })
    })

    test('B7: KV version 1 has bare maps', async () => {
      const vault = await vaultForTest()
      await vault.admin('POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
      const kv = clientOf(vault, asRoot(vault)).kvV1('kv1')
      expect(await kv.read('a')).toBeUndefined()
      await kv.write('a', { x: '1' })
      expect(await kv.read('a')).toEqual({ x: '1' })
      expect(await kv.list('')).toEqual(['a'])
      expect(await failure(kv.write('a', {}))).toEqual({ is: 'invalid' })
      await kv.delete('a')
      await kv.delete('a')
      expect(await kv.list('')).toEqual([])
    })

    test('B8: a mount that is not there, and a path of the other version, are told apart', async () => {
      const vault = await vaultForTest()
      const client = clientOf(vault, asRoot(vault))
      expect(await failure(client.kvV2('nomount').read('x'))).toEqual({ is: 'notFound', what: 'mount' })
      expect(await failure(client.kvV1('secret').read('x'))).toEqual({ is: 'notFound', what: 'wrongKvVersion' })
    })
  })

  describe('logins and tokens', () => {
    const WRITE = 'path "secret/data/team/*" { capabilities = ["create", "update", "read"] }'

    test('a policy is enforced to the letter', async () => {
      const vault = await vaultForTest()
      const client = await limitedClient(
        vault,
        `${WRITE}\npath "secret/metadata/+/list" { capabilities = ["read"] }\npath "secret/data/team/no" { capabilities = ["deny"] }`,
      )
      const kv = client.kvV2('secret')
      expect(await kv.write('team/a', { x: '1' })).toMatchObject({ version: 1 })
      expect(await failure(kv.write('other/a', { x: '1' }))).toEqual({ is: 'permissionDenied' })
      expect(await failure(kv.read('team/no'))).toEqual({ is: 'permissionDenied' })
      expect(await failure(kv.metadata('team/a'))).toEqual({ is: 'permissionDenied' })
      expect(await kv.metadata('any/list')).toBeUndefined()
      expect(await failure(kv.deleteLatest('team/a'))).toEqual({ is: 'permissionDenied' })
      const capabilities = await client.capabilities(['secret/data/team/a', 'secret/data/team/no', 'sys/mounts'])
      expect(Object.fromEntries(capabilities)).toEqual({
        'secret/data/team/a': ['create', 'read', 'update'],
        'secret/data/team/no': ['deny'],
        'sys/mounts': ['deny'],
      })
    })

    test('B10: a token that was revoked is replaced within the call, without a second version', async () => {
      const vault = await vaultForTest()
      const events: string[] = []
      const client = await limitedClient(vault, WRITE, {}, { onSession: ({ is }) => events.push(is) })
      const kv = client.kvV2('secret')
      await kv.write('team/a', { x: '1' })
      await client.request({ method: 'POST', path: '/v1/auth/token/revoke-self' })
      expect(await kv.write('team/a', { x: '2' }, { cas: 1 })).toMatchObject({ version: 2 })
      expect(events).toEqual(['loggedIn', 'loggedIn'])
    })

    test('B11: a role with a TTL of 4 s and a maximum of 8 s is served without a failed call, and the token is revoked at the end', async () => {
      const vault = await vaultForTest()
      const events: string[] = []
      const client = await limitedClient(vault, WRITE, { token_ttl: '4s', token_max_ttl: '8s' }, { onSession: ({ is }) => events.push(is) })
      const stop = new AbortController()
      const running = client.run(stop.signal)
      const kv = client.kvV2('secret')
      const end = performance.now() + 12_000
      for (let count = 1; performance.now() < end; count++) {
        expect(await kv.write('team/a', { count })).toMatchObject({ version: count })
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      stop.abort()
      await running
      expect(events).toContain('renewed')
      expect(events.filter((event) => event === 'loggedIn').length).toBeGreaterThan(1)
      expect(events.filter((event) => event.endsWith('Failed'))).toEqual([])
    })

    test('a hundred callers wait for one login', async () => {
      const vault = await vaultForTest()
      const events: string[] = []
      const client = await limitedClient(vault, WRITE, {}, { onSession: ({ is }) => events.push(is) })
      const kv = client.kvV2('secret')
      await Promise.all(Array.from({ length: 100 }, (_, index) => kv.write(`team/${index}`, { x: '1' })))
      expect(events).toEqual(['loggedIn'])
    })

    test('wrong credentials are told from a missing right, and from a mount that is not there as far as Vault tells', async () => {
      const vault = await vaultForTest()
      await vault.admin('POST', 'sys/auth/userpass', { type: 'userpass' })
      await vault.admin('POST', 'auth/userpass/users/bob', { password: 'right-password' })
      const logIn = (password: string, mount?: string) =>
        clientOf(vault, { auth: { method: 'userpass', username: 'bob', password, ...(mount !== undefined && { mount }) } }).login()
      await logIn('right-password')
      expect(await failure(logIn('wrong-password'))).toEqual({ is: 'loginRefused' })
      expect(await failure(logIn('right-password', 'nomount'))).toEqual({ is: 'permissionDenied' })
    })

    test('B13: a quota is honoured by waiting', async () => {
      const vault = await vaultForTest()
      await vault.admin('POST', 'sys/quotas/rate-limit/q', { rate: 2, path: 'secret/' })
      const statuses: number[] = []
      const kv = clientOf(vault, { ...asRoot(vault), onAttempt: ({ status }) => statuses.push(status) }).kvV2('secret')
      for (let i = 0; i < 4; i++) await kv.read('a')
      expect(statuses).toContain(429)
      const hasty = clientOf(vault, { ...asRoot(vault), retries: { attempts: 1 } }).kvV2('secret')
      const failures = await Promise.all(
        [1, 2, 3, 4].map(() =>
          hasty.read('a').then(
            () => undefined,
            (error: { failure: VaultFailure }) => error.failure,
          ),
        ),
      )
      expect(failures).toContainEqual(expect.objectContaining({ is: 'rateLimited' }))
    })
  })

  test('forwarding by header is refused unless the server permits it', async () => {
    const vault = await vaultForTest()
    const kv = clientOf(vault, { ...asRoot(vault), forwardReads: true }).kvV2('secret')
    await expect(kv.read('a')).rejects.toThrow('forwarding via header X-Vault-Forward disabled')
  })

  describe('three nodes with TLS', () => {
    test('A2: all sealed: each is opened by itself, a leader is elected, standbys forward; one that is killed opens again', {
      timeout: 120_000,
    }, async () => {
      const vault = await vaultForTest({ nodes: 3, state: 'sealed', tls: true })
      const clients = vault.nodes.map((_, node) => clientOf(vault, { node, ...asRoot(vault) }))
      for (const client of clients) expect(await submit(client, vault, 0, 1, 2)).toMatchObject({ sealed: false })
      const states = () => Promise.all(clients.map(async (client) => (await client.health()).state))
      await eventually(async () => expect((await states()).sort()).toEqual(['active', 'standby', 'standby']), { timeout: 30_000 })
      await vault.admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } })
      for (const [index, client] of clients.entries())
        await eventually(async () => expect(await client.kvV2('secret').write(`a${index}`, { x: '1' })).toMatchObject({ version: 1 }), {
          timeout: 20_000,
        })
      const active = (await states()).indexOf('active')
      const others = clients.filter((_, index) => index !== active)
      await vault.nodes[active]!.kill()
      expect(await failure(clients[active]!.sealStatus())).toMatchObject({ is: 'unreachable', sent: false })
      await eventually(
        async () => expect(await Promise.all(others.map(async (client) => (await client.health()).state))).toContain('active'),
        { timeout: 30_000 },
      )
      await vault.nodes[active]!.start()
      expect(await clients[active]!.sealStatus()).toMatchObject({ sealed: true, progress: 0 })
      expect(await submit(clients[active]!, vault, 2, 3, 4)).toMatchObject({ sealed: false })
      await eventually(async () => expect((await states()).sort()).toEqual(['active', 'standby', 'standby']), { timeout: 30_000 })
    })

    test('A21: a name that is not in the certificate, and a foreign CA, are TLS failures; a pinned address is verified by the name', async () => {
      const vault = await vaultForTest({ state: 'open', tls: true, names: ['vault-0.vault-internal'] })
      const { port } = vault.nodes[0]!
      const stranger = await vaultForTest({ state: 'uninitialized', tls: true })
      const at = (name: string, ca = vault.ca) =>
        clientOf(vault, { address: `https://${name}:${port}`, connectTo: '127.0.0.1', tls: { ca } })
      expect(await at('vault-0.vault-internal').sealStatus()).toMatchObject({ initialized: true })
      expect(await failure(at('vault-1.vault-internal').sealStatus())).toMatchObject({ is: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
      expect(await failure(at('vault-0.vault-internal', stranger.ca).sealStatus())).toMatchObject({ is: 'tls' })
      const plain = clientOf(vault, { address: `http://127.0.0.1:${port}` })
      expect(await failure(plain.sealStatus())).toMatchObject({ is: 'notVault' })
    })
  })
})
