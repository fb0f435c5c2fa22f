// The s3 operator between the embedded API server and the in-process S3: what a comparison, a change and a rotation cost in calls to the server, and how
// many buckets at a start go at the pace of their provider, while another provider does not answer at all.
import { AccessKey, Bucket, Provider, s3, User } from '@kubewright/operator-s3'
import { connectTo, type Kind, type KubeObject, Secret } from 'kubewright'
import { type Call, eventually, type FakeS3, fakeS3, startTestCluster, type TestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { quietManager } from './quiet-manager.ts'

const BUCKETS = Number(process.env['S3_BUCKETS'] ?? 5_000)
const HUNG = 100
/** Requests per second that the provider of the many buckets allows, and how many at once. */
const [RATE, BURST] = [200, 50]
const DRIFT_SECONDS = 5
const COMPARISONS = 5
const namespace = 'default'
/** No single step may take longer, on the busiest machine: what ends earlier is as long as it takes. */
const PATIENCE = { timeout: 3_600_000, interval: 100 }
/** No comparison falls into what is counted. */
const NEVER_SECONDS = 86_400

const plain = (provider: string, name: string) => ({ providerRef: { name: provider }, name, autoManage: { enabled: false } })
const SETTINGS = {
  ...{ versioning: { enabled: true }, encryption: { enabled: true }, publicAccess: {}, ownership: 'BucketOwnerEnforced' },
  lifecycle: { rules: [{ id: 'drafts', prefix: 'drafts/', expiration: { days: 7 } }] },
  cors: { rules: [{ allowedOrigins: ['https://a'], allowedMethods: ['GET'] }] },
  tagging: { tags: { team: 'web' } },
}

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  await using server = await fakeS3()
  await using hung = await fakeS3({ credentials: server.credentials })
  hung.faults.add({ is: 'hang' })
  const objects = writerOf(cluster)
  await objects.prepare(server)
  const rows: string[][] = []
  const done = (operation: string) => server.journal.all.filter((call) => call.operation === operation).length
  const phase = async (
    what: string,
    work: () => Promise<string | undefined>,
    counted: () => readonly Call[] = () => server.journal.all,
  ) => {
    server.journal.clear()
    const said = await work()
    rows.push([what, ...countsOf(counted()), said ?? ''])
  }

  await objects.provider('store', server, { s3PerSecond: 1_000, s3Burst: 1_000, iamPerSecond: 1_000, iamBurst: 1_000 })
  let program = run(cluster, DRIFT_SECONDS)
  await phase('a bucket with seven settings is made', () => objects.ready(Bucket, 'b', { ...plain('store', 'bench-one'), ...SETTINGS }))
  const compared = () => comparisonsOf(server.journal.all, 'bench-one')
  await phase(
    'it is compared, five times',
    async () => {
      await eventually(() => atLeast(compared().length, COMPARISONS), PATIENCE)
      return `${(compared().slice(0, COMPARISONS).flat().length / COMPARISONS).toFixed(1)} calls each`
    },
    () => compared().slice(0, COMPARISONS).flat(),
  )
  await program.stop()
  program = run(cluster, NEVER_SECONDS)
  await eventually(async () => atLeast(await program.passes('Bucket'), 1), PATIENCE)
  await phase('a tag of it is changed', async () => {
    await objects.patch(Bucket, 'b', { spec: { tagging: { tags: { team: 'other' } } } })
    await eventually(async () => atLeast(await program.passes('Bucket'), 2), PATIENCE)
    return undefined
  })
  await objects.ready(User, 'u', { providerRef: { name: 'store' }, name: 'bench-user' })
  await objects.ready(AccessKey, 'k', {
    ...{ providerRef: { name: 'store' }, userRef: { name: 'u' } },
    rotate: { previousKeysRetentionDays: 0 },
  })
  await phase('a key is rotated, and the one of before retired', async () => {
    await objects.patch(AccessKey, 'k', { metadata: { annotations: { 's3.kubewright.dev/rotate': '1' } } })
    await eventually(() => atLeast(done('DeleteAccessKey'), 1), PATIENCE)
    return `${done('CreateAccessKey')} CreateAccessKey`
  })
  await program.stop()

  const pace = { s3PerSecond: RATE, s3Burst: BURST, iamPerSecond: RATE, iamBurst: BURST }
  await objects.provider('paced', server, pace)
  await objects.provider('hung', hung, pace)
  for (let at = 0; at < HUNG; at++) await objects.create(Bucket, `hung-${at}`, plain('hung', `bench-hung-${at}`))
  for (let at = 0; at < BUCKETS; at++) await objects.create(Bucket, `many-${at}`, plain('paced', `bench-many-${at}`))
  await phase(`a start with ${BUCKETS} new buckets, beside ${HUNG} of a provider that hangs`, async () => {
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()]
    program = run(cluster, NEVER_SECONDS)
    // One of them was ready before.
    await eventually(async () => atLeast(await program.ready('Bucket'), BUCKETS + 1), { ...PATIENCE, interval: 500 })
    const seconds = (performance.now() - startedAt) / 1_000
    const { user, system } = process.cpuUsage(usedBefore)
    const atPace = (server.journal.all.length - BURST) / RATE
    return (
      `${seconds.toFixed(0)} s, of which the pace takes ${atPace.toFixed(0)} s, with ${((user + system) / 1e6).toFixed(0)} s of the processor for both sides; ` +
      `${busiestSecond(server)} calls in the busiest second, ${RATE} + ${BURST} allowed`
    )
  })
  await program.stop()
  return {
    title: 's3: calls to the server (embedded API server and in-process S3, all in one process)',
    columns: ['what', 'S3 reads', 'S3 writes', 'IAM and STS reads', 'IAM writes', ''],
    rows,
    raw: { buckets: BUCKETS, rate: RATE, burst: BURST, rows },
  }
}

