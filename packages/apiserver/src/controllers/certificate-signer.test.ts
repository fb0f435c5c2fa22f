import { X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: ['*'] })
})
afterEach(() => api[Symbol.asyncDispose]())

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests'

/** O=team, O=other, CN=ann. */
const CLIENT = `-----BEGIN CERTIFICATE REQUEST-----
MIHnMIGPAgEAMC0xDTALBgNVBAoMBHRlYW0xDjAMBgNVBAoMBW90aGVyMQwwCgYD
VQQDDANhbm4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARoeMOBSjfhwujipKSg
/7DJ7eRqQtxznjhkv5SxZF+T6sLXyLQYY3UYkgC7HqZkJF3vMlUvTMZZXE4dxZLd
mCJPoAAwCgYIKoZIzj0EAwIDRwAwRAIgXYl7uOHo94YOOFRXAjatiCgo/z44Hnmg
qodp3BpQACcCIEtFG4qCQoZJRt+dkokAKYLqfdSWBCMd4GO09E226SAy
-----END CERTIFICATE REQUEST-----
`
/** O=system:nodes, CN=system:node:n1. */
const NODE = `-----BEGIN CERTIFICATE REQUEST-----
MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz
dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARoeMOBSjfhwuji
pKSg/7DJ7eRqQtxznjhkv5SxZF+T6sLXyLQYY3UYkgC7HqZkJF3vMlUvTMZZXE4d
xZLdmCJPoAAwCgYIKoZIzj0EAwIDSAAwRQIhAIlkfsCQM07YYBWH3abSyulTG1xl
544gYKPYlcyK4RBRAiAu/BeSJqgRpJKTDQgJE2QjD6NST6LjWmlzYfz8xU/SHA==
-----END CERTIFICATE REQUEST-----
`
/** The same, reached as n1 and 10.0.0.1. */
const SERVING = `-----BEGIN CERTIFICATE REQUEST-----
MIIBETCBuAIBADAwMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5
c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaHjDgUo34cLo
4qSkoP+wye3kakLcc544ZL+UsWRfk+rC18i0GGN1GJIAux6mZCRd7zJVL0zGWVxO
HcWS3ZgiT6AmMCQGCSqGSIb3DQEJDjEXMBUwEwYDVR0RBAwwCoICbjGHBAoAAAEw
CgYIKoZIzj0EAwIDSAAwRQIhAKclanS69PdxIeUKJvY33XvERvRCeKy1K4A+D/uR
VYB8AiB5/PeFkNNpFp34tVFLaBYEVKuVR63fUimkjOP0U2HYIQ==
-----END CERTIFICATE REQUEST-----
`
const SIGNATURE = 'digital signature'

interface Asked {
  readonly request?: string
  readonly signer?: string
  readonly usages?: readonly string[]
  readonly expirationSeconds?: number
}
const ask = ({ request = CLIENT, signer = 'kube-apiserver-client', usages = [SIGNATURE, 'client auth'], ...more }: Asked = {}) =>
  api.post(REQUESTS, {
    metadata: { name: 'mine' },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: signer.includes('/') ? signer : `kubernetes.io/${signer}`,
      usages,
      ...more,
    },
  })
const decide = async (type: string) => {
  const { body } = await api.get(`${REQUESTS}/mine`)
  await api.put(`${REQUESTS}/mine/approval`, { ...body, status: { conditions: [{ type, status: 'True', reason: 'Test' }] } })
  await api.settle()
}
const outcome = async () => {
  const { certificate, conditions = [] } = (await api.get(`${REQUESTS}/mine`)).body['status'] as {
    certificate?: string
    conditions?: readonly { type: string; reason: string; message?: string }[]
  }
  const failed = conditions.find(({ type }) => type === 'Failed')
  return { certificate: certificate === undefined ? undefined : new X509Certificate(Buffer.from(certificate, 'base64')), failed }
}

describe('a request for a certificate', () => {
  test('is signed when it is approved, and not before', async () => {
    await ask({ expirationSeconds: 3600 })
    await api.settle()
    expect((await outcome()).certificate).toBeUndefined()
    await decide('Approved')
    const { certificate } = await outcome()
    expect(certificate?.subject).toBe('O=team\nO=other\nCN=ann')
    expect(certificate?.checkIssued(new X509Certificate(api.server.connection.caData))).toBe(true)
    const now = api.clock.now()
    expect(certificate?.validFromDate.getTime()).toBeGreaterThan(now - 301_000)
    expect(certificate?.validToDate.getTime()).toBeLessThanOrEqual(now + 3_600_000)
  })

  test('that is denied, or for somebody else to sign, is left alone', async () => {
    await ask()
    await decide('Denied')
    expect(await outcome()).toEqual({})
    await api.delete(`${REQUESTS}/mine`)
    await ask({ signer: 'example.com/own' })
    await decide('Approved')
    expect(await outcome()).toEqual({})
  })

  test('is signed once: what is signed is written no more', async () => {
    await ask()
    await decide('Approved')
    const version = async () => (await api.get(`${REQUESTS}/mine`)).metadata.resourceVersion
    const before = await version()
    await api.patch(`${REQUESTS}/mine`, { metadata: { labels: { a: 'b' } } })
    const after = await version()
    await api.settle()
    expect([await version(), after === before]).toEqual([after, false])
  })

  test.each<[string, Asked, string | undefined]>([
    [
      'a client with a server\u2019s usage',
      { usages: ['server auth', 'client auth'] },
      'invalid usage for client certificate: server auth',
    ],
    ['a client that is none', { usages: [SIGNATURE] }, 'missing required usage for client certificate: client auth'],
    ['a node', { request: NODE, signer: 'kube-apiserver-client-kubelet' }, undefined],
    ['a node that is none', { signer: 'kube-apiserver-client-kubelet' }, 'subject organization is not system:nodes'],
    ['a node with addresses', { request: SERVING, signer: 'kube-apiserver-client-kubelet' }, 'DNS subjectAltNames are not allowed'],
    ['a kubelet that serves', { request: SERVING, signer: 'kubelet-serving', usages: [SIGNATURE, 'server auth'] }, undefined],
    [
      'a kubelet nowhere',
      { request: NODE, signer: 'kubelet-serving', usages: [SIGNATURE, 'server auth'] },
      'DNS or IP subjectAltName is required',
    ],
    [
      'a kubelet with a client\u2019s usage',
      { request: SERVING, signer: 'kubelet-serving' },
      'usages did not match [digital signature key encipherment server auth]',
    ],
    ['nobody', { request: 'garbage' }, 'PEM block type must be CERTIFICATE REQUEST'],
  ])('of %s is signed or refused', async (_name, asked, why) => {
    await ask(asked)
    await decide('Approved')
    const { certificate, failed } = await outcome()
    expect([certificate === undefined, failed?.message]).toEqual([why !== undefined, why])
  })
})
