import type { PeerCertificate } from 'node:tls'
import { expect, test } from 'vitest'
import { Authenticator } from './authenticator.ts'

const admin = { name: 'admin', groups: ['system:masters'] }
const authenticator = new Authenticator(new Map([['right', admin]]))
const certificate = (subject: Record<string, unknown>) => ({ subject }) as unknown as PeerCertificate

const known = (user: object) => ({ is: 'user', user })
const anonymous = { is: 'anonymous' }
const refused = { is: 'refused' }

test.each([
  ['Bearer right', known(admin)],
  ['bearer  right', known(admin)],
  ['Bearer wrong', refused],
  ['Bearer', anonymous],
  ['Basic cmlnaHQ=', anonymous],
  [undefined, anonymous],
])('the header %j', (authorization, identity) => {
  expect(authenticator.authenticate({ authorization, certificate: undefined })).toEqual(identity)
})

test('a certificate names its user by CN and the groups by O', () => {
  const given = { authorization: undefined, certificate: certificate({ CN: 'ann', O: ['a', 'b'] }) }
  expect(authenticator.authenticate(given)).toEqual(known({ name: 'ann', groups: ['a', 'b', 'system:authenticated'] }))
})

test('a certificate comes before a token, and one without a name is none', () => {
  const named = (name: string) => ({ is: 'user', user: { name } })
  const shown = (subject: Record<string, unknown>) => ({ authorization: 'Bearer right', certificate: certificate(subject) })
  expect(authenticator.authenticate(shown({ CN: 'ann' }))).toMatchObject(named('ann'))
  expect(authenticator.authenticate(shown({}))).toMatchObject(named('admin'))
})

test('a certificate that nobody vouches for is wrong, unless a token says more', () => {
  const shown = (authorization?: string) => authenticator.authenticate({ authorization, certificate: 'untrusted' })
  expect(shown()).toEqual(refused)
  expect(shown('Bearer wrong')).toEqual(refused)
  expect(shown('Bearer right')).toEqual(known(admin))
})
