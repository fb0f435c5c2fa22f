import { describe, expect, test } from 'vitest'
import { CLIENT_PAIR } from '../test-server/certificates.ts'
import { execInfo, parseExecCredential } from './exec-credential.ts'

const V1 = 'client.authentication.k8s.io/v1'
const answer = (status: unknown, more: object = {}) => JSON.stringify({ apiVersion: V1, kind: 'ExecCredential', status, ...more })

describe("a plugin's answer", () => {
  test('a token with its expiry', () => {
    expect(parseExecCredential(answer({ token: 't', expirationTimestamp: '2026-01-01T00:00:00Z' }), V1)).toEqual({
      credentials: { authorization: 'Bearer t' },
      expiresAt: Date.UTC(2026, 0, 1),
    })
  })

  test('a certificate', () => {
    const status = { clientCertificateData: CLIENT_PAIR.cert, clientKeyData: CLIENT_PAIR.key }
    expect(parseExecCredential(answer(status), V1)).toEqual({ credentials: { certificate: CLIENT_PAIR } })
  })

  test.each<[string, string, string]>([
    ['nothing', '', 'it printed nothing'],
    ['words', 'token: hidden', '13 characters that are not JSON'],
    ['another kind', '{"kind":"Secret"}', 'not of kind ExecCredential'],
    ['another version', answer({ token: 'hidden' }, { apiVersion: 'client.authentication.k8s.io/v1beta1' }), 'make the two the same'],
    ['no status', answer(undefined), 'neither status.token nor a client certificate'],
    ['half a certificate', answer({ clientCertificateData: CLIENT_PAIR.cert }), 'only one of'],
    ['a certificate that is none', answer({ clientCertificateData: 'hidden', clientKeyData: 'hidden' }), 'is not PEM'],
    ['a time that is none', answer({ token: 'hidden', expirationTimestamp: 'tomorrow' }), 'not an RFC 3339 time'],
  ])('%s is refused, and not quoted', (_name, stdout, words) => {
    const parse = () => parseExecCredential(stdout, V1)
    expect(parse).toThrow(words)
    expect(parse).not.toThrow('hidden')
  })
})

test('KUBERNETES_EXEC_INFO says which version is wanted, whether a person may be asked, and about which cluster', () => {
  expect(JSON.parse(execInfo(V1, false, undefined))).toEqual({ apiVersion: V1, kind: 'ExecCredential', spec: { interactive: false } })
  const cluster = { server: 'https://a', config: { audience: 'x' } }
  expect(JSON.parse(execInfo(V1, true, cluster)).spec).toEqual({ interactive: true, cluster })
})
