import { Secret } from 'kubewright'
import { startTestCluster, virtualClock } from 'kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { secretStore } from './secret-store.ts'

const AT = { namespace: 'default', name: 'keys' }
const { signal } = new AbortController()
const BARE = { is: 'bare', token: 'hvs.root' } as const
const unsealer = VaultUnsealer.parse(
  VaultUnsealer.of({
    metadata: { namespace: 'default', name: 'main' },
    spec: { vault: { url: 'https://vault' }, unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }], vaultLabelSelector: 'app=vault' },
  }),
)

async function stage(over: Partial<Secret> = {}) {
  const cluster = await startTestCluster({ server: 'embedded' })
  onTestFinished(() => cluster.stop())
  const client = cluster.client()
  const secrets = await client.resource(Secret)
  const metadata = { ...AT, labels: { 'autounseal.vault.io/unsealer': 'main' } }
  await secrets.create({ apiVersion: 'v1', kind: 'Secret', metadata, ...over })
  const store = () => secretStore({ client, clock: virtualClock(), unsealer, plan: { secret: AT, entry: 'keys' } })
  const entries = async () =>
    Object.fromEntries(
      Object.entries((await secrets.get(AT)).data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  return { secrets, store, entries }
}

test('the shares take the place of the mark, and what else is in it stays', async () => {
  const { store, entries } = await stage({ data: { other: Buffer.from('theirs').toString('base64') } })
  const kept = store()
  await kept.claim('vault-0', signal)
  expect(await entries()).toEqual({ other: 'theirs', 'keys.initializing': expect.stringMatching(/^vault-0, begun at /) as string })
  await kept.keep({ shares: ['a', 'b'], rootToken: { is: 'encrypted', message: 'c' } })
  expect(await entries()).toEqual({ other: 'theirs', keys: '["a","b"]', 'keys.root-token.pgp': 'c' })
})

test('of two operators one may begin', async () => {
  const { store } = await stage()
  const outcomes = await Promise.allSettled([store().claim('vault-0', signal), store().claim('vault-0', signal)])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(store().claim('vault-0', signal)).rejects.toThrow('has not come to its end')
})

test('what was given back may be begun again', async () => {
  const { store, entries } = await stage()
  const first = store()
  await first.claim('vault-0', signal)
  await first.release()
  expect(await entries()).toEqual({})
  await store().claim('vault-0', signal)
})

test('somebody who changes something else in between costs one try more, and nothing is lost', async () => {
  const { secrets, store, entries } = await stage()
  const kept = store()
  await kept.claim('vault-0', signal)
  await secrets.patch(AT, { type: 'merge', body: { metadata: { annotations: { team: 'blue' } } } })
  await expect(kept.keep({ shares: ['a'], rootToken: BARE })).rejects.toThrow()
  await kept.keep({ shares: ['a'], rootToken: BARE })
  expect(await entries()).toEqual({ keys: '["a"]', 'keys.root-token': 'hvs.root' })
  expect((await secrets.get(AT)).metadata.annotations).toEqual({ team: 'blue' })
})

test('an immutable Secret is refused before anything is written', async () => {
  const { store } = await stage({ immutable: true })
  await expect(store().claim('vault-0', signal)).rejects.toThrow('it is immutable')
})

test('a bare root token is found by whoever comes next, and dropped alone', async () => {
  const { store, entries } = await stage()
  const first = store()
  await first.claim('vault-0', signal)
  await first.keep({ shares: ['a'], rootToken: BARE })
  const next = store()
  expect(await next.rootToken(signal)).toBe('hvs.root')
  await next.dropRootToken(signal)
  expect(await entries()).toEqual({ keys: '["a"]' })
  expect(await next.rootToken(signal)).toBeUndefined()
})

test('what somebody else changes while the token is revoked costs one try more', async () => {
  const { secrets, store, entries } = await stage({ data: { keys: '', 'keys.root-token': Buffer.from('hvs.root').toString('base64') } })
  const kept = store()
  await kept.rootToken(signal)
  await secrets.patch(AT, { type: 'merge', body: { metadata: { annotations: { team: 'blue' } } } })
  await expect(kept.dropRootToken(signal)).rejects.toThrow('somebody else has just changed it')
  await kept.dropRootToken(signal)
  expect(await entries()).toEqual({ keys: '' })
})

test('of a Secret that is not there, or holds no token, none is told', async () => {
  const { secrets, store } = await stage({ data: { keys: '' } })
  expect(await store().rootToken(signal)).toBeUndefined()
  await secrets.delete(AT)
  expect(await store().rootToken(signal)).toBeUndefined()
})

test('the token of a Secret that is another’s is not read out to the nodes of whoever names it', async () => {
  const { secrets, store } = await stage({ data: { 'keys.root-token': Buffer.from('hvs.root').toString('base64') } })
  await secrets.patch(AT, { type: 'merge', body: { metadata: { labels: { 'autounseal.vault.io/unsealer': 'another' } } } })
  await expect(store().rootToken(signal)).rejects.toThrow('it is not handed over to this VaultUnsealer')
})
