import { ApiError, ConnectionError } from '@kubewright/core'
import { expect, test } from 'vitest'
import { type FailureKind, failureOf } from './failure.ts'

const status = (code: number, message = '') => new ApiError({ status: 'Failure', code, message })

test.each<[string, unknown, FailureKind, FailureKind]>([
  ['no connection', new ConnectionError('refused', { code: 'ECONNREFUSED' }), 'unreachable', 'unreachable'],
  ['a frame that is no JSON', new ConnectionError('broken', { code: 'MALFORMED_FRAME' }), 'broken', 'broken'],
  ['a mistake of ours', new TypeError('x'), 'broken', 'broken'],
  ['nothing that was thrown', undefined, 'broken', 'broken'],
  ['410', status(410), 'expired', 'expired'],
  ['a resource version from the future', status(504, 'Too large resource version: 9, current: 1'), 'ahead', 'ahead'],
  ['429', status(429), 'throttled', 'throttled'],
  ['503', status(503), 'unavailable', 'unavailable'],
  ['502 of a proxy', status(502), 'unavailable', 'unavailable'],
  ['500', status(500), 'server', 'server'],
  // kube-apiserver refuses everybody until it has read its roles, and knows no custom kind until it has read their definitions.
  ['403', status(403), 'denied', 'unavailable'],
  ['401', status(401), 'denied', 'unavailable'],
  ['404', status(404), 'absent', 'unavailable'],
])('%s', (_, error, kind, inOutage) => {
  expect([failureOf(error).kind, failureOf(error, { outage: true }).kind]).toEqual([kind, inOutage])
})
