import { isDeepStrictEqual } from 'node:util'
import * as S3 from '@aws-sdk/client-s3'
import { json, outcome } from './recorder.ts'
import type { Scene } from './scene.ts'

export const policyScene: Scene = async ({ record, clients, server, name }) => {
  const s3 = clients.s3()
  const Bucket = name('pol')
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  // Buckets of AWS are closed to public policies from the start.
  await outcome(s3.send(new S3.DeletePublicAccessBlockCommand({ Bucket })))
    .then(() => s3.send(new S3.CreateBucketCommand({ Bucket })))
    .catch(() => undefined)
  const put = (Policy: string) => s3.send(new S3.PutBucketPolicyCommand({ Bucket, Policy }))
  const arn = `arn:aws:s3:::${Bucket}`
  const one = {
    Sid: 'One',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: [`${arn}/b*`, `${arn}/a*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
  const document = (
    statement: Readonly<Record<string, unknown>> = {},
    more: Readonly<Record<string, unknown>> = { Version: '2012-10-17' },
  ) => JSON.stringify({ ...more, Statement: [{ ...one, ...statement }] }, null, 1)
  const without = (field: string) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [Object.fromEntries(Object.entries(one).filter(([key]) => key !== field))] })

  await record.call('policy: get unset', s3.send(new S3.GetBucketPolicyCommand({ Bucket })))
  const text = document()
  await record.call('policy: put', put(text))
  const { Policy = '' } = await s3.send(new S3.GetBucketPolicyCommand({ Bucket }))
  record.note(
    'policy: get back',
    Policy === text
      ? 'verbatim'
      : !/\n/.test(Policy.trim()) && isDeepStrictEqual(JSON.parse(Policy), JSON.parse(text))
        ? 'compact, same JSON'
        : 'rewritten',
  )
  await record.call('policy: status', s3.send(new S3.GetBucketPolicyStatusCommand({ Bucket })), ({ PolicyStatus }) => json(PolicyStatus))
  record.note('policy: status', record.answers.get('policy: status')!.replace(/^200 /, ''))
  await record.call('policy: delete', s3.send(new S3.DeleteBucketPolicyCommand({ Bucket })))
  await record.call('policy: bucket after delete', s3.send(new S3.HeadBucketCommand({ Bucket })))
  await record.call('policy: delete when unset', s3.send(new S3.DeleteBucketPolicyCommand({ Bucket })))

  const cases: Readonly<Record<string, string>> = {
    'Statement as object': JSON.stringify({ Version: '2012-10-17', Statement: one }),
    'boolean in Condition': document({ Condition: { Bool: { 'aws:SecureTransport': false } } }),
    'not JSON': 'not json',
    'empty statement list': JSON.stringify({ Version: '2012-10-17', Statement: [] }),
    'unknown action': document({ Action: 's3:FlyToTheMoon' }),
    'resource of another bucket': document({ Resource: 'arn:aws:s3:::another-bucket-x/*' }),
    'unknown principal': document({ Principal: { AWS: 'arn:aws:iam::123456789012:user/nobody-there' } }),
    'bare account principal': document({ Principal: { AWS: '999999999999' } }),
    'no Principal': without('Principal'),
    'action bucket-level on object ARN only': document({ Action: 's3:ListBucket', Resource: `${arn}/*` }),
    'over 20 KB': document({ Resource: Array.from({ length: 700 }, (_, index) => `${arn}/prefix-${index}-0123456789/*`) }),
    'Version 2008': document({}, { Version: '2008-10-17' }),
    'no Version': document({}, {}),
    'unknown condition operator': document({ Condition: { StringSortOf: { 'aws:UserAgent': 'x' } } }),
  }
  for (const [title, policy] of Object.entries(cases)) await record.call(`policy: ${title}`, put(policy))

  await outcome(s3.send(new S3.DeleteBucketPolicyCommand({ Bucket })))
  await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'public', Body: 'x' }))
  const anonymous = async () => {
    const answer = await fetch(`${server.s3}/${Bucket}/public`)
    const code = /<Code>(\w+)</.exec(await answer.text())?.[1]
    return `${answer.status}${code === undefined ? '' : ` ${code}`}`
  }
  record.note('policy: anonymous GET without policy', await anonymous())
  await put(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: [`${arn}/*`] }],
    }),
  )
  record.note('policy: anonymous GET with public policy', await anonymous())
}
