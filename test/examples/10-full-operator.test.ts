import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kubeconfigFor, Lease, Service, ServiceAccount } from '@kubewright/client'
import { isNotFound } from '@kubewright/core'
import { compareRights, eventually, faultProxy } from '@kubewright/testing'
import fc from 'fast-check'
import type { PolicyRule } from 'kubewright'
import { checkConversions } from 'kubewright/testing/properties'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type Cloud, startCloud } from '../../examples/04-external-api/cloud.ts'
import { Store } from '../../examples/10-full-operator/store.ts'
import { namesOf } from '../integration/harness.ts'
import { playDeployments } from './deployments.ts'
import { root, testReadme, useExample } from './example.ts'
import { freePort } from './free-port.ts'

const example = useExample('10-full-operator', [])

let cloud: Cloud
beforeEach(async () => {
  cloud = await startCloud()
  onTestFinished(() => cloud[Symbol.asyncDispose]())
  playDeployments(example)
})

test('the conversions lose nothing', () => {
  checkConversions(fc, Store)
})

testReadme('10-full-operator', example)

const withWebhooks = async () => {
  const port = await freePort()
  return ['--install-crds', '--webhook-port', String(port), '--webhook-url', `https://127.0.0.1:${port}`]
}
const settings = () => ['--store-cloud-url', cloud.url]

async function stores() {
  const { client } = example
  const resource = await client.resource(Store)
  const namespace = await example.namespace()
  return {
    resource,
    namespace,
    create: (name: string, spec: object = {}) =>
      eventually(() => resource.create(Store.of({ metadata: { namespace, name }, spec: { image: 'store:1', ...spec } }))),
    ready: async () =>
      namesOf((await resource.list({ namespace })).items.filter(({ status }) => status?.conditions?.[0]?.status === 'True')),
  }
}

test('children and database come, follow and go; a store that closes loses its Service', async () => {
  const program = await example.start('operator.ts', { flags: [...settings(), ...(await withWebhooks())] })
  const { resource, namespace, create, ready } = await stores()
  const at = { namespace, name: 'toys' }
  await create('toys', { replicas: 2 })
  await eventually(async () => expect(await ready()).toEqual(['toys']))
  const services = await example.client.resource(Service)
  expect((await services.get(at)).spec?.selector).toEqual({ store: 'toys' })

  const old = await example.client.resource(Store.inVersion('v1beta1'))
  await old.patch(at, { type: 'merge', body: { spec: { closed: true, replicas: 1, databaseSize: 20 } } })
  await eventually(async () => expect(await services.get(at).catch(isNotFound)).toBe(true))
  const { uid } = (await resource.get(at)).metadata
  const mine = () => [...cloud.databases.values()].filter(({ tag }) => tag === uid).map(({ size }) => size)
  await eventually(() => expect(mine()).toEqual([20]))

  await resource.delete(at)
  await eventually(async () => expect(await resource.get(at).catch(isNotFound)).toBe(true))
  expect(mine()).toEqual([])
  await program.stop()
})

test('three replicas share the stores, and two go on when one is killed: each store has one database', async () => {
  const { namespace, create, ready } = await stores()
  const ring = ['--shards', '--leader-election-id', 'stores', '--leader-election-namespace', namespace]
  const quick = [
    '--leader-election-lease-duration',
    '5s',
    '--leader-election-renew-deadline',
    '3s',
    '--leader-election-retry-period',
    '500ms',
  ]
  const start = async (flags: readonly string[]) =>
    await example.start('operator.ts', { flags: [...settings(), ...ring, ...quick, ...flags] })
  const first = await start(await withWebhooks())
  const others = [await start(['--no-webhooks']), await start(['--no-webhooks'])]
  const leases = await example.client.resource(Lease)
  await eventually(
    async () => expect(namesOf((await leases.list({ namespace })).items).filter((name) => name.includes('-shard-'))).toHaveLength(3),
    {
      timeout: 30_000,
    },
  )

  const names = Array.from({ length: 12 }, (_, index) => `store-${String(index).padStart(2, '0')}`)
  await Promise.all(names.slice(0, 6).map((name) => create(name)))
  await eventually(async () => expect(await ready()).toEqual(names.slice(0, 6)), { timeout: 30_000 })
  await others[0]!.crash()
  await Promise.all(names.slice(6).map((name) => create(name)))
  await eventually(async () => expect(await ready()).toEqual(names), { timeout: 60_000 })

  const { items } = await (await example.client.resource(Store)).list({ namespace })
  const tags = [...cloud.databases.values()].map(({ tag }) => tag)
  for (const { metadata } of items) expect(tags.filter((tag) => tag === metadata.uid)).toHaveLength(1)
  await first.stop()
  await others[1]!.stop()
})

