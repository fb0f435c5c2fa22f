// B3: the queue, and reconciles through it. (a)-(c) go through the whole controller on a server in this process, so no network is in them;
// (d) and (e) are the queue alone.
import type { Measurement } from './main.ts'
import { measureFairShare } from './queue/fair-share.ts'
import { measureKeyMemory } from './queue/key-memory.ts'
import { measureThroughput } from './queue/throughput.ts'
import { measureUrgent } from './queue/urgent.ts'
import { measureWaiting } from './queue/waiting.ts'

export async function measure(): Promise<Measurement> {
  const [throughput, waiting, urgent, fairShare, keyMemory] = [
    await measureThroughput(),
    await measureWaiting(),
    await measureUrgent(),
    await measureFairShare(),
    await measureKeyMemory(),
  ]
  const parts = { throughput, waiting, urgent, fairShare, keyMemory }
  return {
    title: 'queue: reconciles per second, and who waits for how long; median (range) of the rounds',
    columns: ['', 'what', 'measured', 'limit'],
    rows: Object.values(parts).flatMap(({ rows }) => rows),
    raw: Object.fromEntries(Object.entries(parts).map(([name, { raw }]) => [name, raw])),
  }
}
