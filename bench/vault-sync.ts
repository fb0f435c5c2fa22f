// vault-sync between the embedded API server and the in-process Vault: what a start, a restart, an idle time and a change cost in Vault, in Kubernetes, and in
// CPU time of the operator's own process.
import { type VaultClient, vaultClient } from '@kubewright/vault'
import { connectTo, Secret, sleep } from 'kubewright'
import { eventually } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { quantile } from './statistics.ts'
import { type RunningOperator, startOperator } from './vault-sync/operator.ts'
import {
  annotatedSecret,
  bareName,
  bareSecret,
  changeSecret,
  countSynced,
  countsOf,
  createSecrets,
  openSite,
  type Site,
} from './vault-sync/site.ts'

const OBJECTS = Number(process.env['VAULT_SYNC_OBJECTS'] ?? 10_000)
const CHANGES = 200
/** A start with all objects new, on a machine that is busy with something else. */
const START_MS = 1_800_000
const IDLE_MS = 60_000
/** Long enough for what follows a change: the mark, the Event, the status. */
const PAUSE_MS = 30
/** Each path is looked at so often while nothing happens: the operator's own default, and what shows within the idle time what such looks cost. */
const [SELDOM, OFTEN] = ['10m', '1m']

export async function measure(): Promise<Measurement> {
  await using site = await openSite()
  const { vault } = site
  await createSecrets(site, annotatedSecret, OBJECTS)
  await createSecrets(site, bareSecret, CHANGES)
  const rows: string[][] = []
  let operator = start(site, SELDOM)
  const phase = async (name: string, { cpuFrom }: { readonly cpuFrom: number }, work: () => Promise<string | undefined>) => {
    site.proxy.forget()
    const from = vault.audit.length
    const startedAt = performance.now()
    const said = await work()
    const took = performance.now() - startedAt
    const cpu = (await operator.cpu()) - cpuFrom
    const { values, marks, reads, other, kubernetesWrites } = countsOf(site, from)
    rows.push([name, seconds(took), seconds(cpu), ...[values, marks, reads, other, kubernetesWrites].map(String), said ?? ''])
  }
  try {
    await phase(`start with ${OBJECTS} new objects`, { cpuFrom: 0 }, async () => {
      // Vault's own log first: to list ten thousand objects again and again would be most of the work.
      await untilCounted(site, 'marks', OBJECTS)
      await eventually(async () => equal(await countSynced(site), OBJECTS), { timeout: START_MS, interval: 2_000 })
      return undefined
    })
    for (const [name, interval] of [
      [`restart with ${OBJECTS} unchanged ones`, SELDOM],
      [`restart with a look every ${OFTEN}, which each of them records`, OFTEN],
    ] as const) {
      await operator.stop()
      await phase(name, { cpuFrom: 0 }, async () => {
        operator = start(site, interval)
        await untilCounted(site, 'reads', OBJECTS)
        return undefined
      })
    }
    await sleep(5_000)
    await phase(`${IDLE_MS / 1000} s idle, a look at each every ${OFTEN}`, { cpuFrom: await operator.cpu() }, async () => {
      await sleep(IDLE_MS)
      return undefined
    })
    const { latencies, bare } = await changes(site, await operator.cpu(), phase)
    return {
      title: `vault-sync: ${OBJECTS} annotated Secrets, embedded API server and in-process Vault, the operator in a process of its own`,
      columns: [
        ...['phase', 's', 'CPU s of the operator', 'Vault: values written', 'Vault: marks', 'Vault: metadata reads', 'Vault: other'],
        ...['Kubernetes writes', 'latency until it is in Vault'],
      ],
      rows,
      raw: { objects: OBJECTS, latencies, bare, rows },
    }
  } finally {
    await operator.stop()
  }
}

type Phase = (name: string, from: { readonly cpuFrom: number }, work: () => Promise<string | undefined>) => Promise<void>

/** In turns, each into silence: a machine that is busy with something else keeps both waiting, and neither meets what the other left to do. */
async function changes(site: Site, cpuFrom: number, phase: Phase) {
  // The same way to the server as the operator has: the proxy that counts its requests costs time too.
  const client = connectTo(site.proxy.connection)
  const root = vaultClient({ address: site.vault.address, allowPlaintext: true, auth: { method: 'token', token: site.vault.rootToken } })
  const latencies: number[] = []
  const bare: number[] = []
  try {
    await phase(`${CHANGES} changes, one after the other, and between them the same calls bare`, { cpuFrom }, async () => {
      for (let change = 0; change < CHANGES; change++) {
        await sleep(PAUSE_MS)
        latencies.push(await timed(() => changed(site, change)))
        await sleep(PAUSE_MS)
        bare.push(await timed(() => bareCalls(site, client, root, change)))
      }
      return `p50 ${ms(latencies, 0.5)} ms, p99 ${ms(latencies, 0.99)} ms; bare: p50 ${ms(bare, 0.5)} ms, p99 ${ms(bare, 0.99)} ms`
    })
    return { latencies, bare }
  } finally {
    await root.close()
    await client.close()
  }
}

/** What a change costs at the least: the Secret is written, read and written to Vault. Nobody watches this one's path. */
async function bareCalls(site: Site, client: ReturnType<typeof connectTo>, root: VaultClient, at: number): Promise<void> {
  const name = bareName(at)
  await changeSecret(site, name, `changed ${at}`)
  await (await client.resource(Secret)).get({ namespace: 'default', name })
  await root.kvV2('secret').write(`default/${name}`, { key: `changed ${at}` }, { cas: 0 })
}

async function changed(site: Site, at: number): Promise<void> {
  const { audit } = site.vault
  const from = audit.length
  await changeSecret(site, `s${at}`, `changed ${at}`)
  const isWritten = () =>
    audit.slice(from).some(({ method, path, status }) => method === 'POST' && status < 300 && path.endsWith(`data/default/s${at}`))
  while (!isWritten()) await sleep(1)
}

function start({ proxy, vault, tokenFile }: Site, driftInterval: string): RunningOperator {
  return startOperator(proxy.connection, {
    ...{ vaultAddr: vault.address, vaultTokenFile: tokenFile, driftInterval },
    // Measured is the operator, and not the pace that it keeps to.
    ...{ requestsPerSecond: 10_000, requestsBurst: 10_000 },
  })
}

/** Waits until Vault has been asked so often since now. */
async function untilCounted(site: Site, what: 'marks' | 'reads', count: number): Promise<void> {
  const from = site.vault.audit.length
  await eventually(() => equal(countsOf(site, from)[what] >= count, true), { timeout: START_MS, interval: 500 })
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
const ms = (all: readonly number[], portion: number) => quantile(all, portion).toFixed(1)
