// vault-unsealer: calls per unseal, a hundred nodes sealed at once, a node that hangs, three nodes of the real Vault, a thousand VaultUnsealers that rest.
// Each beside the bare calls, which open the same nodes from the same process: a look and as many shares as are needed.
import { sleep } from 'kubewright'
import { eventually, type FakeVault, fakeVault, isRead, requestInfo, startRealVault } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'
import { RealNodes } from './vault-unsealer/real-nodes.ts'
import { openBarely, PORT, Site } from './vault-unsealer/site.ts'

const NODES = 100
const ROUNDS = 5
const THRESHOLD = 3
const IDLE_UNSEALERS = Number(process.env['VAULT_UNSEALERS'] ?? 1_000)
const IDLE_MS = 30_000
/** Within the idle time each is looked at by its timer. */
const INTERVAL = '20s'

type Row = readonly [what: string, operator: string, bare: string, ratio: string]

export async function measure(): Promise<Measurement> {
  const rows: Row[] = [...(await atOnce()), await hung(), await real(), ...(await idle())]
  return {
    title: `vault-unsealer: from "sealed and reachable" to open; threshold ${THRESHOLD}, TLS, API server and Vault in one process unless it says real`,
    columns: ['what', 'operator', 'bare calls', 'ratio'],
    rows,
    raw: { nodes: NODES, rounds: ROUNDS, rows },
  }
}

const address = (index: number, network = 1) => `127.77.${network + Math.floor(index / 250)}.${(index % 250) + 1}`
const hosts = (count: number, network = 1) => Array.from({ length: count }, (_, index) => address(index, network))
const sealedVault = (nodes: number, network: number) =>
  fakeVault({ nodes, state: 'sealed', tls: true, names: ['vault.test'], hosts: hosts(nodes, network), port: PORT })

async function openedIn(vault: FakeVault, except = -1): Promise<number> {
  const from = performance.now()
  while (vault.nodes.some(({ sealed }, index) => sealed && index !== except)) await sleep(2)
  return performance.now() - from
}

async function restart(vault: FakeVault): Promise<void> {
  await Promise.all(vault.nodes.map((node) => node.restart()))
  for (const { received } of vault.nodes) received.length = 0
}

/** All are sealed; their pods are labelled so in one moment, from which on the time counts. */
async function atOnce(): Promise<readonly Row[]> {
  await using vault = await sealedVault(NODES, 1)
  await using site = await Site.start('embedded')
  for (const [index, node] of vault.nodes.entries()) await site.pod(`vault-${index}`, node.host, 'main')
  site.operate()
  await site.unsealer('main', vault)
  await openedIn(vault)
  const ours: number[] = []
  const bare: number[] = []
  const cpu: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] }
  const calls: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await restart(vault)
    const before = process.cpuUsage()
    const opened = openedIn(vault)
    await Promise.all(vault.nodes.map((_, index) => site.tellSealed(`vault-${index}`)))
    ours.push(await opened)
    cpu.ours.push(cpuMs(before))
    calls.push(...vault.nodes.map(({ received }) => received.filter(({ path }) => path.startsWith('sys/')).length))
    await eventually(async () => equal(await site.unsealersThatAreReady(), 1), { timeout: 30_000 })
    await restart(vault)
    const start = process.cpuUsage()
    const from = performance.now()
    await openBarely(vault, THRESHOLD)
    bare.push(performance.now() - from)
    cpu.bare.push(cpuMs(start))
    // The operator finds them open.
    await sleep(500)
  }
  return [
    ['HTTP calls that open a node, most', String(Math.max(...calls)), String(THRESHOLD + 1), `t + 2 = ${THRESHOLD + 2}`],
    [`${NODES} nodes sealed at once (their pods are labelled so, ${NODES} writes): all open`, ...beside(ours, bare)],
    ['... CPU time of the process: Vault, and with the operator the API server and all it is told', ...beside(cpu.ours, cpu.bare)],
  ]
}

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1_000
}

/** Ten nodes of which one takes requests and answers none. */
async function hung(): Promise<Row> {
  await using vault = await sealedVault(10, 3)
  await using site = await Site.start('embedded')
  for (const [index, node] of vault.nodes.entries()) await site.pod(`vault-${index}`, node.host, 'main')
  const times: Record<'well' | 'hung', number[]> = { well: [], hung: [] }
  site.operate()
  await site.unsealer('main', vault)
  await openedIn(vault)
  for (let round = 0; round < ROUNDS; round++)
    for (const how of ['well', 'hung'] as const) {
      await restart(vault)
      const heal = how === 'hung' ? vault.nodes[0]!.fault({ is: 'hang' }) : () => undefined
      const opened = openedIn(vault, how === 'hung' ? 0 : -1)
      await Promise.all(vault.nodes.map((_, index) => site.tellSealed(`vault-${index}`)))
      times[how].push(await opened)
      heal()
      if (how === 'hung') await restart(vault)
      await Promise.all(vault.nodes.map((_, index) => site.tellSealed(`vault-${index}`)))
      await openedIn(vault)
    }
  return ['9 nodes beside one that hangs ("bare calls": beside one that does not)', ...beside(times.hung, times.well)]
}

