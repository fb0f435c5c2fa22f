import { floors } from '../cold-sync/floors.ts'
import { createConfigMaps, whatThereIs } from '../cold-sync/objects.ts'
import { ownContestants } from '../cold-sync/own.ts'
import { PEERS } from '../cold-sync/peers.ts'
import { prepared, race } from '../cold-sync/race.ts'
import { rowsOf } from '../cold-sync/table.ts'
import type { Bench, Row } from './part.ts'

const OBJECTS = 5_000
const ROUNDS = 3

/** Those of the whole race that need nothing but Node. */
export async function coldSync({ cluster, folder }: Bench): Promise<readonly Row[]> {
  const all = [...floors(folder, cluster.connection), ...ownContestants(folder), ...PEERS.filter(({ needs }) => needs === undefined)]
  const contestants = await prepared(all)
  const client = cluster.client()
  await createConfigMaps(client, OBJECTS)
  const { truth } = await whatThereIs(client)
  const rounds = await race(contestants, { kubeconfig: cluster.kubeconfigPath, objects: truth.size }, truth, ROUNDS)
  return rowsOf(contestants, rounds).map(([name, , cpu, peak, , ofOurs]): Row => {
    const figures = [`CPU ${cpu}`, `peak ${peak}`].join(', ')
    return [`cold sync of ${truth.size} ConfigMaps`, name!, figures, ofOurs === '' ? '' : `${ofOurs} of ours in CPU`]
  })
}
