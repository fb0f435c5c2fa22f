import type { PeerCertificate } from 'node:tls'
import { expect, test } from 'vitest'
import { Authenticator } from './authenticator.ts'

const admin = { name: 'admin', groups: ['system:masters'] }
const authenticator = new Authenticator(new Map([['right', admin]]))
const certificate = (subject: Record<string, unknown>) => ({ subject }) as unknown as PeerCertificate

test.each([
  ['Bearer right', admin],
  ['bearer  right', admin],
  ['Bearer wrong', undefined],
  ['Bearer', undefined],
  ['Basic cmlnaHQ=', undefined],
  [undefined, undefined],
])('the header %j', (authorization, user) => {
  expect(authenticator.authenticate({ authorization, certificate: undefined })).toEqual(user)
})

test('a certificate names its user by CN and the groups by O', () => {
  const given = { authorization: undefined, certificate: certificate({ CN: 'ann', O: ['a', 'b'] }) }
  expect(authenticator.authenticate(given)).toEqual({ name: 'ann', groups: ['a', 'b', 'system:authenticated'] })
})

test('a certificate comes before a token, and one without a name is none', () => {
  expect(authenticator.authenticate({ authorization: 'Bearer right', certificate: certificate({ CN: 'ann' }) })?.name).toBe('ann')
  expect(authenticator.authenticate({ authorization: 'Bearer right', certificate: certificate({}) })?.name).toBe('admin')
})
