// Heap that gc takes for each object that waits for its time: what its tracker knows, and all of it, with what the watch holds.
import { runMeasured } from './collected-heap.ts'
import { withOperatedCrowd } from './gc/operated-crowd.ts'
import type { Waiting } from './gc/tracked-objects.ts'
import type { Measurement } from './main.ts'
import { show, summarise } from './statistics.ts'

const ROUNDS = 3
const CASES: readonly Waiting[] = ['one policy', 'two policies']
const OBJECTS = 200_000
/** What the program takes without objects is subtracted: that with a few. */
const FEW = 1_000

export async function measure(): Promise<Measurement> {
  const module = new URL('./gc/tracked-objects.ts', import.meta.url).href
  const rows: string[][] = []
  const raw: Record<string, unknown> = {}
  for (const each of CASES) {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await runMeasured(module, each))
    raw[each] = summarise(rounds)
    rows.push([`tracker alone, ${each} for each object`, show(summarise(rounds), 'B')])
  }
  const whole = ((await heapWith(OBJECTS)) - (await heapWith(FEW))) / (OBJECTS - FEW)
  rows.push(['the whole operator, metadata-only, one policy for each object', `${whole.toFixed(0)} B`])
  return {
    title: `gc-memory: heap per object that waits for its time, ${OBJECTS} of them; the tracker: median (range) of ${ROUNDS} processes each`,
    columns: ['what', 'heap per object'],
    rows,
    raw: { ...raw, whole },
  }
}

function heapWith(objects: number): Promise<number> {
  return withOperatedCrowd(objects, ({ ask }) => ask('heap'))
}
