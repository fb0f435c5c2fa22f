import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  paginateListUsers,
} from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type FakeS3, type FakeS3Options, fakeS3, virtualClock } from '@kubewright/testing'
import { afterEach, expect, test } from 'vitest'
import { outcome } from './contract/recorder.ts'
import { Clients, type KeyPair } from './contract/server-under-test.ts'

const opened: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

async function started(options: FakeS3Options = {}): Promise<{ readonly fake: FakeS3; readonly clients: Clients }> {
  const fake = await fakeS3(options)
  const common = { name: 'fake', s3: fake.address, iam: fake.address, admin: fake.credentials, stranger: undefined, domain: 's3.localhost' }
  const clients = new Clients({ ...common, [Symbol.asyncDispose]: () => fake.stop() })
  opened.push(async () => {
    clients.destroy()
    await fake.stop()
  })
  return { fake, clients }
}

async function userWithKey(clients: Clients, UserName: string): Promise<KeyPair> {
  const iam = clients.iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
}

test('a reply that is lost after its effect leaves a key that the caller does not know of', async () => {
  const { fake, clients } = await started()
  const iam = clients.iam()
  await iam.send(new CreateUserCommand({ UserName: 'alice' }))
  fake.faults.add({ is: 'reset', after: true }, { operation: 'CreateAccessKey', times: 1 })
  await expect(iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }))).rejects.toThrow()
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: 'alice' }))
  expect(AccessKeyMetadata).toHaveLength(1)
  expect(fake.keys.filter(({ userName }) => userName === 'alice').map(({ id }) => id)).toEqual([AccessKeyMetadata[0]!.AccessKeyId])
  expect(fake.journal.all.find(({ operation }) => operation === 'CreateAccessKey')).toMatchObject({
    lost: true,
    parameters: { UserName: 'alice' },
  })
})

test('a reply that is lost before its effect leaves nothing', async () => {
  const { fake, clients } = await started()
  fake.faults.add({ is: 'reset' }, { operation: 'CreateBucket', times: 1 })
  await expect(clients.s3().send(new CreateBucketCommand({ Bucket: 'never' }))).rejects.toThrow()
  expect(fake.buckets).toEqual([])
})

test('a fault meets the calls it was placed for, after the ones that it lets pass, as often as it was told', async () => {
  const { fake, clients } = await started()
  const s3 = clients.s3()
  fake.faults.add({ is: 'error', code: 'SlowDown', status: 503 }, { operation: 'ListBuckets', skip: 1, times: 1 })
  const answers: string[] = []
  for (let call = 0; call < 3; call++) answers.push((await outcome(s3.send(new ListBucketsCommand({})))).text)
  expect(answers).toEqual(['200', '503 SlowDown', '200'])
})

test('a fault of IAM comes in the shape of IAM, a page of a proxy as it is', async () => {
  const { fake, clients } = await started()
  const iam = clients.iam()
  fake.faults.add({ is: 'error', code: 'RequestRateLimitExceeded', status: 403 }, { operation: 'ListUsers', times: 1 })
  expect((await outcome(iam.send(new ListUsersCommand({})))).text).toBe('403 RequestRateLimitExceeded')
  fake.faults.add(
    { is: 'answer', answer: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><body>Bad Gateway</body></html>' } },
    { times: 1 },
  )
  expect((await outcome(clients.s3().send(new ListBucketsCommand({})))).text).toMatch(/^502/)
})

test('an answer that is cut in the middle is no answer', async () => {
  const { fake, clients } = await started()
  const s3 = clients.s3()
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }))
  await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x'.repeat(100) }))
  fake.faults.add({ is: 'truncated' }, { operation: 'GetObject' })
  await expect(
    s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k' })).then(({ Body }) => Body!.transformToString()),
  ).rejects.toThrow()
})

test('a slow call waits on the fake’s clock, and its effect comes after the wait', async () => {
  const clock = virtualClock(Date.now())
  const { fake, clients } = await started({ clock })
  fake.faults.add({ is: 'slow', ms: 30_000 }, { operation: 'CreateBucket', times: 1 })
  const sent = clients.s3().send(new CreateBucketCommand({ Bucket: 'late' }))
  await expect.poll(() => clock.pending).toBe(1)
  expect(fake.buckets).toEqual([])
  await clock.advance(30_000)
  await sent
  expect(fake.buckets).toEqual(['late'])
})

