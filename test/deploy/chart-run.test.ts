// Each operator as the chart runs it: the image's program with the Deployment's arguments and user, and with the rights of the chart's ServiceAccount and
// nothing more, does a piece of its work. What stands for the network of Pods are addresses of this machine, which the webhooks are reached at.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deployment, Pod, Secret } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { eventually, fakeS3, fakeVault } from '@kubewright/testing'
import { vaultClient } from '@kubewright/vault'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../examples/free-port.ts'
import { configMap, useCluster } from '../integration/harness.ts'
import { auditLog } from '../integration/installed-operator.ts'
import { hosts, PORT } from '../integration/vault-unsealer-site.ts'
import { type Wire, wire } from '../integration/wire.ts'
import { allAsked, familyOf, seriesIn } from './asked-metrics.ts'
import { CHART, helm, isHelmWanted, NO_HELM, type Values } from './helm.ts'
import { canRunPods, NO_ROOT, type PodProcess, type PodSpec, startPod } from './pod-process.ts'
import { buildLayout, type UnpackedImage, unpack } from './unpacked-image.ts'

const isWanted = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' || process.env['KUBEWRIGHT_TEST_IMAGE'] === '1'
const NOT_WANTED = 'the image is built of 110 MB from elsewhere: KUBEWRIGHT_TEST_IMAGE=1, or `npm run test:real`, builds it'

const audit = auditLog()
const bench = useCluster({ controllers: true, apiServerFlags: audit.flags })
const OPERATORS = ['application', 'gc', 's3', 'vault-sync', 'vault-unsealer'] as const
const HOME = 'operators'

let admin: Wire
let folder: string
let image: UnpackedImage
const pods = new Map<string, PodProcess>()
const closing: (() => PromiseLike<void>)[] = []

beforeEach(({ skip }) => {
  if (!isHelmWanted) skip(NO_HELM)
  if (!canRunPods) skip(NO_ROOT)
  if (!isWanted) skip(NOT_WANTED)
})

beforeAll(async () => {
  if (!isHelmWanted || !canRunPods || !isWanted) return
  admin = wire(bench.cluster.connection)
  folder = mkdtempSync(join(tmpdir(), 'kubewright-run-'))
  image = unpack(buildLayout(join(folder, 'oci')))
  const vault = await fakeVault({ state: 'dev' })
  closing.push(() => vault[Symbol.asyncDispose]())
  const secrets = join(folder, 'vault')
  writeFileSync(mkdirFor(secrets), vault.rootToken)
  const ports = Object.fromEntries(await Promise.all(OPERATORS.map(async (name) => [name, await freePort()] as const)))
  const { code, stderr } = await helm('helm-4.1', ['install', 'kubewright', CHART, '--namespace', HOME, '--create-namespace'], {
    kubeconfig: bench.cluster.kubeconfigPath,
    values: valuesFor(ports, vault.address),
  })
  expect([code, stderr]).toEqual([0, ''])
  await reachHere(ports)
  for (const name of OPERATORS) pods.set(name, await podOf(name, { '/vault': secrets }))
  for (const name of OPERATORS) await pods.get(name)!.says(/webhooks are listening/)
  bench.client.discovery.invalidate()
  root = vaultClient({ address: vault.address, allowPlaintext: true, auth: { method: 'token', token: vault.rootToken } })
}, 400_000)
let root: ReturnType<typeof vaultClient>

