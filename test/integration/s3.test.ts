// The s3 operator: buckets, users and keys from creation to their end, what is never done twice, and what is never deleted.
import { Secret } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, s3, User } from '@kubewright/operator-s3'
import { compareRights, eventually, expectNoWrites } from '@kubewright/testing'
import { describe, expect } from 'vitest'
import { useS3 } from './s3-bench.ts'
import { encodingsOf } from './secret-encodings.ts'
import { SecretGrep } from './secret-grep.ts'

const s3Bench = useS3()
const { bench, test } = s3Bench

const providerRef = { name: 'store' }

describe('from creation to Ready', () => {
  test('a provider is tested, and its account is pinned', async ({ site }) => {
    await site.provider()
    await site.ready(Provider, 'store')
    expect((await site.get(Provider, 'store')).status).toMatchObject({ connected: true, accountID: s3Bench.server.accountId })
    expect(await site.condition(Provider, 'store', 'AuthValid')).toMatchObject({ status: 'True' })
  })

  test('a bucket with a user, its key and its policy; the key works for this bucket', async ({ site }) => {
    const name = `${site.namespace}-photos`
    await site.provider()
    await site.create(Bucket, 'photos', {
      ...{ providerRef, name },
      versioning: { enabled: true },
      tagging: { tags: { team: 'web' } },
      lifecycle: { rules: [{ id: 'old', prefix: 'tmp/', expiration: { days: 7 } }] },
      cors: { rules: [{ allowedOrigins: ['https://b', 'https://a'], allowedMethods: ['PUT', 'GET'] }] },
      encryption: { enabled: true },
      publicAccess: {},
    })
    await site.ready(Bucket, 'photos')
    await site.ready(User, 'photos-user')
    await site.ready(AccessKey, 'photos-accesskey')
    const secret = await site.secret('photos-accesskey-credentials')
    const { status } = await site.get(AccessKey, 'photos-accesskey')
    expect(secret['access-key-id']).toBe(status?.accessKeyId)
    expect((await site.get(Bucket, 'photos')).status).toMatchObject({
      exists: true,
      origin: 'Created',
      credentialsSecret: 'photos-accesskey-credentials',
    })
  })
})

