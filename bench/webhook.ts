// B6: a mutating and a validating hook on Pods of 10 KB over TLS with kept connections, at rates that rise; conversion of 1,000 objects in one review.
// The requests come from a thread of their own, so that what is measured is the program's answer and not the asking.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type ConfigMap, connectTo, conversion, createLogger, createManager, Secret, webhookServer, webhooks } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import type { Load, LoadResult } from './webhook-load.ts'

const RATES = [100, 500, 1_000, 2_000]
const SECONDS = 10
const CONVERTED = 1_000

interface Pod extends ConfigMap {
  readonly spec: { readonly containers: readonly { readonly image: string }[]; readonly priority?: number }
}
const Pod = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }

const pods = webhooks<Pod>(Pod, {
  default({ object }) {
    object.spec.priority ??= 1
    object.metadata.labels = { ...object.metadata.labels, checked: 'yes' }
  },
  validate({ object, errors }) {
    for (const [index, { image }] of object.spec.containers.entries())
      if (image === '') errors.at('spec', 'containers', index).required('image')
  },
})

const boxes = conversion(
  { group: 'bench.dev', version: 'v1', kind: 'Box', plural: 'boxes' },
  {
    hub: 'v1',
    versions: ['v1beta1'],
    toHub: (_, { spec, ...rest }) => ({ ...rest, spec: { width: (spec as { readonly size: number }).size } }),
    fromHub: (_, { spec, ...rest }) => ({ ...rest, spec: { size: (spec as { readonly width: number }).width } }),
  },
)

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  const client = connectTo(cluster.connection)
  const server = webhookServer({
    name: 'bench',
    namespace: 'default',
    hooks: [pods],
    conversions: [boxes],
    reach: { url: 'https://127.0.0.1:0' },
    bindAddress: '127.0.0.1:0',
    install: false,
  })
  const manager = createManager({ client, log: createLogger({ level: 'error' }), preStopDelay: 0 })
  manager.add(server)
  const stop = new AbortController()
  const running = manager.run(stop.signal)
  await server.whenServing!(stop.signal)
  const secret = await (await client.resource(Secret)).get({ namespace: 'default', name: 'bench-certificates' })
  const target = { port: server.port!, ca: Buffer.from(secret.data!['ca.crt']!, 'base64').toString(), seconds: SECONDS }
  const results: (LoadResult & { readonly what: string; readonly rate: number })[] = []
  for (const side of ['mutate', 'validate']) {
    for (const rate of RATES) {
      const load: Load = { ...target, rate, path: `/${side}--v1-pod?timeout=10s`, body: admissionReview() }
      results.push({ what: side, rate, ...(await run(load)) })
    }
  }
  const review = conversionReview()
  results.push({ what: `convert ${CONVERTED} objects`, rate: 4, ...(await run({ ...target, rate: 4, path: '/convert', body: review })) })
  stop.abort()
  await running
  await client.close()
  return {
    title: `webhooks: ${SECONDS} s each over TLS with kept connections; Pods of ${Math.round(admissionReview().length / 1024)} KB, conversion of ${CONVERTED} objects in ${Math.round(review.length / 1024)} KB`,
    columns: ['what', 'asked/s', 'answered/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'failed'],
    rows: results.map(({ what, rate, perSecond, p50, p99, p999, failed }) => [
      what,
      ...[rate, perSecond, p50, p99, p999, failed].map((value) => String(Math.round(value * 100) / 100)),
    ]),
    raw: results,
  }
}

async function run(load: Load): Promise<LoadResult> {
  const worker = new Worker(new URL('./webhook-load.ts', import.meta.url), { workerData: load })
  const [result] = (await once(worker, 'message')) as [LoadResult]
  await worker.terminate()
  return result
}

function admissionReview(): string {
  const env = Array.from({ length: 100 }, (_, index) => ({
    name: `VARIABLE_${index}`,
    value: `a value of some length, number ${index}, as people have them`,
  }))
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'default', labels: { app: 'a' } },
    spec: { containers: [{ name: 'a', image: 'registry.example.dev/a:1', env }] },
  }
  const request = {
    uid: '00000000-0000-0000-0000-000000000000',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'bench' },
    object,
    oldObject: null,
    dryRun: false,
  }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
}

function conversionReview(): string {
  const objects = Array.from({ length: CONVERTED }, (_, index) => ({
    apiVersion: 'bench.dev/v1beta1',
    kind: 'Box',
    metadata: {
      name: `box-${index}`,
      namespace: 'default',
      uid: String(index),
      labels: { app: 'bench' },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { size: index },
  }))
  const request = { uid: 'u', desiredAPIVersion: 'bench.dev/v1', objects }
  return JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request })
}
