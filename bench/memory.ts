// Heap that a cached object takes, beside what the parsed objects take that nobody but an array holds.
import { Pod } from 'kubewright'
import { startTestCluster } from 'kubewright/testing'
import { runMeasured } from './collected-heap.ts'
import type { Measurement } from './main.ts'
import type { Holder } from './memory/holders.ts'
import { createPods } from './memory/pods.ts'
import { show, summarise } from './statistics.ts'

const PODS = 10_000
const ROUNDS = 3
const PAIRS: readonly (readonly [ours: Holder, bare: Holder])[] = [
  ['cache', 'parsed'],
  ['cache of metadata', 'parsed metadata'],
]

export async function measure(): Promise<Measurement> {
  await using cluster = await startTestCluster({ server: 'embedded' })
  const client = cluster.client()
  await createPods(client, Pod, PODS)
  const { items } = await client.request<{ items: unknown[] }>('GET', '/api/v1/pods', { query: { limit: '100' } })
  const wire = JSON.stringify(items).length / items.length
  const module = new URL('./memory/holders.ts', import.meta.url).href
  const bytes = new Map<Holder, number[]>(PAIRS.flat().map((holder) => [holder, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const [holder, rounds] of bytes)
      rounds.push(await runMeasured(module, JSON.stringify({ holder, kubeconfig: cluster.kubeconfigPath, items: PODS })))
  const of = (holder: Holder) => summarise(bytes.get(holder)!)
  return {
    title: `memory: heap per object, ${PODS} Pods of ${Math.round(wire)} B as JSON with managedFields, median (range) of ${ROUNDS} processes each`,
    columns: ['what', 'heap per object', 'bare parsed objects without managedFields', 'ratio'],
    rows: PAIRS.map(([ours, bare]) => [ours, show(of(ours), 'B'), show(of(bare), 'B'), (of(ours).median / of(bare).median).toFixed(2)]),
    raw: { pods: PODS, wireBytes: wire, ...Object.fromEntries([...bytes.keys()].map((holder) => [holder, of(holder)])) },
  }
}