afterAll(async () => {
  await Promise.all([...pods.values()].map((pod) => pod.stop()))
  for (const close of closing) await close()
  image?.[Symbol.dispose]()
  admin?.[Symbol.dispose]()
  audit.dispose()
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

function mkdirFor(secrets: string): string {
  mkdirSync(secrets)
  chmodSync(secrets, 0o755)
  return join(secrets, 'token')
}

function valuesFor(ports: Readonly<Record<string, number>>, vaultAddr: string): Values {
  const here = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0']
  const reached = (name: string) => [...here, `--webhook-url=https://127.0.0.1:${ports[name]}`, `--webhook-port=${ports[name]}`]
  const operators = Object.fromEntries(OPERATORS.map((name) => [name, { enabled: true, extraArgs: reached(name) }]))
  const volume = {
    extraVolumes: [{ name: 'vault', secret: { secretName: 'vault' } }],
    extraVolumeMounts: [{ name: 'vault', mountPath: '/vault' }],
  }
  const settings = { vaultAddr, vaultTokenFile: '/vault/token' }
  return {
    operators: { ...operators, 'vault-sync': { ...operators['vault-sync'], ...volume, settings } },
  }
}

/** The API server of this test has no way to Services: it is told this machine's addresses, in what the chart has installed. */
async function reachHere(ports: Readonly<Record<string, number>>): Promise<void> {
  const patch = async (path: string, body: readonly object[]) => {
    const reply = await admin.send('PATCH', path, body, { 'content-type': 'application/json-patch+json' })
    expect([reply.code, reply.body.message]).toEqual([200, undefined])
  }
  for (const name of OPERATORS)
    for (const kind of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) {
      const path = `/apis/admissionregistration.k8s.io/v1/${kind}/kubewright-${name}`
      const { code, body } = await admin.send('GET', path)
      if (code === 404) continue
      const webhooks = body.webhooks as readonly { readonly clientConfig: { readonly service: { readonly path: string } } }[]
      await patch(
        path,
        webhooks.map(({ clientConfig }, at) => ({
          op: 'replace',
          path: `/webhooks/${at}/clientConfig`,
          value: { url: `https://127.0.0.1:${ports[name]}${clientConfig.service.path}` },
        })),
      )
    }
  await patch('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/applications.apps.kubewright.dev', [
    { op: 'replace', path: '/spec/conversion/webhook/clientConfig', value: { url: `https://127.0.0.1:${ports['application']}/convert` } },
  ])
}

async function podOf(name: string, volumes: Readonly<Record<string, string>>): Promise<PodProcess> {
  const deployment = await (await bench.client.resource(Deployment)).get({ namespace: HOME, name: `kubewright-${name}` })
  const spec = deployment.spec!.template.spec as unknown as PodSpec & { readonly serviceAccountName: string }
  const path = `/api/v1/namespaces/${HOME}/serviceaccounts/${spec.serviceAccountName}/token`
  const { body } = await admin.send('POST', path, { spec: { expirationSeconds: 3600 } })
  const token = (body as { readonly status: { readonly token: string } }).status.token
  return startPod(image, spec, {
    connection: bench.cluster.connection,
    namespace: HOME,
    token,
    volumes: name === 'vault-sync' ? volumes : {},
  })
}

const PATIENCE = { timeout: 90_000 }
const resource = (group: string, version: string, kind: string) => bench.client.resource({ group, version, kind }) as Promise<Resource>
type Resource = Awaited<ReturnType<typeof bench.client.resource<KubeObject>>>

/** Until the operator has told the API server whom to trust, it refuses objects of its kinds. */
async function create(group: string, version: string, kind: string, metadata: object, spec: object): Promise<void> {
  const objects = await resource(group, version, kind)
  await eventually(() => objects.create({ apiVersion: `${group}/${version}`, kind, metadata, spec } as unknown as KubeObject), PATIENCE)
}
const readyOf = (object: KubeObject) => {
  const { status } = object as { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status
}

describe('does its work:', () => {
  test('gc', async () => {
    const namespace = await bench.namespace()
    const maps = await bench.configMaps()
    await maps.create(configMap(namespace, 'old', { labels: { app: 'a' } }))
    await maps.create(configMap(namespace, 'kept'))
    const targetResource = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'a' } } }
    await create(
      'gc.kubewright.dev',
      'v1alpha1',
      'GarbageCollectionPolicy',
      { namespace, name: 'p' },
      { targetResource, ttl: { secondsAfterCreation: 1 } },
    )
    await eventually(
      async () => expect((await maps.list({ namespace })).items.map(({ metadata }) => metadata.name)).not.toContain('old'),
      PATIENCE,
    )
    expect((await maps.get({ namespace, name: 'kept' })).metadata.name).toBe('kept')
  })

  test('application, and its old version is converted', async () => {
    const namespace = await bench.namespace()
    await create(
      'apps.kubewright.dev',
      'v1',
      'Application',
      { namespace, name: 'web' },
      { image: 'docker.io/library/nginx:1.29', replicas: 1 },
    )
    await eventually(
      async () => expect(await (await bench.client.resource(Deployment)).get({ namespace, name: 'web' })).toBeDefined(),
      PATIENCE,
    )
    const old = await (await resource('apps.kubewright.dev', 'v1beta1', 'Application')).get({ namespace, name: 'web' })
    expect(old).toMatchObject({ apiVersion: 'apps.kubewright.dev/v1beta1', metadata: { name: 'web' } })
  })

  test('s3', async () => {
    const namespace = await bench.namespace()
    const store = await fakeS3()
    closing.push(() => store[Symbol.asyncDispose]())
    const { accessKeyId, secretAccessKey } = store.credentials
    const secrets = await bench.client.resource(Secret)
    await secrets.create({
      metadata: { namespace, name: 'admin' },
      stringData: { 'access-key': accessKeyId, 'secret-key': secretAccessKey },
    } as Secret)
    const auth = { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } }
    const provider = { type: 'generic', endpoint: store.address, iamEndpoint: store.iamAddress, region: 'us-east-1', auth }
    await create('s3.kubewright.dev', 'v1alpha1', 'Provider', { namespace, name: 'store' }, provider)
    await create(
      's3.kubewright.dev',
      'v1alpha1',
      'Bucket',
      { namespace, name: 'logs' },
      { providerRef: { name: 'store' }, name: `logs-${namespace}` },
    )
    const buckets = await resource('s3.kubewright.dev', 'v1alpha1', 'Bucket')
    await eventually(async () => expect(readyOf(await buckets.get({ namespace, name: 'logs' }))).toBe('True'), PATIENCE)
  })

  test('vault-sync', async () => {
    const namespace = await bench.namespace()
    const annotations = { 'vault-sync.io/path': `secret/${namespace}/db` }
    const secrets = await bench.client.resource(Secret)
    await eventually(
      () => secrets.create({ metadata: { namespace, name: 'db', annotations }, stringData: { password: 'x' } } as Secret),
      PATIENCE,
    )
    await eventually(
      async () => expect(await root.kvV2('secret').read(`${namespace}/db`)).toMatchObject({ data: { password: 'x' } }),
      PATIENCE,
    )
  })

  test('vault-unsealer', async () => {
    const namespace = await bench.namespace()
    const vault = await fakeVault({ nodes: 1, state: 'sealed', tls: true, names: ['vault.test'], hosts: hosts(1), port: PORT })
    closing.push(() => vault[Symbol.asyncDispose]())
    const [node] = vault.nodes
    const nodes = await bench.client.resource(Pod)
    const spec = { containers: [{ name: 'vault', image: 'vault:1' }], automountServiceAccountToken: false }
    await nodes.create({ metadata: { namespace, name: 'vault-0', labels: { app: 'vault' } }, spec } as Pod)
    const status = { phase: 'Running', podIP: node!.host, podIPs: [{ ip: node!.host }] }
    await nodes.patch({ namespace, name: 'vault-0' }, { type: 'merge', body: { status } }, { subresource: 'status' })
    const labels = { 'autounseal.vault.io/unsealer': 'main' }
    const keys = { keys: JSON.stringify(vault.shares.map(({ base64 }) => base64)), 'ca.crt': vault.ca }
    await (await bench.client.resource(Secret)).create({ metadata: { namespace, name: 'keys', labels }, stringData: keys } as Secret)
    await create(
      'ops.autounseal.vault.io',
      'v1alpha1',
      'VaultUnsealer',
      { namespace, name: 'main' },
      {
        vault: { url: `https://vault.test:${node!.port}`, caBundleSecretRef: { name: 'keys', key: 'ca.crt' } },
        unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }],
        vaultLabelSelector: 'app=vault',
      },
    )
    const unsealers = await resource('ops.autounseal.vault.io', 'v1alpha1', 'VaultUnsealer')
    await eventually(async () => expect(readyOf(await unsealers.get({ namespace, name: 'main' }))).toBe('True'), PATIENCE)
  })
})

