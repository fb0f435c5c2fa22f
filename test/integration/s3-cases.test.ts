// Cases that servers bring about, each with the number that it has in docs/s3/cases.md.
import { CreatePolicyVersionCommand, CreateUserCommand, GetPolicyCommand, GetUserCommand } from '@aws-sdk/client-iam'
import { DeleteBucketCommand, GetBucketTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { eventually, type FakeS3, fakeS3 } from '@kubewright/testing'
import { describe, expect } from 'vitest'
import { useS3 } from './s3-bench.ts'
import type { S3Site } from './s3-site.ts'

const s3Bench = useS3()
const { test } = s3Bench

const providerRef = { name: 'store' }
const plain = { providerRef, autoManage: { enabled: false } }
const listing = { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] }
const denied = { is: 'error', code: 'AccessDenied', status: 403 } as const

const says = (site: S3Site, kind: unknown, name: string, expected: object, type = 'Ready') =>
  eventually(async () => expect(await site.condition(kind as Kind<KubeObject>, name, type)).toMatchObject(expected), { timeout: 20_000 })

describe('4.2-3 a bucket that somebody of the same account makes meanwhile is not ours, and stays', () => {
  const wanted = { ...plain, adoptionPolicy: 'IfOwned', deletionPolicy: 'Delete', forceDelete: true }
  const staysTheirs = async (site: S3Site, name: string, buckets: () => readonly string[]) => {
    await says(site, Bucket, 'mine', { status: 'False', reason: 'AlreadyExists' })
    expect((await site.get(Bucket, 'mine')).status?.origin).toBeUndefined()
    await site.delete(Bucket, 'mine')
    await site.gone(Bucket, 'mine')
    expect(buckets()).toContain(name)
  }
  /** Does something right before a call that it does not change. */
  const rightBefore = (server: FakeS3, operation: string, bucket: string, nth: number, act: () => void) => {
    let calls = 0
    const only = (call: { readonly bucket: string | undefined }) => {
      if (call.bucket === bucket && ++calls === nth) act()
      return false
    }
    server.faults.add({ is: 'slow', ms: 0 }, { operation, only })
  }

  test('between the look and the intent', async ({ site }) => {
    const { server } = s3Bench
    const name = `${site.namespace}-between`
    rightBefore(server, 'HeadBucket', name, 2, () => server.addBucket(name))
    await site.provider()
    await site.create(Bucket, 'mine', { ...wanted, name })
    await staysTheirs(site, name, () => server.buckets)
  })

  test('between the last look and the creation, where the server says so', async ({ site }) => {
    await using server = await fakeS3({ credentials: s3Bench.server.credentials, dialect: 'wasabi' })
    const name = `${site.namespace}-raced`
    rightBefore(server, 'CreateBucket', name, 1, () => server.addBucket(name))
    await site.provider({ endpoint: server.address, iamEndpoint: server.address })
    await site.create(Bucket, 'mine', { ...wanted, name })
    await staysTheirs(site, name, () => server.buckets)
  })

  test('after a creation of ours that came to nothing, and nobody said so', async ({ site }) => {
    const { server } = s3Bench
    const name = `${site.namespace}-unanswered`
    let isFilled = false
    rightBefore(server, 'CreateBucket', name, 1, () => {
      server.addBucket(name)
      void s3Bench.storage.send(new PutObjectCommand({ Bucket: name, Key: 'theirs', Body: 'x' })).then(() => {
        isFilled = true
      })
    })
    server.faults.add({ is: 'reset' }, { operation: 'CreateBucket', only: ({ bucket }) => bucket === name, times: 1 })
    const busy = { is: 'error', code: 'SlowDown', status: 503 } as const
    server.faults.add(busy, { operation: 'HeadBucket', only: ({ bucket }) => server.buckets.includes(bucket ?? '') && !isFilled })
    await site.provider()
    await site.create(Bucket, 'mine', { ...wanted, name })
    await staysTheirs(site, name, () => server.buckets)
  })

  test('deleted before anything was settled, too', async ({ site }) => {
    const { server } = s3Bench
    const name = `${site.namespace}-unsettled`
    const refused = server.faults.add(denied, { operation: 'CreateBucket', only: ({ bucket }) => bucket === name })
    await site.provider()
    await site.create(Bucket, 'mine', { ...wanted, name })
    await says(site, Bucket, 'mine', { status: 'False', reason: 'Denied' })
    server.addBucket(name)
    refused()
    await site.delete(Bucket, 'mine')
    await site.gone(Bucket, 'mine')
    expect(server.buckets).toContain(name)
  })

  test('but one is ours whose creation went out before a program died', async ({ site }) => {
    const { server } = s3Bench
    const name = `${site.namespace}-died`
    server.faults.add({ is: 'hang', after: true }, { operation: 'CreateBucket', only: ({ bucket }) => bucket === name, times: 1 })
    await site.provider()
    await site.create(Bucket, 'mine', { ...wanted, name })
    await eventually(() => expect(server.buckets).toContain(name), { timeout: 20_000 })
    await site.restart()
    await site.ready(Bucket, 'mine')
    expect((await site.get(Bucket, 'mine')).status?.origin).toBe('Created')
  })
})

