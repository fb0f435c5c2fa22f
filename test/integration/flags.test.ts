// Every flag of `kubewright run` and `kubewright up` does what it says: each test fails when the flag is accepted and forgotten.
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CustomResourceDefinition, connect, Lease, Namespace } from '@kubewright/client'
import { Authority } from '@kubewright/core/certificates'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { eventually } from '@kubewright/testing'
import { beforeAll, expect, onTestFinished } from 'vitest'
import { parse, stringify } from 'yaml'
import { freePort } from '../examples/free-port.ts'
import { configMap, namesOf, useCluster } from './harness.ts'
import { scrape } from './https-scrape.ts'
import { type Program, test } from './program.ts'

const bench = useCluster()
const QUIET = ['--no-webhooks', '--metrics-bind-address', '0', '--health-probe-bind-address', '0']

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
  await eventually(async () => expect(await left(inside)).toEqual([]), { timeout: 60_000 })
  expect(await left(outside)).toEqual(['due'])
  expect((await (await bench.client.resource(GarbageCollectionPolicy)).get({ namespace: outside, name: 'p' })).status).toBeUndefined()
})

test('--config, a variable and a flag: each over the one before', async ({ kubewright }) => {
  const [fromFile, fromVariable, fromFlag] = [await bench.namespace(), await bench.namespace(), await bench.namespace()]
  for (const namespace of [fromFile, fromVariable, fromFlag]) await duePolicy(namespace)
  const path = join(folder(), 'config.yaml')
  writeFileSync(
    path,
    stringify({
      kubeconfig: bench.cluster.kubeconfigPath,
      namespace: [fromFile],
      metricsBindAddress: '0',
      healthProbeBindAddress: '0',
      webhooks: false,
    }),
  )
  kubewright(['run', 'gc', '--config', path])
  await eventually(async () => expect(await left(fromFile)).toEqual([]), { timeout: 60_000 })
  kubewright(['run', 'gc', '--config', path], { env: { KUBEWRIGHT_NAMESPACE: fromVariable } })
  await eventually(async () => expect(await left(fromVariable)).toEqual([]), { timeout: 60_000 })
  expect(await left(fromFlag)).toEqual(['due'])
  kubewright(['run', 'gc', '--config', path, '--namespace', fromFlag], { env: { KUBEWRIGHT_NAMESPACE: fromVariable } })
  await eventually(async () => expect(await left(fromFlag)).toEqual([]), { timeout: 60_000 })
})

