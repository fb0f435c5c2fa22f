// On every server there is: ten times everything is compared and nothing is written; then all of it is deleted, in a random order, and nothing is left.
import { IAMClient, ListPoliciesCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { Secret } from '@kubewright/client'
import { isNotFound, type Kind, type KubeObject } from '@kubewright/core'
import { Provider } from '@kubewright/operator-s3'
import { eventually, expectNoWrites, faultProxy } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { candidates } from './s3-candidates.ts'
import { childrenOf, everything, type Features } from './s3-one-of-each.ts'
import { asUnderTest, type ServerUnderTest } from './s3-servers.ts'
import { KINDS, S3Site } from './s3-site.ts'
import { StorageWitness } from './s3-witness.ts'

const INTERVALS = 10
const lines: string[] = []

const bench = useCluster()
beforeAll(async () => {
  for (const kind of KINDS) await installKind(bench.client, kind as never)
}, 60_000)
afterAll(() => void process.stdout.write(`${lines.join('\n')}\n`))

test.concurrent.each(
  candidates((name) => lines.push(`s3 quiet: ${name} is not on this machine; the in-process server in its dialect stands for it`)),
)(
  '4 4.6-12 4.2-15 4.6-10 $name: no write in ten comparisons, and nothing left after a deletion in random order',
  { timeout: 300_000 },
  async ({ name, start, ...features }) => {
    await using real = asUnderTest(await start())
    await using witness = await StorageWitness.before(real)
    const namespace = await bench.namespace()
    await using proxy = await faultProxy(bench.cluster.connection)
    const site = new S3Site(bench, namespace, proxy, witness.server)
    try {
      await site.provider(features.users ? {} : { iamEndpoint: undefined })
      const wanted = everything(namespace, features)
      const objects = wanted.map(({ kind, name: object }) => [kind, object] as const)
      for (const { kind, name: object, spec } of wanted) await site.create(kind, object, spec)
      const all = [...objects, ...(features.users ? childrenOf('plain') : [])]
      for (const [kind, object] of all) await site.ready(kind, object)

      await settled(witness, `${namespace}-all`)
      witness.forget()
      const quiet = expectNoWrites(proxy, { for: INTERVALS * 5_000 })
      await eventually(() => expect(looks(witness, `${namespace}-all`)).toBeGreaterThanOrEqual(INTERVALS), {
        timeout: 150_000,
        interval: 500,
      })
      await quiet
      expect(witness.writes).toEqual([])
      lines.push(`s3 quiet: ${name}: ${INTERVALS} comparisons of ${all.length} objects, ${witness.calls.length} reads, 0 writes`)

      const doomed = shuffled([...all, [Provider, 'store'], [Secret, 'admin']] as unknown as readonly (readonly [
        Kind<KubeObject>,
        string,
      ])[])
      for (const [kind, object] of doomed) await site.delete(kind, object).catch(unlessNotFound)
      for (const [kind, object] of doomed) await site.gone(kind, object)
      expect(await leftOf(real, namespace, features)).toEqual([])
      lines.push(`s3 quiet: ${name}: deleted as ${doomed.map(([{ kind }, object]) => `${kind}/${object}`).join(', ')}; nothing is left`)
    } finally {
      await site.running.stop()
    }
  },
)

/** How often the settings of a bucket were looked at. */
const looks = ({ calls }: StorageWitness, of: string) =>
  calls.filter(({ name, bucket }) => name === 'GET ?versioning' && bucket === of).length

/** What one object learns from another comes with the next comparison: two of them without a write. */
async function settled(witness: StorageWitness, bucket: string): Promise<void> {
  await eventually(
    () => {
      const writes = witness.writes.length
      if (writes > 0) witness.forget()
      expect(looks(witness, bucket)).toBeGreaterThanOrEqual(2)
    },
    { timeout: 60_000, interval: 250 },
  )
}

/** Everything at the server that bears the name of the test. */
async function leftOf(server: ServerUnderTest, prefix: string, { users, managedPolicies }: Features): Promise<readonly string[]> {
  const credentials = { accessKeyId: server.accessKey, secretAccessKey: server.secretKey }
  const storage = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  const iam = new IAMClient({ endpoint: server.iamEndpoint, region: 'us-east-1', credentials })
  try {
    const { Buckets = [] } = await storage.send(new ListBucketsCommand({}))
    const found = users ? ((await iam.send(new ListUsersCommand({}))).Users ?? []) : []
    const policies = managedPolicies ? ((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies ?? []) : []
    const names = [
      ...Buckets.map(({ Name }) => Name),
      ...found.map(({ UserName }) => UserName),
      ...policies.map(({ PolicyName }) => PolicyName),
    ]
    return names.filter((each): each is string => each?.startsWith(prefix) === true)
  } finally {
    storage.destroy()
    iam.destroy()
  }
}

const shuffled = <T>(all: readonly T[]) => [...all].sort(() => Math.random() - 0.5)

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error
}