test('4.4-1 a user that somebody else makes between our look and our creation is not ours, and stays', async ({ site }) => {
  const name = `${site.namespace}-theirs`
  await s3Bench.iam.send(new CreateUserCommand({ UserName: name }))
  const unseen = { is: 'error', code: 'NoSuchEntity', status: 404 } as const
  s3Bench.server.faults.add(unseen, { operation: 'GetUser', only: ({ parameters }) => parameters['UserName'] === name, times: 2 })
  await site.provider()
  await site.create(User, 'mine', { providerRef, name })
  await says(site, User, 'mine', { status: 'False', reason: 'Conflict' })
  await site.patch(User, 'mine', { spec: { tags: { looked: 'again' } } })
  await says(site, User, 'mine', { status: 'False', reason: 'AlreadyExists' })
  await site.delete(User, 'mine')
  await site.gone(User, 'mine')
  expect((await s3Bench.iam.send(new GetUserCommand({ UserName: name }))).User?.UserName).toBe(name)
})

test('4.2-5 a bucket in another region is told with the region, and neither taken over nor made', async ({ site }) => {
  const name = `${site.namespace}-far`
  s3Bench.server.addBucket(name, { region: 'eu-central-1' })
  await site.provider()
  await site.create(Bucket, 'far', { ...plain, name, adoptionPolicy: 'Always', deletionPolicy: 'Delete', forceDelete: true })
  await says(site, Bucket, 'far', { status: 'False', reason: 'WrongRegion', message: expect.stringContaining('eu-central-1') as string })
  await site.delete(Bucket, 'far')
  await site.gone(Bucket, 'far')
  expect(s3Bench.server.buckets).toContain(name)
})

test('4.2-7 a bucket that has vanished is reported; an empty one takes its place only where that was said', async ({ site }) => {
  const [reported, remade] = [`${site.namespace}-reported`, `${site.namespace}-remade`]
  await site.provider()
  await site.create(Bucket, 'reported', { ...plain, name: reported })
  await site.create(Bucket, 'remade', { ...plain, name: remade, onMissing: 'Recreate' })
  await site.ready(Bucket, 'reported')
  await site.ready(Bucket, 'remade')
  for (const name of [reported, remade]) await s3Bench.storage.send(new DeleteBucketCommand({ Bucket: name }))
  await says(site, Bucket, 'reported', { status: 'False', reason: 'BucketVanished' })
  await eventually(() => expect(s3Bench.server.buckets).toContain(remade), { timeout: 20_000 })
  expect(s3Bench.server.buckets).not.toContain(reported)
})

test('4.2-9 4.2-10 without its provider a bucket that stays goes from the cluster at once; one that is to be deleted waits, or is let go', async ({
  site,
}) => {
  const [kept, waiting] = [`${site.namespace}-kept`, `${site.namespace}-waiting`]
  await site.provider()
  await site.create(Bucket, 'kept', { ...plain, name: kept })
  await site.create(Bucket, 'waiting', { ...plain, name: waiting, deletionPolicy: 'Delete' })
  await site.ready(Bucket, 'kept')
  await site.ready(Bucket, 'waiting')
  await site.patch(Secret, 'admin', { data: { 'secret-key': Buffer.from('wrong').toString('base64') } })
  await says(site, Provider, 'store', { status: 'False' }, 'AuthValid')
  await site.delete(Bucket, 'kept')
  await site.delete(Bucket, 'waiting')
  await site.gone(Bucket, 'kept')
  await says(site, Bucket, 'waiting', { status: 'False', reason: 'ProviderNotReady' })
  await site.patch(Bucket, 'waiting', { metadata: { annotations: { 's3.kubewright.dev/force-orphan': 'true' } } })
  await site.gone(Bucket, 'waiting')
  expect(s3Bench.server.buckets).toEqual(expect.arrayContaining([kept, waiting]))
})

