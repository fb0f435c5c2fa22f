// Defects that operators of this sort are known for, each with its number: none of them is here.

import {
  GetUserCommand,
  GetUserPolicyCommand,
  ListAttachedUserPoliciesCommand,
  ListPolicyVersionsCommand,
  ListUserPoliciesCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetPublicAccessBlockCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { EventsV1Event, Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { eventually, expectNoWrites, fakeS3 } from '@kubewright/testing'
import { describe, expect } from 'vitest'
import { useS3 } from './s3-bench.ts'
import type { S3Site } from './s3-site.ts'

const s3Bench = useS3()
const { bench, test } = s3Bench

const providerRef = { name: 'store' }
const plain = { providerRef, autoManage: { enabled: false } }
const listing = { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] }
const denied = { is: 'error', code: 'AccessDenied', status: 403 } as const

const calls = (operation: string, bucket?: string) =>
  s3Bench.server.journal.all.filter((call) => call.operation === operation && (bucket === undefined || call.bucket === bucket))
const keysOf = (user: string) => s3Bench.server.keys.filter(({ userName }) => userName === user).map(({ id }) => id)

/** Until a condition says so. */
const says = (site: S3Site, kind: unknown, name: string, expected: object, type = 'Ready') =>
  eventually(async () => expect(await site.condition(kind as Kind<KubeObject>, name, type)).toMatchObject(expected), { timeout: 20_000 })

/** A change of the spec without a meaning here: it is looked at again. */
const nudge = (site: S3Site, kind: unknown, name: string) =>
  site.patch(kind as Kind<KubeObject>, name, { spec: { tagging: { tags: { nudge: String(Date.now()) } } } })

describe('what fails is told, and what was told is taken back', () => {
  test('0-1 4.6-7 4.6-8 a bucket that could not be created is not Ready, and is once it could', async ({ site }) => {
    const name = `${site.namespace}-refused`
    s3Bench.server.faults.add(denied, { operation: 'CreateBucket', only: ({ bucket }) => bucket === name })
    await site.provider()
    await site.create(Bucket, 'refused', { ...plain, name })
    await says(site, Bucket, 'refused', { status: 'False', reason: 'Denied' })
    expect((await site.get(Bucket, 'refused')).status?.exists).not.toBe(true)
    s3Bench.server.faults.clear()
    await nudge(site, Bucket, 'refused')
    await site.ready(Bucket, 'refused')
    const { conditions = [] } = (await site.get(Bucket, 'refused')).status ?? {}
    expect(conditions.filter(({ type }) => /Failed|NotReady/.test(type))).toEqual([])
  })

  test('0-1 4.6-7 a policy that the server refuses is not applied', async ({ site }) => {
    const name = `${site.namespace}-policy`
    s3Bench.server.faults.add(
      { is: 'error', code: 'MalformedPolicy', status: 400 },
      { operation: 'PutBucketPolicy', only: ({ bucket }) => bucket === name },
    )
    await site.provider()
    await site.create(Bucket, 'b', { ...plain, name })
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of policies
    const statement = [{ effect: 'Allow', principal: '*', action: 's3:GetObject', resource: '${bucketArn}/*' }]
    await site.create(BucketPolicy, 'p', { bucketRef: { name: 'b' }, policy: { statement } })
    await says(site, BucketPolicy, 'p', { status: 'False', reason: 'Refused' })
    expect((await site.get(BucketPolicy, 'p')).status?.applied).not.toBe(true)
  })

  test('4.6-6 a user that could not be created says why', async ({ site }) => {
    const name = `${site.namespace}-user`
    s3Bench.server.faults.add(denied, { operation: 'CreateUser', only: ({ parameters }) => parameters['UserName'] === name })
    await site.provider()
    await site.create(User, 'u', { providerRef, name })
    await says(site, User, 'u', { status: 'False', reason: 'Denied' })
  })

  test('0-4 4.6-10 a bucket whose deletion is refused keeps its object', async ({ site }) => {
    const name = `${site.namespace}-stays`
    s3Bench.server.faults.add(denied, { operation: 'DeleteBucket', only: ({ bucket }) => bucket === name })
    await site.provider()
    await site.create(Bucket, 'stays', { ...plain, name, deletionPolicy: 'Delete' })
    await site.ready(Bucket, 'stays')
    await site.delete(Bucket, 'stays')
    await says(site, Bucket, 'stays', { status: 'False', reason: 'Denied' })
    expect(s3Bench.server.buckets).toContain(name)
    s3Bench.server.faults.clear()
    await nudge(site, Bucket, 'stays')
    await site.gone(Bucket, 'stays')
    expect(s3Bench.server.buckets).not.toContain(name)
  })

  test('4.6-24 what cannot be right is not tried again and again', async ({ site }) => {
    await site.provider()
    await site.create(IAMPolicy, 'bad', { providerRef, policy: { statement: [{ effect: 'Allow', action: 5, resource: '*' }] } })
    await says(site, IAMPolicy, 'bad', { status: 'False', reason: 'PolicyInvalid' })
    await site.ready(Provider, 'store')
    await expectNoWrites(site.proxy, { for: 3_000 })
    expect(calls('CreatePolicy').filter(({ parameters }) => parameters['PolicyName'] === 'bad')).toEqual([])
  })

  test('4.6-25 events name their object in full', async ({ site }) => {
    const name = `${site.namespace}-told`
    await site.provider()
    await site.create(Bucket, 'told', { ...plain, name })
    await site.ready(Bucket, 'told')
    const { metadata } = await site.get(Bucket, 'told')
    await eventually(async () => {
      const { items } = await (await bench.client.resource(EventsV1Event)).list({ namespace: site.namespace })
      const created = items.filter(({ reason }) => reason === 'BucketCreated')
      expect(created).toMatchObject([
        { regarding: { kind: 'Bucket', name: 'told', uid: metadata.uid, apiVersion: 's3.kubewright.dev/v1alpha1' } },
      ])
    })
  })
})

describe('whose a bucket is', () => {
  test('0-2 4.6-9 a policy goes to the bucket, and not to one that is called like the object', async ({ site }) => {
    const [name, other] = [`${site.namespace}-real`, `${site.namespace}-alias`]
    s3Bench.server.addBucket(other)
    await site.provider()
    await site.create(Bucket, other, { providerRef, name })
    await site.ready(BucketPolicy, `${other}-policy`)
    expect(calls('PutBucketPolicy', name).length).toBeGreaterThan(0)
    expect(calls('PutBucketPolicy', other)).toEqual([])
  })

  test('0-3 4.6-13 4.2-2 4.2-4 a bucket that one may not look at is neither created nor deleted', async ({ site }) => {
    const name = `${site.namespace}-foreign`
    s3Bench.server.addAccount('999999999999')
    s3Bench.server.addBucket(name, { accountId: '999999999999' })
    await site.provider()
    await site.create(Bucket, 'foreign', { ...plain, name, deletionPolicy: 'Delete', forceDelete: true })
    await says(site, Bucket, 'foreign', { status: 'False', reason: 'AccessDenied' })
    await site.delete(Bucket, 'foreign')
    await site.gone(Bucket, 'foreign')
    expect(s3Bench.server.journal.writes.filter(({ bucket }) => bucket === name)).toEqual([])
  })

  test('4.6-13 4.2-2 a name that somebody else has taken meanwhile is told', async ({ site }) => {
    const name = `${site.namespace}-taken`
    s3Bench.server.faults.add(
      { is: 'error', code: 'BucketAlreadyExists', status: 409 },
      { operation: 'CreateBucket', only: ({ bucket }) => bucket === name },
    )
    await site.provider()
    await site.create(Bucket, 'taken', { ...plain, name })
    await says(site, Bucket, 'taken', { status: 'False', reason: 'NameTaken' })
  })

  test('4.2-6 a creation whose answer was lost is ours', async ({ site }) => {
    const name = `${site.namespace}-lost`
    s3Bench.server.faults.add({ is: 'reset', after: true }, { operation: 'CreateBucket', only: ({ bucket }) => bucket === name, times: 1 })
    await site.provider()
    await site.create(Bucket, 'lost', { ...plain, name })
    await site.ready(Bucket, 'lost')
    expect((await site.get(Bucket, 'lost')).status?.origin).toBe('Created')
  })

  test('4.2-12 of two objects for one bucket the older has it, and the other one deletes nothing', async ({ site }) => {
    const name = `${site.namespace}-shared`
    await site.provider()
    await site.create(Bucket, 'a-first', { ...plain, name })
    await site.ready(Bucket, 'a-first')
    await site.create(Bucket, 'b-second', { ...plain, name, deletionPolicy: 'Delete', forceDelete: true })
    await says(site, Bucket, 'b-second', { status: 'False' })
    await site.delete(Bucket, 'b-second')
    await site.gone(Bucket, 'b-second')
    expect(s3Bench.server.buckets).toContain(name)
  })
})

describe('users and policies', () => {
  test('0-6 4.6-5 4.4-11 nobody gets more than was said: no policy is made up', async ({ site }) => {
    const [bare, referring] = [`${site.namespace}-bare`, `${site.namespace}-ref`]
    await site.provider()
    await site.create(IAMPolicy, 'list', { providerRef, name: `${site.namespace}-list`, policy: listing })
    await site.create(User, 'bare', { providerRef, name: bare })
    await site.create(User, 'ref', { providerRef, name: referring, policyRef: { name: 'list' } })
    await site.ready(User, 'bare')
    await site.ready(User, 'ref')
    for (const name of [bare, referring])
      expect((await s3Bench.iam.send(new ListUserPoliciesCommand({ UserName: name }))).PolicyNames).toEqual([])
    const attached = async (name: string) =>
      (await s3Bench.iam.send(new ListAttachedUserPoliciesCommand({ UserName: name }))).AttachedPolicies?.map(
        ({ PolicyName }) => PolicyName,
      )
    expect(await attached(bare)).toEqual([])
    expect(await attached(referring)).toEqual([`${site.namespace}-list`])
  })

  test('0-5 4.6-10 4.4-3 4.4-8 a user goes with all that hangs on it', async ({ site }) => {
    const name = `${site.namespace}-laden`
    await site.provider()
    await site.create(IAMPolicy, 'list', { providerRef, name: `${site.namespace}-held`, policy: listing })
    await site.create(User, 'laden', { providerRef, name, policy: listing, policyRefs: [{ name: 'list' }] })
    await site.ready(User, 'laden')
    await site.delete(IAMPolicy, 'list')
    await says(site, IAMPolicy, 'list', { status: 'False', reason: 'InUse' })
    await site.delete(User, 'laden')
    await site.gone(User, 'laden')
    await site.gone(IAMPolicy, 'list')
    await expect(s3Bench.iam.send(new GetUserCommand({ UserName: name }))).rejects.toMatchObject({ Code: 'NoSuchEntity' })
  })

  test('0-7 4.6-11 4.4-1 what was made for an object of this name is found again by its mark', async ({ site }) => {
    const [bucket, user, policy] = ['bucket', 'user', 'policy'].map((word) => `${site.namespace}-kept-${word}`)
    const objects = [
      [Bucket, { ...plain, name: bucket }],
      [User, { providerRef, name: user, deletionPolicy: 'Retain' }],
      [IAMPolicy, { providerRef, name: policy, policy: listing, deletionPolicy: 'Retain' }],
    ] as const
    await site.provider()
    for (const [kind, spec] of objects) await site.create(kind as never, 'kept', spec)
    for (const [kind] of objects) await site.ready(kind as never, 'kept')
    for (const [kind] of objects) await site.delete(kind as never, 'kept')
    for (const [kind] of objects) await site.gone(kind as never, 'kept')
    for (const [kind, spec] of objects) await site.create(kind as never, 'kept', spec)
    for (const [kind] of objects) {
      await site.ready(kind as never, 'kept')
      expect((await site.get(kind as unknown as typeof User, 'kept')).status?.origin).toBe('Adopted')
    }
    await site.create(User, 'thief', { providerRef, name: user })
    await says(site, User, 'thief', { status: 'False' })
  })

  test('0-7 4.6-11 a policy that somebody else has changed on the user is set back', async ({ site }) => {
    const name = `${site.namespace}-drift`
    await site.provider()
    await site.create(User, 'drift', { providerRef, name, policy: listing })
    await site.ready(User, 'drift')
    const at = { UserName: name, PolicyName: `${name}-policy` }
    const all = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] })
    await s3Bench.iam.send(new PutUserPolicyCommand({ ...at, PolicyDocument: all }))
    await eventually(
      async () => {
        const { PolicyDocument = '' } = await s3Bench.iam.send(new GetUserPolicyCommand(at))
        expect(decodeURIComponent(PolicyDocument)).toContain('s3:ListAllMyBuckets')
      },
      { timeout: 20_000 },
    )
  })

  test('0-8 4.6-11 4.4-5 a policy that changes is a new version, and there are never more than five', async ({ site }) => {
    await site.provider()
    await site.create(IAMPolicy, 'v', { providerRef, name: `${site.namespace}-versions`, policy: listing })
    await site.ready(IAMPolicy, 'v')
    for (let version = 2; version <= 7; version++) {
      const statement = [{ effect: 'Allow', action: 's3:GetObject', resource: `arn:aws:s3:::b/${version}` }]
      await site.patch(IAMPolicy, 'v', { spec: { policy: { statement } } })
      await eventually(async () => expect((await site.get(IAMPolicy, 'v')).status?.version).toBe(`v${version}`))
    }
    const { policyArn } = (await site.get(IAMPolicy, 'v')).status ?? {}
    expect(policyArn).toBe(`arn:aws:iam::${s3Bench.server.accountId}:policy/${site.namespace}-versions`)
    const { Versions = [] } = await s3Bench.iam.send(new ListPolicyVersionsCommand({ PolicyArn: policyArn }))
    expect(Versions.length).toBe(5)
    expect(Versions.find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId).toBe('v7')
  })

  test('0-17 4.6-21 principals of generated policies are those of this account', async ({ site }) => {
    const name = `${site.namespace}-principal`
    await site.provider()
    await site.create(Bucket, 'p', { providerRef, name })
    await site.ready(BucketPolicy, 'p-policy')
    const { Policy = '' } = await s3Bench.storage.send(new GetBucketPolicyCommand({ Bucket: name }))
    expect(Policy).toContain(`arn:aws:iam::${s3Bench.server.accountId}:user/${name}`)
  })
})

