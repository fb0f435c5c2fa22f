import { Pod } from 'kubewright'
import { runMeasured } from '../collected-heap.ts'
import { createPods } from '../memory/pods.ts'
import type { Bench, Row } from './part.ts'

const PODS = 3_000

/** Of a cached object, beside the same object in an array. */
export async function heap({ cluster }: Bench): Promise<readonly Row[]> {
  await createPods(cluster.client(), Pod, PODS)
  const module = new URL('../memory/holders.ts', import.meta.url).href
  const bytes = async (holder: string) => runMeasured(module, JSON.stringify({ holder, kubeconfig: cluster.kubeconfigPath, items: PODS }))
  const [cached, parsed] = [await bytes('cache'), await bytes('parsed')]
  return [['heap', `a Pod in the cache, one of ${PODS}`, `${cached.toFixed(0)} B`, `${parsed.toFixed(0)} B: parsed and held in an array`]]
}
