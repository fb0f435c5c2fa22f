// Two operators, each in a cluster of its own, and one Vault whose paths the objects of both want: they come, change, move and go for a while, and the operators
// are restarted in between. Twenty seconds, or as many as VAULT_SYNC_CHURN_SECONDS says.
import { Secret } from '@kubewright/client'
import { isConflict, isNotFound, sleep } from '@kubewright/core'
import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { consistently, eventually } from '@kubewright/testing'
import { beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { vaultForTest } from './vault-server.ts'
import { Site } from './vault-sync-site.ts'

const SECONDS = Number(process.env['VAULT_SYNC_CHURN_SECONDS'] ?? 20)
const SEED = Number(process.env['VAULT_SYNC_CHURN_SEED'] ?? 20_260_117)
/** Between two steps: quicker than a pass, so that what is under way is overtaken. */
const PACE_MS = 40
const NAMES = ['s0', 's1', 's2', 's3', 's4', 's5']
const PATHS = ['p0', 'p1', 'p2', 'p3', 'p4']
/** Somebody wrote it before anybody wanted it. */
const BY_HAND = 'by-hand'
/** Two operators’ look across clusters comes within so long, with its jitter and a machine that is busy. */
const ACROSS_MS = 60_000

const clusters = [useCluster({ server: 'embedded' }), useCluster({ server: 'embedded' })]

beforeAll(async () => {
  for (const { client } of clusters) for (const kind of [VaultSync, VaultSyncOrphan]) await installKind(client, kind as never)
})

type Step = 'created' | 'changed' | 'moved' | 'deleted' | 'restarted'

/** A fixed order of steps that look like chance: a failure can be run again. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

/** One step of the churn; `undefined` when the object is on its way out. */
async function step(site: Site, random: (below: number) => number, at: number): Promise<Step | undefined> {
  const [name, path] = [NAMES[random(NAMES.length)]!, [...PATHS, BY_HAND][random(PATHS.length + 1)]!]
  const annotations = { path: `secret/shared/${path}` }
  const [roll, restart] = [random(10), random(150)]
  if (restart === 0) {
    await site.restart()
    return 'restarted'
  }
  const found = await site.find(Secret, name)
  if (found === undefined) {
    await site.secret(name, { from: fromOf(site), of: name, step: String(at) }, annotations)
    return 'created'
  }
  if (found.metadata.deletionTimestamp !== undefined) return undefined
  try {
    if (roll < 2) await site.delete(Secret, name)
    else if (roll < 5) await site.annotate(Secret, name, annotations)
    else await site.change(name, { step: String(at) })
    return roll < 2 ? 'deleted' : roll < 5 ? 'moved' : 'changed'
  } catch (error) {
    // It went in between.
    if (isNotFound(error) || isConflict(error)) return undefined
    throw error
  }
}

const fromOf = (site: Site) => `${sites.indexOf(site)}`

let sites: readonly Site[] = []

interface Held {
  readonly path: string
  readonly version: number
  readonly from: string
  readonly of: string
}

/** What the ledgers of both clusters say is in Vault. */
async function ledgers(): Promise<readonly Held[]> {
  const all = await Promise.all(
    sites.map(async (site) => {
      const { items } = await (await site.resource(VaultSync)).list({ namespace: site.namespace })
      return items.flatMap(({ spec, status }) =>
        (status?.targets ?? []).map(({ state, path, version = 0 }) => ({
          state,
          path,
          version,
          from: fromOf(site),
          of: spec.owner?.name ?? '',
        })),
      )
    }),
  )
  return (
    all
      .flat()
      // What is kept until its successor has what another one holds is in Vault still.
      .filter(({ state }) => state === 'Synced' || state === 'Removing')
      .map(({ state: _, ...held }) => held)
      .sort(byPath)
  )
}

/** What is in Vault. */
async function vaultHolds(): Promise<readonly Held[]> {
  const held: Held[] = []
  for (const path of PATHS) {
    const found = await sites[0]!.holds(`shared/${path}`)
    if (found === undefined || found.data === null) continue
    const { from, of } = found.data as { readonly from: string; readonly of: string }
    held.push({ path: `secret/shared/${path}`, version: found.version, from, of })
  }
  return held.sort(byPath)
}

/** Paths that somebody wants and nobody has. */
async function unmet(): Promise<readonly string[]> {
  const wanted = await Promise.all(
    sites.map(async (site) => (await (await site.resource(Secret)).list({ namespace: site.namespace })).items.map(pathOf)),
  )
  const held = new Set((await vaultHolds()).map(({ path }) => path))
  return [...new Set(wanted.flat())].filter((path): path is string => path !== undefined && !path.endsWith(BY_HAND) && !held.has(path))
}

const pathOf = ({ metadata }: Secret) => metadata.annotations?.['vault-sync.io/path']
const byPath = (a: Held, b: Held) => (a.path < b.path ? -1 : 1)

/** Entries of ledgers that say neither that the object has the path, nor that another one has, nor that it stays while another one has what is wanted instead. */
async function unsettled(): Promise<readonly string[]> {
  const all = await Promise.all(
    sites.map(async (site) => (await (await site.resource(VaultSync)).list({ namespace: site.namespace })).items),
  )
  return all.flat().flatMap(({ metadata, spec, status }) => {
    const entries = status?.targets ?? []
    const waits = entries.some(({ state }) => state === 'Conflict')
    const targets = entries.filter(({ state }) => state !== 'Synced' && state !== 'Conflict' && !(state === 'Removing' && waits))
    return targets.map((target) => JSON.stringify({ name: metadata.name, spec, target, conditions: status?.conditions }))
  })
}

/** What is known of the paths that are not the same in both: for who has to find out why. */
async function about(inLedgers: readonly Held[], inVault: readonly Held[]): Promise<string> {
  const lines = (held: readonly Held[]) => new Set(held.map((each) => JSON.stringify(each)))
  const differing = [...lines(inLedgers).symmetricDifference(lines(inVault))].map((line) => (JSON.parse(line) as Held).path)
  const told = [...new Set(differing)].map(async (path) => {
    const metadata = await sites[0]!.kv.metadata(path.slice('secret/'.length))
    const entries = await Promise.all(
      sites.map(async (site) => {
        const { items } = await (await site.resource(VaultSync)).list({ namespace: site.namespace })
        return items.flatMap(({ metadata: { name, uid, deletionTimestamp }, status }) =>
          (status?.targets ?? []).filter((target) => target.path === path).map((target) => ({ name, uid, deletionTimestamp, target })),
        )
      }),
    )
    return JSON.stringify({ path, marks: metadata?.customMetadata, entries }, undefined, 1)
  })
  return (await Promise.all(told)).join('\n')
}

/** Every version that was ever written to a path, with whether its owner had removed it before the next one came. */
async function history(path: string): Promise<readonly { readonly content: string; readonly by: string; readonly removed: boolean }[]> {
  const { kv } = sites[0]!
  const metadata = await kv.metadata(`shared/${path}`)
  const versions = [...(metadata?.versions ?? [])].sort(([a], [b]) => a - b)
  const removed = versions.filter(([, { deletionTime }]) => deletionTime !== '').map(([version]) => version)
  if (removed.length > 0) await kv.undelete(`shared/${path}`, removed)
  return Promise.all(
    versions.map(async ([version]) => {
      const { data } = (await kv.read(`shared/${path}`, { version }))!
      const { from, of } = data as { readonly from: string; readonly of: string }
      return { content: JSON.stringify(data), by: `${from}/${of}`, removed: removed.includes(version) }
    }),
  )
}

test(
  'B19: two clusters on one Vault, and churn: no flapping, no foreign overwrite, and the ledgers are what Vault holds',
  async () => {
    const vault = await vaultForTest({ state: 'dev' })
    // All of the history, to be read at the end.
    await eventually(() => vault.admin('POST', 'secret/config', { max_versions: 100_000 }))
    const settings = { pathPolicy: ['*=secret/shared/**'], deletionPolicy: 'SoftDelete', driftInterval: '30s' }
    sites = await Promise.all(clusters.map((bench) => Site.open(bench, { vault, settings })))
    await sites[0]!.kv.write(`shared/${BY_HAND}`, { by: 'hand' })
    const random = chance(SEED)
    const steps: Record<Step, number> = { created: 0, changed: 0, moved: 0, deleted: 0, restarted: 0 }
    const until = performance.now() + SECONDS * 1_000
    for (let at = 0; performance.now() < until; at++) {
      const done = await step(sites[random(2)]!, random, at)
      if (done !== undefined) steps[done]++
      await sleep(PACE_MS)
    }
    const settledFrom = performance.now()
    await eventually(
      async () => {
        const [inLedgers, inVault] = [await ledgers(), await vaultHolds()]
        expect(inLedgers, await about(inLedgers, inVault)).toEqual(inVault)
        expect(await unsettled()).toEqual([])
        expect(await unmet()).toEqual([])
      },
      { timeout: ACROSS_MS, interval: 250 },
    )
    const settledIn = Math.round(performance.now() - settledFrom)
    const settled = await vaultHolds()
    await consistently(async () => expect(await vaultHolds()).toEqual(settled), 3_000)
    expect(await sites[0]!.holds(`shared/${BY_HAND}`)).toEqual({ version: 1, data: { by: 'hand' } })
    for (const site of sites) expect(await site.orphans()).toEqual([])

    let [versions, handovers] = [0, 0]
    const overwritten: string[] = []
    const again: string[] = []
    for (const path of PATHS) {
      const all = await history(path)
      versions += all.length
      for (const [at, next] of all.entries()) {
        const last = all[at - 1]
        if (last === undefined) continue
        if (last.by !== next.by) handovers++
        if (last.by !== next.by && !last.removed) overwritten.push(`${path} ${at}: ${last.content} by ${next.content}`)
        if (last.content === next.content && !last.removed) again.push(`${path} ${at}: ${next.content}`)
      }
    }
    console.info(
      `${SECONDS} s: ${Object.entries(steps)
        .map(([what, count]) => `${count} ${what}`)
        .join(
          ', ',
        )}; ${versions} versions, ${handovers} hand-overs, ${overwritten.length} overwritten, ${again.length} written again, settled in ${settledIn} ms with ${settled.length} paths held`,
    )
    expect(overwritten, 'another owner’s, and not let go').toEqual([])
    expect(again, 'written again though it was there').toEqual([])
    expect(handovers).toBeGreaterThan(0)
  },
  (SECONDS + 180) * 1_000,
)
