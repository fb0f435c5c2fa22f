import { expect, test } from 'vitest'
import type { Answer } from '../deletion/answer.ts'
import { answerOfBucketError } from './failure.ts'

const error = (name: string, httpStatusCode?: number) => Object.assign(new Error('why'), { name, $metadata: { httpStatusCode } })

test.each<[string, unknown, Answer['is']]>([
  ['no right', error('AccessDenied', 403), 'forbidden'],
  ['no right, of a HEAD', error('Unknown', 403), 'forbidden'],
  ['no such bucket', error('NoSuchBucket', 404), 'forbidden'],
  ['another region', error('PermanentRedirect', 301), 'forbidden'],
  ['no credentials', error('CredentialsProviderError'), 'forbidden'],
  ['too many requests', error('SlowDown', 503), 'throttled'],
  ['too many requests, without a name', error('Unknown', 429), 'throttled'],
  ['its own failure', error('InternalError', 500), 'unsent'],
  ['no answer', error('TimeoutError'), 'unsent'],
  ['anything', 'why', 'unsent'],
])('a bucket with %s: nothing was deleted, and the answer is what is to be done about it', (_, thrown, is) => {
  const answer = answerOfBucketError(thrown, 's3://attic/')
  expect(answer).toMatchObject({
    is,
    message: expect.stringMatching(/^not deleted, because its backup in s3:\/\/attic\/ failed: .*why$/) as unknown,
  })
})
