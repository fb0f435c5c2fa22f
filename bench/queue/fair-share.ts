// (d) What one namespace with nine tenths of the work does to nine others, in the queue alone.

import { type FairnessOptions, WorkQueue } from '@kubewright/runtime'
import { sleep, systemClock } from 'kubewright'
import { quantile, show, summarise } from '../statistics.ts'

const WORKERS = 16
const WAIT = 10
const SLOW_WAIT = 200
const QUIET = 9
const SECONDS = 5
const ROUNDS = 3
/** In all, each second: a fifth of what the workers can do. */
const QUIET_PER_SECOND = 300

interface Case {
  readonly name: string
  readonly noisy: 'absent' | 'many keys' | 'slow keys'
  readonly fairness: FairnessOptions
}
const tenantOf = (key: string) => key.slice(0, key.indexOf('/'))
const CASES: readonly Case[] = [
  { name: 'no noisy namespace', noisy: 'absent', fairness: { tenantOf } },
  { name: 'noisy, fair', noisy: 'many keys', fairness: { tenantOf } },
  { name: 'noisy, fairness off', noisy: 'many keys', fairness: {} },
  { name: 'slow keys (200 ms), fair by keys', noisy: 'slow keys', fairness: { tenantOf } },
  { name: 'slow keys, fair by time', noisy: 'slow keys', fairness: { tenantOf, share: 'time' } },
  { name: 'slow keys, fair by keys, 8 workers per tenant at most', noisy: 'slow keys', fairness: { tenantOf, perTenant: WORKERS / 2 } },
  { name: 'slow keys, fairness off', noisy: 'slow keys', fairness: {} },
]

interface Outcome {
  readonly waited: readonly number[]
  /** Keys of the noisy namespace that were done. */
  readonly noisyDone: number
  readonly quietLeft: number
}

export async function measureFairShare() {
  const outcomes = new Map(CASES.map((one) => [one.name, [] as Outcome[]]))
  for (let round = 0; round < ROUNDS; round++) for (const one of CASES) outcomes.get(one.name)!.push(await run(one))
  const limit = new Map<Case['noisy'], string>([
    ['absent', 'a free worker is there'],
    ['many keys', `the next worker to be free: ${(WAIT / (WORKERS + 1)).toFixed(1)} ms in the mean, then one round of ${QUIET + 1}`],
    ['slow keys', `the next worker to be free: up to ${SLOW_WAIT} ms when all of them have slow keys`],
  ])
  return {
    rows: CASES.map(({ name, noisy }) => {
      const rounds = outcomes.get(name)!
      const at = (portion: number) => show(summarise(rounds.map(({ waited }) => quantile(waited, portion))), 'ms')
      const noisyRate = show(summarise(rounds.map(({ noisyDone }) => noisyDone / SECONDS)), '/s')
      const left = Math.max(...rounds.map(({ quietLeft }) => quietLeft))
      const figure = `${left > WORKERS ? `up to ${left} of ${QUIET_PER_SECOND * SECONDS} never came; ` : ''}p50 ${at(0.5)}, p99 ${at(0.99)}`
      return [
        'd',
        `wait of ${QUIET} quiet namespaces: ${name}`,
        figure,
        `${limit.get(noisy)}${noisy === 'absent' ? '' : `; the noisy one had ${noisyRate}`}`,
      ]
    }),
    raw: Object.fromEntries(outcomes),
  }
}

async function run({ noisy, fairness }: Case): Promise<Outcome> {
  const queue = new WorkQueue({ clock: systemClock, fairness })
  const addedAt = new Map<string, number>()
  const waited: number[] = []
  const stop = new AbortController()
  let noisyDone = 0
  const work = async () => {
    for (let item = await queue.get({ signal: stop.signal }); item !== undefined; item = await queue.get({ signal: stop.signal })) {
      const added = addedAt.get(item.key)
      addedAt.delete(item.key)
      if (added === undefined) noisyDone++
      else waited.push(performance.now() - added)
      await sleep(added === undefined && noisy === 'slow keys' ? SLOW_WAIT : WAIT)
      queue.done(item.key)
    }
  }
  if (noisy !== 'absent') for (let index = 0; index < 90_000; index++) queue.add(`noisy/${index}`)
  const team = Array.from({ length: WORKERS }, work)
  const began = performance.now()
  for (let made = 0; performance.now() - began < SECONDS * 1000; await sleep(5)) {
    for (const wanted = ((performance.now() - began) * QUIET_PER_SECOND) / 1000; made < wanted; made++) {
      const key = `quiet-${made % QUIET}/${made}`
      addedAt.set(key, performance.now())
      queue.add(key)
    }
  }
  stop.abort()
  const quietLeft = addedAt.size
  queue.shutDown({ drain: false })
  await Promise.all(team)
  // What never came has waited at least until now.
  for (const added of addedAt.values()) waited.push(performance.now() - added)
  return { waited, noisyDone, quietLeft }
}