describe('access keys', () => {
  const withKey = async (site: S3Site, over: object = {}) => {
    const name = `${site.namespace}-app`
    await site.provider()
    await site.create(User, 'app', { providerRef, name })
    await site.create(AccessKey, 'key', { providerRef, userRef: { name: 'app' }, ...over })
    return name
  }

  test('0-9 4.6-4 where a Secret is in the way no key is made', async ({ site }) => {
    await (await bench.client.resource(Secret)).create({ metadata: site.at('key-credentials'), data: {} } as Secret)
    const user = await withKey(site)
    await says(site, AccessKey, 'key', { status: 'False', reason: 'SecretConflict' })
    expect(keysOf(user)).toEqual([])
  })

  test('0-12 4.6-10 a key that could not be retired stays in the books until it could', async ({ site }) => {
    const user = await withKey(site, { rotate: { previousKeysRetentionDays: 0 } })
    await site.ready(AccessKey, 'key')
    s3Bench.server.faults.add(
      { is: 'error', code: 'ServiceFailure', status: 500 },
      { operation: 'DeleteAccessKey', only: ({ parameters }) => parameters['UserName'] === user },
    )
    await site.patch(AccessKey, 'key', { metadata: { annotations: { 's3.kubewright.dev/rotate': '1' } } })
    await eventually(async () => expect((await site.get(AccessKey, 'key')).status?.keys).toHaveLength(2), { timeout: 20_000 })
    s3Bench.server.faults.clear()
    await eventually(async () => expect((await site.get(AccessKey, 'key')).status?.keys).toHaveLength(1), { timeout: 20_000 })
    expect(keysOf(user)).toEqual([(await site.get(AccessKey, 'key')).status?.accessKeyId])
  })
})

