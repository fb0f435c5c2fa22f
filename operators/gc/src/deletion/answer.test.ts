import { ApiError, ConnectionError } from 'kubewright'
import { expect, test } from 'vitest'
import { answerOf, answerOfError } from './answer.ts'

const status = (code: number, message: string, reason = '') => new ApiError({ status: 'Failure', code, message, reason })

test.each<[string, unknown, object]>([
  ['404', status(404, 'configmaps "a" not found', 'NotFound'), { is: 'already-gone' }],
  // Both wordings of kube-apiserver, for each precondition.
  [
    '409 uid, early check',
    status(
      409,
      'Operation cannot be fulfilled on configmaps "a": the UID in the precondition (1) does not match the UID in record (2). The object might have been deleted and then recreated',
      'Conflict',
    ),
    { is: 'replaced' },
  ],
  [
    '409 uid, in storage',
    status(
      409,
      'Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /x, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: 1, UID in object meta: 2',
      'Conflict',
    ),
    { is: 'replaced' },
  ],
  [
    '409 version, early check',
    status(
      409,
      'Operation cannot be fulfilled on configmaps "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified',
      'Conflict',
    ),
    { is: 'changed' },
  ],
  [
    '409 version, in storage',
    status(409, 'Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 2', 'Conflict'),
    { is: 'changed' },
  ],
  ['409 of another kind', status(409, 'namespace still has content', 'Conflict'), { is: 'denied' }],
  [
    '403 of RBAC',
    status(
      403,
      'configmaps "a" is forbidden: User "x" cannot delete resource "configmaps" in API group "" in the namespace "b"',
      'Forbidden',
    ),
    { is: 'forbidden' },
  ],
  ['403 of a webhook', status(403, 'admission webhook "keep.example.dev" denied the request: no', 'Forbidden'), { is: 'denied' }],
  ['422', status(422, 'invalid', 'Invalid'), { is: 'refused' }],
  ['405', status(405, 'not deletable', 'MethodNotAllowed'), { is: 'refused' }],
  [
    '429 with a wait',
    new ApiError({ status: 'Failure', code: 429, message: 'slow down' }, { retryAfterSeconds: 3 }),
    { is: 'throttled', retryAfter: 3_000 },
  ],
  [
    'S14: 429 of a PodDisruptionBudget',
    new ApiError({
      status: 'Failure',
      code: 429,
      reason: 'TooManyRequests',
      message: 'Cannot evict pod as it would violate the pod’s disruption budget.',
      details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' }] },
    }),
    { is: 'denied', message: expect.stringContaining('web needs 2 healthy pods') },
  ],
  [
    'S14: 403 of RBAC for an eviction',
    status(403, 'pods "a" is forbidden: User "x" cannot create resource "pods/eviction" in API group "" in the namespace "b"', 'Forbidden'),
    { is: 'forbidden' },
  ],
  ['503', status(503, 'starting'), { is: 'throttled', retryAfter: 0 }],
  ['500', status(500, 'etcd'), { is: 'unknown' }],
  ['504', status(504, 'timeout'), { is: 'unknown' }],
  ['no connection', new ConnectionError('refused', { code: 'ECONNREFUSED' }), { is: 'unsent' }],
  ['no answer', new ConnectionError('reset', { code: 'ECONNRESET' }), { is: 'unknown' }],
  ['anything else thrown', new TypeError('x'), { is: 'unknown' }],
])('%s', (_, error, answer) => {
  expect(answerOfError(error)).toMatchObject(answer)
})

test('gone at once and accepted for later are two things', () => {
  expect(answerOf({ gone: true })).toEqual({ is: 'gone' })
  expect(answerOf({ gone: false, object: { metadata: { name: 'a' } } })).toEqual({ is: 'accepted' })
})
