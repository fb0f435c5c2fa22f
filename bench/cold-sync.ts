// From the start of a process until it holds all objects: ours, bare Node, and the programs of other people, one after the other on one real
// kube-apiserver. What a contestant holds is compared with a quorum read after every start: who holds anything else has no time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestCluster } from 'kubewright/testing'
import type { Contestant } from './cold-sync/contestant.ts'
import { floors } from './cold-sync/floors.ts'
import { createConfigMaps, whatThereIs } from './cold-sync/objects.ts'
import { ownContestants } from './cold-sync/own.ts'
import { PEERS } from './cold-sync/peers.ts'
import { prepared, race } from './cold-sync/race.ts'
import { COLUMNS, rowsOf } from './cold-sync/table.ts'
import type { Measurement } from './main.ts'

const OBJECTS = 20_000
const ROUNDS = 5

export async function measure(): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-cold-sync-'))
  try {
    await using cluster = await startTestCluster({ server: 'real' })
    // Built before the server has anything to do.
    const contestants = await prepared([...floors(folder, cluster.connection), ...ownContestants(folder), ...PEERS])
    const client = cluster.client()
    await createConfigMaps(client, OBJECTS)
    const { truth, bytes } = await whatThereIs(client)
    const rounds = await race(contestants, { kubeconfig: cluster.kubeconfigPath, objects: truth.size }, truth, ROUNDS)
    return {
      title: `cold-sync: from the start of a process until it holds ${truth.size} ConfigMaps of ${Math.round(bytes / truth.size)} B as JSON with managedFields; kube-apiserver and contestant on one machine, ${ROUNDS} rounds in turn, median (range); ratios are of CPU within a round; below the goal stands who is nearer than we want`,
      columns: COLUMNS,
      rows: rowsOf(contestants, rounds),
      raw: contestants.map((contestant: Contestant) => ({ name: contestant.name, rounds: rounds.get(contestant) })),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
