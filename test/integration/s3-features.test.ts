// What a Provider lets its users do, settings that not every server has, schedules, keys that are taken over, and what a bucket makes for itself.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of patterns, and not of this text
import { CreateAccessKeyCommand, CreateUserCommand, GetUserPolicyCommand } from '@aws-sdk/client-iam'
import {
  GetBucketAclCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
} from '@aws-sdk/client-s3'
import { Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { eventually, fakeS3 } from '@kubewright/testing'
import { describe, expect } from 'vitest'
import { useS3 } from './s3-bench.ts'
import type { S3Site } from './s3-site.ts'

const s3Bench = useS3()
const { bench, test } = s3Bench

const providerRef = { name: 'store' }
const allow = (action: string, resource: string) => ({ statement: [{ effect: 'Allow', action, resource }] })

const says = (site: S3Site, kind: unknown, name: string, expected: object, type = 'Ready') =>
  eventually(async () => expect(await site.condition(kind as Kind<KubeObject>, name, type)).toMatchObject(expected), { timeout: 20_000 })

const refusal = (site: S3Site, kind: unknown, name: string, spec: object) =>
  site.create(kind as Kind<KubeObject>, name, spec).then(
    () => 'was taken',
    (error: Error) => error.message,
  )

describe('4.4-12 a provider that limits its users', () => {
  test('no policy that grants more reaches the server, wherever it stands', async ({ site }) => {
    const { namespace } = site
    const own = `arn:aws:s3:::${namespace}-*`
    await site.provider({ policyConstraints: { resources: ['arn:aws:s3:::${namespace}-*'] } })
    const user = (name: string) => ({ providerRef, name: `${namespace}-${name}` })
    await site.create(User, 'greedy', { ...user('greedy'), policy: allow('s3:*', '*') })
    await site.create(User, 'admin', { ...user('admin'), policyARNs: ['arn:aws:iam::aws:policy/AdministratorAccess'] })
    await site.create(User, 'member', { ...user('member'), groups: ['admins'] })
    await site.create(IAMPolicy, 'greedy', { providerRef, name: `${namespace}-greedy`, policy: allow('iam:*', own) })
    await site.create(User, 'modest', { ...user('modest'), policy: allow('s3:Get*', own) })
    await site.create(AccessKey, 'greedy', { providerRef, userRef: { name: 'modest' }, policy: allow('s3:GetObject', '*') })
    for (const [kind, name, message] of [
      [User, 'greedy', /resources: \*/],
      [User, 'admin', /policyARNs: .*AdministratorAccess/],
      [User, 'member', /groups: admins/],
      [IAMPolicy, 'greedy', /actions: iam:\*/],
      [AccessKey, 'greedy', /resources: \*/],
    ] as const)
      await says(site, kind, name, { reason: 'NotAllowed', message: expect.stringMatching(message) })
    await site.ready(User, 'modest')
    const written = s3Bench.server.journal.all
      .filter(({ operation }) => /^(Create|Put|Attach|Add)/.test(operation))
      .map(({ operation }) => operation)
    expect(written).toEqual(['CreateUser', 'PutUserPolicy'])

    // What a bucket makes for itself is within its own.
    await site.create(Bucket, 'photos', { providerRef, name: `${namespace}-photos` })
    await site.ready(BucketPolicy, 'photos-policy')
  })

  test('names that are not its users’ are neither made nor taken over', async ({ site }) => {
    const { namespace } = site
    await site.provider({ nameConstraints: { buckets: ['${namespace}-*'], users: ['${namespace}-*'], policies: [] } })
    await site.create(Bucket, 'other', { providerRef, name: 'of-somebody-else', adoptionPolicy: 'Always', autoManage: { enabled: false } })
    await site.create(User, 'other', { providerRef, name: 'of-somebody-else', adoptionPolicy: 'Always' })
    await site.create(IAMPolicy, 'other', { providerRef, policy: allow('s3:*', '*') })
    await says(site, Bucket, 'other', { reason: 'NotAllowed', message: expect.stringContaining(`are ${namespace}-*`) })
    await says(site, User, 'other', { reason: 'NotAllowed' })
    await says(site, IAMPolicy, 'other', { reason: 'NotAllowed' })
    await site.create(Bucket, 'own', { providerRef, name: `${namespace}-own`, autoManage: { enabled: false } })
    await site.ready(Bucket, 'own')
  })
})

describe('settings that not every server has', () => {
  test('an ACL and a website are set, and a website that is no longer spoken of is taken off', async ({ site }) => {
    const name = `${site.namespace}-web`
    await site.provider()
    await site.create(Bucket, 'web', {
      ...{ providerRef, name, autoManage: { enabled: false }, ownership: 'ObjectWriter', acl: 'log-delivery-write' },
      website: {
        indexDocument: 'index.html',
        routingRules: [{ condition: { keyPrefixEquals: 'old/' }, redirect: { replaceKeyPrefixWith: 'new/' } }],
      },
    })
    await site.ready(Bucket, 'web')
    const { Grants } = await s3Bench.storage.send(new GetBucketAclCommand({ Bucket: name }))
    expect(Grants?.map(({ Permission }) => Permission).sort()).toEqual(['FULL_CONTROL', 'READ_ACP', 'WRITE'])
    expect(await s3Bench.storage.send(new GetBucketWebsiteCommand({ Bucket: name }))).toMatchObject({
      IndexDocument: { Suffix: 'index.html' },
      RoutingRules: [{ Redirect: { ReplaceKeyPrefixWith: 'new/' } }],
    })
    const count = (operation: string) =>
      s3Bench.server.journal.all.filter((call) => call.bucket === name && call.operation === operation).length
    const looked = count('GetBucketWebsite')
    await eventually(async () => expect(count('GetBucketWebsite')).toBeGreaterThan(looked + 1), { timeout: 20_000 })
    expect([count('PutBucketWebsite'), count('PutBucketAcl')]).toEqual([1, 1])
    await site.patch(Bucket, 'web', { spec: { website: null, acl: 'private' } })
    await eventually(
      async () => {
        await expect(s3Bench.storage.send(new GetBucketWebsiteCommand({ Bucket: name }))).rejects.toMatchObject({
          Code: 'NoSuchWebsiteConfiguration',
        })
        expect((await s3Bench.storage.send(new GetBucketAclCommand({ Bucket: name }))).Grants).toHaveLength(1)
      },
      { timeout: 20_000 },
    )
  })

  test('notifications are set, compared without a write, changed, and end with an empty list', async ({ site }) => {
    const name = `${site.namespace}-told`
    const queue = { arn: 'arn:aws:sqs:us-east-1:123456789012:new', events: ['s3:ObjectRemoved:*', 's3:ObjectCreated:*'], suffix: '.jpg' }
    await site.provider()
    await site.create(Bucket, 'told', {
      ...{ providerRef, name, autoManage: { enabled: false } },
      notification: { queues: [queue], eventBridge: true },
    })
    await site.ready(Bucket, 'told')
    const told = () => s3Bench.storage.send(new GetBucketNotificationConfigurationCommand({ Bucket: name }))
    expect(await told()).toMatchObject({
      QueueConfigurations: [{ QueueArn: queue.arn, Events: queue.events }],
      EventBridgeConfiguration: {},
    })
    const calls = (operation: string) =>
      s3Bench.server.journal.all.filter((call) => call.bucket === name && call.operation === operation).length
    const looked = calls('GetBucketNotificationConfiguration')
    await eventually(() => expect(calls('GetBucketNotificationConfiguration')).toBeGreaterThan(looked + 1), { timeout: 20_000 })
    expect(calls('PutBucketNotificationConfiguration')).toBe(1)
    await site.patch(Bucket, 'told', { spec: { notification: { queues: [], eventBridge: false } } })
    await eventually(async () => expect((await told()).QueueConfigurations).toBeUndefined(), { timeout: 20_000 })
  })

  test('4.2-13 a bucket is copied to another one, and its versions are suspended when that has ended', async ({ site }) => {
    const [name, mirror] = [`${site.namespace}-main`, `${site.namespace}-mirror`]
    const bucket = { providerRef, autoManage: { enabled: false }, versioning: { enabled: true } }
    await site.provider()
    await site.create(Bucket, 'mirror', { ...bucket, name: mirror })
    await site.ready(Bucket, 'mirror')
    const rules = [
      { id: 'photos', prefix: 'photos/', deleteMarkers: true, destination: { bucket: mirror } },
      { id: 'all', destination: { bucket: mirror } },
    ]
    await site.create(Bucket, 'main', { ...bucket, name, replication: { role: 'arn:aws:iam::123456789012:role/copies', rules } })
    await site.ready(Bucket, 'main')
    const copied = () => s3Bench.storage.send(new GetBucketReplicationCommand({ Bucket: name }))
    expect((await copied()).ReplicationConfiguration?.Rules).toMatchObject([
      { ID: 'photos', Priority: 2, Filter: { Prefix: 'photos/' }, DeleteMarkerReplication: { Status: 'Enabled' } },
      { ID: 'all', Priority: 1, Destination: { Bucket: `arn:aws:s3:::${mirror}` } },
    ])
    const writes = () => s3Bench.server.journal.writes.filter((call) => call.bucket === name).map(({ operation }) => operation)
    const before = writes().length
    await site.patch(Bucket, 'main', { spec: { replication: null, versioning: { enabled: false } } })
    await eventually(
      async () => expect((await s3Bench.storage.send(new GetBucketVersioningCommand({ Bucket: name }))).Status).toBe('Suspended'),
      { timeout: 20_000 },
    )
    expect(writes().slice(before)).toEqual(['DeleteBucketReplication', 'PutBucketVersioning'])
    await expect(copied()).rejects.toMatchObject({ Code: 'ReplicationConfigurationNotFoundError' })
  })

  test('2.6 what a server takes for the creation of a bucket it does not know, and is sent once; what it refuses for one field is sent without it', async ({
    site,
  }) => {
    await using seaweed = await fakeS3({ credentials: s3Bench.server.credentials, dialect: 'seaweedfs' })
    await site.provider({ endpoint: seaweed.address, iamEndpoint: seaweed.address })
    const name = `${site.namespace}-fallen`
    const rule = { id: 'a', expiration: { days: 1 } }
    const moved = { rules: [{ ...rule, transitions: [{ days: 1, storageClass: 'GLACIER' }] }] }
    await site.create(Bucket, 'a', { ...{ providerRef, name: `${name}-a`, autoManage: { enabled: false } }, lifecycle: moved })
    await says(site, Bucket, 'a', { status: 'True' })
    await site.create(Bucket, 'b', {
      ...{ providerRef, name, autoManage: { enabled: false }, versioning: { enabled: true } },
      ...{ notification: { eventBridge: true }, lifecycle: { rules: [rule] } },
      replication: { role: 'arn:aws:iam::123456789012:role/copies', rules: [{ id: 'all', destination: { bucket: name } }] },
    })
    const states = async () =>
      (await site.get(Bucket, 'b')).status?.configuration?.map(({ name: setting, state }) => `${setting} ${state}`).sort()
    const expected = ['lifecycle Synced', 'notification Unsupported', 'replication Unsupported', 'tagging Synced', 'versioning Synced']
    await eventually(async () => expect(await states()).toEqual(expected), { timeout: 20_000 })
    const puts = () => seaweed.journal.writes.map(({ path }) => path).filter((path) => /notification|replication/.test(path)).length
    const compared = () => seaweed.journal.all.filter(({ operation }) => operation === 'GetBucketVersioning').length
    const looked = compared()
    await eventually(() => expect(compared()).toBeGreaterThan(looked + 1), { timeout: 20_000 })
    expect(puts()).toBe(2)
  })

  test('2.6 compliance is asked of Wasabi alone; elsewhere the bucket says so, and is not Ready without it', async ({ site }) => {
    const name = `${site.namespace}-held`
    await site.provider()
    await site.create(Bucket, 'held', { providerRef, name, autoManage: { enabled: false }, compliance: { retentionDays: 30 } })
    await says(site, Bucket, 'held', {
      status: 'False',
      reason: 'Unsupported',
      message: expect.stringContaining('only servers of the type wasabi'),
    })
    expect(s3Bench.server.journal.all.filter(({ bucket, operation }) => bucket === name && /ompliance/.test(operation))).toEqual([])
    await site.patch(Bucket, 'held', { spec: { unsupported: 'Ignore' } })
    await site.ready(Bucket, 'held')
  })

  test('4.6-26 what excludes each other is refused', async ({ site }) => {
    const bucket = { providerRef, name: 'photos' }
    expect(await refusal(site, Bucket, 'a', { ...bucket, ownership: 'BucketOwnerEnforced', acl: 'private' })).toMatch(/acl has no effect/)
    expect(await refusal(site, Bucket, 'b', { ...bucket, objectLock: {}, compliance: {} })).toMatch(/exclude each other/)
    expect(await refusal(site, Bucket, 'c', { ...bucket, website: { errorDocument: 'e' } })).toMatch(/need an indexDocument/)
    expect(
      await refusal(site, Bucket, 'd', { ...bucket, website: { indexDocument: 'i', redirectAllRequestsTo: { hostName: 'h' } } }),
    ).toMatch(/exclude each other/)
    const rules = [{ id: 'a', destination: { bucket: 'mirror' } }]
    expect(await refusal(site, Bucket, 'f', { ...bucket, replication: { role: 'arn:r', rules }, versioning: {} })).toMatch(
      /needs versioning/,
    )
    expect(await refusal(site, Bucket, 'g', { ...bucket, replication: { rules } })).toMatch(/rules need a role/)
    expect(
      await refusal(site, Bucket, 'h', {
        ...bucket,
        replication: { role: 'arn:r', rules: [{ ...rules[0], deleteMarkers: true, tags: { a: 'b' } }] },
      }),
    ).toMatch(/have no tags/)
    expect(await refusal(site, Bucket, 'i', { ...bucket, notification: { queues: [{ arn: 'arn:q', events: ['created'] }] } })).toMatch(
      /events\[0\]/,
    )
    expect(await refusal(site, AccessKey, 'e', { providerRef, userRef: { name: 'u' }, tags: { 'a b': '1' } })).toMatch(
      /annotations of the Secret/,
    )
  })
})

describe('rotation', () => {
  test('follows a schedule in its zone, asks for uses where they count, and says what is wrong with a schedule', async ({ site }) => {
    await site.provider()
    await site.create(User, 'u', { providerRef, name: `${site.namespace}-u` })
    await site.create(AccessKey, 'k', {
      ...{ providerRef, userRef: { name: 'u' } },
      rotate: { enabled: true, schedule: '0 3 1 1 *', timeZone: 'Europe/Berlin', whenUnusedDays: 30, previousKeysUnusedHours: 24 },
    })
    await site.ready(AccessKey, 'k')
    await eventually(async () => expect((await site.get(AccessKey, 'k')).status?.nextRotateTime).toMatch(/^\d{4}-01-01T02:00:00Z$/))
    expect(s3Bench.server.journal.all.map(({ operation }) => operation)).toContain('GetAccessKeyLastUsed')
    expect(await site.condition(AccessKey as never, 'k', 'Advisory')).toBeUndefined()
    await site.patch(AccessKey, 'k', { spec: { rotate: { schedule: 'often' } } })
    await says(site, AccessKey, 'k', { reason: 'ScheduleInvalid', message: expect.stringContaining('five fields') })
  })
})

describe('a Secret that was there before', () => {
  const prepared = async (site: S3Site) => {
    const name = `${site.namespace}-app`
    await site.provider()
    await site.create(User, 'app', { providerRef, name })
    await site.ready(User, 'app')
    const { AccessKey: key } = await s3Bench.iam.send(new CreateAccessKeyCommand({ UserName: name }))
    return { id: key!.AccessKeyId!, secret: key!.SecretAccessKey! }
  }
  const secret = async (site: S3Site, data: Readonly<Record<string, string>>) =>
    (await bench.client.resource(Secret)).create({
      metadata: site.at('key-credentials'),
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    } as unknown as Secret)
  const key = { providerRef, userRef: { name: 'app' }, adoptionPolicy: 'Always' }

  test('is left alone by default, and taken over with its key when that is asked for', async ({ site }) => {
    const { id, secret: value } = await prepared(site)
    await secret(site, { 'access-key-id': id, 'secret-access-key': value })
    await site.create(AccessKey, 'key', { ...key, adoptionPolicy: 'Never' })
    await says(site, AccessKey, 'key', { reason: 'SecretConflict', message: expect.stringContaining('adoptionPolicy: Always') })
    await site.patch(AccessKey, 'key', { spec: { adoptionPolicy: 'Always' } })
    await site.ready(AccessKey, 'key')
    expect((await site.get(AccessKey, 'key')).status).toMatchObject({ accessKeyId: id, keys: [{ id, state: 'Current' }] })
    expect(await site.secret('key-credentials')).toEqual({ 'access-key-id': id, 'secret-access-key': value })
    expect(await site.events()).toContain('AccessKeyAdopted')
    expect(s3Bench.server.keys.filter(({ userName }) => userName === `${site.namespace}-app`)).toHaveLength(1)
  })

  test('is not taken over with a key that the server refuses, nor with what would be lost', async ({ site }) => {
    const { id, secret: value } = await prepared(site)
    await secret(site, { 'access-key-id': id, 'secret-access-key': `${value}x`, ca: 'kept' })
    await site.create(AccessKey, 'key', key)
    await says(site, AccessKey, 'key', { reason: 'SecretConflict', message: expect.stringContaining('would be lost: ca') })
    await site.patch(Secret, 'key-credentials', { data: { ca: null } })
    await site.patch(AccessKey, 'key', { spec: { displayName: 'looked at again' } })
    await says(site, AccessKey, 'key', { reason: 'SecretConflict', message: expect.stringContaining(`refuses the key ${id}`) })
    expect(await site.secret('key-credentials')).toEqual({ 'access-key-id': id, 'secret-access-key': `${value}x` })
  })

  test('of another AccessKey stays that one’s', async ({ site }) => {
    await prepared(site)
    await site.create(AccessKey, 'first', { ...key, secretTemplate: { name: 'key-credentials' }, adoptionPolicy: 'Never' })
    await site.ready(AccessKey, 'first')
    await s3Bench.iam.send(new CreateUserCommand({ UserName: `${site.namespace}-thief` }))
    await site.create(User, 'thief', { providerRef, name: `${site.namespace}-thief`, adoptionPolicy: 'Always' })
    await site.create(AccessKey, 'second', { ...key, userRef: { name: 'thief' }, secretTemplate: { name: 'key-credentials' } })
    await says(site, AccessKey, 'second', { reason: 'SecretConflict' })
    await site.ready(AccessKey, 'first')
  })
})

describe('what a bucket makes for itself', () => {
  const documentOf = async (site: S3Site): Promise<string> => {
    const name = `${site.namespace}-auto`
    const { PolicyDocument = '' } = await s3Bench.iam.send(new GetUserPolicyCommand({ UserName: name, PolicyName: `${name}-policy` }))
    return decodeURIComponent(PolicyDocument)
  }

  test('6 4.6-11 grants what its access level takes, follows it, and goes when it is no longer wanted', async ({ site }) => {
    const name = `${site.namespace}-auto`
    await site.provider()
    await site.create(Bucket, 'auto', { providerRef, name })
    for (const [kind, child] of [
      [User, 'auto-user'],
      [AccessKey, 'auto-accesskey'],
      [BucketPolicy, 'auto-policy'],
    ] as const)
      await site.ready(kind as never, child)
    expect(await documentOf(site)).toMatch(/s3:PutObject/)
    expect(await documentOf(site)).not.toMatch(/s3:\*/)
    await site.patch(Bucket, 'auto', { spec: { autoManage: { accessLevel: 'readonly' } } })
    await eventually(async () => expect(await documentOf(site)).not.toMatch(/s3:PutObject/), { timeout: 20_000 })
    expect(await documentOf(site)).toMatch(/s3:GetObject/)

    await site.patch(Bucket, 'auto', { spec: { autoManage: { enabled: false } } })
    await site.gone(AccessKey, 'auto-accesskey')
    await site.gone(BucketPolicy, 'auto-policy')
    await site.gone(User, 'auto-user')
    expect(s3Bench.server.keys.filter(({ userName }) => userName === name)).toEqual([])
    await site.ready(Bucket, 'auto')
    expect((await site.get(Bucket, 'auto')).status?.credentialsSecret).toBeUndefined()
    expect((await site.get(Provider, 'store')).status?.connected).toBe(true)
  })
})
