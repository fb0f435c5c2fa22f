import { join } from 'node:path'
import { bundled } from '../contest/bundle.ts'
import { writeIdentity } from '../contest/identity.ts'
import type { Launch } from '../contest/program.ts'
import { latencies } from '../event-latency/trial.ts'
import { clientNode } from '../peers/client-node.ts'
import { quantile } from '../statistics.ts'
import type { Bench, Row } from './part.ts'

const PACE = { perSecond: 100, seconds: 10 }
const WATCH = '/api/v1/configmaps?watch=1'
const programs = join(import.meta.dirname, '..', 'event-latency')

/** From the sending of an object to its reconcile. */
export async function events({ cluster, folder }: Bench): Promise<readonly Row[]> {
  const [own, floor] = [
    bundled(folder, join(programs, 'own-program.ts'), 'own-events'),
    bundled(folder, join(programs, 'floor-program.ts'), 'floor-events'),
  ]
  await own.prepare()
  await floor.prepare()
  const identity = join(folder, 'events-identity.json')
  writeIdentity(identity, cluster.connection)
  const node = (...args: readonly string[]): Launch => ({ command: process.execPath, args, env: { NODE_ENV: 'production' } })
  const contestants: readonly (readonly [name: string, launch: () => Launch])[] = [
    ['bare Node: a frame of the watch is parsed', () => node(floor.file, identity, `${cluster.connection.server}${WATCH}`)],
    ['kubewright: the reconcile is entered', () => node(own.file, cluster.kubeconfigPath)],
    ...peers().map(
      (peer) =>
        ['@kubernetes/client-node 2.0.1: the handler is called', () => node(join(peer, 'events.mjs'), cluster.kubeconfigPath)] as const,
    ),
  ]
  const rows: Row[] = []
  for (const [index, [name, launch]] of contestants.entries()) {
    const took = await latencies(name, launch(), cluster.client(), `events-${index}`, PACE)
    rows.push([
      `event at ${PACE.perSecond}/s`,
      name,
      `p50 ${quantile(took, 0.5).toFixed(1)} ms, p99 ${quantile(took, 0.99).toFixed(1)} ms`,
      '',
    ])
  }
  return rows
}

/** The folder of the one peer; none where npm reaches no registry. */
function peers(): readonly string[] {
  try {
    return [clientNode()]
  } catch (error) {
    process.stderr.write(`@kubernetes/client-node is left out: ${(error as Error).message}\n`)
    return []
  }
}
