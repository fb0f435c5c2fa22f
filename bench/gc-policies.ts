// A thousand policies over one kind: how many watches they take, and what a change of an object costs beside what it costs under ten.
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { type Client, ConfigMap, sleep } from 'kubewright'
import { faultProxy, startTestCluster, type TestCluster } from 'kubewright/testing'
import { installPolicies, startGc } from './gc/operator.ts'
import type { Measurement } from './main.ts'

const COUNTS = [10, 1_000] as const
const CHANGES = 2_000
const IN_FLIGHT = 16

interface Outcome {
  readonly watches: number
  readonly cpuPerChange: number
  readonly writes: number
}

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'real' })
  const admin = cluster.client()
  await installPolicies(admin)
  // What this process spends on making the changes themselves.
  const bare = await changeAll(admin, 'bare', async () => undefined)
  const outcomes = new Map<number, Outcome>()
  for (const count of COUNTS) outcomes.set(count, await under(cluster, admin, count, bare))
  const [few, many] = COUNTS.map((count) => outcomes.get(count)!) as [Outcome, Outcome]
  return {
    title: `gc-policies: ${CHANGES} changes of ConfigMaps under many policies of one kind, each with a selector of its own; CPU of the operator without the client that makes the changes`,
    columns: ['policies', 'watches of the kind', 'CPU per change', 'of that under ten', 'writes while nothing falls due'],
    rows: [...outcomes].map(([count, { watches, cpuPerChange, writes }]) => [
      String(count),
      String(watches),
      `${cpuPerChange.toFixed(0)} µs`,
      (cpuPerChange / few.cpuPerChange).toFixed(2),
      String(writes),
    ]),
    raw: { changes: CHANGES, bareCpuPerChange: bare, outcomes: Object.fromEntries(outcomes), ratio: many.cpuPerChange / few.cpuPerChange },
  }
}

async function under(cluster: TestCluster, admin: Client, count: number, bare: number): Promise<Outcome> {
  const namespace = `policies-${count}`
  await admin.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } })
  const policies = await admin.resource(GarbageCollectionPolicy)
  await inParallel(count, (index) =>
    policies.create({
      metadata: { namespace, name: `p-${index}` },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { team: `team-${index}` } } },
        ttl: { secondsAfterCreation: 86_400 },
      },
    } as never),
  )
  await using proxy = await faultProxy(cluster.connection)
  const operator = startGc(proxy.connection, { namespaces: [namespace] })
  try {
    // The statuses of all policies are written once, a few a second.
    for (let quiet = 0, before = -1; quiet < 5; ) {
      await sleep(1_000)
      const writes = writesOf(operator.requests)
      quiet = writes === before ? quiet + 1 : 0
      before = writes
    }
    const writesBefore = writesOf(operator.requests)
    const watches = proxy.open({ watch: true, path: '/configmaps' })
    const cpu = await changeAll(admin, namespace, () => sleep(2_000))
    return { watches, cpuPerChange: cpu - bare, writes: writesOf(operator.requests) - writesBefore }
  } finally {
    await operator.stop()
  }
}

const READS = ['get', 'list', 'watch']
const writesOf = (requests: Readonly<Record<string, number>>) =>
  Object.entries(requests).reduce((sum, [verb, count]) => sum + (READS.includes(verb) ? 0 : count), 0)

/** CPU of this process for each change, µs. */
async function changeAll(admin: Client, namespace: string, settled: () => Promise<unknown>): Promise<number> {
  if (namespace === 'bare')
    await admin.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } })
  const configMaps = await admin.resource(ConfigMap)
  const before = process.cpuUsage()
  await inParallel(CHANGES, (index) =>
    configMaps.create({
      metadata: { namespace, name: `c-${index}`, labels: { team: `team-${index % 10}` } },
      data: { text: 'x'.repeat(100) },
    }),
  )
  await settled()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CHANGES
}

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  const rest = Array.from({ length: count }, (_, index) => index).values()
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const index of rest) await work(index)
    }),
  )
}