describe('settings of buckets', () => {
  test('4.6-12 what is switched off or emptied in the spec is gone from the bucket', async ({ site }) => {
    const name = `${site.namespace}-off`
    await site.provider()
    await site.create(Bucket, 'off', {
      ...{ ...plain, name, tagging: { tags: { a: '1' }, mode: 'Exclusive' } },
      lifecycle: { rules: [{ id: 'old', expiration: { days: 7 } }] },
      cors: { rules: [{ allowedOrigins: ['*'], allowedMethods: ['GET'], exposedHeaders: ['ETag'] }] },
    })
    await site.ready(Bucket, 'off')
    const at = { Bucket: name }
    expect((await s3Bench.storage.send(new GetBucketCorsCommand(at))).CORSRules?.[0]?.ExposeHeaders).toEqual(['ETag'])
    await site.patch(Bucket, 'off', { spec: { tagging: { tags: { a: null } }, lifecycle: { rules: [] }, cors: { rules: [] } } })
    await eventually(async () => {
      await expect(s3Bench.storage.send(new GetBucketCorsCommand(at))).rejects.toMatchObject({ name: 'NoSuchCORSConfiguration' })
      await expect(s3Bench.storage.send(new GetBucketLifecycleConfigurationCommand(at))).rejects.toMatchObject({
        name: 'NoSuchLifecycleConfiguration',
      })
      expect((await s3Bench.storage.send(new GetBucketTaggingCommand(at))).TagSet?.map(({ Key }) => Key)).not.toContain('a')
    })
  })

  test('4.6-12 4.2-15 to report drift does not keep a change of the spec from the bucket', async ({ site }) => {
    const name = `${site.namespace}-report`
    await site.provider()
    await site.create(Bucket, 'report', { ...plain, name, driftPolicy: 'Report', tagging: { tags: { a: '1' } } })
    await site.ready(Bucket, 'report')
    await site.patch(Bucket, 'report', { spec: { tagging: { tags: { a: '2' } } } })
    await eventually(async () =>
      expect((await s3Bench.storage.send(new GetBucketTaggingCommand({ Bucket: name }))).TagSet).toContainEqual({ Key: 'a', Value: '2' }),
    )
  })

  test('0-15 4.6-14 public access is blocked when the spec says so', async ({ site }) => {
    const name = `${site.namespace}-closed`
    await site.provider()
    await site.create(Bucket, 'closed', { ...plain, name, publicAccess: {} })
    await site.ready(Bucket, 'closed')
    const { PublicAccessBlockConfiguration } = await s3Bench.storage.send(new GetPublicAccessBlockCommand({ Bucket: name }))
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true])
  })

  test('0-16 4.6-15 4.2-8 emptying takes versions, markers and unfinished uploads, many at a time', async ({ site }) => {
    const name = `${site.namespace}-full`
    await site.provider()
    await site.create(Bucket, 'full', { ...plain, name, versioning: { enabled: true }, deletionPolicy: 'Delete' })
    await site.ready(Bucket, 'full')
    for (const Key of ['a', 'a', 'b', 'odd %\n key']) await s3Bench.storage.send(new PutObjectCommand({ Bucket: name, Key, Body: 'x' }))
    await s3Bench.storage.send(new DeleteObjectCommand({ Bucket: name, Key: 'a' }))
    await s3Bench.storage.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'c' }))
    await site.delete(Bucket, 'full')
    await says(site, Bucket, 'full', { status: 'False', reason: 'BucketNotEmpty' })
    await site.patch(Bucket, 'full', { spec: { forceDelete: true } })
    await site.gone(Bucket, 'full')
    expect(s3Bench.server.buckets).not.toContain(name)
    expect(calls('DeleteObjects', name)).toHaveLength(1)
  })

  test('4.6-14 4.6-26 4.2-11 what has no effect or must not change is refused with the reason', async ({ site }) => {
    const name = `${site.namespace}-fixed`
    await expect(site.create(Bucket, 'mfa', { ...plain, name, versioning: { enabled: true, mfaDelete: true } })).rejects.toThrow(
      /root user/,
    )
    await expect(site.create(Bucket, 'bypass', { ...plain, name, bypassGovernanceRetention: true })).rejects.toThrow(/needs forceDelete/)
    const user = { providerRef, name, policy: listing, policyRef: { name: 'p' } }
    await expect(site.create(User, 'both', user)).rejects.toThrow(/exclude each other/)
    await site.create(Bucket, 'fixed', { ...plain, name, region: 'us-east-1' })
    await expect(site.patch(Bucket, 'fixed', { spec: { name: `${name}-2` } })).rejects.toMatchObject({ code: 422 })
    await expect(site.patch(Bucket, 'fixed', { spec: { region: 'eu-west-1' } })).rejects.toMatchObject({ code: 422 })
    const key = { providerRef, userRef: { name: 'u' }, secretTemplate: { keys: { uri: 'URI' } } }
    await expect(site.create(AccessKey, 'uri', key)).rejects.toThrow(/need bucket/)
  })
})

