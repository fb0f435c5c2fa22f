// The page on moving over from wasabi-s3-operator, command by command: nothing is made anew on the server, nothing is lost, and keys stay valid.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { CustomResourceDefinition, Deployment, Namespace, Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { type FakeS3, fakeS3, serverFolders } from '@kubewright/testing'
import { afterAll, beforeAll, expect } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { isKubectlWanted, NO_KUBECTL } from './kubectl-command.ts'
import { KINDS, s3Test } from './s3-site.ts'

const bench = useCluster({ controllers: true })
const root = dirname(dirname(import.meta.dirname))
let server: FakeS3
let storage: S3Client
let iam: IAMClient

const ORIGINAL = 's3.cloud37.dev'
const FINALIZER = `${ORIGINAL}/finalizer`
const PLURALS = {
  ...{ Provider: 'providers', IAMPolicy: 'iampolicies', User: 'users' },
  ...{ Bucket: 'buckets', AccessKey: 'accesskeys', BucketPolicy: 'bucketpolicies' },
} as const
type Word = keyof typeof PLURALS

beforeAll(async () => {
  for (const kind of KINDS) await installKind(bench.client, kind as never)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  for (const [kind, plural] of Object.entries(PLURALS)) await definitions.create(originalDefinition(kind, plural))
  server = await fakeS3()
  const common = { endpoint: server.address, region: 'us-east-1', credentials: server.credentials }
  storage = new S3Client({ ...common, forcePathStyle: true })
  iam = new IAMClient(common)
})
afterAll(async () => {
  storage.destroy()
  iam.destroy()
  await server[Symbol.asyncDispose]()
})

