// vault-sync between the embedded API server and the in-process Vault: what a start, a restart, an idle time and a change cost in Vault and in Kubernetes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VaultSync, vaultSync } from '@kubewright/operator-vault-sync'
import { vaultClient } from '@kubewright/vault'
import { connectTo, Secret, sleep } from 'kubewright'
import {
  eventually,
  type FakeVault,
  type FaultProxy,
  fakeVault,
  faultProxy,
  isRead,
  requestInfo,
  startTestCluster,
} from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { quietManager } from './quiet-manager.ts'

const OBJECTS = Number(process.env['VAULT_SYNC_OBJECTS'] ?? 10_000)
const CHANGES = 200
/** A start with all objects new, on a machine that is busy with something else. */
const START_MS = 1_800_000
const IDLE_MS = 20_000
/** Long enough for what follows a change: the mark, the Event, the status. */
const PAUSE_MS = 30
/** Each path is looked at so often while nothing happens. */
const LOOK = '30s'

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  await using vault = await fakeVault({ state: 'dev' })
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-bench-'))
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, vault.rootToken)
  const admin = cluster.client()
  for (const kind of vaultSync.kinds)
    await admin.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: kind.crd() })
  const secrets = await admin.resource(Secret)
  for (let at = 0; at < OBJECTS; at++) await secrets.create(secret(at))
  for (let at = 0; at < CHANGES; at++) await secrets.create(bareSecret(at))
  await using proxy = await faultProxy(cluster.connection)
  // The same way to the server as the operator has: the proxy that counts its requests costs time too.
  const bareClient = connectTo(proxy.connection)
  const rows: string[][] = []
  const root = vaultClient({ address: vault.address, allowPlaintext: true, auth: { method: 'token', token: vault.rootToken } })
  const kv = root.kvV2('secret')
  const synced = async () => {
    const { items } = await (await admin.resource(VaultSync)).list({ namespace: 'default' })
    return items.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length
  }
  try {
    const phase = async (name: string, work: () => Promise<unknown>) => {
      proxy.forget()
      const from = vault.audit.length
      const startedAt = performance.now()
      const cpu = process.cpuUsage()
      const extra = await work()
      const took = performance.now() - startedAt
      const { user, system } = process.cpuUsage(cpu)
      rows.push([name, seconds(took), seconds((user + system) / 1000), ...countsOf(vault, from, proxy), String(extra ?? '')])
    }
    let program = run(proxy, vault, tokenFile)
    await phase(`start with ${OBJECTS} new objects`, () =>
      eventually(async () => equal(await synced(), OBJECTS), { timeout: START_MS, interval: 500 }),
    )
    await program.stop()
    await phase(`restart with ${OBJECTS} unchanged ones`, async () => {
      const from = vault.audit.length
      program = run(proxy, vault, tokenFile)
      await eventually(() => equal(vault.audit.slice(from).filter(({ path }) => path.includes('metadata/')).length >= OBJECTS, true), {
        timeout: START_MS,
        interval: 200,
      })
    })
    await sleep(5_000)
    await phase(`${IDLE_MS / 1000} s idle, a look at each every ${LOOK}`, () => sleep(IDLE_MS))
    const latencies: number[] = []
    const bare: number[] = []
    await phase(`${CHANGES} changes, one after the other, and between them the same calls bare`, async () => {
      for (let change = 0; change < CHANGES; change++) {
        // In turns, each into silence: a machine that is busy with something else keeps both waiting, and neither meets what the other left to do.
        await sleep(PAUSE_MS)
        latencies.push(await timed(() => changed(change)))
        await sleep(PAUSE_MS)
        bare.push(await timed(() => callsOf(change)))
      }
      return `p50 ${ms(latencies, 0.5)} ms, p99 ${ms(latencies, 0.99)} ms; bare: p50 ${ms(bare, 0.5)} ms, p99 ${ms(bare, 0.99)} ms`
    })
    await program.stop()
    return {
      title: `vault-sync: ${OBJECTS} annotated Secrets, embedded API server and in-process Vault (all in one process)`,
      columns: [
        'phase',
        's',
        'CPU s (servers included)',
        'Vault: values written',
        'Vault: marks',
        'Vault: metadata reads',
        'Vault: other',
        'Kubernetes writes',
        'latency until it is in Vault',
      ],
      rows,
      raw: { objects: OBJECTS, latencies, bare, rows },
    }
  } finally {
    await root.close()
    await bareClient.close()
    rmSync(folder, { recursive: true, force: true })
  }

  /** What a change costs at the least: the Secret is written, read and written to Vault. Nobody watches this one's path. */
  async function callsOf(at: number): Promise<void> {
    const where = { namespace: 'default', name: bareName(at) }
    await secrets.patch(where, { type: 'merge', body: { data: { key: base64(`changed ${at}`) } } })
    await (await bareClient.resource(Secret)).get(where)
    await kv.write(`default/${where.name}`, { key: `changed ${at}` }, { cas: 0 })
  }

  async function changed(at: number): Promise<void> {
    const from = vault.audit.length
    await secrets.patch({ namespace: 'default', name: `s${at}` }, { type: 'merge', body: { data: { key: base64(`changed ${at}`) } } })
    const isWritten = () =>
      vault.audit.slice(from).some(({ method, path, status }) => method === 'POST' && status < 300 && path.endsWith(`data/default/s${at}`))
    while (!isWritten()) await sleep(1)
  }
}

function run(proxy: FaultProxy, vault: FakeVault, tokenFile: string) {
  const client = connectTo(proxy.connection)
  const manager = quietManager(client)
  const settings = {
    vaultAddr: vault.address,
    vaultTokenFile: tokenFile,
    requestsPerSecond: 10_000,
    requestsBurst: 10_000,
    driftInterval: LOOK,
  }
  vaultSync.setup(manager, vaultSync.config.parse(settings))
  const stopping = new AbortController()
  const running = manager.run(stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
      await client.close()
    },
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

const bareName = (at: number) => `bare-${at}`

const bareSecret = (at: number): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'default', name: bareName(at) },
  data: { key: base64(`value ${at}`) },
})

const secret = (at: number): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'default', name: `s${at}`, annotations: { 'vault-sync.io/path': `secret/default/s${at}` } },
  data: { key: base64(`value ${at}`) },
})

function countsOf({ audit }: FakeVault, from: number, { requests }: FaultProxy): readonly string[] {
  const entries = audit.slice(from).filter(({ status, path }) => (status < 400 || status === 404) && !path.includes('/bare-'))
  const of = (method: string, part: string) => entries.filter((entry) => entry.method === method && entry.path.includes(part)).length
  const values = of('POST', '/data/')
  const marks = of('PATCH', '/metadata/')
  const reads = of('GET', '/metadata/')
  const writes = requests.filter((request) => {
    const info = requestInfo(request)
    return info.is === 'resource' && !isRead(info) && info.resource !== 'events'
  })
  return [values, marks, reads, entries.length - values - marks - reads, writes.length].map(String)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function equal(found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${String(found)} instead of ${String(wanted)}`)
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1)
const ms = (all: readonly number[], part: number) => [...all].sort((a, b) => a - b)[Math.floor((all.length - 1) * part)]!.toFixed(1)
