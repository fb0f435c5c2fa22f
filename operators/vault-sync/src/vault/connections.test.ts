import { virtualClock } from 'kubewright/testing'
import { describe, expect, test } from 'vitest'
import { config } from '../config.ts'
import { authOf, Connections } from './connections.ts'

const settings = (over: object = {}) => config.parse({ vaultAddr: 'http://127.0.0.1:1', ...over })

function connections(over: object = {}, waits: number[] = []) {
  const clock = virtualClock()
  const made = new Connections({
    settings: settings(over),
    others: new Map([['east', settings()]]),
    audience: 'vault',
    client: undefined as never,
    clock,
    hooks: { onWait: (seconds) => void waits.push(seconds) },
  })
  return { clock, made }
}

const own = { vault: undefined, vaultNamespace: undefined, tenant: undefined }
const signal = new AbortController().signal

describe('connections to Vault', () => {
  test('one identity has one connection, and so one login', async () => {
    const { made } = connections()
    expect(made.get(own)).toBe(made.get({ ...own }))
    const tenant = { namespace: 'team', serviceAccount: 'writer', role: 'sync' }
    const others = [
      made.get(own),
      made.get({ ...own, tenant }),
      made.get({ ...own, vaultNamespace: 'a' }),
      made.get({ ...own, vault: 'east' }),
    ]
    expect(new Set(others).size).toBe(4)
    await made.close()
    expect(() => made.get({ ...own, vault: 'east' })).toThrow(/closed/)
  })

  test('a Vault that is not among the settings is named, with those that are', () => {
    expect(() => connections().made.get({ ...own, vault: 'west' })).toThrow(/no Vault "west" .*: one of east/)
  })

  test('2.6.20: calls take their turn at the rate that was set, all identities of one Vault together', async () => {
    const waits: number[] = []
    const { clock, made } = connections({ requestsPerSecond: 10, requestsBurst: 2 }, waits)
    let done = 0
    const tenant = { namespace: 'team', serviceAccount: 'writer', role: 'sync' }
    const calls = Array.from({ length: 6 }, (_, at) =>
      made
        .get(at % 2 === 0 ? own : { ...own, tenant })
        .turn(1, signal)
        .then(() => done++),
    )
    await clock.advance(0)
    expect(done).toBe(2)
    await clock.advance(100)
    expect(done).toBe(3)
    await clock.advance(300)
    expect(done).toBe(6)
    await Promise.all(calls)
    expect(waits.map((seconds) => Math.round(seconds * 10))).toEqual([0, 0, 1, 2, 3, 4])
  })
})

describe('how it logs in', () => {
  test.each<[object, object]>([
    [{}, { method: 'kubernetes', role: 'vault-sync-operator' }],
    [
      { vaultAuthPath: 'kubernetes-east', vaultRole: 'r' },
      { method: 'kubernetes', mount: 'kubernetes-east', role: 'r' },
    ],
    [{ vaultAuthMethod: 'jwt' }, { method: 'jwt' }],
    [
      { vaultAuthMethod: 'approle', vaultRoleId: 'id', vaultSecretIdFile: '/x' },
      { method: 'approle', roleId: 'id' },
    ],
    [
      { vaultAuthMethod: 'userpass', vaultUsername: 'u', vaultPasswordFile: '/x' },
      { method: 'userpass', username: 'u' },
    ],
    [{ vaultAuthMethod: 'cert', vaultClientCertFile: '/x' }, { method: 'cert' }],
    [{ vaultTokenFile: '/x' }, { method: 'token' }],
  ])('%j', (over, expected) => expect(authOf(settings(over))).toMatchObject(expected))

  test.each([
    [{ vaultAuthMethod: 'approle' }, '--vault-sync-vault-role-id'],
    [{ vaultAuthMethod: 'approle', vaultRoleId: 'id' }, '--vault-sync-vault-secret-id-file'],
    [{ vaultAuthMethod: 'userpass', vaultUsername: 'u' }, '--vault-sync-vault-password-file'],
    [{ vaultAuthMethod: 'cert' }, '--vault-sync-vault-client-cert-file'],
  ])('%j lacks %s', (over, flag) => expect(() => authOf(settings(over))).toThrow(flag))
})

test.each([
  [{ driftInterval: '5s' }, /30s or more/],
  [{ pathPolicy: ['nonsense'] }, /no rule/],
  [{ clusterName: 'a/b' }, /letters/],
  [{ tenantRole: '{{user}}' }, /namespace/],
])('2.6.18: the setting %j is refused', (over, message) => {
  expect(config.safeParse(over).error?.message).toMatch(message)
})
