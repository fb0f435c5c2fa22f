import { VaultError, type VaultFailure } from '@kubewright/vault'
import { expect, test } from 'vitest'
import { failureOf } from './failure.ts'

const failed = (failure: VaultFailure, path = '/v1/secret/data/x') =>
  failureOf(new VaultError({ failure, method: 'POST', path, origin: 'http://vault:8200' }))

test.each<[string, VaultFailure, string | undefined, object]>([
  ['B13: sealed', { is: 'sealed' }, undefined, { reason: 'VaultUnavailable', errorType: 'connection_failed', again: 'soon' }],
  [
    'B13: a standby that names another host',
    { is: 'standby', leader: 'http://other' },
    undefined,
    { reason: 'VaultUnavailable', again: 'soon' },
  ],
  [
    'B13: no connection',
    { is: 'unreachable', code: 'ECONNREFUSED', sent: false },
    undefined,
    { reason: 'VaultUnavailable', again: 'soon' },
  ],
  ['B13: a quota that says when', { is: 'rateLimited', retryAfterSeconds: 30 }, undefined, { reason: 'RateLimited', afterMs: 30_000 }],
  ['B12: denied', { is: 'permissionDenied' }, undefined, { reason: 'PermissionDenied', errorType: 'permission_denied', again: 'seldom' }],
  ['a login that is denied', { is: 'permissionDenied' }, '/v1/auth/kubernetes/login', { reason: 'LoginFailed', errorType: 'auth_failed' }],
  [
    'B8: no such mount',
    { is: 'notFound', what: 'mount' },
    undefined,
    { reason: 'MountNotFound', errorType: 'invalid_path', again: 'seldom', forgetMount: true },
  ],
  ['B8: the mount has become another version', { is: 'notFound', what: 'wrongKvVersion' }, undefined, { again: 'soon', forgetMount: true }],
  ['B8: the mount is being upgraded', { is: 'unavailable' }, undefined, { reason: 'VaultUnavailable', again: 'soon' }],
  ['B2, B3: larger than Vault takes: never again in a hurry', { is: 'tooLarge' }, undefined, { reason: 'TooLarge', again: 'seldom' }],
])('%s', (_, failure, path, expected) => expect(failed(failure, path)).toMatchObject(expected))

test('what is no failure of Vault is told in its own words', () => {
  expect(failureOf(new Error('the disk is full'))).toMatchObject({ reason: 'Failed', message: 'the disk is full', again: 'soon' })
})
