// Every flag of `kubewright run` and `kubewright up` does what it says: each test fails when the flag is accepted and forgotten.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CustomResourceDefinition, connect, Lease, Namespace } from '@kubewright/client'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { eventually } from '@kubewright/testing'
import { beforeAll, expect, onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import { configMap, namesOf, useCluster } from './harness.ts'
import { test } from './program.ts'

const bench = useCluster()
const QUIET = ['--metrics-bind-address', '0', '--health-probe-bind-address', '0']

beforeAll(async () => {
  const definitions = await bench.client.resource(CustomResourceDefinition)
  for (const kind of gc.kinds) await definitions.create(kind.crd() as unknown as CustomResourceDefinition)
  await eventually(() => bench.client.request('GET', '/apis/gc.kubewright.dev/v1alpha1/garbagecollectionpolicies'))
  bench.client.discovery.invalidate()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-flags-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function duePolicy(namespace: string): Promise<void> {
  const spec = {
    targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'go' } } },
    ttl: { secondsAfterCreation: 1 },
  }
  await (await bench.client.resource(GarbageCollectionPolicy)).create(
    GarbageCollectionPolicy.of({ metadata: { namespace, name: 'p' }, spec }),
  )
  await (await bench.configMaps()).create(configMap(namespace, 'due', { labels: { app: 'go' } }))
}
const left = async (namespace: string) => namesOf((await (await bench.configMaps()).list({ namespace, labelSelector: 'app=go' })).items)

test('--namespace: a policy elsewhere is not even looked at', async ({ kubewright }) => {
  const [inside, outside] = [await bench.namespace(), await bench.namespace()]
  await duePolicy(outside)
  await duePolicy(inside)
  kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', inside, ...QUIET])
  await eventually(async () => expect(await left(inside)).toEqual([]), { timeout: 20_000 })
  expect(await left(outside)).toEqual(['due'])
  expect((await (await bench.client.resource(GarbageCollectionPolicy)).get({ namespace: outside, name: 'p' })).status).toBeUndefined()
})

test('--config, a variable and a flag: each over the one before', async ({ kubewright }) => {
  const [fromFile, fromVariable, fromFlag] = [await bench.namespace(), await bench.namespace(), await bench.namespace()]
  for (const namespace of [fromFile, fromVariable, fromFlag]) await duePolicy(namespace)
  const path = join(folder(), 'config.yaml')
  writeFileSync(
    path,
    stringify({ kubeconfig: bench.cluster.kubeconfigPath, namespace: [fromFile], metricsBindAddress: '0', healthProbeBindAddress: '0' }),
  )
  kubewright(['run', 'gc', '--config', path])
  await eventually(async () => expect(await left(fromFile)).toEqual([]), { timeout: 20_000 })
  kubewright(['run', 'gc', '--config', path], { env: { KUBEWRIGHT_NAMESPACE: fromVariable } })
  await eventually(async () => expect(await left(fromVariable)).toEqual([]), { timeout: 20_000 })
  expect(await left(fromFlag)).toEqual(['due'])
  kubewright(['run', 'gc', '--config', path, '--namespace', fromFlag], { env: { KUBEWRIGHT_NAMESPACE: fromVariable } })
  await eventually(async () => expect(await left(fromFlag)).toEqual([]), { timeout: 20_000 })
})

test('--leader-election-id and --leader-election-namespace name the Lease', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const flags = ['--leader-elect', '--leader-election-id', 'mine', '--leader-election-namespace', namespace]
  kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, ...flags, ...QUIET])
  const leases = await bench.client.resource(Lease)
  await eventually(async () => expect((await leases.get({ namespace, name: 'mine' })).spec?.holderIdentity).toBeTruthy(), {
    timeout: 20_000,
  })
})

test('--context chooses among the contexts of a kubeconfig', async ({ kubewright }) => {
  const path = join(folder(), 'kubeconfig')
  const config = parse(bench.cluster.kubeconfig) as { contexts: { name: string; context: object }[]; 'current-context': string }
  const good = config.contexts[0]!.context
  writeFileSync(
    path,
    stringify({
      ...config,
      contexts: [
        { name: 'good', context: good },
        { name: 'bad', context: { ...good, user: 'nobody' } },
      ],
      'current-context': 'bad',
    }),
  )
  expect(await kubewright(['run', 'gc', '--kubeconfig', path, ...QUIET]).ended).toBe(1)
  await kubewright(['run', 'gc', '--kubeconfig', path, '--context', 'good', ...QUIET, '--log-format', 'text']).says(/starting/)
})

