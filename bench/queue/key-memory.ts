// (e) Heap bytes that a key costs while it waits. The keys themselves are made before.

import { runMeasured } from '../collected-heap.ts'
import { show, summarise } from '../statistics.ts'
import type { Holder } from './held-keys.ts'

const ROUNDS = 3

const module = new URL('./held-keys.ts', import.meta.url).href

const HOLDERS: readonly Holder[] = ['ready', 'delayed', 'set']

export async function measureKeyMemory() {
  const bytes = new Map(HOLDERS.map((holder) => [holder, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) for (const holder of HOLDERS) bytes.get(holder)!.push(await runMeasured(module, holder))
  const of = (holder: Holder) => summarise(bytes.get(holder)!)
  return {
    rows: (['ready', 'delayed'] as const).map((holder) => [
      'e',
      `heap per ${holder} key, 100000 keys of 10 namespaces`,
      show(of(holder), 'B'),
      `${show(of('set'), 'B')}: as a member of a Set`,
    ]),
    raw: Object.fromEntries(HOLDERS.map((holder) => [holder, of(holder)])),
  }
}
