import { expect, onTestFinished, test } from 'vitest'
import { virtualClock } from '../virtual-clock.ts'
import { type FakeVault, type FakeVaultOptions, fakeVault } from './fake-vault.ts'

async function start(options: FakeVaultOptions = {}) {
  const clock = virtualClock()
  const vault = await fakeVault({ clock, ...options })
  onTestFinished(() => vault.stop())
  return { clock, vault }
}

async function status(vault: FakeVault, path: string, token?: string, ms = 10_000): Promise<number | 'silent'> {
  try {
    const headers = token === undefined ? {} : { 'x-vault-token': token }
    return (await fetch(`${vault.address}/v1/${path}`, { headers, signal: AbortSignal.timeout(ms) })).status
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return 'silent'
    throw error
  }
}

async function tokenWith(vault: FakeVault, settings: object): Promise<string> {
  const made = (await vault.admin('POST', 'auth/token/create', settings)) as { readonly auth: { readonly client_token: string } }
  return made.auth.client_token
}

test('a node that is wedged does not say how it stands, until it is restarted', async () => {
  const { vault } = await start({ state: 'sealed' })
  vault.nodes[0]!.wedge()
  expect(await status(vault, 'sys/seal-status', undefined, 200)).toBe('silent')
  await vault.nodes[0]!.restart()
  expect(await status(vault, 'sys/seal-status')).toBe(200)
})

test('a node that is half dead takes connections and says nothing; taken back, it answers', async () => {
  const { vault } = await start({ state: 'sealed' })
  const mend = vault.nodes[0]!.fault({ is: 'half dead' })
  expect(await status(vault, 'sys/seal-status', undefined, 200)).toBe('silent')
  expect(vault.nodes[0]!.received).toEqual([])
  mend()
  expect(await status(vault, 'sys/seal-status')).toBe(200)
})

test('a slow answer takes its time on the clock of the fake, and only as often as was said', async () => {
  const { vault, clock } = await start({ state: 'sealed' })
  vault.nodes[0]!.fault({ is: 'slow', ms: 60_000 }, { times: 1 })
  const slow = status(vault, 'sys/seal-status')
  expect(await status(vault, 'sys/health')).toBeTypeOf('number')
  expect(vault.nodes[0]!.received.filter((request) => request.status === 0)).toHaveLength(1)
  await clock.advance(60_000)
  expect(await slow).toBe(200)
})

test('a token lives as long as its ttl says on the clock of the fake', async () => {
  const { vault, clock } = await start()
  const token = await tokenWith(vault, { ttl: '60s' })
  await clock.advance(59_000)
  expect(await status(vault, 'auth/token/lookup-self', token)).toBe(200)
  await clock.advance(2_000)
  expect(await status(vault, 'auth/token/lookup-self', token)).toBe(403)
})

test('a token may do what its policies say and nothing else', async () => {
  const { vault } = await start()
  await vault.admin('POST', 'secret/data/mine/a', { data: { a: '1' } })
  await vault.admin('POST', 'secret/data/theirs/a', { data: { a: '1' } })
  await vault.admin('PUT', 'sys/policies/acl/mine', { policy: 'path "secret/data/mine/*" { capabilities = ["read"] }' })
  const token = await tokenWith(vault, { policies: ['mine'] })
  expect(await status(vault, 'secret/data/mine/a', token)).toBe(200)
  expect(await status(vault, 'secret/data/theirs/a', token)).toBe(403)
  expect(vault.audit.at(-1)).toMatchObject({ path: 'secret/data/theirs/a', status: 403 })
})

test('connections without the client certificate that is required are closed', async () => {
  const { vault } = await start({ tls: true, requireClientCertificate: true })
  await expect(status(vault, 'sys/health')).rejects.toThrow()
  expect(vault.nodes[0]!.received).toEqual([])
  expect(vault.clientCertificate('operator').cert).toContain('BEGIN CERTIFICATE')
})