interface Generated {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules: readonly PolicyRule[]
}

test('it runs with its generated role, lacks nothing and has nothing that it does not use', async () => {
  const { client } = example
  // As whoever installs it does: the kinds, the roles, an account with them.
  const installer = await example.start('operator.ts', { flags: [...settings(), ...(await withWebhooks())] })
  await installer.stop()
  const admission = '/apis/admissionregistration.k8s.io/v1'
  for (const made of [
    '/api/v1/namespaces/default/secrets/kubewright-store-certificates',
    `${admission}/validatingwebhookconfigurations/kubewright-store`,
    `${admission}/mutatingwebhookconfigurations/kubewright-store`,
  ])
    await client.request('DELETE', made)
  const { stdout } = await promisify(execFile)('npx', ['kubewright', 'generate', 'rbac', 'examples/10-full-operator/operator.ts'], {
    cwd: root,
  })
  // Without the roles that are for flags that it is not given.
  const roles = parseAllDocuments(stdout)
    .map((document) => document.toJSON() as Generated)
    .filter(({ metadata }) => /^kubewright-store(-webhooks)?$/.test(metadata.name))
  await (await client.resource(ServiceAccount)).create({ metadata: { namespace: 'default', name: 'store' } })
  const subjects = [{ kind: 'ServiceAccount', namespace: 'default', name: 'store' }]
  for (const role of roles) {
    const { kind } = role
    const [path, plural] = kind === 'Role' ? [`namespaces/${role.metadata.namespace}/`, 'role'] : ['', 'clusterrole']
    const api = `/apis/rbac.authorization.k8s.io/v1/${path}${plural}`
    await client.request('POST', `${api}s`, { body: role })
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: role.metadata.name }
    await client.request('POST', `${api}bindings`, { body: { metadata: { name: role.metadata.name }, roleRef, subjects } })
  }
  const { status } = await client.request<{ status: { token: string } }>('POST', '/api/v1/namespaces/default/serviceaccounts/store/token', {
    body: { spec: {} },
  })

  const {
    clientCertificate: _,
    clientKey: __,
    ...connection
  } = example.cluster.connection as typeof example.cluster.connection & {
    clientCertificate?: unknown
    clientKey?: unknown
  }
  await using proxy = await faultProxy({ ...connection, token: status.token })
  const kubeconfig = join(example.cluster.kubeconfigPath, '..', 'store.kubeconfig')
  writeFileSync(kubeconfig, kubeconfigFor(proxy.connection), { mode: 0o600 })
  const port = await freePort()
  const program = await example.start('operator.ts', {
    flags: [
      ...settings(),
      '--leader-elect',
      '--leader-election-namespace',
      'default',
      '--webhook-port',
      String(port),
      '--webhook-url',
      `https://127.0.0.1:${port}`,
    ],
    env: { KUBECONFIG: kubeconfig },
  })
  const { resource, namespace, create, ready } = await stores()
  const at = { namespace, name: 'toys' }
  await create('toys')
  await eventually(async () => expect(await ready()).toEqual(['toys']))
  await resource.patch(at, { type: 'merge', body: { spec: { open: false } } })
  await eventually(async () => expect(await (await client.resource(Service)).get(at).catch(isNotFound)).toBe(true))
  await resource.delete(at)
  await eventually(async () => expect(await resource.get(at).catch(isNotFound)).toBe(true))
  await program.stop()

  expect(proxy.requests.filter(({ status: code }) => code === 403).map(({ method, path }) => `${method} ${path}`)).toEqual([])
  const rules = roles.flatMap((role) => role.rules)
  const { missing, unused } = compareRights(
    rules,
    proxy.requests.map((request) => ({ ...request, code: request.status })),
  )
  expect(missing).toEqual([])
  // Servers that stream what there is need no list, others do.
  expect(unused.filter((right) => !right.startsWith('list '))).toEqual([
    // To prune; of a store's children only the Service is ever not wanted.
    'delete deployments.apps',
    // To read it anew when somebody else changed its finalizers at the same time.
    'get stores.stores.example.dev',
    // To count up an event that is there already.
    'patch events.events.k8s.io',
    // For the next certificate.
    'update secrets (kubewright-store-certificates)',
  ])
})