/** A raft cluster of HashiCorp Vault and a real API server, all nodes killed and started again. */
async function real(): Promise<Row> {
  await using vault = await startRealVault({ nodes: 3, state: 'sealed', tls: true, names: ['vault.test'], hosts: hosts(3, 5), port: PORT })
  await using site = await Site.start('real')
  for (const [index, node] of vault.nodes.entries()) await site.pod(`vault-${index}`, node.host, 'main')
  await using nodes = new RealNodes(vault)
  site.operate()
  await site.unsealer('main', vault)
  await nodes.opened()
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await nodes.restart()
    // Until its labels are written a cluster knows of nothing: that is the API server's time, and not the operator's.
    await Promise.all(vault.nodes.map((_, index) => site.tellSealed(`vault-${index}`)))
    const from = performance.now()
    await nodes.opened()
    ours.push(performance.now() - from)
    await eventually(async () => equal(await site.unsealersThatAreReady(), 1), { timeout: 30_000 })
    await nodes.restart()
    const began = performance.now()
    await openBarely(vault, THRESHOLD)
    await nodes.opened()
    bare.push(performance.now() - began)
    await sleep(1_000)
  }
  return ['3 nodes of HashiCorp Vault (raft), real kube-apiserver: from the answer to their labels to all open', ...beside(ours, bare)]
}

/** As many VaultUnsealers as there are nodes, with nothing to do. */
async function idle(): Promise<readonly Row[]> {
  const vaults = await Promise.all(
    hosts(IDLE_UNSEALERS, 10).map((host) =>
      fakeVault({ nodes: 1, state: 'sealed', shares: 1, threshold: 1, tls: true, names: ['vault.test'], hosts: [host], port: PORT }),
    ),
  )
  try {
    await using site = await Site.start('embedded')
    for (const [index, vault] of vaults.entries()) {
      await site.pod(`vault-${index}`, vault.nodes[0]!.host, `u${index}`)
      await site.unsealer(`u${index}`, vault, { interval: INTERVAL })
    }
    const from = performance.now()
    site.operate()
    await eventually(async () => equal(await site.unsealersThatAreReady(), IDLE_UNSEALERS), { timeout: 900_000, interval: 1_000 })
    const took = performance.now() - from
    await sleep(5_000)
    const watches = new Map<string, number>()
    for (const request of site.proxy.requests) {
      const info = requestInfo(request)
      if (info.is === 'resource' && request.watch) watches.set(info.resource, (watches.get(info.resource) ?? 0) + 1)
    }
    const asked = site.proxy.requests.length
    site.proxy.forget()
    const looks = () => vaults.reduce((sum, { nodes }) => sum + nodes[0]!.received.length, 0)
    const looked = looks()
    await sleep(IDLE_MS)
    const requests = site.proxy.requests.map((request) => requestInfo(request))
    const writes = requests.filter((info) => info.is === 'resource' && !isRead(info)).length
    const most = [...watches].map(([resource, count]) => `${resource} ${count}`).join(', ')
    return [
      [
        `${IDLE_UNSEALERS} VaultUnsealers, a sealed node each: from the operator's start to all Ready`,
        `${(took / 1000).toFixed(1)} s, ${asked} requests`,
        '',
        '',
      ],
      [`... ${IDLE_MS / 1000} s idle, a look each ${INTERVAL}: Kubernetes writes`, String(writes), '0', ''],
      [`... Kubernetes requests; looks at nodes`, `${requests.length}; ${looks() - looked}`, '', ''],
      ['... watches that were opened', most, 'one per kind', ''],
    ]
  } finally {
    await Promise.all(vaults.map((vault) => vault.stop()))
  }
}

function beside(ours: readonly number[], bare: readonly number[]): [string, string, string] {
  const [first, second] = [summarise(ours), summarise(bare)]
  return [show(first, 'ms'), show(second, 'ms'), (first.median / second.median).toFixed(2)]
}

function equal(found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${String(found)} instead of ${String(wanted)}`)
}
