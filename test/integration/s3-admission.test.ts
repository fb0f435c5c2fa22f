// What the API server asks the s3 operator before it takes an object: nobody finds out by a condition what his Provider does not allow.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of patterns and policies, and not of this text
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, s3, User } from '@kubewright/operator-s3'
import { eventually } from '@kubewright/testing'
import { webhookServer } from '@kubewright/webhook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type RunningManager, startManager } from './managers.ts'

const bench = useCluster()
const providerRef = { name: 'store' }
const grants = (resource: string) => ({ statement: [{ effect: 'Allow', action: ['s3:GetObject'], resource: [resource] }] })

let running: RunningManager
let namespace: string
beforeAll(async () => {
  for (const kind of [Provider, Bucket, BucketPolicy, User, IAMPolicy, AccessKey]) await installKind(bench.client, kind as never)
  namespace = await bench.namespace()
  await provider('store', { policyConstraints: { resources: ['arn:aws:s3:::${namespace}-*'] } })
  const server = webhookServer({
    name: 'kubewright-s3',
    namespace: 'default',
    reach: { url: 'https://127.0.0.1:0' },
    bindAddress: '127.0.0.1:0',
    hooks: s3.webhooks!,
  })
  running = startManager(bench.cluster.connection, [server], { preStopDelay: 0 })
  await Promise.race([server.whenServing!(AbortSignal.timeout(30_000)), running.ended.then((error) => Promise.reject(error))])
  // A server asks by a new configuration some time after it was written, of each kind apart.
  const bad = grants('*')
  for (const [kind, spec] of [
    [Bucket, { providerRef, name: 'other-bucket' }],
    [User, { providerRef, name: 'root', policy: bad }],
    [IAMPolicy, { providerRef, policy: bad }],
    [AccessKey, { providerRef, userRef: { name: 'app' }, policy: bad }],
    [
      BucketPolicy,
      { bucketRef: { name: 'none' }, policy: { statement: [{ effect: 'Deny', principal: '*', action: 's3:*', resource: '*' }] } },
    ],
  ] as const) {
    let probes = 0
    await eventually(async () => expect(await failure(create(kind, `probe-${++probes}`, spec))).toBeInstanceOf(Error), { timeout: 30_000 })
  }
}, 120_000)
afterAll(() => running.stop())

const resource = (kind: unknown) => bench.client.resource(kind as Kind<KubeObject>)
const create = async (kind: unknown, name: string, spec: object) =>
  (await resource(kind)).create({ metadata: { namespace, name }, spec } as never)
const change = async (kind: unknown, name: string, body: object) =>
  (await resource(kind)).patch({ namespace, name }, { type: 'merge', body: body as never })
const provider = (name: string, spec: object) =>
  create(Provider, name, {
    ...{ endpoint: 'https://s3.example.com', region: 'us-east-1', iamEndpoint: 'https://iam.example.com' },
    auth: { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } },
    nameConstraints: { buckets: ['${namespace}-*'] },
    ...spec,
  })

test('4.4-12 what the provider does not allow is refused with the field, and what it allows is taken', async () => {
  const spec = { providerRef, name: 'app', inlinePolicies: [{ name: 'all', policy: grants('*') }], groups: ['admins'] }
  const refusal = String(await failure(create(User, 'app', spec)))
  for (const part of ['spec.inlinePolicies[0].policy', 'resources: *', 'spec.groups', 'groups: admins']) expect(refusal).toContain(part)
  expect(String(await failure(create(Bucket, 'other', { providerRef, name: 'other-bucket' })))).toContain(
    'Provider "store" does not allow the name "other-bucket"',
  )
  await create(Bucket, 'photos', { providerRef, name: `${namespace}-photos`.slice(0, 63) })
  await create(User, 'app', { providerRef, name: 'app', policy: grants(`arn:aws:s3:::${namespace}-photos/*`) })
  const policy = { statement: [{ effect: 'Allow', principal: { AWS: ['${userArn:app}'] }, action: 's3:*', resource: '*' }] }
  expect(String(await failure(create(BucketPolicy, 'photos', { bucketRef: { name: 'photos' }, policy })))).toContain('resources: *')
})

test('4.4-12 what became too much stays, and may be labelled and lose its finalizer; a change has to fit', async () => {
  await provider('narrow', {})
  await create(User, 'wide', { providerRef: { name: 'narrow' }, name: 'wide', policy: grants('*') })
  await change(Provider, 'narrow', { spec: { policyConstraints: { resources: ['arn:aws:s3:::nothing'] } } })
  await change(User, 'wide', { metadata: { labels: { a: 'b' }, finalizers: ['s3.kubewright.dev/user'] } })
  expect(String(await failure(change(User, 'wide', { spec: { policy: grants('arn:aws:s3:::x') } })))).toContain('arn:aws:s3:::x')
  await (await resource(User)).delete({ namespace, name: 'wide' })
  await change(User, 'wide', { metadata: { finalizers: null } })
})

test('4.4-12 what refers to a provider that is not there yet is taken, and what a Bucket has made is not asked about', async () => {
  await create(User, 'early', { providerRef: { name: 'later' }, name: 'early', policy: grants('*') })
  const { metadata } = (await (await resource(Bucket)).get({ namespace, name: 'photos' })) as KubeObject
  const ownerReferences = [
    { apiVersion: 's3.kubewright.dev/v1alpha1', kind: 'Bucket', name: 'photos', uid: metadata.uid!, controller: true },
  ]
  await (await resource(User)).create({
    metadata: { namespace, name: 'photos-user', ownerReferences },
    spec: { providerRef, name: 'photos', policy: grants('*') },
  } as never)
})
