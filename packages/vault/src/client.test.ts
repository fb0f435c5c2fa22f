import { inspect } from 'node:util'
import { type FakeVault, type FakeVaultOptions, fakeVault, INSTANT_TIMINGS, virtualClock } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { isVaultError, type VaultClient, type VaultFailure, type VaultOptions, vaultClient } from './index.ts'

async function start(options: FakeVaultOptions = {}): Promise<FakeVault> {
  const vault = await fakeVault({ timings: INSTANT_TIMINGS, ...options })
  onTestFinished(() => vault.stop())
  return vault
}

function client(vault: FakeVault, options: Partial<VaultOptions> = {}): VaultClient {
  const made = vaultClient({
    address: vault.address,
    allowPlaintext: true,
    retries: { pauseMs: 1 },
    ...(vault.ca !== '' && { tls: { ca: vault.ca } }),
    auth: { method: 'token', token: vault.rootToken },
    ...options,
  })
  onTestFinished(() => made.close())
  return made
}

async function failure(call: Promise<unknown>): Promise<VaultFailure> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isVaultError(error)) throw new Error(`no failure of Vault: ${String(error)}`)
  return error.failure
}

test('B13, A24: no redirect is followed: neither a token nor a share reaches the host it names', async () => {
  const [vault, stranger] = [await start(), await start()]
  const away = { status: 307, headers: { location: `${stranger.address}/v1/sys/unseal` } }
  vault.nodes[0]!.fault({ is: 'answer', answer: away })
  expect(await failure(client(vault).submitShare(Buffer.alloc(33, 1)))).toEqual({ is: 'standby', leader: stranger.address })
  expect(
    await failure(
      client(vault, { auth: { method: 'token', token: 'root' } })
        .kvV2('secret')
        .read('a'),
    ),
  ).toMatchObject({ is: 'standby' })
  expect(stranger.nodes[0]!.received).toEqual([])
})

test('a share is sent once, whatever happens to it', async () => {
  const vault = await start({ state: 'sealed' })
  for (const fault of [{ is: 'reset' }, { is: 'answer', answer: { status: 500, body: { errors: ['oops'] } } }] as const) {
    const remove = vault.nodes[0]!.fault(fault)
    const before = vault.nodes[0]!.submissions
    await expect(client(vault).submitShare(Buffer.alloc(33, 1))).rejects.toThrow()
    expect(vault.nodes[0]!.submissions - before).toBe(1)
    remove()
  }
})

test('a write whose answer is lost is not repeated; a read is', async () => {
  const vault = await start()
  const kv = client(vault).kvV2('secret')
  await kv.write('a', { x: '1' })
  vault.nodes[0]!.fault({ is: 'reset', after: true }, { times: 1, only: ({ method }) => method === 'POST' })
  expect(await failure(kv.write('a', { x: '2' }))).toMatchObject({ is: 'unreachable', sent: true })
  vault.nodes[0]!.fault({ is: 'reset' }, { times: 2, only: ({ method }) => method === 'GET' })
  expect(await kv.read('a')).toMatchObject({ version: 2 })
})

test('A24: a node that does not answer costs its deadline, not more', async () => {
  const clock = virtualClock()
  const vault = await start({ state: 'sealed' })
  vault.nodes[0]!.fault({ is: 'hang' })
  const status = failure(client(vault, { clock }).sealStatus())
  await clock.advance(4_999)
  await clock.advance(1)
  expect(await status).toEqual({ is: 'timeout', afterMs: 5_000 })
})

test('a call that is aborted rejects with the reason of its signal', async () => {
  const vault = await start()
  vault.nodes[0]!.fault({ is: 'hang' })
  const stop = new AbortController()
  const call = client(vault).sealStatus({ signal: stop.signal })
  stop.abort(new Error('the object is gone'))
  await expect(call).rejects.toThrow('the object is gone')
})

test.each([
  ['a page of a proxy', { status: 502, text: { type: 'text/html', content: '<html>Bad gateway</html>' } }],
  ['an answer of another server', { status: 200, body: { hello: 'world' } }],
  ['a huge answer', { status: 200, body: { data: 'x'.repeat(5_000_000) } }],
])('A24: %s is not one of Vault', async (_name, answer) => {
  const vault = await start()
  vault.nodes[0]!.fault({ is: 'answer', answer })
  expect(await failure(client(vault, { retries: { attempts: 1 } }).sealStatus())).toEqual({ is: 'notVault' })
})

test('A33, B38: the namespace is sent with calls and logins, and never on paths of the root namespace', async () => {
  const vault = await start({ product: 'openbao' })
  await vault.admin('POST', 'sys/namespaces/team', {})
  await vault.admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } }, 'team')
  const inTeam = client(vault, { namespace: 'team/' })
  await inTeam.kvV2('secret').write('a', { x: 'of the team' })
  await inTeam.sealStatus()
  await inTeam.health()
  await inTeam.leader()
  expect(await client(vault).kvV2('secret').read('a')).toBeUndefined()
  expect((await inTeam.kvV2('secret').read('a'))!.data).toEqual({ x: 'of the team' })
  const sent = vault.nodes[0]!.received.filter(({ headers }) => headers['x-vault-namespace'] !== undefined).map(({ path }) => path)
  expect(new Set(sent)).toEqual(new Set(['auth/token/lookup-self', 'secret/data/a']))
})

