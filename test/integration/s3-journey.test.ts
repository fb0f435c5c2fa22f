// The manifests of the documentation on every server there is: all of them to Ready, keys that open what they should and not more, a rotation, and the end.
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Secret } from '@kubewright/client'
import { isNotFound, type Kind, type KubeObject } from '@kubewright/core'
import { AccessKey, Bucket } from '@kubewright/operator-s3'
import { eventually, faultProxy } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type Candidate, candidates } from './s3-candidates.ts'
import { adapted, credentialsFor, kindOf } from './s3-manifests.ts'
import { childrenOf } from './s3-one-of-each.ts'
import { asUnderTest, type ServerUnderTest } from './s3-servers.ts'
import { KINDS, S3Site } from './s3-site.ts'
import { StorageWitness } from './s3-witness.ts'
import { useSecretSearch } from './secret-search.ts'

const search = useSecretSearch()
// What a Bucket makes anew, because it was deleted a moment before the Bucket, goes with its owner: that is the garbage collector's work.
const bench = useCluster({ apiServerFlags: search.audit.flags, controllers: true })
const lines: string[] = []
beforeAll(async () => {
  for (const kind of KINDS) await installKind(bench.client, kind as never)
}, 60_000)
afterAll(() => void process.stdout.write(`${lines.join('\n')}\n`))

/** The manifests are of a server with users. */
const servers = candidates((name) => lines.push(`s3 journey: ${name} is not on this machine`)).filter(({ users }) => users)

test.each(servers)('1 $name: the examples, from the first day to the last', { timeout: 300_000 }, async (candidate) => {
  await using real = asUnderTest(await candidate.start())
  await using witness = await StorageWitness.before(real)
  await using proxy = await faultProxy(bench.cluster.connection)
  using root = clientOf(real, { id: real.accessKey, secret: real.secretKey })
  const site = new S3Site(bench, await bench.namespace(), proxy, witness.server)
  try {
    const all = await becomesReady(site, root.storage, candidate)
    const photos = await site.secret('photos-accesskey-credentials')
    using web = clientOf(real, { id: photos['access-key-id']!, secret: photos['secret-access-key']! })
    await opensItsBucketAlone(web.storage, root.storage)
    using reader = clientOf(real, await keyOfReports(site))
    await readsReportsAlone(reader.storage, root.storage, candidate)

    using fresh = await rotates(site, real, reader.storage)
    await root.storage.send(new PutObjectCommand({ Bucket: 'acme-scratch', Key: 'reports/2', Body: 'left behind' }))
    await deletesInRandomOrder(site, all)
    // What is retained by default, what was only watched, and what was there.
    const { Buckets = [] } = await root.storage.send(new ListBucketsCommand({}))
    expect(Buckets.map(({ Name }) => Name).sort()).toEqual(['acme-photos', 'archive', 'probe'])
    for (const { storage } of [web, reader, fresh]) await isRefused(storage)
    lines.push(`s3 journey: ${candidate.name}: ${all.length} objects of the examples to Ready, ${witness.calls.length} calls, nothing left`)
  } finally {
    search.lookFor(...witness.secrets.map((secret, at) => ({ name: `secret ${at + 1}`, bytes: Buffer.from(secret) })))
    search.expectNone(await site.places())
    await site.running.stop()
  }
})

type Place = readonly [Kind<KubeObject>, string]

/** Made in a random order, as a folder of manifests is. */
async function becomesReady(site: S3Site, root: S3Client, candidate: Candidate): Promise<readonly Place[]> {
  await root.send(new CreateBucketCommand({ Bucket: 'probe' }))
  await root.send(new CreateBucketCommand({ Bucket: 'archive' }))
  await root.send(new PutBucketVersioningCommand({ Bucket: 'archive', VersioningConfiguration: { Status: 'Enabled' } }))
  const secrets = await bench.client.resource(Secret)
  const manifests = adapted(site.server, candidate)
  for (const manifest of shuffled(manifests)) await site.create(kindOf(manifest), manifest.metadata.name ?? '', manifest.spec)
  for (const secret of shuffled(credentialsFor(site.server, site.namespace))) await secrets.create(secret)
  const all: readonly Place[] = [
    ...manifests.map((manifest) => [kindOf(manifest), manifest.metadata.name ?? ''] as const),
    ...childrenOf('photos'),
  ]
  for (const [kind, name] of all) await site.ready(kind, name)
  return all
}

