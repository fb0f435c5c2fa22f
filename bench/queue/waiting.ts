// (b) Reconciles that wait 10 ms, as for an answer: how close so many workers come to so many waits at a time.
import { sleep } from 'kubewright'
import { show, summarise } from '../statistics.ts'
import { runController, serverWith } from './controller-stack.ts'

const WAIT = 10
const CONCURRENCY = [1, 4, 16, 64, 256]
const ROUNDS = 3
/** A second's worth by Little's law. */
const workOf = (workers: number) => workers * (1000 / WAIT)

export async function measureWaiting() {
  const ours = new Map(CONCURRENCY.map((workers) => [workers, [] as number[]]))
  const bare = new Map(CONCURRENCY.map((workers) => [workers, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const workers of CONCURRENCY) {
      ours.get(workers)!.push(await withController(workers))
      bare.get(workers)!.push(await withLoops(workers))
    }
  }
  const figures = CONCURRENCY.map((workers) => ({
    workers,
    reconcilesPerSecond: summarise(ours.get(workers)!),
    bareLoopsPerSecond: summarise(bare.get(workers)!),
  }))
  return {
    rows: figures.map(({ workers, reconcilesPerSecond, bareLoopsPerSecond }) => [
      'b',
      `reconcile that waits ${WAIT} ms, ${workers} worker${workers === 1 ? '' : 's'}`,
      show(reconcilesPerSecond, '/s'),
      `${(workers * 1000) / WAIT}/s by Little's law; ${show(bareLoopsPerSecond, '/s')}: as many bare loops`,
    ]),
    raw: figures,
  }
}

async function withController(workers: number): Promise<number> {
  const total = workOf(workers)
  const all = Promise.withResolvers<void>()
  let began = 0
  let started = 0
  let ended = 0
  const { stop } = runController(serverWith(total), {
    workers,
    async reconcile() {
      if (started++ === 0) began = performance.now()
      await sleep(WAIT)
      if (++ended === total) all.resolve()
    },
  })
  await all.promise
  const took = performance.now() - began
  await stop()
  return (total * 1000) / took
}

async function withLoops(workers: number): Promise<number> {
  const total = workOf(workers)
  const began = performance.now()
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let left = total / workers; left > 0; left--) await sleep(WAIT)
    }),
  )
  return (total * 1000) / (performance.now() - began)
}
