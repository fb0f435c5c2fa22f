// Cases of policies, of buckets and managed ones, each with the number that it has in docs/s3/cases.md.
import { DetachUserPolicyCommand, type IAMClient, ListAttachedUserPoliciesCommand, UpdateUserCommand } from '@aws-sdk/client-iam'
import { DeleteBucketCommand, GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import type { Kind, KubeObject } from '@kubewright/core'
import { Bucket, BucketPolicy, IAMPolicy, User } from '@kubewright/operator-s3'
import { eventually, fakeS3 } from '@kubewright/testing'
import { describe, expect } from 'vitest'
import { useS3 } from './s3-bench.ts'
import type { S3Site } from './s3-site.ts'

const s3Bench = useS3()
const { test } = s3Bench

const providerRef = { name: 'store' }
const listing = { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] }

const says = (site: S3Site, kind: unknown, name: string, expected: object, type = 'Ready') =>
  eventually(async () => expect(await site.condition(kind as Kind<KubeObject>, name, type)).toMatchObject(expected), { timeout: 20_000 })

describe('a policy of a bucket', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of policies
  const everybodyReads = { effect: 'Allow', principal: '*', action: 's3:GetObject', resource: '${bucketArn}/*' }
  const nobodyWrites = { effect: 'Deny', principal: '*', action: 's3:PutObject', resource: '${bucketArn}/closed/*' }
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of policies
  const prepared = async (site: S3Site, over: object = {}) => {
    const name = `${site.namespace}-b`
    await site.provider()
    await site.create(Bucket, 'b', { providerRef, name, autoManage: { enabled: false }, ...over })
    await site.ready(Bucket, 'b')
    return name
  }
  const policy = (site: S3Site, statement: object, over: object = {}, name = 'p') =>
    site.create(BucketPolicy, name, { bucketRef: { name: 'b' }, policy: { statement: [statement] }, ...over })
  const onServer = async (Bucket: string) =>
    s3Bench.storage.send(new GetBucketPolicyCommand({ Bucket })).then(
      ({ Policy = '' }) => Policy,
      (error: Error) => error.name,
    )

  test('4.3-1 that is malformed is told with the words of the server, and not sent again', async ({ site }) => {
    const name = await prepared(site)
    await policy(site, { ...everybodyReads, action: 's3:Fetch' })
    await says(site, BucketPolicy, 'p', { status: 'False', reason: 'Refused', message: expect.stringMatching(/MalformedPolicy/) })
    const sent = () =>
      s3Bench.server.journal.all.filter(({ operation, bucket }) => operation === 'PutBucketPolicy' && bucket === name).length
    const before = sent()
    await says(site, Bucket, 'b', { status: 'True' })
    expect(sent()).toBe(before)
  })

  test('4.3-2 that names a user who is not there yet waits for him', async ({ site }) => {
    const name = await prepared(site)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of policies
    await policy(site, { ...everybodyReads, principal: { AWS: ['${userArn:late}'] } })
    await says(site, BucketPolicy, 'p', { status: 'False', reason: 'UserNotReady', message: expect.stringContaining('userArn:late') })
    await site.create(User, 'late', { providerRef, name: `${site.namespace}-late` })
    await site.ready(BucketPolicy, 'p')
    expect(await onServer(name)).toContain(`user/${site.namespace}-late`)
  })

  test('4.3-3 of two for one bucket the older one is it', async ({ site }) => {
    const name = await prepared(site)
    await policy(site, nobodyWrites, {}, 'a-first')
    await site.ready(BucketPolicy, 'a-first')
    await policy(site, everybodyReads, {}, 'b-second')
    await says(site, BucketPolicy, 'b-second', { status: 'False', reason: 'Conflict' })
    await site.delete(BucketPolicy, 'b-second')
    await site.gone(BucketPolicy, 'b-second')
    expect(await onServer(name)).toContain('s3:PutObject')
  })

  test('4.3-4 that keeps everybody out, this operator too, is taken only when that is said', async ({ site }) => {
    const name = await prepared(site)
    const all = { effect: 'Deny', principal: '*', action: 's3:*', resource: '*' }
    await policy(site, all)
    await says(site, BucketPolicy, 'p', { status: 'False', reason: 'PolicyInvalid', message: expect.stringContaining('allowSelfLockout') })
    expect(await onServer(name)).toBe('NoSuchBucketPolicy')
  })

  test('4.3-5 that is a public one is refused where the bucket blocks those, with the field that does it', async ({ site }) => {
    await prepared(site, { publicAccess: {} })
    await policy(site, everybodyReads)
    const message = expect.stringContaining('publicAccess.blockPublicPolicy')
    await says(site, BucketPolicy, 'p', { status: 'False', reason: 'BlockedByPublicAccessBlock', message })
  })

  test('4.3-6 goes with its object, but not when somebody else has put another one there', async ({ site }) => {
    const name = await prepared(site)
    await policy(site, nobodyWrites, { driftPolicy: 'Report' })
    await site.ready(BucketPolicy, 'p')
    const theirs = JSON.parse(await onServer(name)) as { Statement: readonly object[] }
    theirs.Statement = theirs.Statement.map((statement) => ({ ...statement, Sid: 'Theirs' }))
    await s3Bench.storage.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify(theirs) }))
    await says(site, BucketPolicy, 'p', { status: 'True' }, 'DriftDetected')
    await site.delete(BucketPolicy, 'p')
    await site.gone(BucketPolicy, 'p')
    expect(await onServer(name)).toContain('Theirs')
  })

  test('4.3-7 whose bucket went first is done', async ({ site }) => {
    const name = await prepared(site)
    await policy(site, nobodyWrites)
    await site.ready(BucketPolicy, 'p')
    await s3Bench.storage.send(new DeleteBucketCommand({ Bucket: name }))
    await site.delete(BucketPolicy, 'p')
    await site.gone(BucketPolicy, 'p')
    expect(s3Bench.server.buckets).not.toContain(name)
  })
})

