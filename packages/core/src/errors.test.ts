import { describe, expect, test } from 'vitest'
import {
  ApiError,
  ConfigurationError,
  ConnectionError,
  isAlreadyExists,
  isApiError,
  isBadRequest,
  isConflict,
  isConnectionError,
  isConnectionRefused,
  isForbidden,
  isGone,
  isInvalid,
  isMethodNotAllowed,
  isNotFound,
  isResourceVersionTooLarge,
  isServerTimeout,
  isTimeout,
  isTooManyRequests,
  isUnauthorized,
  messageOf,
} from './errors.ts'
import type { Status } from './meta.ts'

const apiError = (code: number, status: Omit<Status, 'code'> = {}) => new ApiError({ ...status, code })

describe('ApiError', () => {
  test('says what was asked and what the server answered', () => {
    const error = new ApiError({ code: 404, message: 'pods "x" not found', reason: 'NotFound' }, { request: 'GET /api/v1/pods/x' })
    expect(error.message).toBe('GET /api/v1/pods/x: pods "x" not found')
    expect(error.reason).toBe('NotFound')
  })

  test.each([
    [{ reason: 'Forbidden' }, 'Forbidden'],
    [{}, 'HTTP 403'],
  ])('of %j says %j for want of a message', (status, message) => {
    expect(apiError(403, status).message).toBe(message)
  })

  test('takes the wait from the header before the one from the Status', () => {
    const status = { code: 429, details: { retryAfterSeconds: 5 } }
    expect(new ApiError(status).retryAfterSeconds).toBe(5)
    expect(new ApiError(status, { retryAfterSeconds: 1 }).retryAfterSeconds).toBe(1)
    expect(apiError(500).retryAfterSeconds).toBeUndefined()
  })

  test('keeps its cause', () => {
    const cause = new Error('no JSON')
    expect(new ApiError({ code: 502 }, { cause }).cause).toBe(cause)
    expect(apiError(502)).not.toHaveProperty('cause')
  })
})

describe('guards', () => {
  test.each([
    ['isBadRequest', isBadRequest, 400],
    ['isUnauthorized', isUnauthorized, 401],
    ['isForbidden', isForbidden, 403],
    ['isNotFound', isNotFound, 404],
    ['isMethodNotAllowed', isMethodNotAllowed, 405],
    ['isGone', isGone, 410],
    ['isInvalid', isInvalid, 422],
    ['isTooManyRequests', isTooManyRequests, 429],
    ['isTimeout', isTimeout, 504],
  ] as const)('%s is about its code', (_name, guard, code) => {
    expect(guard(apiError(code))).toBe(true)
    expect(guard(apiError(code + 1))).toBe(false)
    expect(guard(new Error('other'))).toBe(false)
    expect(guard(undefined)).toBe(false)
  })

  test.each([
    ['Conflict', true, false],
    ['AlreadyExists', false, true],
    ['', true, false],
    ['Other', false, false],
  ])('a 409 with the reason %j: conflict %s, already exists %s', (reason, conflicts, exists) => {
    expect(isConflict(apiError(409, { reason }))).toBe(conflicts)
    expect(isAlreadyExists(apiError(409, { reason }))).toBe(exists)
  })

  test('a server that gave up before it did anything says so with 500', () => {
    expect(isServerTimeout(apiError(500, { reason: 'ServerTimeout' }))).toBe(true)
    expect(isServerTimeout(apiError(500, { reason: 'InternalError' }))).toBe(false)
    expect(isServerTimeout(apiError(504, { reason: 'Timeout' }))).toBe(false)
  })

  test.each([
    ['the cause', apiError(504, { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } }), true],
    ['the words, from a server that gives no cause', apiError(504, { message: 'Too large resource version: 9, current: 1' }), true],
    ['another time-out', apiError(504, { message: 'timed out' }), false],
    ['another code', apiError(400, { message: 'Too large resource version' }), false],
    ['another error', new Error('Too large resource version'), false],
  ])('isResourceVersionTooLarge goes by %s', (_what, error, expected) => {
    expect(isResourceVersionTooLarge(error)).toBe(expected)
  })

  test('an error of another copy of this package counts', () => {
    const foreign = Object.assign(new Error('gone'), { name: 'ApiError', code: 410, status: {}, reason: '' })
    expect(isGone(foreign)).toBe(true)
    expect(isApiError({ name: 'ApiError', code: 410 })).toBe(false)
  })
})

describe('ConnectionError', () => {
  const refused = new ConnectionError('refused', { code: 'ECONNREFUSED', cause: new Error('socket') })

  test('is told by its kind, and a refusal by its code', () => {
    expect(isConnectionError(refused)).toBe(true)
    expect(isConnectionRefused(refused)).toBe(true)
    expect(isConnectionRefused(new ConnectionError('reset', { code: 'ECONNRESET' }))).toBe(false)
    expect(isConnectionError(apiError(500))).toBe(false)
    expect(isApiError(refused)).toBe(false)
  })

  test('keeps its cause, and has no code when there was none', () => {
    expect(refused.cause).toEqual(new Error('socket'))
    expect(new ConnectionError('closed').code).toBe('')
  })
})

test.each([
  [new Error('x'), 'x'],
  [new ConfigurationError('port in use'), 'port in use'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [42, '42'],
])('messageOf(%s) is %j', (thrown, text) => {
  expect(messageOf(thrown)).toBe(text)
})