test('every metric that a dashboard or an alert asks for is there', async () => {
  const pages = await Promise.all(
    [...pods.values()].map(async (pod) => {
      const [, address] = await pod.says(/"metrics":"([^"]+)"/)
      return (await fetch(address!.startsWith('http') ? address! : `http://${address}/metrics`)).text()
    }),
  )
  const families = new Set(pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)))
  const missing = allAsked().flatMap(({ where, expr }) =>
    seriesIn(expr)
      .filter((series) => !families.has(series) && !families.has(familyOf(series)))
      .map((series) => `${where}: ${series}`),
  )
  expect(missing).toEqual([])
})

test('nothing was refused, and each ends by itself when it is told to', async () => {
  const refused = audit.read().filter(({ user, code }) => user.startsWith(`system:serviceaccount:${HOME}:`) && code === 403)
  expect(refused.map(({ user, method, path }) => `${user} ${method} ${path}`)).toEqual([])
  const memory = [...pods].map(([name, { pid }]) => `${name} ${residentMegabytes(pid)} MB`)
  console.info(`resident memory: ${memory.join(', ')}`)
  expect(Object.fromEntries(await Promise.all([...pods].map(async ([name, pod]) => [name, await pod.stop()])))).toEqual(
    Object.fromEntries([...pods.keys()].map((name) => [name, 0])),
  )
})

const residentMegabytes = (pid: number) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
