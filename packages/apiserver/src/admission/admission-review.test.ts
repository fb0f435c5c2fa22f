import { expect, test } from 'vitest'
import { reviewVersion, verdictOf } from './admission-review.ts'

const answer = (response: unknown, over: object = {}) =>
  ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response, ...over }) as Record<string, unknown>
const patch = Buffer.from('[]').toString('base64')

test.each([
  ['nothing', answer(undefined), 'mutating', 'received invalid webhook response: webhook response was absent'],
  ['another uid', answer({ uid: 'y' }), 'mutating', 'received invalid webhook response: expected response.uid="u", got "y"'],
  [
    'another kind',
    answer({ uid: 'u' }, { kind: 'Pod', apiVersion: 'v1' }),
    'validating',
    'received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got v1, Kind=Pod',
  ],
  [
    'a patch without its type',
    answer({ uid: 'u', patch }),
    'mutating',
    'received invalid webhook response: webhook returned response.patch but not response.patchType',
  ],
  [
    'a type without its patch',
    answer({ uid: 'u', patchType: 'JSONPatch' }),
    'mutating',
    'received invalid webhook response: webhook returned response.patchType but not response.patch',
  ],
  ['another type of patch', answer({ uid: 'u', patch, patchType: 'Merge' }), 'mutating', 'unsupported patch type "Merge"'],
  [
    'a patch from one that only validates',
    answer({ uid: 'u', patch, patchType: 'JSONPatch' }),
    'validating',
    'received invalid webhook response: validating webhook may not return response.patch',
  ],
] as const)('%s is no answer', (_, given, kind, message) => {
  expect(() => verdictOf(given, 'v1', 'u', kind)).toThrow(message)
})

test('an answer says yes or no, what to change, and what to tell', () => {
  const given = answer({ uid: 'u', allowed: true, patch, patchType: 'JSONPatch', warnings: ['w'], auditAnnotations: { a: 'b' } })
  expect(verdictOf(given, 'v1', 'u', 'mutating')).toEqual({
    allowed: true,
    status: undefined,
    patch: '[]',
    warnings: ['w'],
    annotations: { a: 'b' },
  })
  expect(verdictOf(answer({ uid: 'u', status: { message: 'm' } }), 'v1', 'u', 'validating')).toMatchObject({
    allowed: false,
    status: { message: 'm' },
  })
})

test('in the old version of the review uid and kind were not looked at', () => {
  expect(verdictOf({ response: { allowed: true, patch } }, 'v1beta1', 'u', 'mutating')).toMatchObject({ allowed: true, patch: '[]' })
})

test('the first version that is known is spoken', () => {
  expect([reviewVersion(['v9', 'v1beta1', 'v1']), reviewVersion(['v1'])]).toEqual(['v1beta1', 'v1'])
  expect(() => reviewVersion(['v9'])).toThrow(/does not accept known AdmissionReview versions/)
})