test('--log-format and --log-level shape the log', async ({ kubewright }) => {
  const run = (...flags: string[]) => kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, ...QUIET, ...flags])
  const line = (await run('--log-format', 'json').says(/^\{.*"message":"starting".*$/))[0]
  expect(JSON.parse(line)).toMatchObject({ level: 'info', program: 'gc' })
  await run('--log-format', 'text').says(/INFO +starting/)
  const silent = run('--log-level', 'error')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  silent.kill('SIGTERM')
  expect(await silent.ended).toBe(0)
  expect(silent.stderr).toEqual([])
})

test('--gc-protected-namespaces and --gc-allowed-kinds move the limits of what may go', async ({ kubewright }) => {
  const [plain, guarded] = [await bench.namespace(), await bench.namespace()]
  const policies = await bench.client.resource(GarbageCollectionPolicy)
  const targetResource = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', labelSelector: { matchLabels: { app: 'go' } } }
  const onLeases = { metadata: { namespace: plain, name: 'leases' }, spec: { targetResource, ttl: { secondsAfterCreation: 1 } } }
  await policies.create(GarbageCollectionPolicy.of(onLeases))
  await duePolicy(guarded)
  const reasonOf = async (namespace: string, name: string) => (await policies.get({ namespace, name })).status?.conditions?.[0]?.reason
  const run = (...flags: string[]) =>
    kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', `${plain},${guarded}`, ...QUIET, ...flags])

  const first = run('--gc-protected-namespaces', guarded)
  await eventually(async () => expect(await reasonOf(guarded, 'p')).toBe('Protected'), { timeout: 20_000 })
  await eventually(async () => expect(await reasonOf(plain, 'leases')).toBe('Protected'))
  first.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  expect(await left(guarded)).toEqual(['due'])

  run('--gc-allowed-kinds', 'Lease.coordination.k8s.io')
  await eventually(async () => expect(await reasonOf(plain, 'leases')).toBe('Active'), { timeout: 20_000 })
  await eventually(async () => expect(await left(guarded)).toEqual([]), { timeout: 20_000 })
})

// The flag once took the place of the system's namespaces: whoever protected one more gave kube-system away.
test('a namespace that is protected besides leaves those of the system protected', async ({ kubewright }) => {
  const policies = await bench.client.resource(ClusterGarbageCollectionPolicy)
  const targetResource = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', labelSelector: { matchLabels: { app: 'go' } } }
  await policies.create(
    ClusterGarbageCollectionPolicy.of({ metadata: { name: 'system' }, spec: { targetResource, ttl: { secondsAfterCreation: 1 } } }),
  )
  kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, ...QUIET, '--gc-protected-namespaces', 'one-more'])
  const reason = async () => (await policies.get({ name: 'system' })).status?.conditions?.[0]?.reason
  await eventually(async () => expect(await reason()).toBeDefined(), { timeout: 20_000 })
  expect(await reason()).toBe('Protected')
})

test('values of an operator that cannot be are refused together, before anything starts', async ({ kubewright }) => {
  const program = kubewright(['run', 'gc', '--gc-concurrency', '0', '--gc-protected-namespaces', 'Not_A_Name'])
  expect(await program.ended).toBe(2)
  expect(program.stderr.join('\n')).toMatch(/--gc-concurrency: [\s\S]*--gc-protected-namespaces: must be names of namespaces/)
})

test('up --no-examples --output json is an empty cluster, told to a program, with a kubeconfig for its owner alone', async ({
  kubewright,
}) => {
  const path = join(folder(), 'kubeconfig')
  const program = kubewright(['up', '--no-examples', '--only', 'gc', '--output', 'json', '--write-kubeconfig', path])
  const told = JSON.parse((await program.says(/^\{.*\}$/))[0]) as {
    readonly server: string
    readonly metrics: string
    readonly kubeconfig: string
  }
  expect(told).toMatchObject({ kubeconfig: path, operators: ['gc'], examples: 0 })
  expect(told.metrics).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(path, 'utf8')).toContain(told.server)
  const client = await connect({ kubeconfig: path })
  onTestFinished(() => client.close())
  expect(namesOf((await (await client.resource(Namespace)).list()).items)).not.toContain('gc-demo')
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
})
