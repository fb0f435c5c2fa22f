import { expect, test } from 'vitest'
import { ApiError, ConfigurationError, ConnectionError } from './errors.ts'
import { coreErrors } from './explained-errors.ts'
import { explanationOf } from './explanation.ts'
import { parseLabelSelector } from './labels.ts'

const thrownBy = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
const answer = (code: number, reason?: string) =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, ...(reason !== undefined && { reason }) })

test.each<readonly [string, unknown, string]>([
  ['401', answer(401), 'KW-UNAUTHORIZED'],
  ['403', answer(403), 'KW-FORBIDDEN'],
  ['404', answer(404), 'KW-NOT-FOUND'],
  ['409 of a name that is taken', answer(409, 'AlreadyExists'), 'KW-ALREADY-EXISTS'],
  ['409 of an object that has changed', answer(409, 'Conflict'), 'KW-CONFLICT'],
  ['410', answer(410), 'KW-EXPIRED'],
  ['422', answer(422), 'KW-INVALID'],
  ['400', answer(400), 'KW-BAD-REQUEST'],
  ['429', answer(429), 'KW-TOO-MANY-REQUESTS'],
  ['500', answer(500), 'KW-SERVER-FAILED'],
  ['504', answer(504), 'KW-SERVER-FAILED'],
  ['any other answer', answer(415), 'KW-REFUSED'],
  ['a port where nobody listens', new ConnectionError('m', { code: 'ECONNREFUSED' }), 'KW-CONNECTION-REFUSED'],
  ['a name that is not known', new ConnectionError('m', { code: 'ENOTFOUND' }), 'KW-HOST-NOT-FOUND'],
  ['a name that is not known at the moment', new ConnectionError('m', { code: 'EAI_AGAIN' }), 'KW-HOST-NOT-FOUND'],
  ['a certificate that nobody trusts', new ConnectionError('m', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'KW-TLS'],
  ['a certificate for another name', new ConnectionError('m', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'KW-TLS'],
  ['a certificate without its issuer', new ConnectionError('m', { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }), 'KW-TLS'],
  ['a signature that does not verify', new ConnectionError('m', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'KW-TLS'],
  ['a connection that breaks', new ConnectionError('m', { code: 'ECONNRESET' }), 'KW-CONNECTION'],
  ['a connection without a word', new ConnectionError('m'), 'KW-CONNECTION'],
  ['a configuration that says no more', new ConfigurationError('m'), 'KW-CONFIGURATION'],
  ['a port that is taken', new ConfigurationError('m', { code: 'KW-LISTEN' }), 'KW-LISTEN'],
  ['401, in words of one’s own', new ConfigurationError('log in', { code: 'KW-UNAUTHORIZED' }), 'KW-UNAUTHORIZED'],
  ['a selector', thrownBy(() => parseLabelSelector('a=b=c')), 'KW-SELECTOR'],
])('%s is told as %s', (_, error, code) => expect(explanationOf(error, coreErrors)?.code).toBe(code))

test.each([['a text'], [undefined], [new TypeError('m')], [new ConfigurationError('m', { code: 'KW-OF-ANOTHER-PACKAGE' })]])(
  'there is no entry for %s',
  (error) => expect(explanationOf(error, coreErrors)).toBeUndefined(),
)

test('an error of another copy of this package has the same entry', () => {
  const foreign = Object.assign(new Error('m'), { name: 'ApiError', code: 403, status: { reason: 'Forbidden' } })
  expect(explanationOf(foreign, coreErrors)?.code).toBe('KW-FORBIDDEN')
})

test('the cause of a configuration error is kept, and is not made up', () => {
  const cause = new Error('why')
  expect(new ConfigurationError('m', { cause }).cause).toBe(cause)
  expect('cause' in new ConfigurationError('m', { code: 'KW-LISTEN' })).toBe(false)
})
