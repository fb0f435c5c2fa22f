// The short form for a new user's machine: no servers, compilers or Docker, some minutes. Everything here is on the embedded API server; the package of
// the one peer is fetched by npm, and left out where that does not work.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestCluster } from 'kubewright/testing'
import type { Measurement } from './main.ts'
import { measureThroughput } from './queue/throughput.ts'
import { coldSync } from './quick/cold-sync.ts'
import { events } from './quick/events.ts'
import { heap } from './quick/heap.ts'
import { start } from './quick/start.ts'

const THROUGHPUT_ROUNDS = 2

export async function measure(): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-quick-'))
  try {
    const rows: (readonly string[])[] = []
    for (const [name, part] of Object.entries({ 'cold sync': coldSync, events, start, heap })) {
      process.stderr.write(`quick: ${name}\n`)
      // A server each: what one leaves behind is no load for the next.
      await using cluster = await startTestCluster({ server: 'embedded' })
      rows.push(...(await part({ cluster, folder })))
    }
    process.stderr.write('quick: queue\n')
    const { rows: queue } = await measureThroughput(THROUGHPUT_ROUNDS)
    for (const [, what, measured, limit] of queue) rows.push(['queue', what!, measured!, limit!])
    return {
      title:
        'quick: a little of everything, on the embedded API server; median (range). The other benchmarks say more, and of real servers',
      columns: ['', 'what', 'measured', 'beside'],
      rows,
      raw: rows,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
