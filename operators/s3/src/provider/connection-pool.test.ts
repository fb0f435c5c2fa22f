import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Secret } from 'kubewright'
import { beforeEach, describe, expect, test } from 'vitest'
import { CredentialsError } from '../gateway/credentials.ts'
import { Provider } from '../kinds/provider.ts'
import type { Place } from '../reconcile/reference.ts'
import { ConnectionPool } from './connection-pool.ts'

const encode = (text: string) => Buffer.from(text).toString('base64')
let stored: Record<string, string> | undefined
let concealed: string[]
let reads: number

beforeEach(() => {
  stored = { 'access-key': encode('AKIA1\n'), 'secret-key': encode('s3cret') }
  concealed = []
  reads = 0
})

const place = {
  signal: new AbortController().signal,
  client: {
    resource: async (kind: unknown) => ({
      get: async (target: object) => {
        expect(kind).toBe(Secret)
        reads++
        return { apiVersion: 'v1', kind: 'Secret', metadata: target, data: stored }
      },
    }),
  },
} as unknown as Place

const provider = ({ generation = 1, uid = 'u1', auth = {}, endpoint = 'https://s3.example.com' } = {}): Provider => {
  const refs = { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } }
  const object = Provider.of({
    metadata: { name: 'store', namespace: 'x' },
    spec: { type: 'generic', endpoint, region: 'us-east-1', auth: Object.keys(auth).length > 0 ? auth : refs },
  })
  return { ...object, metadata: { ...object.metadata, uid, generation } }
}

const pool = (over: { readonly allowedEndpoints?: readonly string[] } = {}) =>
  new ConnectionPool({
    ...{ clock: virtualClock(), environment: {}, allowedEndpoints: ['*'], ambientCredentialsNamespaces: [] },
    conceal: (secret) => void concealed.push(secret),
    connection: { random: () => 0, assertLeader: () => {}, observe: () => {}, hide: (text) => text },
    ...over,
  })

describe('one connection for each provider', () => {
  test('is shared, and opened without another look at the Secret', async () => {
    const connections = pool()
    const first = await connections.open(provider(), place)
    const before = reads
    expect(await connections.open(provider(), place)).toBe(first)
    expect(reads).toBe(before)
    connections.close()
  })

  test('is made once for all who ask at the same time', async () => {
    const connections = pool()
    const [first, second] = await Promise.all([connections.open(provider(), place), connections.open(provider(), place)])
    expect(first).toBe(second)
    connections.close()
  })

  test('4.6-18 is made anew with other credentials, and kept with the same', async () => {
    const connections = pool()
    const first = await connections.open(provider(), place)
    expect(await connections.refresh(provider(), place)).toBe(first)
    stored = { ...stored, 'secret-key': encode('another') }
    const second = await connections.refresh(provider(), place)
    expect(second).not.toBe(first)
    expect(await connections.open(provider(), place)).toBe(second)
    connections.close()
  })

  test('is made anew for another generation, and not shared between providers', async () => {
    const connections = pool()
    const first = await connections.open(provider(), place)
    expect(await connections.open(provider({ uid: 'u2' }), place)).not.toBe(first)
    expect(await connections.open(provider({ generation: 2 }), place)).not.toBe(first)
    connections.close()
  })

  test('is forgotten with its provider', async () => {
    const connections = pool()
    const first = await connections.open(provider(), place)
    connections.forget('u1')
    expect(await connections.open(provider(), place)).not.toBe(first)
    connections.close()
  })
})

describe('credentials', () => {
  test('4.6-16 are hidden in everything that is told, before they are used', async () => {
    const connections = pool()
    await connections.open(provider(), place)
    expect(concealed).toContain('s3cret')
    connections.close()
  })

  test.each([
    ['missing', undefined],
    ['empty', encode('\n')],
  ])('that are %s are told by the name of their key, and nothing else is tried', async (_name, value) => {
    stored = { 'secret-key': encode('s3cret'), ...(value !== undefined && { 'access-key': value }) }
    const opening = pool().open(provider(), place)
    await expect(opening).rejects.toBeInstanceOf(CredentialsError)
    await expect(opening).rejects.toThrow(/"access-key" of Secret "admin"/)
  })

  test("4.5 of the operator's own are for the namespaces that may use them", async () => {
    const opening = pool().open(provider({ auth: { environment: {} } }), place)
    await expect(opening).rejects.toMatchObject({ reason: 'CredentialsNotAllowed' })
  })

  test.each(['http://169.254.169.254', 'http://metadata.google.internal'])('4.5 are never sent to %s', async (endpoint) => {
    await expect(pool().open(provider({ endpoint }), place)).rejects.toMatchObject({ reason: 'EndpointNotAllowed' })
    expect(reads).toBe(0)
  })

  test('4.5 go only to hosts that are allowed', async () => {
    const connections = pool({ allowedEndpoints: ['*.example.com'] })
    await connections.open(provider(), place)
    await expect(connections.open(provider({ uid: 'u2', endpoint: 'https://evil.test' }), place)).rejects.toMatchObject({
      reason: 'EndpointNotAllowed',
    })
    connections.close()
  })
})
