import { messageOf } from 'kubewright'
import type { Answer } from '../deletion/answer.ts'

/** What only a person can mend: the bucket, its policy, or the credentials. */
const FOR_A_PERSON = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'AccountProblem',
  'CredentialsProviderError',
  'ExpiredToken',
  'Forbidden',
  'InvalidAccessKeyId',
  'InvalidBucketName',
  'InvalidObjectState',
  'NoSuchBucket',
  'PermanentRedirect',
  'SignatureDoesNotMatch',
])
const TOO_MANY = new Set(['SlowDown', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequests', 'ServiceUnavailable'])
/** S3 names no time; its documents ask for a pause that grows. */
const PAUSE = 1_000

interface SdkError {
  readonly name?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** What a bucket answered, as an answer to the deletion that was not sent. */
export function answerOfBucketError(error: unknown, place: string): Answer {
  const { name = '', $metadata } = (error ?? {}) as SdkError
  const status = $metadata?.httpStatusCode
  const message = `not deleted, because its backup in ${place} failed: ${name === '' || name === 'Error' ? '' : `${name}: `}${messageOf(error)}`
  if (FOR_A_PERSON.has(name) || status === 403 || status === 301) return { is: 'forbidden', message }
  if (TOO_MANY.has(name) || status === 429 || status === 503) return { is: 'throttled', retryAfter: PAUSE, message }
  return { is: 'unsent', message }
}