describe('4.4-4 a managed policy that is attached', () => {
  test('is taken off first, on a server that cannot tell to whom it is attached', async ({ site }) => {
    await using weed = await fakeS3({ credentials: s3Bench.server.credentials, dialect: 'seaweedfs' })
    await site.provider({ endpoint: weed.address, iamEndpoint: weed.address, type: 'seaweedfs' })
    await site.create(IAMPolicy, 'list', { providerRef, name: `${site.namespace}-list`, policy: listing, inUse: 'Detach' })
    await site.create(User, 'u', { providerRef, name: `${site.namespace}-u`, policyRef: { name: 'list' } })
    await site.ready(User, 'u')
    await site.delete(IAMPolicy, 'list')
    await site.gone(IAMPolicy, 'list')
    const operations = weed.journal.writes.map(({ operation }) => operation)
    expect(operations.indexOf('DetachUserPolicy')).toBeLessThan(operations.indexOf('DeletePolicy'))
    expect(operations).toContain('DetachUserPolicy')
  })

  test('and that somebody else has taken off already does not keep its user', async ({ site }) => {
    const name = `${site.namespace}-u`
    await site.provider()
    await site.create(IAMPolicy, 'list', { providerRef, name: `${site.namespace}-list`, policy: listing })
    await site.create(User, 'u', { providerRef, name, policyRef: { name: 'list' } })
    await site.ready(User, 'u')
    const { policyArn: PolicyArn } = (await site.get(IAMPolicy, 'list')).status ?? {}
    s3Bench.server.faults.add(
      { is: 'error', code: 'NoSuchEntity', status: 404 },
      { operation: 'DetachUserPolicy', only: ({ parameters }) => parameters['UserName'] === name, times: 1 },
    )
    await site.delete(User, 'u')
    // What stands in the way of the user is told, and tried again.
    await says(site, User, 'u', { status: 'False', message: expect.stringContaining('DeleteConflict') })
    await s3Bench.iam.send(new DetachUserPolicyCommand({ UserName: name, PolicyArn }))
    await site.patch(User, 'u', { metadata: { labels: { looked: 'again' } } })
    await site.gone(User, 'u')
  })
})

test('4.4-7 a user that was renamed is told with its new name, and no twin of it is made', async ({ site }) => {
  const [name, renamed] = [`${site.namespace}-before`, `${site.namespace}-after`]
  await site.provider()
  await site.create(User, 'u', { providerRef, name, policy: listing })
  await site.ready(User, 'u')
  await s3Bench.iam.send(new UpdateUserCommand({ UserName: name, NewUserName: renamed }))
  await says(site, User, 'u', { status: 'False', reason: 'UserRenamed', message: expect.stringContaining(renamed) })
  const made = s3Bench.server.journal.all.filter(
    ({ operation, parameters }) => operation === 'CreateUser' && parameters['UserName'] === name,
  )
  expect(made).toHaveLength(1)
  await site.delete(User, 'u')
  await site.gone(User, 'u')
  const deleted = s3Bench.server.journal.writes.filter(
    ({ operation, parameters }) => operation === 'DeleteUser' && parameters['UserName'] === name,
  )
  expect(deleted).toEqual([])
})

test('4.4-9 a managed policy of the server’s own is attached and taken off, and never changed', async ({ site }) => {
  const name = `${site.namespace}-reader`
  const arn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
  await site.provider()
  await site.create(User, 'reader', { providerRef, name, policyARNs: [arn] })
  await site.create(IAMPolicy, 'same', { providerRef, name: 'AmazonS3ReadOnlyAccess', policy: listing, adoptionPolicy: 'Always' })
  await site.ready(User, 'reader')
  await site.ready(IAMPolicy, 'same')
  const attachedTo = async (iam: IAMClient) =>
    (await iam.send(new ListAttachedUserPoliciesCommand({ UserName: name }))).AttachedPolicies?.map(({ PolicyArn }) => PolicyArn)
  expect(await attachedTo(s3Bench.iam)).toEqual([arn])
  // A policy of the account that has its name is another one.
  expect((await site.get(IAMPolicy, 'same')).status?.policyArn).toContain(s3Bench.server.accountId)
  await site.patch(User, 'reader', { spec: { policyARNs: [] } })
  await eventually(async () => expect(await attachedTo(s3Bench.iam)).toEqual([]), { timeout: 20_000 })
  await site.delete(IAMPolicy, 'same')
  await site.gone(IAMPolicy, 'same')
  const about = s3Bench.server.journal.writes.filter(({ parameters }) => parameters['PolicyArn'] === arn).map(({ operation }) => operation)
  expect(about).toEqual(['AttachUserPolicy', 'DetachUserPolicy'])
})
