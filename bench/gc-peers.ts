// Programs that do what gc does, and gc, on one kube-apiserver: how fast each deletes a thousand ConfigMaps that are due, what it asks the server for
// meanwhile, and how long after its time an object goes as the program is installed. All of it is told by the server's audit log. A run in which
// anything is left, or anything else is missing, has no figures. kube-cleanup-operator is not among them: it deletes Jobs and Pods alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { type Arena, serveCrds } from './peers/gc/arena.ts'
import { auditLog } from './peers/gc/audit.ts'
import type { Contestant } from './peers/gc/contestant.ts'
import { ttlController } from './peers/gc/k8s-ttl-controller.ts'
import { kubeJanitor } from './peers/gc/kube-janitor.ts'
import { bareClient, ownGc } from './peers/gc/own.ts'
import { type Drain, drain, type Lateness, lateness } from './peers/gc/trials.ts'
import { zenGc } from './peers/gc/zen-gc.ts'
import { quantile, show, summarise } from './statistics.ts'

const OBJECTS = 1_000
const CONTROLS = 100
const ROUNDS = 3
/** Who took longer, in seconds, is not asked for another round. */
const ENOUGH = 120
/** Objects that fall due one after the other while the program runs, over one period of it. */
const PACED = 100

export async function measure(): Promise<Measurement> {
  const contestants = prepared([bareClient, ownGc, zenGc(), kubeJanitor(), ttlController()])
  // Side by side, each on a server of its own: there is little to do but to wait for the second, and some of the programs cannot be kept to a namespace.
  const [drains, waits] = await Promise.all([
    inArena(contestants, (arena) => drainInTurn(arena, contestants)),
    inArena(contestants, (arena) => waitTogether(arena, contestants)),
  ])
  return {
    title: `gc and other programs that delete what is past its time: ${OBJECTS} due ConfigMaps and ${CONTROLS} to be kept on kube-apiserver, ${ROUNDS} rounds (one of who takes more than ${ENOUGH} s), median (range); late: ${PACED} objects that fall due one after the other, as each program is installed, from the second that creation and TTL name`,
    columns: [
      'contestant',
      'deletions/s',
      'requests per deletion',
      'of which events',
      'start to last one gone',
      'late p50',
      'late p99',
      'wrong',
    ],
    rows: contestants.map((contestant) => row(contestant, drains.get(contestant)!, waits.get(contestant))),
    raw: contestants.map((contestant) => ({ name: contestant.name, drains: drains.get(contestant), lateness: waits.get(contestant) })),
  }
}

async function inArena<T>(contestants: readonly Contestant[], work: (arena: Arena) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-gc-peers-'))
  const audit = auditLog(folder)
  try {
    await using cluster = await startTestCluster({ server: 'real', apiServerFlags: audit.flags })
    const arena: Arena = { admin: cluster.client(), connection: cluster.connection, audit, folder }
    for (const { crds } of contestants) await serveCrds(arena.admin, crds?.() ?? [])
    return await work(arena)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function drainInTurn(arena: Arena, contestants: readonly Contestant[]): Promise<ReadonlyMap<Contestant, readonly Drain[]>> {
  const drains = new Map<Contestant, Drain[]>(contestants.map((contestant) => [contestant, []]))
  for (let round = 1; round <= ROUNDS; round++)
    for (const [contestant, before] of drains) {
      if (before.some(({ seconds }) => seconds > ENOUGH)) continue
      before.push(await drain(arena, contestant, `round-${round}`, { objects: OBJECTS, controls: CONTROLS }))
    }
  return drains
}

/** All at a time: each has little to do, and the slowest of them looks every five minutes. */
async function waitTogether(arena: Arena, contestants: readonly Contestant[]): Promise<ReadonlyMap<Contestant, Lateness>> {
  const waiting = contestants.filter(({ once }) => once !== true)
  return new Map(
    await Promise.all(waiting.map(async (contestant) => [contestant, await lateness(arena, contestant, { objects: PACED })] as const)),
  )
}

/** Those whose programs could be had; of the others it says why not. @throws Error when no peer is left */
function prepared(contestants: readonly Contestant[]): readonly Contestant[] {
  const ready = contestants.filter(({ name, prepare }) => {
    try {
      prepare?.()
      return true
    } catch (error) {
      process.stderr.write(`gc-peers: ${name} is left out: ${(error as Error).message}\n`)
      return false
    }
  })
  if (ready.every(({ prepare }) => prepare === undefined))
    throw new Error(
      'gc-peers: no peer could be fetched and built (see above): it takes git, Go 1.26, Python 3 with venv, and a way to github.com',
    )
  return ready
}

function row({ name }: Contestant, rounds: readonly Drain[], waited: Lateness | undefined): readonly string[] {
  const of = (value: (drain: Drain) => number, unit: string) => show(summarise(rounds.map(value)), unit)
  const late = (portion: number) => (waited === undefined ? '' : `${(quantile(waited.lateMs, portion) / 1000).toFixed(2)} s`)
  return [
    name,
    of(({ perSecond }) => perSecond, '/s'),
    of(({ requests }) => requests / OBJECTS, ''),
    of(({ events }) => events / OBJECTS, ''),
    of(({ seconds }) => seconds, 's'),
    late(0.5),
    late(0.99),
    '0',
  ]
}
