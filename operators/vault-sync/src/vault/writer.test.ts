import { type VaultClient, vaultClient } from '@kubewright/vault'
import { type FakeVault, fakeVault, rightsUsed } from 'kubewright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultRules } from '../path/path-policy.ts'
import { leastGrants, printPolicy } from '../policy/least-policy.ts'
import type { Known } from './decision.ts'
import { removeV2 } from './remover.ts'
import { type Order, writeV2 } from './writer.ts'

const OWNER = 'east/team/Deployment/shop'
const REST = 'team/shop'
const signal = new AbortController().signal

let vault: FakeVault
const clients: VaultClient[] = []
beforeEach(async () => {
  vault = await fakeVault({ state: 'dev' })
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  await vault.stop()
})

function client(token = vault.rootToken): VaultClient {
  const made = vaultClient({ address: vault.address, allowPlaintext: true, auth: { method: 'token', token }, retries: { attempts: 1 } })
  clients.push(made)
  return made
}

const order = (value: string, known?: Known, over: Partial<Order> = {}): Order => ({
  rest: REST,
  desired: { subPath: '', data: { value }, base64: [], bytes: 20 },
  wish: {
    owner: OWNER,
    digest: `k:${value}`,
    known,
    policy: { driftPolicy: 'Repair', updatePolicy: 'Replace', adopt: false, verifyValues: false },
  },
  ownerUid: 'u1',
  marked: known !== undefined,
  fresh: false,
  look: false,
  now: Date.parse('2100-01-01'),
  signal,
  ...over,
})

/** A token with no more than this policy. */
async function limited(policy: string): Promise<string> {
  await vault.admin('PUT', 'sys/policies/acl/sync', { policy })
  const answer = (await vault.admin('POST', 'auth/token/create', { policies: ['sync'], display_name: 'sync' })) as {
    auth: { client_token: string }
  }
  return answer.auth.client_token
}

const current = async () => {
  const found = await client().kvV2('secret').read(REST)
  return [found?.version, found?.data]
}

test('the least policy is used as a whole, and suffices for everything: used = granted, by the audit log', async () => {
  const grants = leastGrants({ rules: defaultRules(''), clusterName: '', mounts: [{ mount: 'secret', version: 2 }], readValues: true })
  const kv = client(await limited(printPolicy(grants))).kvV2('secret')
  const from = vault.audit.length
  for (const policy of ['SoftDelete', 'Destroy', 'DeleteAll'] as const) {
    const written = await writeV2(kv, order('one'))
    expect(written).toMatchObject({ is: 'written' })
    const version = written.is === 'written' ? written.version! : 0
    expect(await writeV2(kv, order('two', { version, digest: 'k:one' }))).toMatchObject({ is: 'written', version: version + 1 })
    await client().kvV2('secret').write(REST, { by: 'hand' })
    expect(await writeV2(kv, order('two', { version: version + 1, digest: 'k:two' }))).toMatchObject({ is: 'written', why: 'drift' })
    expect(await removeV2(kv, { rest: REST, owner: OWNER, policy, version: version + 3, signal })).toEqual({ is: 'removed' })
  }
  const entries = vault.audit.slice(from).filter(({ policies }) => policies.includes('sync'))
  expect(entries.filter(({ status }) => status === 403)).toEqual([])
  // "create" and "update" are told apart by whether there is something: the policy names both.
  const used = new Set(
    rightsUsed(entries)
      .filter((right) => right.includes('secret/'))
      .map((right) => right.replace(`/${REST} `, '/+/* ').replace(/^\/?(v1\/)?/, '')),
  )
  const granted = grants.flatMap(({ path, capabilities }) => capabilities.map((capability) => `${path} ${capability}`))
  expect([...used].sort()).toEqual(granted.sort())
})

