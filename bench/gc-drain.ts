// How fast gc deletes what is due, beside a bare client that deletes a list by name with the same number of requests in flight.
// Both against one real kube-apiserver, round by round in turn. A round in which anything is left, or anything else is missing, has no time.

import { GarbageCollectionPolicy, gc } from '@kubewright/operator-gc'
import { type Client, ConfigMap, connectTo, createLogger, createManager, sleep } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'

const OBJECTS = 5_000
const CONTROLS = 100
const IN_FLIGHT = 32
const ROUNDS = 5

interface Round {
  readonly seconds: number
  readonly cpuSeconds: number
}

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'real' })
  const admin = cluster.client()
  await installKinds(admin)
  const bare: Round[] = []
  const ours: Round[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    // Round 0 warms both up and is not counted; afterwards the two take turns at going first.
    const first = await timed(admin, `bare-${round}`, (namespace) => deleteByList(connectTo(cluster.connection), namespace))
    const second = await timed(admin, `gc-${round}`, (namespace) => deleteByPolicy(connectTo(cluster.connection), namespace))
    if (round === 0) continue
    bare.push(first)
    ours.push(second)
  }
  const rate = (rounds: readonly Round[]) => summarise(rounds.map(({ seconds }) => OBJECTS / seconds))
  const cpu = (rounds: readonly Round[]) => summarise(rounds.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / OBJECTS))
  const ratio = summarise(bare.map((round, index) => round.seconds / ours[index]!.seconds))
  return {
    title: `gc-drain: ${OBJECTS} due ConfigMaps on kube-apiserver, ${IN_FLIGHT} requests in flight, ${ROUNDS} rounds, median (range)`,
    columns: ['contestant', 'deletions/s', 'client CPU per deletion', 'of the bare client'],
    rows: [
      ['bare client: list, then delete by name', show(rate(bare), '/s'), show(cpu(bare), 'µs'), '1'],
      ['gc: policy to last object gone', show(rate(ours), '/s'), show(cpu(ours), 'µs'), show(ratio, '')],
    ],
    raw: { objects: OBJECTS, inFlight: IN_FLIGHT, bare, gc: ours, ratio },
  }
}

async function timed(admin: Client, namespace: string, work: (namespace: string) => Promise<void>): Promise<Round> {
  await fill(admin, namespace)
  // Every object is past its second.
  await sleep(2_500)
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  await work(namespace)
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const left = (await (await admin.resource(ConfigMap)).metadataOnly().list({ namespace, labelSelector: 'role' })).items
  const wrong = left.filter(({ metadata }) => metadata.labels?.['role'] !== 'control').length
  if (wrong > 0 || left.length !== CONTROLS)
    throw new Error(`${namespace}: ${wrong} due objects left, ${left.length - wrong} of ${CONTROLS} controls kept: no time`)
  return { seconds, cpuSeconds: (user + system) / 1e6 }
}

async function fill(admin: Client, namespace: string): Promise<void> {
  await admin.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } })
  const configMaps = await admin.resource(ConfigMap)
  const names = Array.from({ length: OBJECTS + CONTROLS }, (_, index) => index).values()
  await inParallel(async () => {
    for (const index of names) {
      const role = index < OBJECTS ? 'due' : 'control'
      await configMaps.create({ metadata: { namespace, name: `${role}-${index}`, labels: { role } }, data: { text: 'x'.repeat(200) } })
    }
  })
}

async function deleteByList(client: Client, namespace: string): Promise<void> {
  const configMaps = (await client.resource(ConfigMap)).metadataOnly()
  const due: { readonly name: string; readonly uid: string; readonly resourceVersion: string }[] = []
  for await (const { metadata } of configMaps.items({ namespace, labelSelector: 'role=due' })) {
    due.push({ name: metadata.name!, uid: metadata.uid!, resourceVersion: metadata.resourceVersion! })
  }
  const rest = due.values()
  await inParallel(async () => {
    for (const { name, uid, resourceVersion } of rest) {
      await configMaps.delete({ name, namespace }, { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background' })
    }
  })
  await client.close()
}

async function deleteByPolicy(client: Client, namespace: string): Promise<void> {
  const stop = new AbortController()
  const manager = createManager({
    client,
    log: createLogger({ level: 'warn', format: 'text' }),
    metricsBindAddress: '0',
    healthProbeBindAddress: '0',
    leaderElection: false,
  })
  gc.setup(manager, gc.config.parse({ concurrency: IN_FLIGHT, maxDeletionsPerSecond: 10_000 }))
  const running = manager.run(stop.signal)
  const policies = await client.resource(GarbageCollectionPolicy)
  await policies.create({
    metadata: { namespace, name: 'drain' },
    spec: {
      targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { role: 'due' } } },
      ttl: { secondsAfterCreation: 1 },
      behavior: { maxDeletionsPerSecond: 10_000, batchSize: OBJECTS },
    },
  } as never)
  const configMaps = (await client.resource(ConfigMap)).metadataOnly()
  while ((await configMaps.list({ namespace, labelSelector: 'role=due', limit: 1 })).items.length > 0) await sleep(20)
  stop.abort()
  await running
  await client.close()
}

async function installKinds(admin: Client): Promise<void> {
  for (const kind of gc.kinds) await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
  while ((await admin.discovery.find(GarbageCollectionPolicy)) === undefined) {
    admin.discovery.invalidate()
    await sleep(100)
  }
}

function inParallel(worker: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}