test('--leader-election-id and --leader-election-namespace name the Lease', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const flags = ['--leader-elect', '--leader-election-id', 'mine', '--leader-election-namespace', namespace]
  kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, ...flags, ...QUIET])
  const leases = await bench.client.resource(Lease)
  await eventually(async () => expect((await leases.get({ namespace, name: 'mine' })).spec?.holderIdentity).toBeTruthy(), {
    timeout: 60_000,
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

/** Resolves when a program that says nothing works, and so knows its signals: until then SIGTERM would just end it. */
const working = (probes: number) =>
  eventually(async () => expect((await fetch(`http://127.0.0.1:${probes}/readyz`)).status).toBe(200), { timeout: 30_000 })

test('--log-format and --log-level shape the log', async ({ kubewright }) => {
  const run = (...flags: string[]) => kubewright(['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, ...QUIET, ...flags])
  const line = (await run('--log-format', 'json').says(/^\{.*"message":"starting".*$/))[0]
  expect(JSON.parse(line)).toMatchObject({ level: 'info', program: 'gc' })
  await run('--log-format', 'text').says(/INFO +starting/)
  const probes = await freePort()
  const silent = run('--log-level', 'error', '--health-probe-bind-address', `127.0.0.1:${probes}`)
  await working(probes)
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
  await eventually(async () => expect(await reasonOf(guarded, 'p')).toBe('Protected'), { timeout: 60_000 })
  await eventually(async () => expect(await reasonOf(plain, 'leases')).toBe('Protected'))
  first.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  expect(await left(guarded)).toEqual(['due'])

  run('--gc-allowed-kinds', 'Lease.coordination.k8s.io')
  await eventually(async () => expect(await reasonOf(plain, 'leases')).toBe('Active'), { timeout: 60_000 })
  await eventually(async () => expect(await left(guarded)).toEqual([]), { timeout: 60_000 })
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
  await eventually(async () => expect(await reason()).toBeDefined(), { timeout: 60_000 })
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

const runGc = (...flags: readonly string[]) => [
  'run',
  'gc',
  '--kubeconfig',
  bench.cluster.kubeconfigPath,
  '--health-probe-bind-address',
  '0',
  ...flags,
]
const addressOf = async (program: Program) => (await program.says(/metrics\W+(127\.0\.0\.1:\d+)/))[1]!
const adminToken = () => (parse(bench.cluster.kubeconfig) as { users: [{ user: { token: string } }] }).users[0].user.token

test('--metrics-secure: HTTPS, for those whom the API server knows', async ({ kubewright }) => {
  const address = await addressOf(kubewright(runGc('--metrics-bind-address', '127.0.0.1:0', '--metrics-secure')))
  const asked = [undefined, 'nonsense', adminToken()].map((token) => scrape(address, '/metrics', { token }))
  const [nobody, stranger, admin] = await Promise.all(asked)
  expect([nobody?.status, stranger?.status, admin?.status]).toEqual([401, 401, 200])
  expect(admin?.body).toContain('rest_client_requests_total')
  await expect(fetch(`http://${address}/metrics`)).rejects.toThrow()
})

test('--metrics-cert-dir: the certificate in it is served, and its successor without a restart', async ({ kubewright }) => {
  const path = folder()
  const authority = new Authority(Date.now())
  const put = (name: string) => {
    const { cert, key } = authority.server(['127.0.0.1'], name)
    writeFileSync(join(path, 'tls.crt'), cert)
    writeFileSync(join(path, 'tls.key'), key)
  }
  put('first')
  const program = kubewright(runGc('--metrics-bind-address', '127.0.0.1:0', '--metrics-secure', '--metrics-cert-dir', path))
  const address = await addressOf(program)
  expect((await scrape(address, '/metrics', { ca: authority.cert })).certificate).toBe('first')
  put('second')
  await eventually(async () => expect((await scrape(address, '/metrics', { ca: authority.cert })).certificate).toBe('second'), {
    timeout: 60_000,
  })
})

test('--profiling and --metrics-rest-client-detail: profiles and details beside the metrics, which are not there without them', async ({
  kubewright,
}) => {
  const plain = `http://${await addressOf(kubewright(runGc('--metrics-bind-address', '127.0.0.1:0')))}`
  expect((await fetch(`${plain}/debug/cpuprofile?seconds=1`)).status).toBe(404)
  const without = await (await fetch(`${plain}/metrics`)).text()
  expect(without).not.toContain('rest_client_request_duration_seconds')
  expect(without, 'what every program of Node tells').toContain('nodejs_eventloop_lag_seconds')
  const flags = ['--metrics-bind-address', '127.0.0.1:0', '--profiling', '--metrics-rest-client-detail']
  const full = `http://${await addressOf(kubewright(runGc(...flags)))}`
  expect(await (await fetch(`${full}/debug/cpuprofile?seconds=1`)).json()).toHaveProperty('nodes')
  expect(await (await fetch(`${full}/metrics`)).text()).toMatch(/rest_client_request_duration_seconds_count\{verb="get",host=".*"\} \d/)
})

test('--inspection: what the program is busy with beside the metrics, which is not there without it', async ({ kubewright }) => {
  const plain = `http://${await addressOf(kubewright(runGc('--metrics-bind-address', '127.0.0.1:0')))}`
  expect((await fetch(`${plain}/crds`)).status).toBe(404)
  const shown = `http://${await addressOf(kubewright(runGc('--metrics-bind-address', '127.0.0.1:0', '--inspection')))}`
  const { items } = (await (await fetch(`${shown}/crds`)).json()) as { readonly items: readonly { readonly name: string }[] }
  expect(items.map(({ name }) => name)).toContain('garbagecollectionpolicies.gc.kubewright.dev')
})

test('--leader-election-lease-duration and its companions set the times of the Lease', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const times = [
    '--leader-election-lease-duration',
    '6s',
    '--leader-election-renew-deadline',
    '4s',
    '--leader-election-retry-period',
    '500ms',
  ]
  const flags = ['--leader-elect', '--leader-election-id', 'timed', '--leader-election-namespace', namespace, ...times]
  kubewright(runGc('--metrics-bind-address', '0', ...flags))
  const leases = await bench.client.resource(Lease)
  const renewTime = async () => (await leases.get({ namespace, name: 'timed' })).spec?.renewTime
  await eventually(async () => expect((await leases.get({ namespace, name: 'timed' })).spec?.leaseDurationSeconds).toBe(6), {
    timeout: 60_000,
  })
  const renewals: number[] = []
  const gaps = () => renewals.slice(1).map((at, index) => at - renewals[index]!)
  // With the default retry period no two renewals would be closer than two seconds.
  await eventually(
    async () => {
      const at = Date.parse((await renewTime()) ?? '')
      if (renewals.at(-1) !== at) renewals.push(at)
      expect(Math.min(...gaps())).toBeLessThan(1_500)
    },
    { timeout: 20_000, interval: 100 },
  )
  const wrong = kubewright(runGc('--metrics-bind-address', '0', ...flags, '--leader-election-renew-deadline', '7s'))
  expect(await wrong.ended).toBe(1)
  expect(wrong.stderr.join()).toContain('"leaseDuration" (6000 ms) must be longer than "renewDeadline" (7000 ms)')
})

test('the log level in the config file changes that of the running program', async ({ kubewright }) => {
  const path = join(folder(), 'config.yaml')
  writeFileSync(path, 'logLevel: error')
  const probes = await freePort()
  const flags = ['--metrics-bind-address', '0', '--health-probe-bind-address', `127.0.0.1:${probes}`]
  const program = kubewright(runGc(...flags, '--config', path, '--log-format', 'json'))
  await working(probes)
  expect(program.stderr).toEqual([])
  writeFileSync(path, 'logLevel: info')
  await program.says(/"changed":\["logLevel"\].*"message":"the config file has changed"/)
})

const stubborn = (namespace: string, ...flags: readonly string[]) => {
  const quiet = ['--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', namespace, '--no-leader-elect', ...QUIET]
  return [...quiet, '--log-format', 'json', ...flags]
}

test('--graceful-shutdown-timeout bounds the stop, and what did not end by then is named', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  await (await bench.configMaps()).create(configMap(namespace, 'a'))
  const program = kubewright(stubborn(namespace, '--graceful-shutdown-timeout', '1s'), { file: 'stubborn.ts' })
  await program.says(/never coming back/)
  program.kill('SIGTERM')
  expect(await program.ended).toBe(1)
  expect(program.stderr.join('\n')).toMatch(/after 1 s these had not stopped: .*stubborn/)
})

test('a second signal ends the program at once, and what still ran is named', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  await (await bench.configMaps()).create(configMap(namespace, 'a'))
  const program = kubewright(stubborn(namespace), { file: 'stubborn.ts' })
  await program.says(/never coming back/)
  program.kill('SIGINT')
  await program.says(/"message":"stopping"/)
  program.kill('SIGTERM')
  expect(await program.ended).toBe(1)
  await program.says(/"unfinished":\[.*"stubborn".*\].*"message":"ended at once, as was asked twice"/)
})

test('--warm-standby: a replica that does not lead has its caches filled, and with --no-warm-standby it has not', async ({
  kubewright,
}) => {
  const namespace = await bench.namespace()
  await (await bench.configMaps()).create(configMap(namespace, 'a'))
  const replica = (...flags: readonly string[]) => {
    const elected = ['--leader-elect', '--leader-election-id', 'warm', '--leader-election-namespace', namespace]
    const quiet = ['--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', namespace, '--health-probe-bind-address', '0']
    return kubewright([...quiet, ...elected, '--metrics-bind-address', '127.0.0.1:0', '--graceful-shutdown-timeout', '1s', ...flags], {
      file: 'stubborn.ts',
    })
  }
  await replica().says(/never coming back/)
  const held = async (program: Program) => await (await fetch(`http://${await addressOf(program)}/metrics`)).text()
  const [warm, cold] = [replica(), replica('--no-warm-standby')]
  await eventually(async () => expect(await held(warm)).toMatch(/kubewright_cache_objects\{kind="ConfigMap.v1"\} [1-9]/), {
    timeout: 60_000,
  })
  expect(await held(warm)).toContain('leader_election_master_status{name="warm"} 0')
  expect(await held(cold)).not.toContain('kubewright_cache_objects{')
})

test('--shards makes the program a member of the ring of its name', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  await (await bench.configMaps()).create(configMap(namespace, 'a'))
  const ring = ['--shards', '--leader-election-id', 'shared', '--leader-election-namespace', namespace]
  await kubewright(stubborn(namespace, ...ring), { file: 'stubborn.ts' }).says(/never coming back/)
  const leases = namesOf((await (await bench.client.resource(Lease)).list({ namespace })).items)
  expect(leases).toEqual([expect.stringMatching(/^shared-shard-/), 'shared-shards'])
})

test.for(['none', 'client', 'server', 'label'] as const)(
  '--shard-filter %s: what two replicas hold between them',
  async (filter, { kubewright }) => {
    const namespace = await bench.namespace()
    const maps = await bench.configMaps()
    for (let n = 0; n < 20; n++) await maps.create(configMap(namespace, `object-${n}`))
    const flags = ['--shards', '--leader-election-id', `held-${filter}`, '--leader-election-namespace', namespace]
    const addresses = ['--metrics-bind-address', '127.0.0.1:0', '--graceful-shutdown-timeout', '1s']
    const replica = () =>
      kubewright([...stubborn(namespace, ...flags), ...addresses], { file: 'stubborn.ts', env: { KUBEWRIGHT_SHARD_FILTER: filter } })
    const replicas = [replica(), replica()]
    const held = async (kind: string) => {
      const pages = await Promise.all(
        replicas.map(async (program) => await (await fetch(`http://${await addressOf(program)}/metrics`)).text()),
      )
      return pages.map((page) => Number(new RegExp(`kubewright_cache_objects\\{kind="${kind}"\\} (\\d+)`).exec(page)?.[1] ?? -1))
    }
    const total = (await maps.list({ namespace })).items.length
    await eventually(
      async () => {
        const [one = 0, two = 0] = await held('ConfigMap.v1')
        if (filter === 'none') expect([one, two]).toEqual([total, total])
        else expect(one + two).toBe(total)
        // By namespaces all of one is one replica's.
        if (filter !== 'none') expect(Math.max(one, two) === total).toBe(filter === 'server')
        expect((await held('Namespace.v1')).every((count) => count > 0)).toBe(filter === 'server')
      },
      { timeout: 60_000 },
    )
    const { items } = await maps.list({ namespace })
    expect(items.filter(({ metadata }) => `shard.kubewright.dev/held-${filter}` in (metadata.labels ?? {}))).toHaveLength(
      filter === 'label' ? total : 0,
    )
  },
)

/** What the program loaded, by the coverage that V8 writes when it ends. */
function loaded(path: string): string {
  return readdirSync(path)
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join()
}

test('spans go to the collector that OpenTelemetry’s variable names, and without it no exporter is even loaded', async ({ kubewright }) => {
  const bodies: string[] = []
  const collector = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString())
    response.end('{}')
  })
  collector.listen(0, '127.0.0.1')
  onTestFinished(() => void collector.close())
  await once(collector, 'listening')
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const runOnce = async (env: NodeJS.ProcessEnv) => {
    const NODE_V8_COVERAGE = folder()
    const program = kubewright(runGc('--metrics-bind-address', '0'), { env: { ...env, NODE_V8_COVERAGE } })
    await program.says(/starting/)
    program.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    return loaded(NODE_V8_COVERAGE)
  }
  expect(await runOnce({})).not.toContain('/span-export-')
  expect(bodies).toEqual([])
  expect(await runOnce({ OTEL_EXPORTER_OTLP_ENDPOINT })).toContain('/span-export-')
  expect(bodies.join()).toContain('"kubewright-gc"')
})