function writerOf(cluster: TestCluster) {
  const client = cluster.client()
  const at = (name: string) => ({ name, namespace })
  const create = async (kind: unknown, name: string, spec: object) => {
    const { group, version, kind: word } = kind as Kind<KubeObject>
    const object = { apiVersion: `${group}/${version}`, kind: word, metadata: at(name), spec } as KubeObject
    await (await client.resource(kind as Kind<KubeObject>)).create(object)
  }
  return {
    create,
    async prepare({ credentials }: FakeS3) {
      for (const kind of s3.kinds)
        await client.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
      const data = { 'access-key': base64(credentials.accessKeyId), 'secret-key': base64(credentials.secretAccessKey) }
      await (await client.resource(Secret)).create({ metadata: at('admin'), data } as Secret)
    },
    provider: (name: string, { address }: FakeS3, rateLimit: object) =>
      create(Provider, name, {
        ...{ type: 'generic', endpoint: address, region: 'us-east-1', iamEndpoint: address, rateLimit },
        auth: { accessKeySecretRef: { name: 'admin' }, secretKeySecretRef: { name: 'admin' } },
      }),
    async patch(kind: unknown, name: string, body: object) {
      await (await client.resource(kind as Kind<KubeObject>)).patch(at(name), { type: 'merge', body })
    },
    async ready(kind: unknown, name: string, spec: object): Promise<undefined> {
      await create(kind, name, spec)
      const resource = await client.resource(kind as Kind<KubeObject & WithConditions>)
      await eventually(async () => {
        const { status } = await resource.get(at(name))
        if (!status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'))
          throw new Error(`${name} is not ready`)
      }, PATIENCE)
    },
  }
}

interface WithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

function run(cluster: TestCluster, driftCheckIntervalSeconds: number) {
  const client = connectTo(cluster.connection)
  const manager = quietManager(client)
  s3.setup(manager, s3.config.parse({ driftCheckIntervalSeconds }))
  const stopping = new AbortController()
  const running = manager.run(stopping.signal)
  const metric = async (name: string, wanted: Readonly<Record<string, string>>) => {
    const { values = [] } = (await manager.metrics.getSingleMetric(`wasabi_s3_operator_${name}`)?.get()) ?? {}
    const found = values.find(({ labels }) => Object.entries(wanted).every(([label, value]) => labels[label] === value))
    return found?.value ?? 0
  }
  return {
    ready: (kind: string) => metric('resource_status_total', { kind, status: 'ready' }),
    passes: (kind: string) => metric('reconcile_total', { kind, result: 'success' }),
    async stop() {
      stopping.abort()
      await running
      await client.close()
    },
  }
}

/** The calls of each whole comparison of a bucket. It begins with the question whether the bucket is there, and is over when the next one begins. */
function comparisonsOf(calls: readonly Call[], bucket: string): readonly (readonly Call[])[] {
  const own = calls.filter((call) => call.bucket === bucket)
  const begins = own.flatMap(({ operation }, at) => (operation === 'HeadBucket' ? [at] : []))
  return begins.slice(0, -1).map((at, index) => own.slice(at, begins[index + 1]))
}

function countsOf(calls: readonly Call[]): readonly string[] {
  const of = (isS3: boolean, isWrite: boolean) =>
    String(calls.filter(({ service, write }) => (service === 's3') === isS3 && write === isWrite).length)
  return [of(true, false), of(true, true), of(false, false), of(false, true)]
}

/** Of any second, wherever it begins. */
function busiestSecond({ journal }: FakeS3): number {
  const times = journal.all.filter(({ service }) => service === 's3').map(({ at }) => at)
  let [most, first] = [0, 0]
  for (const [index, time] of times.entries()) {
    while (times[first]! <= time - 1_000) first++
    most = Math.max(most, index - first + 1)
  }
  return most
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

function atLeast(found: number, wanted: number): void {
  if (found < wanted) throw new Error(`${found} of ${wanted}`)
}
