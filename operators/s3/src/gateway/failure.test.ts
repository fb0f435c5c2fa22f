import { describe, expect, test } from 'vitest'
import { classOf, type FailureClass, failureOf, isRemoteFailure } from './failure.ts'

describe('4.1 what one can do about an answer', () => {
  test.each<[string, number, FailureClass]>([
    ['InternalError', 500, 'Transient'],
    ['', 502, 'Transient'],
    ['ConnectionClosed', 410, 'Transient'],
    ['OperationAborted', 409, 'Transient'],
    ['SlowDown', 503, 'Throttled'],
    ['RequestRateLimitExceeded', 403, 'Throttled'],
    ['RequestRateLimitExceeded', 400, 'Throttled'],
    ['', 429, 'Throttled'],
    ['InvalidAccessKeyId', 403, 'Unauthenticated'],
    ['SignatureDoesNotMatch', 403, 'Unauthenticated'],
    ['InvalidClientTokenId', 403, 'Unauthenticated'],
    ['AuthenticationLockout', 403, 'LockedOut'],
    ['AccessDenied', 403, 'Denied'],
    ['', 403, 'Denied'],
    ['RequestTimeTooSkewed', 403, 'ClockSkew'],
    ['NoSuchBucket', 404, 'NotFound'],
    ['NoSuchEntity', 404, 'NotFound'],
    ['NoSuchTagSet', 404, 'NotFound'],
    ['ServerSideEncryptionConfigurationNotFoundError', 404, 'NotFound'],
    ['EntityAlreadyExists', 409, 'Conflict'],
    ['BucketNotEmpty', 409, 'Conflict'],
    ['MalformedPolicy', 400, 'Refused'],
    ['PermanentRedirect', 301, 'Refused'],
    ['NotImplemented', 501, 'Unsupported'],
    ['MethodNotAllowed', 405, 'Unsupported'],
    ['InvalidAction', 400, 'Unsupported'],
  ])('%s %i is %s', (code, status, is) => expect(classOf(code, status)).toBe(is))

  test('of what the SDK throws the code and the server’s words are told, and no secret', () => {
    const error = Object.assign(new Error('the key wJalrXUtnFEMI is wrong'), {
      name: 'NoSuchEntityException',
      Code: 'NoSuchEntity',
      $metadata: { httpStatusCode: 404 },
    })
    const failure = failureOf('GetUser', error, (text) => text.replace('wJalrXUtnFEMI', '[redacted]'))
    expect(failure).toMatchObject({ is: 'NotFound', code: 'NoSuchEntity', message: 'GetUser: NoSuchEntity: the key [redacted] is wrong' })
  })

  test('a page of a proxy is trouble on the way', () => {
    const error = Object.assign(new Error('<html>'), { name: 'SyntaxError', $metadata: { httpStatusCode: 502 } })
    expect(failureOf('GetUser', error, String)).toMatchObject({ is: 'Transient', status: 502 })
  })

  test('a server that is not reached is trouble on the way, with the reason', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    expect(failureOf('ListBuckets', refused, String)).toMatchObject({ is: 'Transient', code: 'ECONNREFUSED', status: 0 })
  })

  test('a mistake of the program is none of the server’s', () => {
    const mistake = new TypeError('undefined is not a function')
    expect(failureOf('ListBuckets', mistake, String)).toBe(mistake)
    expect(isRemoteFailure(mistake)).toBe(false)
  })
})
