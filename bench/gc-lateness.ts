// How long after its time an object goes: a thousand fall due each second, each at a millisecond of its own. None may go early.
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { ConfigMap, sleep } from 'kubewright'
import { faultProxy, startTestCluster } from 'kubewright/testing'
import { installPolicies, startGc } from './gc/operator.ts'
import type { Measurement } from './main.ts'
import { quantile } from './statistics.ts'

const PER_SECOND = 1_000
const SECONDS = 10
const OBJECTS = PER_SECOND * SECONDS
const IN_FLIGHT = 64
/** From the beginning of the filling to the first that falls due: the server makes about a thousand a second. */
const LEAD_MS = 60_000

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'real' })
  const admin = cluster.client()
  await installPolicies(admin)
  await admin.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'late' } } })
  const configMaps = await admin.resource(ConfigMap)
  const first = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000
  const dueAt = (index: number) => first + (index * 1000) / PER_SECOND
  const rest = Array.from({ length: OBJECTS }, (_, index) => index).values()
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (const index of rest) {
        const expires = new Date(dueAt(index)).toISOString()
        await configMaps.create({ metadata: { namespace: 'late', name: `o-${index}`, annotations: { 'kubewright.dev/expires': expires } } })
      }
    }),
  )
  if (Date.now() > first - 5_000) throw new Error('the server was too slow in making the objects: no figure')
  // Between the two stands a proxy that notes when each DELETE comes; its own time counts against us.
  await using proxy = await faultProxy(cluster.connection)
  const operator = startGc(proxy.connection, { concurrency: IN_FLIGHT, maxDeletionsPerSecond: 10_000 })
  const policies = await admin.resource(GarbageCollectionPolicy)
  await policies.create({
    metadata: { namespace: 'late', name: 'late' },
    spec: {
      targetResource: { apiVersion: 'v1', kind: 'ConfigMap' },
      ttl: { fromObject: {} },
      behavior: { maxDeletionsPerSecond: 10_000, batchSize: 10_000 },
    },
  } as never)
  const left = async () =>
    (await configMaps.metadataOnly().list({ namespace: 'late' })).items.filter(({ metadata }) => metadata.name?.startsWith('o-')).length
  await sleep(first - Date.now() + SECONDS * 1000)
  const give = Date.now() + 60_000
  while ((await left()) > 0 && Date.now() < give) await sleep(500)
  const requests = await operator.stop()
  const missing = await left()
  if (missing > 0) throw new Error(`${missing} due objects are still there: no figure`)
  const lateness = proxy.requests.flatMap(({ method, path, at }) => {
    const index = method === 'DELETE' ? /\/o-(\d+)$/.exec(path)?.[1] : undefined
    return index === undefined ? [] : [at - dueAt(Number(index))]
  })
  const early = lateness.filter((ms) => ms < 0).length
  if (early > 0) throw new Error(`${early} objects went early`)
  const shown = (portion: number) => `${quantile(lateness, portion).toFixed(0)} ms`
  return {
    title: `gc-lateness: ${OBJECTS} ConfigMaps, ${PER_SECOND} falling due a second, on kube-apiserver beside it on the same machine`,
    columns: ['early', 'p50', 'p99', 'latest', 'DELETEs per object'],
    rows: [[String(early), shown(0.5), shown(0.99), shown(1), ((requests['delete'] ?? 0) / OBJECTS).toFixed(3)]],
    raw: {
      objects: OBJECTS,
      perSecond: PER_SECOND,
      p50: quantile(lateness, 0.5),
      p99: quantile(lateness, 0.99),
      max: quantile(lateness, 1),
      requests,
    },
  }
}
