// How fast gc deletes what is due, beside a bare client that deletes a list by name with the same number of requests in flight.
// Both against one real kube-apiserver, round by round in turn. A round in which anything is left, or anything else is missing, has no time.

import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { type Client, type ClusterConnection, ConfigMap, connectTo, sleep } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import { countingClient, installPolicies, startGc } from './gc/operator.ts'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'

const OBJECTS = 10_000
const CONTROLS = 100
const IN_FLIGHT = 32
const ROUNDS = 5

interface Round {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Requests of the contestant, by verb. */
  readonly requests: Readonly<Record<string, number>>
}

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'real' })
  const admin = cluster.client()
  await installPolicies(admin)
  const bare: Round[] = []
  const ours: Round[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    // Round 0 warms both up and is not counted; afterwards the two take turns at going first.
    const first = await timed(admin, `bare-${round}`, (namespace, gone) => deleteByList(cluster.connection, namespace, gone))
    const second = await timed(admin, `gc-${round}`, (namespace, gone) => deleteByPolicy(cluster.connection, namespace, gone))
    if (round === 0) continue
    bare.push(first)
    ours.push(second)
  }
  const rate = (rounds: readonly Round[]) => summarise(rounds.map(({ seconds }) => OBJECTS / seconds))
  const cpu = (rounds: readonly Round[]) => summarise(rounds.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / OBJECTS))
  const calls = (rounds: readonly Round[]) =>
    summarise(rounds.map(({ requests }) => Object.values(requests).reduce((sum, count) => sum + count, 0) / OBJECTS))
  const ratio = summarise(bare.map((round, index) => round.seconds / ours[index]!.seconds))
  return {
    title: `gc-drain: ${OBJECTS} due ConfigMaps on kube-apiserver, ${IN_FLIGHT} requests in flight, ${ROUNDS} rounds, median (range)`,
    columns: ['contestant', 'deletions/s', 'client CPU per deletion', 'requests per deletion', 'of the bare client'],
    rows: [
      ['bare client: list, then delete by name', show(rate(bare), '/s'), show(cpu(bare), 'µs'), show(calls(bare), ''), '1'],
      ['gc: from its start to the last object gone', show(rate(ours), '/s'), show(cpu(ours), 'µs'), show(calls(ours), ''), show(ratio, '')],
    ],
    raw: { objects: OBJECTS, inFlight: IN_FLIGHT, bare, gc: ours, ratio },
  }
}

/** `gone` is to be called in the moment in which the last due object is away. */
type Work = (namespace: string, gone: () => void) => Promise<Round['requests']>

async function timed(admin: Client, namespace: string, work: Work): Promise<Round> {
  await fill(admin, namespace)
  // Every object is past its second.
  await sleep(2_500)
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  let [seconds, cpuSeconds] = [0, 0]
  const requests = await work(namespace, () => {
    seconds = (performance.now() - began) / 1000
    const { user, system } = process.cpuUsage(cpuBefore)
    cpuSeconds = (user + system) / 1e6
  })
  const left = (await (await admin.resource(ConfigMap)).metadataOnly().list({ namespace, labelSelector: 'role' })).items
  const wrong = left.filter(({ metadata }) => metadata.labels?.['role'] !== 'control').length
  if (wrong > 0 || left.length !== CONTROLS)
    throw new Error(`${namespace}: ${wrong} due objects left, ${left.length - wrong} of ${CONTROLS} controls kept: no time`)
  return { seconds, cpuSeconds, requests }
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

async function deleteByList(connection: ClusterConnection, namespace: string, gone: () => void): Promise<Round['requests']> {
  const { client, requests } = countingClient(connection)
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
  gone()
  await client.close()
  return requests
}

async function deleteByPolicy(connection: ClusterConnection, namespace: string, gone: () => void): Promise<Round['requests']> {
  const admin = connectTo(connection)
  const drained = Promise.withResolvers<void>()
  let deleted = 0
  // To ask the server again and again whether it is over would be work for both of them that the bare client does not have.
  const answered = (verb: string, code: string) => {
    if (verb === 'delete' && code === '200' && ++deleted === OBJECTS) drained.resolve()
  }
  const operator = startGc(connection, { concurrency: IN_FLIGHT, maxDeletionsPerSecond: 10_000, namespaces: [namespace], answered })
  const policies = await admin.resource(GarbageCollectionPolicy)
  await policies.create({
    metadata: { namespace, name: 'drain' },
    spec: {
      targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { role: 'due' } } },
      ttl: { secondsAfterCreation: 1 },
      behavior: { maxDeletionsPerSecond: 10_000, batchSize: OBJECTS },
    },
  } as never)
  await drained.promise
  gone()
  // What it owes to the status of its policy is a part of the price.
  await sleep(2_500)
  const requests = await operator.stop()
  await admin.close()
  return requests
}

function inParallel(worker: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}
