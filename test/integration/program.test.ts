// The built program against a cluster, as a person runs it.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CustomResourceDefinition } from '@kubewright/client'
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { consistently, eventually } from '@kubewright/testing'
import { beforeAll, describe, expect } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { configMap, namesOf, useCluster } from './harness.ts'
import { type Program, run, test } from './program.ts'

const bench = useCluster()

/** What `kubewright manifests gc --only crds | kubectl apply -f -` applies. */
async function definitions(): Promise<readonly CustomResourceDefinition[]> {
  const { code, stdout } = await run(['manifests', 'gc', '--only', 'crds'])
  expect(code).toBe(0)
  return parseAllDocuments(stdout).map((document) => document.toJS() as CustomResourceDefinition)
}

beforeAll(async () => {
  const resource = await bench.client.resource(CustomResourceDefinition)
  for (const definition of await definitions()) await resource.create(definition)
  await eventually(() => bench.client.request('GET', '/apis/gc.kubewright.dev/v1alpha1/garbagecollectionpolicies'))
  bench.client.discovery.invalidate()
})

/** Confined to the namespace, because several tests have a program running. */
const gcArgs = (namespace: string, ...more: readonly string[]) => {
  const nowhere = ['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0']
  return ['run', 'gc', '--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', namespace, '--no-webhooks', ...nowhere, ...more]
}

async function policy(namespace: string, seconds: number, behavior: object = {}) {
  await (await bench.client.resource(GarbageCollectionPolicy)).create(
    GarbageCollectionPolicy.of({
      metadata: { namespace, name: 'p' },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'go' } } },
        ttl: { secondsAfterCreation: seconds },
        behavior,
      },
    }),
  )
}
async function make(namespace: string, count: number, app: string) {
  const configMaps = await bench.configMaps()
  await Promise.all(Array.from({ length: count }, (_, i) => configMaps.create(configMap(namespace, `${app}-${i}`, { labels: { app } }))))
}
const left = async (namespace: string) => namesOf((await (await bench.configMaps()).list({ namespace, labelSelector: 'app' })).items)

test('the printed definitions are those of its kinds, and nothing else', async () => {
  expect((await definitions()).map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
    'CustomResourceDefinition clustergarbagecollectionpolicies.gc.kubewright.dev',
    'CustomResourceDefinition garbagecollectionpolicies.gc.kubewright.dev',
    'CustomResourceDefinition garbagecollectionstops.gc.kubewright.dev',
  ])
})

test.concurrent('objects go in time, others stay, and SIGTERM ends the program cleanly', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const program = kubewright(gcArgs(namespace))
  await policy(namespace, 5)
  await make(namespace, 100, 'go')
  await make(namespace, 100, 'stay')
  await eventually(async () => expect((await left(namespace)).filter((name) => name.startsWith('go'))).toEqual([]), { timeout: 30_000 })
  expect(await left(namespace)).toHaveLength(100)
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
})

test.concurrent('killed in the middle of a run and started again: nothing wrong is deleted, the rest goes', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  await make(namespace, 200, 'go')
  await make(namespace, 20, 'stay')
  await policy(namespace, 1, { maxDeletionsPerSecond: 40 })
  const first = kubewright(gcArgs(namespace))
  await eventually(async () => expect((await left(namespace)).length).toBeLessThan(190), { timeout: 30_000 })
  first.kill('SIGKILL')
  await first.ended
  const between = await left(namespace)
  expect(between.length).toBeGreaterThan(20)
  kubewright(gcArgs(namespace))
  await eventually(async () => expect((await left(namespace)).every((name) => name.startsWith('stay'))).toBe(true), { timeout: 40_000 })
  expect(await left(namespace)).toHaveLength(20)
})

