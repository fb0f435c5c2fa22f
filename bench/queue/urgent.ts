// (c) How long a change waits while the first list of 100,000 objects is still being worked on.
import { sleep } from 'kubewright'
import { quantile, show, summarise } from '../statistics.ts'
import { put, runController, serverWith } from './controller-stack.ts'

const OBJECTS = 100_000
const WAIT = 10
const WORKERS = 16
const URGENT_PER_SECOND = 50
const SECONDS = 6
const ROUNDS = 3

export async function measureUrgent() {
  const behind: number[][] = []
  const quiet: number[][] = []
  for (let round = 0; round < ROUNDS; round++) {
    behind.push(await latencies(OBJECTS))
    quiet.push(await latencies(1_000))
  }
  const at = (rounds: readonly (readonly number[])[], portion: number) => summarise(rounds.map((round) => quantile(round, portion)))
  const text = (rounds: readonly (readonly number[])[]) => `p50 ${show(at(rounds, 0.5), 'ms')}, p99 ${show(at(rounds, 0.99), 'ms')}`
  return {
    rows: [
      [
        'c',
        `change to reconcile, ${URGENT_PER_SECOND}/s, behind a first list of ${OBJECTS} (${WORKERS} workers, ${WAIT} ms each)`,
        text(behind),
        `${text(quiet)}: with nothing else to do; and what is left of the first running reconcile to end: ${(WAIT / (WORKERS + 1)).toFixed(1)} ms in the mean, at most ${WAIT}`,
      ],
    ],
    raw: { behindFirstList: behind, withNothingElse: quiet },
  }
}

async function latencies(objects: number): Promise<number[]> {
  const server = serverWith(objects)
  const changedAt = new Map<string, number>()
  const waited: number[] = []
  let reconciled = 0
  const { stop } = runController(server, {
    workers: WORKERS,
    async reconcile({ object }) {
      const at = changedAt.get(object.spec.image)
      if (at !== undefined) {
        changedAt.delete(object.spec.image)
        waited.push(performance.now() - at)
      }
      reconciled++
      await sleep(WAIT)
    },
  })
  while (reconciled < Math.min(objects, 1_000)) await sleep(WAIT)
  for (let change = 0; change < URGENT_PER_SECOND * SECONDS; change++) {
    const image = `urgent-${change}`
    changedAt.set(image, performance.now())
    // From the end of the list, which nobody has come to yet.
    put(server, objects - 1 - change, image)
    await sleep(1000 / URGENT_PER_SECOND)
  }
  while (changedAt.size > 0) await sleep(WAIT)
  if (objects === OBJECTS && reconciled >= OBJECTS) throw new Error('the list was through before the changes were: no figure')
  await stop()
  return waited
}
