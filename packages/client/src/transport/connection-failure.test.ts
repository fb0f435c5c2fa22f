import { isConnectionError } from '@kubewright/core'
import { expect, test } from 'vitest'
import { fixedMaterial } from '../identity/material.ts'
import { codeOf, connectionError } from './connection-failure.ts'

const identity = { server: 'https://10.0.0.1:6443', tls: { ca: fixedMaterial('/etc/ca.crt', ''), skipVerify: false } }
const socketError = (code: string, message = code) => Object.assign(new Error(message), { code })

test.each<[string, string]>([
  ['ECONNREFUSED', 'is the server running'],
  ['ENOTFOUND', 'host name is unknown'],
  ['EAI_AGAIN', 'name server'],
  ['ETIMEDOUT', 'reachable from here'],
  ['EHOSTUNREACH', 'no route'],
  ['ECONNRESET', 'the connection broke'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'not signed by the certificate authority of /etc/ca.crt'],
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'check the clocks'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'other names than 10.0.0.1'],
  ['EPROTO', 'does not speak TLS'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'refused the client certificate'],
  ['SOMETHING_NEW', 'SOMETHING_NEW (SOMETHING_NEW)'],
])('%s is told with the server and the mend', (code, words) => {
  const error = connectionError(socketError(code), 'GET /api', identity)
  expect(isConnectionError(error)).toBe(true)
  expect(error.code).toBe(code)
  expect(error.message).toContain(`GET /api: no answer from https://10.0.0.1:6443: `)
  expect(error.message).toContain(words)
})

test('without a certificate authority of its own it says whose were used', () => {
  const error = connectionError(socketError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'GET /', { ...identity, tls: { skipVerify: false } })
  expect(error.message).toContain("this machine's certificate authorities, and no other was given")
})

test('a proxy is named, its password is not', () => {
  const error = connectionError(socketError('ECONNREFUSED'), 'GET /', { ...identity, proxy: new URL('http://user:hidden@proxy:3128') })
  expect(error.message).toContain('(through the proxy proxy:3128)')
  expect(error.message).not.toContain('hidden')
})

test('the code is found where Node hides it', () => {
  expect(codeOf(new AggregateError([socketError('ETIMEDOUT'), socketError('ECONNREFUSED')]))).toBe('ECONNREFUSED')
  expect(codeOf(new Error('outer', { cause: socketError('EPIPE') }))).toBe('EPIPE')
  expect(codeOf(new Error('nothing'))).toBe('')
})