test.concurrent('two replicas with leader election: one works, both answer probes and metrics; when it is killed the other takes over within 20 s', async ({
  kubewright,
}) => {
  const namespace = await bench.namespace()
  const elected = ['--leader-elect', '--leader-election-id', 'gc-test', '--leader-election-namespace', namespace, '--log-format', 'json']
  const first = kubewright(gcArgs(namespace, ...elected))
  await policy(namespace, 1)
  await make(namespace, 5, 'go')
  await eventually(async () => expect(await left(namespace)).toEqual([]), { timeout: 30_000 })
  const second = kubewright(gcArgs(namespace, ...elected))
  for (const program of [first, second]) {
    const health = await addressOf(program, 'health')
    const metrics = await addressOf(program, 'metrics')
    await eventually(async () => expect((await fetch(`http://${health}/healthz`)).status).toBe(200))
    await eventually(async () => expect((await fetch(`http://${health}/readyz`)).status).toBe(200))
    expect(await (await fetch(`http://${metrics}/metrics`)).text()).toContain('leader_election_master_status')
  }
  first.kill('SIGKILL')
  await first.ended
  const killed = performance.now()
  await make(namespace, 5, 'go')
  await eventually(async () => expect(await left(namespace)).toEqual([]), { timeout: 25_000 })
  expect(performance.now() - killed).toBeLessThan(20_000)
})

/** The address that a program says it listens on. */
async function addressOf(program: Program, what: 'health' | 'metrics'): Promise<string> {
  const match = await program.says(new RegExp(`${what}.*?(127\\.0\\.0\\.1:\\d+)`))
  return match[1]!
}

test('the server is stopped for a while: the program stays up, says what it waits for, and misses nothing', async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const program = kubewright(gcArgs(namespace))
  const health = await addressOf(program, 'health')
  await eventually(async () => expect((await fetch(`http://${health}/readyz`)).status).toBe(200), { timeout: 30_000 })
  // Long enough for the program to be seen knowing them before any is due, on a machine that is busy with other things too.
  const seconds = 15
  await policy(namespace, seconds)
  await make(namespace, 20, 'go')
  await make(namespace, 5, 'stay')
  const due = performance.now() + seconds * 1_000
  await eventually(
    async () =>
      expect((await (await bench.client.resource(GarbageCollectionPolicy)).get({ namespace, name: 'p' })).status).toMatchObject({
        matched: 20,
      }),
    { timeout: 20_000 },
  )
  await bench.cluster.stopServer()
  const waiting = program.says(/127\.0\.0\.1:\d+.*(refused|unreachable|reach|wait)|(refused|unreachable|reach|wait).*127\.0\.0\.1:\d+/i)
  let over = false
  void program.ended.then(() => {
    over = true
  })
  // They fall due meanwhile.
  await consistently(() => expect(over).toBe(false), Math.max(6_000, due - performance.now()), 200)
  await waiting
  await bench.cluster.startServer()
  await eventually(async () => expect((await left(namespace)).every((name) => name.startsWith('stay'))).toBe(true), { timeout: 50_000 })
  expect(await left(namespace)).toHaveLength(5)
  expect(over).toBe(false)
}, 120_000)

describe('wrong use is one clear line, with the mend, and the right exit code', () => {
  test.each<[string, () => readonly string[], number, RegExp]>([
    ['an unknown command', () => ['runn'], 2, /unknown command.*runn/i],
    ['an unknown flag', () => ['run', 'gc', '--kubconfig', 'x'], 2, /unknown option.*--kubconfig/i],
    ['an unknown operator', () => ['run', 'gcc'], 2, /unknown operator "gcc"/],
    ['a kubeconfig that is not there', () => ['run', 'gc', '--kubeconfig', '/nowhere/kubeconfig'], 1, /\/nowhere\/kubeconfig/],
    ['a value that is none', () => gcArgs('default', '--gc-concurrency', 'many'), 2, /gc-concurrency/],
  ])('%s', async (_, args, code, line) => {
    const result = await run(args())
    expect(result.code).toBe(code)
    expect(result.stderr).toMatch(line)
    expect(result.stderr).not.toMatch(/^\s+at /m)
  })

  test('a kubeconfig that is none names the file', async () => {
    const path = join(dirname(bench.cluster.kubeconfigPath), 'broken')
    writeFileSync(path, 'apiVersion: v1\nkind: [')
    const result = await run(['run', 'gc', '--kubeconfig', path])
    expect(result.code).not.toBe(0)
    expect(result.stderr).toContain(path)
  })

  test('--help works on each command and exits with 0', async () => {
    for (const args of [['--help'], ['run', '--help'], ['up', '--help'], ['apiserver', '--help'], ['manifests', '--help']]) {
      const result = await run(args)
      expect({ args, code: result.code }).toEqual({ args, code: 0 })
      expect(result.stdout).toContain('Usage')
    }
  })
})