test('4.2-14 a setting that is refused is told by itself, and the others go on', async ({ site }) => {
  const name = `${site.namespace}-partly`
  s3Bench.server.faults.add(denied, { operation: 'PutBucketCors', only: ({ bucket }) => bucket === name })
  await site.provider()
  const cors = { rules: [{ allowedOrigins: ['*'], allowedMethods: ['GET'] }] }
  await site.create(Bucket, 'partly', { ...plain, name, cors, tagging: { tags: { team: 'web' } }, versioning: { enabled: true } })
  await eventually(
    async () => {
      const { configuration = [] } = (await site.get(Bucket, 'partly')).status ?? {}
      const states = Object.fromEntries(configuration.map(({ name: setting, state }) => [setting, state]))
      expect(states).toMatchObject({ cors: 'Denied', tagging: 'Synced', versioning: 'Synced' })
    },
    { timeout: 20_000 },
  )
  const { TagSet } = await s3Bench.storage.send(new GetBucketTaggingCommand({ Bucket: name }))
  expect(TagSet).toContainEqual({ Key: 'team', Value: 'web' })
})

test('4.4-2 a user that is seen only a moment after it was made is no failure', async ({ site }) => {
  await using slow = await fakeS3({ credentials: s3Bench.server.credentials, consistency: { entities: 2_000, policies: 2_000 } })
  await site.provider({ endpoint: slow.address, iamEndpoint: slow.address })
  const name = `${site.namespace}-slow`
  await site.create(User, 'slow', { providerRef, name, policy: listing })
  await site.ready(User, 'slow')
  expect(slow.journal.all.filter(({ operation }) => operation === 'CreateUser').length).toBeLessThanOrEqual(2)
})

test('4.4-6 a version of a policy that somebody else has made the default is set back', async ({ site }) => {
  await site.provider()
  const name = `${site.namespace}-versions`
  await site.create(IAMPolicy, 'p', { providerRef, name, policy: listing })
  await site.ready(IAMPolicy, 'p')
  const { policyArn: PolicyArn } = (await site.get(IAMPolicy, 'p')).status ?? {}
  const all = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
  await s3Bench.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: all, SetAsDefault: true }))
  await eventually(
    async () => expect((await s3Bench.iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId).not.toBe('v2'),
    {
      timeout: 20_000,
    },
  )
})

test('4.4-10 a policy that is larger than the server takes is told with its words, and the user is there all the same', async ({
  site,
}) => {
  const name = `${site.namespace}-large`
  await site.provider()
  const resource = Array.from({ length: 80 }, (_, index) => `arn:aws:s3:::bucket-with-a-long-name-${index}/*`)
  await site.create(User, 'large', { providerRef, name, policy: { statement: [{ effect: 'Allow', action: 's3:GetObject', resource }] } })
  await says(site, User, 'large', { status: 'False', message: expect.stringMatching(/LimitExceeded|size/i) as string })
  expect((await s3Bench.iam.send(new GetUserCommand({ UserName: name }))).User?.UserName).toBe(name)
})

test('4.6-24 an AccessKey that goes in the middle of a pass is no failure, and nothing is said of it', async ({ site }) => {
  const users = { providerRef, name: `${site.namespace}-gone`, policy: listing }
  await site.provider()
  await site.create(User, 'app', users)
  await site.create(AccessKey, 'app', { providerRef, userRef: { name: 'app' } })
  await site.ready(AccessKey, 'app')
  const before = await site.condition(AccessKey as unknown as Kind<KubeObject>, 'app')
  const asked = { method: 'GET', path: /\/accesskeys\/app$/ }
  site.proxy.inject({ is: 'status', code: 404 }, asked, 1)
  const isMet = () => site.proxy.requests.some(({ path, fault }) => asked.path.test(path) && fault === 'status')
  await eventually(() => expect(isMet()).toBe(true), { timeout: 20_000 })
  await site.patch(AccessKey, 'app', { spec: { displayName: 'still at work' } })
  await eventually(async () => expect((await site.get(AccessKey, 'app')).status?.observedGeneration).toBe(2), { timeout: 20_000 })
  const { lastTransitionTime, status, reason } = before as unknown as Readonly<Record<string, string>>
  await says(site, AccessKey, 'app', { lastTransitionTime, status, reason })
  expect(site.running.lines.filter(({ level }) => level === 'error' || level === 'warn').map(({ text }) => text)).toEqual([])
})