test('a new key, a new user and a new right are seen when their time has come', async () => {
  const clock = virtualClock(Date.now())
  const { fake, clients } = await started({ clock, consistency: { keys: 5000, entities: 2000, policies: 3000, lists: 4000 } })
  const iam = clients.iam()
  await iam.send(new CreateUserCommand({ UserName: 'alice' }))
  expect((await outcome(iam.send(new GetUserCommand({ UserName: 'alice' })))).text).toBe('404 NoSuchEntity')
  expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([])
  await clock.advance(2000)
  expect((await outcome(iam.send(new GetUserCommand({ UserName: 'alice' })))).text).toBe('200')
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }))
  const pair = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
  expect((await iam.send(new ListAccessKeysCommand({ UserName: 'alice' }))).AccessKeyMetadata).toEqual([])
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] })
  const ask = async () => (await outcome(clients.s3(pair).send(new ListBucketsCommand({})))).text
  expect(await ask()).toBe('403 InvalidAccessKeyId')
  await clock.advance(4999)
  expect(await ask()).toBe('403 InvalidAccessKeyId')
  await clock.advance(1)
  expect(await ask()).toBe('403 AccessDenied')
  await iam.send(new PutUserPolicyCommand({ UserName: 'alice', PolicyName: 'all', PolicyDocument }))
  expect(await ask()).toBe('403 AccessDenied')
  await clock.advance(3000)
  expect(await ask()).toBe('200')
  expect(fake.journal.writes.map(({ operation }) => operation)).toEqual(['CreateUser', 'CreateAccessKey', 'PutUserPolicy'])
})

test('lists come in pages, and the pages are the whole', async () => {
  const { clients } = await started({ pageSize: 2 })
  const iam = clients.iam()
  const names = ['a', 'b', 'c', 'd', 'e']
  for (const UserName of names) await iam.send(new CreateUserCommand({ UserName }))
  const pages: string[][] = []
  for await (const { Users = [] } of paginateListUsers({ client: iam }, {})) pages.push(Users.map(({ UserName }) => UserName!))
  expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

test('no secret is in the journal, and every one is in the list to look for', async () => {
  const { fake, clients } = await started()
  const pair = await userWithKey(clients, 'alice')
  expect(fake.secrets).toContain(pair.secretAccessKey)
  const written = JSON.stringify(fake.journal.all)
  for (const secret of fake.secrets) expect(written).not.toContain(secret)
})

test('a server that is down refuses connections, and comes back with what it had at the same address', async () => {
  const { fake, clients } = await started()
  const s3 = clients.s3()
  await s3.send(new CreateBucketCommand({ Bucket: 'kept' }))
  const { address } = fake
  await fake.down()
  await expect(s3.send(new ListBucketsCommand({}))).rejects.toThrow()
  await fake.up()
  expect(fake.address).toBe(address)
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['kept'])
})

test('a bucket of another account: its name is taken, its head forbidden, its deletion refused', async () => {
  const { fake, clients } = await started()
  fake.addAccount('999999999999')
  fake.addBucket('foreign', { accountId: '999999999999' })
  const s3 = clients.s3()
  expect((await outcome(s3.send(new CreateBucketCommand({ Bucket: 'foreign' })))).text).toBe('409 BucketAlreadyExists')
  expect((await outcome(s3.send(new HeadBucketCommand({ Bucket: 'foreign' })))).text).toMatch(/^403/)
  expect((await outcome(s3.send(new DeleteBucketCommand({ Bucket: 'foreign' })))).text).toBe('403 AccessDenied')
  expect(fake.buckets).toEqual(['foreign'])
})

test('a bucket of another region redirects and names its region', async () => {
  const { fake, clients } = await started()
  fake.addBucket('away', { region: 'eu-central-1' })
  const error: unknown = await clients
    .s3()
    .send(new HeadBucketCommand({ Bucket: 'away' }))
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ $metadata: { httpStatusCode: 301 }, $response: { headers: { 'x-amz-bucket-region': 'eu-central-1' } } })
})