test('Enterprise: the state of a write is asked for by the next read, and a node that is behind is asked again', async () => {
  const vault = await start()
  const kv = client(vault, { forwardReads: true, auth: { method: 'token', token: 'root' } }).kvV2('secret')
  const written = { status: 200, headers: { 'x-vault-index': 'state-7' }, body: { data: { version: 1, created_time: 'now' } } }
  vault.nodes[0]!.fault({ is: 'answer', answer: written }, { times: 1, only: ({ method }) => method === 'POST' })
  await kv.write('a', { x: '1' })
  vault.nodes[0]!.fault({ is: 'answer', answer: { status: 412, body: { errors: ['required index state not present'] } } }, { times: 1 })
  vault.nodes[0]!.fault({ is: 'answer', answer: { status: 404, body: { errors: [] } } }, { times: 1 })
  await kv.read('a')
  const reads = vault.nodes[0]!.received.filter(({ method, path }) => method === 'GET' && path === 'secret/data/a')
  expect(reads.map(({ headers }) => [headers['x-vault-index'], headers['x-vault-forward']])).toEqual([
    ['state-7', 'active-node'],
    ['state-7', 'active-node'],
  ])
})

test('B12: a lacking policy costs one login a minute, however many calls it refuses', async () => {
  const clock = virtualClock()
  const vault = await start()
  await vault.admin('POST', 'sys/auth/userpass', { type: 'userpass' })
  await vault.admin('POST', 'auth/userpass/users/bob', { password: 'right-password' })
  const auth = { method: 'userpass', username: 'bob', password: 'right-password' } as const
  let logins = 0
  const bob = client(vault, { auth, clock, onSession: ({ is }) => void (is === 'loggedIn' && logins++) })
  for (let i = 0; i < 20; i++) expect(await failure(bob.kvV2('secret').read('a'))).toEqual({ is: 'permissionDenied' })
  expect(logins).toBe(2)
  await vault.admin('PUT', 'sys/policies/acl/app', { policy: 'path "secret/*" { capabilities = ["read"] }' })
  await vault.admin('POST', 'auth/userpass/users/bob', { token_policies: ['app'] })
  await clock.advance(60_000)
  expect(await bob.kvV2('secret').read('a')).toBeUndefined()
})

test('the token is renewed at two thirds, replaced at its maximum, and revoked at the end', async () => {
  const clock = virtualClock()
  const vault = await start({ clock })
  await vault.admin('POST', 'sys/auth/userpass', { type: 'userpass' })
  await vault.admin('POST', 'auth/userpass/users/bob', { password: 'right-password', token_ttl: '60s', token_max_ttl: '90s' })
  const events: string[] = []
  const auth = { method: 'userpass', username: 'bob', password: 'right-password' } as const
  const bob = client(vault, { auth, clock, random: () => 0, onSession: ({ is }) => events.push(is) })
  const stop = new AbortController()
  const running = bob.run(stop.signal)
  await bob.login()
  const until = async (count: number, ms: number) => {
    await clock.advance(ms)
    for (let turn = 0; turn < 400 && events.length < count; turn++) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await until(2, 40_000)
  expect(events).toEqual(['loggedIn', 'renewed'])
  await until(3, 34_000)
  expect(events).toEqual(['loggedIn', 'renewed', 'loggedIn'])
  stop.abort()
  await running
  expect(vault.tokens).toBe(1)
})

test('A31, B40: nothing secret is in an error, however it is printed', async () => {
  const vault = await start({ state: 'sealed' })
  const share = Buffer.from('5ec2e7'.repeat(11), 'hex')
  const echo = (text: string) => ({ status: 400, body: { errors: [`you sent ${text}`], data: { value: text } } })
  const shown: string[] = []
  const collect = (call: Promise<unknown>) =>
    call.catch((error: unknown) => shown.push(inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error)))
  const remove = vault.nodes[0]!.fault({ is: 'answer', answer: echo(`${share.toString('hex')} ${share.toString('base64')}`) })
  await collect(client(vault).submitShare(share))
  remove()
  vault.nodes[0]!.fault(
    { is: 'answer', answer: echo('s3cret-value hvs.AAAABBBBCCCCDDDDEEEE') },
    { only: ({ method }) => method === 'POST' },
  )
  vault.nodes[0]!.unseal()
  await collect(client(vault, { auth: { method: 'userpass', username: 'u', password: 's3cret-value' } }).login())
  await collect(client(vault).kvV2('secret').write('a', { key: 's3cret-value' }))
  expect(shown).toHaveLength(9)
  for (const secret of [share.toString('hex'), share.toString('base64'), 's3cret-value', 'hvs.AAAABBBBCCCCDDDDEEEE'])
    for (const text of shown) expect(text).not.toContain(secret)
})

test('cert: a client certificate is a login; without one it is refused', async () => {
  const { Authority } = await import('@kubewright/core/certificates')
  const authority = new Authority(Date.now())
  const pair = authority.client('syncer', [])
  const vault = await start({ tls: true, clientCa: authority.cert, state: 'open' })
  await vault.admin('POST', 'sys/auth/cert', { type: 'cert' })
  await vault.admin('POST', 'auth/cert/certs/app', { certificate: authority.cert, allowed_common_names: 'sync*' })
  await client(vault, { auth: { method: 'cert' }, tls: { ca: vault.ca, ...pair } }).login()
  expect(await failure(client(vault, { auth: { method: 'cert' } }).login())).toEqual({ is: 'loginRefused' })
})
