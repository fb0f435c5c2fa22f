import { describe, expect, test } from 'vitest'
import { parseConversionReview } from '../conversion/review.ts'
import { request } from '../fake/admission-bench.ts'
import { timeToAnswer } from './deadline.ts'
import { parseAdmissionReview } from './review.ts'

const API = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }
const CONVERSION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview' }

describe('a review that is none is refused with the part that is wrong', () => {
  test.each<[unknown, string]>([
    [null, 'the body must be an object'],
    [[], 'the body must be an object'],
    [{ ...API, apiVersion: 'admission.k8s.io/v1beta1' }, 'set admissionReviewVersions to ["v1"]'],
    [API, '"request" must be an object'],
    [{ ...API, request: { ...request(), uid: '' } }, '"request.uid" must be a text'],
    [{ ...API, request: { ...request(), kind: 'Shop' } }, '"request.kind" must have group, version and kind'],
    [{ ...API, request: { ...request(), resource: { group: 1 } } }, '"request.resource" must have group, version and resource'],
    [{ ...API, request: { ...request(), operation: 'PATCH' } }, '"request.operation" must be'],
    [{ ...API, request: { ...request(), object: 'x' } }, '"request.object" must be an object'],
    [{ ...API, request: { ...request(), namespace: [{ toString: 0 }] } }, '"request.namespace" must be a text'],
    [{ ...API, request: { ...request(), name: 1 } }, '"request.name" must be a text'],
    [{ ...API, request: { ...request(), subResource: {} } }, '"request.subResource" must be a text'],
    [{ ...API, request: { ...request(), oldObject: [] } }, '"request.oldObject" must be an object'],
    [{ ...API, request: { ...request(), userInfo: 1 } }, '"request.userInfo" must be an object'],
  ])('admission %#', (body, problem) => expect(() => parseAdmissionReview(body)).toThrow(problem))

  test.each<[unknown, string]>([
    ['x', 'the body must be an object'],
    [{ ...CONVERSION, kind: 'List' }, 'set conversionReviewVersions to ["v1"]'],
    [{ ...CONVERSION, request: [] }, '"request" must be an object'],
    [{ ...CONVERSION, request: { desiredAPIVersion: 'a/v1', objects: [] } }, '"request.uid" must be a text'],
    [{ ...CONVERSION, request: { uid: 'u', objects: [] } }, '"request.desiredAPIVersion" must be a text'],
    [{ ...CONVERSION, request: { uid: 'u', desiredAPIVersion: 'a/v1' } }, '"request.objects" must be a list'],
  ])('conversion %#', (body, problem) => expect(() => parseConversionReview(body)).toThrow(problem))
})

test('the core group, and who asks anonymously, are in order', () => {
  const core = { group: undefined, version: 'v1', kind: 'Pod' }
  const { userInfo: _, ...anonymous } = request({ kind: core as never, object: null })
  expect(parseAdmissionReview({ ...API, request: anonymous })).toMatchObject({ uid: 'uid-1', userInfo: {} })
})

test.each([
  [undefined, 9_500],
  [10_000, 9_500],
  [1_000, 900],
  [60_000, 29_500],
])('of %s ms that the API server waits, the hook has %s', (timeout, ms) => expect(timeToAnswer(timeout)).toBe(ms))