async function opensItsBucketAlone(web: S3Client, root: S3Client): Promise<void> {
  await web.send(new PutObjectCommand({ Bucket: 'acme-photos', Key: 'cat', Body: 'meow' }))
  expect(await (await web.send(new GetObjectCommand({ Bucket: 'acme-photos', Key: 'cat' }))).Body?.transformToString()).toBe('meow')
  expect((await web.send(new ListObjectsV2Command({ Bucket: 'acme-photos' }))).KeyCount).toBe(1)
  await web.send(new DeleteObjectCommand({ Bucket: 'acme-photos', Key: 'cat' }))
  await root.send(new PutObjectCommand({ Bucket: 'acme-scratch', Key: 'theirs', Body: 'x' }))
  const everybody = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme-photos/*' }],
  })
  await denied(web.send(new GetObjectCommand({ Bucket: 'acme-scratch', Key: 'theirs' })))
  await denied(web.send(new ListObjectsV2Command({ Bucket: 'acme-scratch' })))
  await denied(web.send(new PutBucketPolicyCommand({ Bucket: 'acme-photos', Policy: everybody })))
  await denied(web.send(new DeleteBucketCommand({ Bucket: 'acme-photos' })))
  await denied(web.send(new CreateBucketCommand({ Bucket: 'one-more' })))
}

async function readsReportsAlone(reader: S3Client, root: S3Client, { managedPolicies }: Candidate): Promise<void> {
  await root.send(new PutObjectCommand({ Bucket: 'acme-scratch', Key: 'reports/1', Body: 'profit' }))
  const { Body } = await reader.send(new GetObjectCommand({ Bucket: 'acme-scratch', Key: 'reports/1' }))
  expect(await Body?.transformToString()).toBe('profit')
  // By the managed policy that the User names.
  if (managedPolicies) await reader.send(new ListBucketsCommand({}))
  await denied(reader.send(new PutObjectCommand({ Bucket: 'acme-scratch', Key: 'reports/1', Body: 'loss' })))
  await denied(reader.send(new GetObjectCommand({ Bucket: 'acme-scratch', Key: 'theirs' })))
  await denied(reader.send(new ListObjectsV2Command({ Bucket: 'acme-photos' })))
}

/** @returns the new key: the old one works on beside it */
async function rotates(site: S3Site, real: ServerUnderTest, old: S3Client): Promise<ReturnType<typeof clientOf>> {
  const before = await site.secret('reports-s3')
  await site.patch(AccessKey, 'reports', { metadata: { annotations: { 's3.kubewright.dev/rotate': 'now' } } })
  await eventually(async () => expect((await site.get(AccessKey, 'reports')).status?.keys).toHaveLength(2), { timeout: 30_000 })
  await eventually(async () => expect(await site.secret('reports-s3')).not.toEqual(before), { timeout: 30_000 })
  await site.ready(AccessKey, 'reports')
  const fresh = clientOf(real, await keyOfReports(site))
  for (const client of [old, fresh.storage]) await client.send(new GetObjectCommand({ Bucket: 'acme-scratch', Key: 'reports/1' }))
  return fresh
}

async function deletesInRandomOrder(site: S3Site, all: readonly Place[]): Promise<void> {
  const secrets = ['wasabi', 'cellar', 'cellar-ca'].map((name) => [Secret as unknown as Kind<KubeObject>, name] as const)
  const doomed = shuffled([...all, ...secrets])
  for (const [kind, name] of doomed)
    await site.delete(kind, name).catch((error: unknown) => {
      // What a Bucket made goes with it, where there is somebody who sees to that.
      if (!isNotFound(error)) throw error
    })
  for (const [kind, name] of doomed) await site.gone(kind, name)
  await site.gone(Secret as unknown as Kind<KubeObject>, 'reports-s3')
  expect(await site.find(Bucket, 'photos')).toBeUndefined()
}

async function keyOfReports(site: S3Site) {
  const secret = await site.secret('reports-s3')
  expect(secret).toMatchObject({ BUCKET: 'acme-scratch', AWS_ENDPOINT_URL: site.server.endpoint, AWS_REGION: 'us-east-1' })
  return { id: secret['AWS_ACCESS_KEY_ID']!, secret: secret['AWS_SECRET_ACCESS_KEY']! }
}

/** Requests past the witness: they are not the operator's. */
function clientOf({ endpoint }: ServerUnderTest, { id, secret }: { readonly id: string; readonly secret: string }) {
  const credentials = { accessKeyId: id, secretAccessKey: secret }
  const storage = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  return { storage, [Symbol.dispose]: () => storage.destroy() }
}

const denied = (request: Promise<unknown>) => expect(request).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
const isRefused = (client: S3Client) =>
  expect(client.send(new HeadBucketCommand({ Bucket: 'acme-photos' }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
const shuffled = <T>(all: readonly T[]) => [...all].sort(() => Math.random() - 0.5)