function originalDefinition(kind: string, plural: string): CustomResourceDefinition {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return {
    metadata: { name: `${plural}.${ORIGINAL}` },
    spec: {
      ...{ group: ORIGINAL, scope: 'Namespaced', names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` } },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: open }, subresources: { status: {} } }],
    },
  } as unknown as CustomResourceDefinition
}

const test = s3Test(bench, async () => ({
  endpoint: server.address,
  iamEndpoint: server.address,
  accessKey: server.credentials.accessKeyId,
  secretKey: server.credentials.secretAccessKey,
}))

/** The commands of the page, as one script. */
const script = [...readFileSync(join(root, 'docs', 's3', 'migration.md'), 'utf8').matchAll(/```bash\n([\s\S]*?)```/g)]
  .map(([, commands]) => commands)
  .join('\n')

/** Runs it as somebody at a terminal would. */
async function follow(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-migration-'))
  try {
    const PATH = [...serverFolders(), join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter)
    const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: folder,
      env: { PATH, HOME: folder, KUBECONFIG: bench.cluster.kubeconfigPath },
    })
    return stdout + stderr
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const kindOf = (kind: Word) => ({ group: ORIGINAL, version: 'v1alpha1', kind, plural: PLURALS[kind], namespaced: true }) as Kind<KubeObject>

test('every command of the page: what is on the server is taken over, and the key that people have works on', async ({ site, skip }) => {
  if (!isKubectlWanted(bench.cluster)) skip(NO_KUBECTL)
  const { namespace } = site
  const [bucket, made] = [`${namespace}-photos`, `${namespace}-auto`]
  const policy = { version: '2012-10-17', statement: [{ effect: 'Allow', action: ['s3:*'], resource: ['*'] }] }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['*'] }] })

  // What the original had made on the server.
  for (const name of [bucket, made]) await storage.send(new CreateBucketCommand({ Bucket: name }))
  await storage.send(new PutObjectCommand({ Bucket: bucket, Key: 'a', Body: 'kept' }))
  const keys: Record<string, { readonly id: string; readonly secret: string }> = {}
  for (const name of [`${namespace}-app`, made]) {
    await iam.send(new CreateUserCommand({ UserName: name }))
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: `${name}-policy`, PolicyDocument: document }))
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
    keys[name] = { id: key!.AccessKeyId!, secret: key!.SecretAccessKey! }
  }
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: `${namespace}-listing`, PolicyDocument: document }))
  await iam.send(new AttachUserPolicyCommand({ UserName: `${namespace}-app`, PolicyArn: Policy!.Arn! }))

  // Its objects, and the Secrets that they own.
  const create = async (kind: Word, name: string, spec: object, owner?: KubeObject) => {
    const metadata = { namespace, name, finalizers: [FINALIZER], ...(owner !== undefined && { ownerReferences: [ownerOf(owner)] }) }
    const object = { apiVersion: `${ORIGINAL}/v1alpha1`, kind, metadata, spec } as unknown as KubeObject
    return (await bench.client.resource(kindOf(kind))).create(object)
  }
  const secrets = await bench.client.resource(Secret)
  const secret = (name: string, data: Readonly<Record<string, string>>, owner?: KubeObject) =>
    secrets.create({
      metadata: { namespace, name, ...(owner !== undefined && { ownerReferences: [ownerOf(owner)] }) },
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    } as unknown as Secret)
  const keySecret = (owner: KubeObject, { id, secret: value }: { readonly id: string; readonly secret: string }) =>
    secret(`${owner.metadata.name}-credentials`, { 'access-key-id': id, 'secret-access-key': value }, owner)

  const { accessKeyId, secretAccessKey } = server.credentials
  await secret('admin', { 'access-key': accessKeyId, 'secret-key': secretAccessKey })
  const providerRef = { name: 'store' }
  await create('Provider', 'store', {
    ...{ type: 'wasabi', endpoint: server.address, region: 'us-east-1', iamEndpoint: server.address },
    auth: { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } },
  })
  await create('Bucket', 'photos', {
    providerRef,
    name: bucket,
    autoManage: { enabled: false },
    deletionPolicy: 'Delete',
    forceDelete: true,
  })
  await create('IAMPolicy', `${namespace}-listing`, { providerRef, policy })
  await create('User', 'app', { providerRef, name: `${namespace}-app`, policy })
  await keySecret(await create('AccessKey', 'app', { providerRef, userRef: { name: 'app' } }), keys[`${namespace}-app`]!)
  await create('BucketPolicy', 'photos', {
    bucketRef: { name: 'photos' },
    policy: {
      version: '2012-10-17',
      statement: [
        {
          effect: 'Allow',
          principal: { AWS: [`arn:aws:iam::*:user/${namespace}-app`] },
          action: ['s3:GetObject'],
          resource: [`arn:aws:s3:::${bucket}/*`],
        },
      ],
    },
  })
  const auto = await create('Bucket', 'auto', { providerRef, name: made })
  await create('User', 'auto-user', { providerRef, name: made, policy }, auto)
  await keySecret(await create('AccessKey', 'auto-accesskey', { providerRef, userRef: { name: 'auto-user' } }, auto), keys[made]!)
  await (await bench.client.resource(Namespace)).create({ metadata: { name: 'wasabi-s3-operator' } } as Namespace)
  const labels = { app: 'wasabi-s3-operator' }
  const containers = [{ name: 'operator', image: 'example.com/wasabi-s3-operator' }]
  await (await bench.client.resource(Deployment)).create({
    metadata: { namespace: 'wasabi-s3-operator', name: 'wasabi-s3-operator' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  } as unknown as Deployment)

  const before = server.journal.all.length
  const said = await follow()
  expect(said).toMatch(/left out: Bucket "auto" makes it here too/)

  // The originals are gone, ours are at work.
  for (const word of Object.keys(PLURALS) as Word[])
    expect((await (await bench.client.resource(kindOf(word))).list({ namespace })).items).toEqual([])
  for (const [kind, name] of [
    [Provider, 'store'],
    [Bucket, 'photos'],
    [Bucket, 'auto'],
    [IAMPolicy, `${namespace}-listing`],
    [User, 'app'],
    [User, 'auto-user'],
    [AccessKey, 'app'],
    [AccessKey, 'auto-accesskey'],
    [BucketPolicy, 'photos'],
    [BucketPolicy, 'auto-policy'],
  ] as const)
    await site.ready(kind as never, name)

  // Nothing was made anew or removed, and the keys are those of before.
  const operations = new Set(server.journal.all.slice(before).map(({ operation }) => operation))
  expect([...operations].filter((operation) => /^(Create|Delete)/.test(operation))).toEqual([])
  for (const [object, user] of [
    ['app', `${namespace}-app`],
    ['auto-accesskey', made],
  ] as const) {
    const credentials = await site.secret(`${object}-credentials`)
    expect(credentials).toEqual({ 'access-key-id': keys[user]!.id, 'secret-access-key': keys[user]!.secret })
    expect((await site.get(Secret, `${object}-credentials`)).metadata.ownerReferences).toMatchObject([
      { apiVersion: 's3.kubewright.dev/v1alpha1', kind: 'AccessKey', name: object },
    ])
    expect((await site.get(AccessKey, object)).status).toMatchObject({ accessKeyId: keys[user]!.id, keys: [{ state: 'Current' }] })
  }
  const { id, secret: value } = keys[`${namespace}-app`]!
  const client = new S3Client({
    ...{ endpoint: server.address, region: 'us-east-1', forcePathStyle: true },
    credentials: { accessKeyId: id, secretAccessKey: value },
  })
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'a' }))
  expect(await Body!.transformToString()).toBe('kept')
  client.destroy()
}, 120_000)

const ownerOf = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject) => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
})
