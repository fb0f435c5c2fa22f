import { expect, test } from 'vitest'
import { classify, type Refusal } from './classification.ts'

const refusal = (status: number, error = '', more: Partial<Refusal> = {}): Refusal => ({
  method: 'GET',
  path: '/v1/secret/data/a',
  status,
  errors: error === '' ? [] : [error],
  warnings: [],
  data: undefined,
  location: undefined,
  retryAfterSeconds: undefined,
  ...more,
})

test.each([
  [503, 'Vault is sealed', 'sealed'],
  [503, 'error decrypting: Vault is sealed', 'sealed'],
  [503, '', 'unavailable'],
  [502, '', 'unavailable'],
  [500, 'local node not active but active cluster node not found', 'standby'],
  [503, 'no active Vault instance found', 'standby'],
  [473, '', 'standby'],
  [400, 'Vault is not initialized', 'notInitialized'],
  [500, 'Vault is not initialized', 'notInitialized'],
  [403, 'permission denied', 'permissionDenied'],
  [403, '2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n', 'invalidToken'],
  [403, 'bad token', 'invalidToken'],
  [400, 'check-and-set parameter did not match the current version', 'casMismatch'],
  [400, 'metadata check-and-set parameter does not match the current version', 'casMismatch'],
  [400, 'check-and-set parameter required for this call', 'casRequired'],
  [400, 'Upgrading from non-versioned to versioned data. This backend …', 'unavailable'],
  [412, '', 'behind'],
  [413, 'http: request body too large', 'tooLarge'],
  [500, 'JSON string value exceeds allowed length', 'tooLarge'],
  [500, '1 error occurred:\n\t* put failed due to value being too large; got 1048704 bytes', 'tooLarge'],
  [530, '', 'removed'],
  [500, 'node was removed from a HA cluster', 'removed'],
  [500, 'something else', 'serverError'],
  [599, '', 'serverError'],
  [400, 'anything', 'invalid'],
  [415, '', 'invalid'],
  [418, '', 'invalid'],
])('%d "%s" is %s', (status, error, kind) => {
  expect(classify(refusal(status, error)).is).toBe(kind)
})

test('a 404 is one of four', () => {
  const what = (more: Partial<Refusal>, error = '') => classify(refusal(404, error, more))
  expect(what({})).toEqual({ is: 'notFound', what: 'secret' })
  expect(what({ data: { metadata: {} } })).toEqual({ is: 'notFound', what: 'deleted' })
  expect(what({}, 'no handler for route "x"')).toEqual({ is: 'notFound', what: 'mount' })
  expect(what({ warnings: ['Invalid path for a versioned K/V secrets engine'] })).toEqual({ is: 'notFound', what: 'wrongKvVersion' })
})

test('a redirect names the origin of its target and nothing else of it', () => {
  expect(classify(refusal(307, '', { location: 'https://vault-1:8200/v1/secret/data/a?x=y' }))).toEqual({
    is: 'standby',
    leader: 'https://vault-1:8200',
  })
  expect(classify(refusal(307, '', { location: '/relative' }))).toEqual({ is: 'standby', leader: undefined })
})

test('400 to a login is a refused login; 429 carries the pause', () => {
  expect(classify(refusal(400, 'invalid role or secret ID', { path: '/v1/auth/team/approle/login' }))).toEqual({ is: 'loginRefused' })
  expect(classify(refusal(429, '', { retryAfterSeconds: 7 }))).toEqual({ is: 'rateLimited', retryAfterSeconds: 7 })
})