describe('afterwards', () => {
  test('4 steady state: no write to either side and none after a restart', async ({ site }) => {
    const name = `${site.namespace}-still`
    await site.provider()
    await site.create(IAMPolicy, 'list', {
      providerRef,
      name: `${site.namespace}-list`,
      policy: { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] },
    })
    await site.create(Bucket, 'still', {
      ...{ providerRef, name, versioning: { enabled: true } },
      lifecycle: { rules: [{ id: 'old', expiration: { days: 7 }, noncurrentVersionExpiration: { noncurrentDays: 3 } }] },
      cors: { rules: [{ allowedOrigins: ['https://b', 'https://a'], allowedMethods: ['PUT', 'GET'], exposedHeaders: ['ETag'] }] },
      ...{ encryption: { enabled: true }, publicAccess: {}, ownership: 'BucketOwnerEnforced', tagging: { tags: { a: '' } } },
    })
    await site.create(User, 'extra', { providerRef, name: `${site.namespace}-extra`, policyRef: { name: 'list' }, tags: { team: 'a' } })
    for (const [kind, object] of [
      [Bucket, 'still'],
      [User, 'still-user'],
      [AccessKey, 'still-accesskey'],
      [BucketPolicy, 'still-policy'],
      [IAMPolicy, 'list'],
      [User, 'extra'],
    ] as const)
      await site.ready(kind, object)
    // What one object learns from another, as who has a policy, comes with the next comparison.
    await eventually(async () => expect((await site.get(IAMPolicy, 'list')).status?.attachedUsers).toHaveLength(1), { timeout: 20_000 })
    await eventually(async () => expect(Object.keys((await site.get(Provider, 'store')).status?.capabilities ?? {})).toContain('policy'), {
      timeout: 20_000,
    })
    await expectNoWrites(site.proxy, { for: 6_000 })
    const before = s3Bench.server.journal.all.length
    await site.restart()
    await expectNoWrites(site.proxy, { for: 12_000 })
    const calls = s3Bench.server.journal.all.slice(before).filter(({ write }) => write)
    expect(calls.map(({ operation }) => operation)).toEqual([])
  })

  test('0-10 4.6-1 4.6-3 a rotation that is asked for: one new key, the old one for a while; then retired', async ({ site }) => {
    await site.provider()
    await site.create(User, 'app', { providerRef, name: `${site.namespace}-app` })
    await site.create(AccessKey, 'key', { providerRef, userRef: { name: 'app' }, rotate: { previousKeysRetentionDays: 0 } })
    await site.ready(AccessKey, 'key')
    const first = await site.secret('key-credentials')
    await site.patch(AccessKey, 'key', { metadata: { annotations: { 's3.kubewright.dev/rotate': '1' } } })
    await eventually(async () => expect((await site.secret('key-credentials'))['access-key-id']).not.toBe(first['access-key-id']))
    const current = (await site.secret('key-credentials'))['access-key-id']
    await eventually(() =>
      expect(s3Bench.server.keys.filter(({ userName }) => userName === `${site.namespace}-app`).map(({ id }) => id)).toEqual([current]),
    )
    await eventually(async () =>
      expect((await site.get(AccessKey, 'key')).status).toMatchObject({ accessKeyId: current, keys: [{ id: current }] }),
    )
    const creations = s3Bench.server.journal.all.filter(
      ({ operation, parameters }) => operation === 'CreateAccessKey' && JSON.stringify(parameters ?? {}).includes(`${site.namespace}-app`),
    )
    expect(creations.length).toBe(2)
  })

  test('4.6-10 deletion of everything at once leaves nothing behind and nothing hanging; a bucket stays by default', async ({ site }) => {
    const [kept, gone] = [`${site.namespace}-kept`, `${site.namespace}-gone`]
    await site.provider()
    await site.create(Bucket, 'kept', { providerRef, name: kept, autoManage: { enabled: false } })
    await site.create(Bucket, 'gone', { providerRef, name: gone, deletionPolicy: 'Delete', forceDelete: true })
    for (const [kind, object] of [
      [Bucket, 'kept'],
      [Bucket, 'gone'],
      [AccessKey, 'gone-accesskey'],
      [BucketPolicy, 'gone-policy'],
    ] as const)
      await site.ready(kind, object)
    await site.delete(Secret, 'admin')
    await site.delete(Provider, 'store')
    await eventually(async () =>
      expect(await site.condition(Provider, 'store', 'DeletionBlocked')).toMatchObject({ status: 'True', reason: 'InUse' }),
    )
    await site.delete(Bucket, 'kept')
    await site.delete(Bucket, 'gone')
    for (const [kind, object] of [
      [User, 'gone-user'],
      [AccessKey, 'gone-accesskey'],
      [BucketPolicy, 'gone-policy'],
    ] as const)
      await site.delete(kind as typeof User, object).catch(() => undefined)
    await site.gone(Provider, 'store')
    await site.gone(Secret, 'admin')
    expect(s3Bench.server.buckets).toContain(kept)
    expect(s3Bench.server.buckets).not.toContain(gone)
    expect(s3Bench.server.keys.filter(({ userName }) => userName?.startsWith(site.namespace))).toEqual([])
  })

  test('4.2-1 a bucket that was there and is not ours is neither changed nor deleted', async ({ site }) => {
    const name = `${site.namespace}-theirs`
    s3Bench.server.addBucket(name)
    await site.provider()
    await site.create(Bucket, 'theirs', { providerRef, name, deletionPolicy: 'Delete', forceDelete: true, versioning: { enabled: true } })
    await eventually(async () => expect(await site.condition(Bucket, 'theirs')).toMatchObject({ status: 'False', reason: 'AlreadyExists' }))
    await site.delete(Bucket, 'theirs')
    await site.gone(Bucket, 'theirs')
    expect(s3Bench.server.buckets).toContain(name)
  })

  test('5 0-17 4.6-16 no secret that the server gave out is in a log, an event, a status, a metric, a trace or the audit log; one that is planted is found', async ({
    site,
  }) => {
    await site.provider()
    await site.create(User, 'app', { providerRef, name: `${site.namespace}-app` })
    await site.create(AccessKey, 'key', { providerRef, userRef: { name: 'app' } })
    await site.ready(AccessKey, 'key')
    const given = (await site.secret('key-credentials'))['secret-access-key'] ?? ''
    expect(s3Bench.server.secrets).toContain(given)
    const grep = new SecretGrep()
    grep.lookFor({ name: 'planted', bytes: Buffer.from(given) })
    const places = await site.places()
    expect(places['log']).toContain('"controller":"accesskey"')
    expect(places['objects']).toContain((await site.get(AccessKey, 'key')).status?.accessKeyId)
    expect(places['metrics']).toContain('CreateAccessKey')
    expect(grep.hitsIn(places)).toEqual([])
    for (const place of Object.keys(places))
      for (const { name, text } of encodingsOf(Buffer.from(given)))
        expect(grep.hitsIn({ [place]: `${places[place]} … ${text} …` }), name).toContainEqual(
          expect.objectContaining({ secret: 'planted', place }),
        )
    // Where somebody else puts one, the audit log has it: what is searched after each test is what was sent.
    const careless = Buffer.from('the key of a careless person')
    grep.lookFor({ name: 'careless', bytes: careless })
    await (await bench.configMaps()).create({ metadata: site.at('careless'), data: { key: careless.toString('base64') } })
    await eventually(() => {
      const audit = s3Bench.search.audit.readNew()
      s3Bench.search.expectNone({ 'audit, looked through for the careless one': audit })
      expect(grep.hitsIn({ audit })).not.toEqual([])
    })
  })

  test('4.6-23 what one may not do is not done: the rights that are generated are enough', async ({ site }) => {
    await site.provider()
    await site.create(Bucket, 'photos', { providerRef, name: `${site.namespace}-rights`, deletionPolicy: 'Delete' })
    await site.ready(AccessKey, 'photos-accesskey')
    await site.delete(Bucket, 'photos')
    // Where a garbage collector runs, it has done so already.
    await site.delete(AccessKey, 'photos-accesskey').catch(unlessNotFound)
    await site.gone(AccessKey, 'photos-accesskey')
    const { missing } = compareRights(s3.permissions, site.proxy.requests)
    expect(missing.filter((right) => !/ (events\.events\.k8s\.io|leases\.)/.test(right))).toEqual([])
  })
})

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error
}
