// The s3 operator as the built program, with exactly the role that its manifests print: every kind is made, changed, rotated and deleted, no request is
// refused, and no right is left over.
import { CustomResourceDefinition, Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, Provider, User } from '@kubewright/operator-s3'
import { eventually, fakeS3, faultProxy } from '@kubewright/testing'
import { ROTATE_ANNOTATION } from '@kubewright/webhook'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { freePort } from '../examples/free-port.ts'
import { failure, useCluster } from './harness.ts'
import { auditLog, InstalledOperator, printedManifests } from './installed-operator.ts'
import { test } from './program.ts'
import { childrenOf, everything } from './s3-one-of-each.ts'
import { asUnderTest, isReal, type ServerUnderTest } from './s3-servers.ts'
import { S3Tenant } from './s3-tenant.ts'
import { type Wire, wire } from './wire.ts'

const audit = auditLog()
const bench = useCluster({
  apiServerFlags: [...audit.flags, ...(isReal ? ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'] : [])],
})

let admin: Wire
let server: ServerUnderTest & AsyncDisposable
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  const printed = await printedManifests<CustomResourceDefinition>('s3', '--only', 'crds')
  for (const definition of printed) await definitions.create(definition)
  for (const { spec } of printed) await eventually(() => bench.client.request('GET', `/apis/${spec.group}/v1alpha1/${spec.names.plural}`))
  bench.client.discovery.invalidate()
  // The rights are those in Kubernetes: a server with everything, so that every kind is of use.
  server = asUnderTest(await fakeS3())
}, 90_000)
afterAll(async () => {
  admin[Symbol.dispose]()
  audit.dispose()
  await server[Symbol.asyncDispose]()
})

test('every kind, with its own role alone: nothing is refused, and nothing is left over', { timeout: 240_000 }, async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  // The server looks like one of before streaming lists: there, caches list.
  proxy.inject({ is: 'status', code: 422 }, { parameter: 'sendInitialEvents' })
  const roles = ['', 'webhooks']
  const operator = await InstalledOperator.install(bench, admin, audit, { operator: 's3', namespace, roles, through: proxy })
  const port = await freePort()
  const nowhere = ['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0']
  const program = kubewright([
    ...['run', 's3', '--kubeconfig', operator.kubeconfig, '--leader-elect', '--log-format', 'json', ...nowhere],
    ...['--s3-drift-check-interval-seconds', '5', '--webhook-url', `https://127.0.0.1:${port}`, '--webhook-port', String(port)],
  ])
  const tenant = new S3Tenant(bench, namespace, server)
  await tenant.provider()
  const malformed = {
    ...{ providerRef: { name: 'store' }, name: 'probe' },
    policy: { statement: [{ effect: 'Allow', action: 7, resource: '*' }] },
  }
  let probes = 0
  const refusal = () => failure(tenant.create(user, `probe-${++probes}`, malformed))
  await eventually(async () => expect(String(await refusal())).toContain('spec.policy'), { timeout: 60_000 })
  for (let taken = probes - 1; taken > 0; taken--) await tenant.delete(user, `probe-${taken}`)
  const wanted = everything(namespace, { users: true, managedPolicies: true })
  for (const { kind, name, spec } of wanted) await tenant.create(kind, name, spec)
  const all = [...wanted.map(({ kind, name }) => [kind, name] as const), ...childrenOf('plain')]
  for (const [kind, name] of all) await tenant.ready(kind, name)

  const first = await tenant.secret('app-credentials')
  await tenant.patch(AccessKey, 'app', { metadata: { annotations: { 's3.kubewright.dev/rotate': '1' } } })
  await eventually(async () => expect(await tenant.secret('app-credentials')).not.toEqual(first), { timeout: 30_000 })
  // What a Bucket has made for itself goes when it is no longer wanted.
  await tenant.patch(Bucket, 'plain', { spec: { autoManage: { enabled: false } } })
  for (const [kind, name] of childrenOf('plain')) await tenant.gone(kind, name)
  // An event that comes again is the one of before with a higher count.
  for (const tags of [{ team: 'a' }, { team: 'b' }]) {
    await tenant.patch(Secret, 'admin', { data: { 'secret-key': Buffer.from(`${tags.team}-is-wrong`).toString('base64') } })
    await eventually(async () => expect(await tenant.condition(provider, 'store', 'AuthValid')).toMatchObject({ status: 'False' }), {
      timeout: 30_000,
    })
    await tenant.patch(Secret, 'admin', { data: { 'secret-key': Buffer.from(server.secretKey).toString('base64') } })
    await tenant.ready(provider, 'store')
  }
  const certificates = { metadata: { annotations: { [ROTATE_ANNOTATION]: 'now' } } }
  await tenant.patch(Secret, 'kubewright-s3-certificates', certificates)
  for (const [kind, name] of wanted.map((each) => [each.kind, each.name] as const)) await tenant.delete(kind, name)
  await tenant.delete(Provider, 'store')
  for (const [kind, name] of [...all, [provider, 'store'] as const]) await tenant.gone(kind, name)

  const onlyByShards =
    'with --shard-filter label a controller that cleans up after objects asks whether one that has lost its label is gone'
  const kinds = ['bucketpolicies', 'iampolicies', 'users']
  await operator.usedExactly({
    ...Object.fromEntries(kinds.map((kind) => [`get ${kind}.s3.kubewright.dev`, onlyByShards])),
    'update buckets.s3.kubewright.dev/finalizers': 'asked by an admission plugin for blocking owner references, and not by a request',
  })
  // Nobody else's test is to be asked of by what is over.
  await bench.client.request('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubewright-s3')
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  operator.refusedNothing()
})

const provider = Provider as unknown as Kind<KubeObject>
const user = User as unknown as Kind<KubeObject>
