// Heap that the gc operator's tracker takes for each object that waits for its time.
import { runMeasured } from './collected-heap.ts'
import type { Waiting } from './gc/tracked-objects.ts'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'

const ROUNDS = 3
const CASES: readonly Waiting[] = ['one policy', 'two policies']

export async function measure(): Promise<Measurement> {
  const module = new URL('./gc/tracked-objects.ts', import.meta.url).href
  const rows: string[][] = []
  const raw: Record<string, unknown> = {}
  for (const each of CASES) {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await runMeasured(module, each))
    raw[each] = summarise(rounds)
    rows.push([each, show(summarise(rounds), 'B')])
  }
  return {
    title: `gc-memory: heap per tracked object, 200000 of them, median (range) of ${ROUNDS} processes each; the watch's own objects are in "memory"`,
    columns: ['who has a say', 'heap per object'],
    rows,
    raw,
  }
}