test('Wasabi empties and deletes in one call, but never what is locked', async () => {
  const clock = virtualClock(Date.now())
  const { fake, clients } = await started({ dialect: 'wasabi', clock })
  const s3 = clients.s3()
  await s3.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }))
  const until = new Date(clock.now() + 60_000)
  await s3.send(
    new PutObjectCommand({ Bucket: 'locked', Key: 'k', Body: 'x', ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until }),
  )
  const force = () => {
    const client = clients.s3()
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args.request as { query: object }).query, { force_delete: 'true' })
        return next(args)
      },
      { step: 'build' },
    )
    return outcome(client.send(new DeleteBucketCommand({ Bucket: 'locked' })))
  }
  expect((await force()).text).toBe('409 BucketNotEmpty')
  await clock.advance(60_001)
  expect((await force()).text).toBe('204')
  expect(fake.buckets).toEqual([])
})

test('COMPLIANCE holds against everybody until its time is over', async () => {
  const clock = virtualClock(Date.now())
  const { clients } = await started({ clock })
  const s3 = clients.s3()
  await s3.send(new CreateBucketCommand({ Bucket: 'worm', ObjectLockEnabledForBucket: true }))
  const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(clock.now() + 60_000) } as const
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: 'worm', Key: 'k', Body: 'x', ...lock }))
  const remove = () => outcome(s3.send(new DeleteObjectCommand({ Bucket: 'worm', Key: 'k', VersionId, BypassGovernanceRetention: true })))
  expect((await remove()).text).toBe('403 AccessDenied')
  await clock.advance(60_001)
  expect((await remove()).text).toBe('204')
})

const trust = (principal: object, action: string, Condition: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: action, Condition }] })

test('a role lends its rights to whom it trusts, until the session is over', async () => {
  const clock = virtualClock(Date.now())
  const { clients } = await started({ clock })
  const iam = clients.iam()
  const alice = await userWithKey(clients, 'alice')
  const AssumeRolePolicyDocument = trust({ AWS: 'arn:aws:iam::123456789012:user/alice' }, 'sts:AssumeRole')
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }],
  })
  await iam.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'list', PolicyDocument }))
  const assume = { RoleArn: Role!.Arn, RoleSessionName: 'test', DurationSeconds: 900 }
  const { Credentials } = await clients.sts(alice).send(new AssumeRoleCommand(assume))
  const session = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  }
  expect((await outcome(clients.s3(session).send(new ListBucketsCommand({})))).text).toBe('200')
  expect((await outcome(clients.s3(session).send(new CreateBucketCommand({ Bucket: 'more' })))).text).toBe('403 AccessDenied')
  expect((await outcome(clients.s3({ ...session, sessionToken: 'other' }).send(new ListBucketsCommand({})))).text).toBe('400 InvalidToken')
  expect((await clients.sts(session).send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:sts::123456789012:assumed-role/reader/test')
  const bob = await userWithKey(clients, 'bob')
  expect((await outcome(clients.sts(bob).send(new AssumeRoleCommand(assume)))).text).toBe('403 AccessDenied')
  await clock.advance(900_001)
  const later = clients.s3(session, { systemClockOffset: 900_001 })
  expect((await outcome(later.send(new ListBucketsCommand({})))).text).toBe('400 ExpiredToken')
})

test('a web identity gets the role that trusts its issuer and its subject, and no other', async () => {
  const webIdentity = (token: string) =>
    token.startsWith('good ') ? { issuer: 'oidc.example', subject: token.slice(5), audience: 'sts.amazonaws.com' } : undefined
  const { clients } = await started({ webIdentity })
  const federated = { Federated: 'arn:aws:iam::123456789012:oidc-provider/oidc.example' }
  const condition = { StringEquals: { 'oidc.example:sub': 'system:serviceaccount:ns:operator' } }
  const AssumeRolePolicyDocument = trust(federated, 'sts:AssumeRoleWithWebIdentity', condition)
  const { Role } = await clients.iam().send(new CreateRoleCommand({ RoleName: 'pod', AssumeRolePolicyDocument }))
  const ask = async (WebIdentityToken: string) =>
    (
      await outcome(
        clients.sts().send(new AssumeRoleWithWebIdentityCommand({ RoleArn: Role!.Arn, RoleSessionName: 's', WebIdentityToken })),
      )
    ).text
  expect(await ask('good system:serviceaccount:ns:operator')).toBe('200')
  expect(await ask('good system:serviceaccount:ns:other')).toBe('403 AccessDenied')
  expect(await ask('forged')).toBe('400 InvalidIdentityToken')
})