describe('providers', () => {
  test('4.6-18 a provider may come after its bucket', async ({ site }) => {
    await site.create(Bucket, 'early', { ...plain, name: `${site.namespace}-early` })
    await says(site, Bucket, 'early', { status: 'False', reason: 'ProviderNotFound' })
    await site.provider()
    await site.ready(Bucket, 'early')
  })

  test('4.6-18 4.6-20 wrong credentials are told as such, and corrected ones taken up', async ({ site }) => {
    await site.provider()
    await site.ready(Provider, 'store')
    const put = (secret: string) => site.patch(Secret, 'admin', { data: { 'secret-key': Buffer.from(secret).toString('base64') } })
    await put('wrong')
    await says(site, Provider, 'store', { status: 'False', reason: 'AuthInvalid' }, 'AuthValid')
    await put(s3Bench.server.credentials.secretAccessKey)
    await site.ready(Provider, 'store')
  })

  test('4.6-20 credentials that may not list the buckets are good ones', async ({ site }) => {
    s3Bench.server.faults.add(denied, { operation: 'ListBuckets' })
    await site.provider()
    await site.ready(Provider, 'store')
  })

  test('0-17 4.6-19 a provider stays while it is needed, and says by whom', async ({ site }) => {
    await site.provider()
    await site.create(Bucket, 'user-of-it', { ...plain, name: `${site.namespace}-holds` })
    await site.ready(Bucket, 'user-of-it')
    await site.delete(Provider, 'store')
    await says(site, Provider, 'store', { status: 'True', reason: 'InUse' }, 'DeletionBlocked')
    expect(JSON.stringify((await site.get(Provider, 'store')).status?.dependants)).toContain('user-of-it')
    await site.delete(Bucket, 'user-of-it')
    await site.gone(Provider, 'store')
  })

  test('4.6-22 0-8 lists are read to their end', async ({ site }) => {
    const { credentials } = s3Bench.server
    await using small = await fakeS3({ pageSize: 1, credentials })
    await site.provider({ endpoint: small.address, iamEndpoint: small.address })
    const names = ['a', 'b', 'c'].map((letter) => `${site.namespace}-${letter}`)
    for (const name of names) await site.create(IAMPolicy, name, { providerRef, policy: listing })
    await site.create(User, 'u', { providerRef, name: `${site.namespace}-u`, policyRefs: names.map((name) => ({ name })) })
    await site.ready(User, 'u')
    await site.delete(User, 'u')
    await site.gone(User, 'u')
    for (const name of names) await site.delete(IAMPolicy, name)
    for (const name of names) await site.gone(IAMPolicy, name)
  })
})