describe('a path of which nothing is known', () => {
  const fresh = (value: string) => order(value, undefined, { fresh: true })

  test('costs two calls when there is nothing: the write and the mark', async () => {
    expect(await writeV2(client().kvV2('secret'), fresh('one'))).toEqual({ is: 'written', version: 1, why: 'new', marked: true })
    const calls = vault.audit.filter(({ path }) => path.startsWith('secret/'))
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST secret/data/${REST}`, `PATCH secret/metadata/${REST}`])
  })

  test.each([
    ['by hand', async () => void (await client().kvV2('secret').write(REST, { by: 'hand' })), { is: 'conflict', owner: undefined }],
    [
      'by another owner',
      async () => void (await writeV2(client().kvV2('secret'), { ...fresh('x'), wish: { ...fresh('x').wish, owner: 'another' } })),
      { is: 'conflict', owner: 'another' },
    ],
  ])('is not written over when something was written there %s', async (_, before, expected) => {
    await before()
    const held = await current()
    expect(await writeV2(client().kvV2('secret'), fresh('one'))).toEqual(expected)
    expect(await current()).toEqual(held)
  })

  test('that we wrote before the program died is marked, and not written again', async () => {
    await client().kvV2('secret').write(REST, { value: 'one' })
    expect(await writeV2(client().kvV2('secret'), fresh('one'))).toEqual({ is: 'taken', version: 1, marked: true })
  })

  test('is told to be another’s also to a token that may create and not update', async () => {
    await writeV2(client().kvV2('secret'), { ...fresh('x'), wish: { ...fresh('x').wish, owner: 'another' } })
    const token = await limited('path "secret/data/*" { capabilities = ["create"] }\npath "secret/metadata/*" { capabilities = ["read"] }')
    expect(await writeV2(client(token).kvV2('secret'), fresh('one'))).toEqual({ is: 'conflict', owner: 'another' })
  })
})

describe('a write of which the answer is lost', () => {
  test('is found to have been made, and is not made again', async () => {
    const kv = client().kvV2('secret')
    await writeV2(kv, order('one'))
    vault.nodes[0]!.fault(
      { is: 'reset', after: true },
      { only: ({ method, path }) => method === 'POST' && path.includes('data/'), times: 1 },
    )
    await expect(writeV2(kv, order('two', { version: 1, digest: 'k:one' }))).rejects.toMatchObject({ failure: { is: 'unreachable' } })
    expect(await writeV2(kv, order('two', { version: 1, digest: 'k:one' }))).toEqual({ is: 'taken', version: 2, marked: true })
    expect(await current()).toEqual([2, { value: 'two' }])
  })

  test('B30: of which the mark is lost, is marked the next time', async () => {
    const kv = client().kvV2('secret')
    vault.nodes[0]!.fault({ is: 'reset' }, { only: ({ method }) => method === 'PATCH', times: 1 })
    await expect(writeV2(kv, order('one'))).rejects.toMatchObject({ failure: { is: 'unreachable' } })
    expect(await writeV2(kv, order('one'))).toEqual({ is: 'taken', version: 1, marked: true })
  })

  test('B30: on a path that another owner has let go of, is marked the next time too', async () => {
    const kv = client().kvV2('secret')
    await writeV2(kv, { ...order('theirs'), wish: { ...order('theirs').wish, owner: 'another' } })
    await removeV2(kv, { rest: REST, owner: 'another', policy: 'SoftDelete', version: 1, signal })
    vault.nodes[0]!.fault({ is: 'reset' }, { only: ({ method }) => method === 'PATCH', times: 1 })
    await expect(writeV2(kv, order('one'))).rejects.toMatchObject({ failure: { is: 'unreachable' } })
    expect(await writeV2(kv, order('one'))).toEqual({ is: 'taken', version: 2, marked: true })
  })

  test('B30: a program that is told to stop after it has written still marks', async () => {
    const kv = client().kvV2('secret')
    const stop = new AbortController()
    const stopped = {
      ...kv,
      async write(...args: Parameters<typeof kv.write>) {
        const written = await kv.write(...args)
        stop.abort()
        return written
      },
    }
    expect(await writeV2(stopped, order('one', undefined, { signal: stop.signal }))).toMatchObject({ is: 'written', marked: true })
    await expect(writeV2(stopped, order('two', undefined, { signal: stop.signal }))).rejects.toThrow('aborted')
    expect(await current()).toEqual([1, { value: 'one' }])
  })
})

test('B14: a standby that shows an old version: check-and-set refuses, and nothing is overwritten', async () => {
  const kv = client().kvV2('secret')
  await writeV2(kv, order('one'))
  const stale = await kv.metadata(REST)
  await kv.write(REST, { by: 'hand' })
  const behind = { ...kv, metadata: async () => stale }
  // What it takes for ours and current is not: each try is refused by the version.
  expect(await writeV2(behind, order('two', { version: 1, digest: 'k:one' }))).toMatchObject({ is: 'refused' })
  expect(await current()).toEqual([2, { by: 'hand' }])
  // With the truth before it, the change is written on top of it.
  expect(await writeV2(kv, order('two', { version: 1, digest: 'k:one' }))).toMatchObject({ is: 'written', version: 3 })
})

test('B13: a quota: nothing is done, and Vault’s own word for when comes through', async () => {
  const kv = client().kvV2('secret')
  const answer = {
    status: 429,
    headers: { 'retry-after': '7' },
    body: { errors: ['request path "secret/data": rate limit quota exceeded'] },
  }
  const end = vault.nodes[0]!.fault({ is: 'answer', answer: answer as never })
  await expect(writeV2(kv, order('one'))).rejects.toMatchObject({ failure: { is: 'rateLimited', retryAfterSeconds: 7 } })
  end()
  expect(await current()).toEqual([undefined, undefined])
})

describe('a removal', () => {
  test('is not made of what is another’s by now, or was written by hand and never marked', async () => {
    const kv = client().kvV2('secret')
    await kv.write(REST, { by: 'hand' })
    const removal = { rest: REST, owner: OWNER, policy: 'DeleteAll', version: undefined, signal } as const
    expect(await removeV2(kv, removal)).toEqual({ is: 'foreign', owner: undefined })
    await writeV2(kv, { ...order('x'), wish: { ...order('x').wish, owner: 'another', policy: { ...order('x').wish.policy, adopt: true } } })
    expect(await removeV2(kv, { ...removal, version: 1 })).toEqual({ is: 'foreign', owner: 'another' })
    expect((await current())[0]).toBe(2)
  })

  test('is harmless the second time, and of what was never there', async () => {
    const kv = client().kvV2('secret')
    const removal = { rest: REST, owner: OWNER, policy: 'SoftDelete', version: 1, signal } as const
    expect(await removeV2(kv, removal)).toEqual({ is: 'gone' })
    await writeV2(kv, order('one'))
    expect(await removeV2(kv, removal)).toEqual({ is: 'removed' })
    expect(await removeV2(kv, removal)).toEqual({ is: 'gone' })
  })
})
