import { type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { beforeEach, expect, test } from 'vitest'
import { silentMeter } from '../fake/collector-bench.ts'
import { Tracker } from '../tracker/tracker.ts'
import { Housekeeping, type HousekeepingEnvironment } from './housekeeping.ts'
import type { PolicyEntry } from './policy-entry.ts'
import { TaskGroup } from './task-group.ts'

let clock: VirtualClock
let tracker: Tracker
let reported: string[]
/** Whether a report told everything. */
let told: boolean
let stuckChanges: boolean
let doubt: string | undefined
let house: Housekeeping
let stop: AbortController
let running: Promise<void>
const phases: Record<string, number>[] = []

const entry = (key: string, is: 'watching' | 'starting' = 'watching') =>
  ({
    key,
    policy: { metadata: { name: key }, spec: { paused: false } },
    work: {
      is: 'run',
      run: { state: { is }, inspect: () => reported.push(`look at ${key}`), terminating: { changed: () => stuckChanges } },
    },
  }) as unknown as PolicyEntry

beforeEach(() => {
  clock = virtualClock()
  tracker = new Tracker(() => 0)
  reported = []
  phases.length = 0
  told = true
  stuckChanges = false
  doubt = undefined
  stop = new AbortController()
  const tasks = new TaskGroup((error) => {
    throw error
  })
  const environment = {
    ...{ clock, tracker },
    meter: { ...silentMeter, policies: (of: ReadonlyMap<string, number>) => phases.push(Object.fromEntries(of)) },
    reporter: {
      report: ({ key }: PolicyEntry) => {
        reported.push(key)
        return Promise.resolve(told)
      },
    },
    brakes: { look: () => {} },
    entries: new Map([entry('p'), entry('q', 'starting')].map((each) => [each.key, each])),
    timeInDoubt: () => doubt,
    spawn: (task: Promise<void>) => tasks.add(task),
  } as unknown as HousekeepingEnvironment
  house = new Housekeeping(environment)
  running = house.run(stop.signal)
  reported.length = 0
})

/** What was reported in a second, the looks at watches aside. */
async function second(): Promise<string[]> {
  reported.length = 0
  await clock.advance(1_000)
  return reported.filter((each) => !each.startsWith('look'))
}

test('each second every watch is looked at, and without news nothing is told', async () => {
  expect(await second()).toEqual([])
  expect(reported).toEqual(['look at p', 'look at q'])
  expect(phases.at(-1)).toEqual({ Active: 1, Pending: 1 })
})

test('news are told once, however many there were of the same policy', async () => {
  for (let n = 0; n < 3; n++) house.changed('p')
  expect(await second()).toEqual(['p'])
  expect(await second()).toEqual([])
})

test('what could not be told is told again the next second; a policy that has gone is not', async () => {
  house.changed('p')
  house.changed('gone')
  told = false
  expect(await second()).toEqual(['p'])
  told = true
  expect([await second(), await second()]).toEqual([['p'], []])
})

test('objects that have become stuck are news, and so is what the tracker touched', async () => {
  stuckChanges = true
  expect(await second()).toEqual(['p', 'q'])
  stuckChanges = false
  tracker.setPolicy('p', { dryRun: false, paused: false, line: 'x', rate: { perSecond: 1, batch: 1 } }, { wall: 0, mono: 0 })
  expect(await second()).toEqual(['p'])
})

test('a doubt about the time is news for every policy when it comes and when it goes', async () => {
  doubt = 'the clock has jumped'
  expect([await second(), await second()]).toEqual([['p', 'q'], []])
  doubt = undefined
  expect(await second()).toEqual(['p', 'q'])
})

test('it ends with its signal', async () => {
  stop.abort()
  await running
  house.changed('p')
  expect(await second()).toEqual([])
  expect(clock.pending).toBe(0)
})
