import { generateKeyPairSync } from 'node:crypto'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { Store } from '../storage/index.ts'
import { ServiceAccountTokens } from './service-account-tokens.ts'
import { SigningKeys } from './signing-keys.ts'

const pem = (key: ReturnType<typeof generateKeyPairSync>['privateKey'], type: 'pkcs8' | 'spki') =>
  (key as never as { export(o: object): string }).export({ type, format: 'pem' })

function world(options: ConstructorParameters<typeof ServiceAccountTokens>[1] = {}) {
  const clock = virtualClock()
  const store = new Store({ clock, history: { entries: 10, age: 1000 } })
  const account = store.create('/serviceaccounts', 'a/robot', { metadata: { namespace: 'a', name: 'robot', uid: 'u1' } })
  let ids = 0
  const tokens = new ServiceAccountTokens({ store, clock, uuid: () => `id-${++ids}` }, options)
  const issue = (over: Partial<Parameters<ServiceAccountTokens['issue']>[0]> = {}) =>
    tokens.issue({ account: account.object, audiences: tokens.audiences, expirationSeconds: 600, bound: undefined, ...over })
  return { clock, store, account, tokens, issue }
}

describe('a token', () => {
  test('is its account’s', () => {
    const { tokens, issue } = world()
    expect(tokens.verify(issue())).toEqual({
      is: 'accepted',
      audiences: ['https://kubernetes.default.svc'],
      user: {
        name: 'system:serviceaccount:a:robot',
        uid: 'u1',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': ['JTI=id-1'] },
      },
    })
  })

  test('ends with its time, a minute of other clocks forgiven', async () => {
    const { clock, tokens, issue } = world()
    const token = issue()
    await clock.advance(659_000)
    expect(tokens.verify(token)?.is).toBe('accepted')
    await clock.advance(2_000)
    expect(tokens.verify(token)).toEqual({ is: 'refused', why: 'service account token has expired' })
  })

  test('ends with its account, and is not the next one’s of that name', () => {
    const { store, account, tokens, issue } = world()
    const token = issue()
    store.remove('/serviceaccounts', account)
    store.create('/serviceaccounts', 'a/robot', { metadata: { namespace: 'a', name: 'robot', uid: 'u2' } })
    expect(tokens.verify(token)).toEqual({ is: 'refused', why: 'service account token has been invalidated' })
  })

  test.each(['pod', 'secret', 'node'] as const)('ends with the %s it is bound to', (kind) => {
    const { store, tokens, issue } = world()
    const table = { pod: '/pods', secret: '/secrets', node: '/nodes' }[kind]
    const entry = store.create(table, kind === 'node' ? 'x' : 'a/x', { metadata: { name: 'x', uid: 'x1' } })
    const token = issue({ bound: { kind, name: 'x', uid: 'x1' } })
    expect(tokens.verify(token)?.is).toBe('accepted')
    store.remove(table, entry)
    expect(tokens.verify(token)?.is).toBe('refused')
  })

  test('is for its audiences alone', () => {
    const { tokens, issue } = world()
    const token = issue({ audiences: ['vault', 'other'] })
    expect(tokens.verify(token)).toMatchObject({ is: 'refused', why: expect.stringContaining('is invalid for the target audiences') })
    expect(tokens.verify(token, ['vault', 'x'])).toMatchObject({ is: 'accepted', audiences: ['vault'] })
  })

  test('of another server, or none at all, is nothing to this one', () => {
    const { tokens } = world()
    const other = world()
    expect([other.issue(), 'abc', 'a.b.c', ''].map((token) => tokens.verify(token))).toEqual([undefined, undefined, undefined, undefined])
  })

  test('that was changed is none', () => {
    const { tokens, issue } = world()
    const [head, claims, signature] = issue().split('.')
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), sub: 'x' })).toString(
      'base64url',
    )
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    expect([`${head}.${forged}.${signature}`, `${unsigned}.${claims}.`].map((token) => tokens.verify(token))).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })

  test.each([
    ['RSA', rsa, 'RS256'],
    ['P-384', ec, 'ES384'],
  ] as const)('of %s sign as %s', (_, { privateKey }, algorithm) => {
    const keys = new SigningKeys({ signingKey: pem(privateKey, 'pkcs8') })
    const token = keys.sign({ a: 1 })
    expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())).toMatchObject({ alg: algorithm })
    expect([keys.verified(token), keys.algorithms]).toEqual([{ a: 1 }, [algorithm]])
    expect(keys.keySet().keys).toEqual([expect.objectContaining({ use: 'sig', alg: algorithm })])
    expect(JSON.stringify(keys.keySet())).not.toContain('"d"')
  })

  test('of older days verify, and sign no more', () => {
    const old = new SigningKeys({ signingKey: pem(rsa.privateKey, 'pkcs8') })
    const both = new SigningKeys({
      signingKey: pem(ec.privateKey, 'pkcs8'),
      verificationKeys: [pem(ec.publicKey, 'spki'), pem(rsa.publicKey, 'spki')],
    })
    expect(both.verified(old.sign({ a: 1 }))).toEqual({ a: 1 })
    expect(old.verified(both.sign({ a: 1 }))).toBeUndefined()
  })

  test.each([
    [{ signingKey: 'nothing' }, /service account signing key: .* Give a private key as PEM/],
    [{ verificationKeys: ['nothing'] }, /service account key: .* Give a public or private key as PEM/],
    [{ signingKey: pem(generateKeyPairSync('ed25519').privateKey, 'pkcs8') }, /ed25519 keys do not sign tokens: give an RSA key/],
  ])('that are none are refused', (options, message) => {
    expect(() => new SigningKeys(options)).toThrow(message)
  })
})
