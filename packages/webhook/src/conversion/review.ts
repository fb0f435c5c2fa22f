import { MalformedReviewError } from '../admission/review.ts'
import { isRecord } from '../wire.ts'
import type { ConversionRequest } from './convert.ts'

export const CONVERSION_API = 'apiextensions.k8s.io/v1'

/** @throws MalformedReviewError */
export function parseConversionReview(review: unknown): ConversionRequest {
  const refuse = (problem: string): never => {
    throw new MalformedReviewError(`ConversionReview: ${problem}`)
  }
  if (!isRecord(review)) return refuse('the body must be an object')
  if (review['apiVersion'] !== CONVERSION_API || review['kind'] !== 'ConversionReview')
    return refuse(`apiVersion and kind must be ${CONVERSION_API} ConversionReview: set conversionReviewVersions to ["v1"]`)
  const request = review['request']
  if (!isRecord(request)) return refuse('"request" must be an object')
  const { uid, desiredAPIVersion, objects } = request
  if (typeof uid !== 'string' || uid === '') return refuse('"request.uid" must be a text')
  if (typeof desiredAPIVersion !== 'string' || desiredAPIVersion === '') return refuse('"request.desiredAPIVersion" must be a text')
  if (!Array.isArray(objects)) return refuse('"request.objects" must be a list')
  return { uid, desiredAPIVersion, objects }
}
