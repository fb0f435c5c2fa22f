// Two replicas: one works at a time, and the other takes over.
import { Lease } from '@kubewright/client'
import type { LeaderElectionOptions, Manager, Runnable } from '@kubewright/runtime'
import { consistently, eventually, faultProxy } from '@kubewright/testing'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type RunningManager, runManager } from './managers.ts'

const bench = useCluster()

/** Short enough for a test, long enough for a machine that is busy with other things. */
const TIMES = { leaseDuration: 3_000, renewDeadline: 2_000, retryPeriod: 400 }

let namespace: string
let watching: NodeJS.Timeout
let both: number
let replicas: Manager[]

beforeEach(async () => {
  namespace = await bench.namespace()
  replicas = []
  both = 0
  watching = setInterval(() => {
    if (replicas.filter((manager) => manager.isLeader()).length > 1) both++
  }, 5)
})
afterEach(() => {
  clearInterval(watching)
  // The one thing that must never be.
  expect(both).toBe(0)
})

function replica(identity: string, work: string[], connection = bench.cluster.connection): RunningManager {
  const worker: Runnable = {
    name: 'worker',
    async run(signal) {
      work.push(`${identity} starts`)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      work.push(`${identity} ends`)
    },
  }
  const leaderElection: LeaderElectionOptions = { leaseName: 'test', leaseNamespace: namespace, ...TIMES }
  const running = runManager(connection, [worker], { identity, leaderElection })
  replicas.push(running.manager)
  return running
}

const holder = async () => (await (await bench.client.resource(Lease)).get({ namespace, name: 'test' })).spec?.holderIdentity

test('one works and the other waits; when the first is stopped it hands over at once', async () => {
  const work: string[] = []
  const first = replica('one', work)
  await eventually(() => expect(work).toEqual(['one starts']))
  replica('two', work)
  await consistently(() => expect(work).toEqual(['one starts']), 1_500)
  expect(await holder()).toMatch(/^one/)
  const stopped = performance.now()
  await first.stop()
  await eventually(() => expect(work).toEqual(['one starts', 'one ends', 'two starts']))
  // The lease was given back: nobody had to wait until it was over.
  expect(performance.now() - stopped).toBeLessThan(TIMES.leaseDuration)
  expect(await holder()).toMatch(/^two/)
})

test('one that is cut off from the server stops working before the other starts', async () => {
  const work: string[] = []
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  const first = replica('one', work, proxy.connection)
  await eventually(() => expect(work).toEqual(['one starts']))
  replica('two', work)
  await proxy.pause()
  await eventually(() => expect(work).toEqual(['one starts', 'one ends', 'two starts']), { timeout: 20_000 })
  expect(String(await first.ended)).toMatch(/lease|leader/i)
})

test('one whose requests vanish without an answer stops as well', async () => {
  const work: string[] = []
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  const first = replica('one', work, proxy.connection)
  await eventually(() => expect(work).toEqual(['one starts']))
  replica('two', work)
  proxy.inject({ is: 'blackhole' })
  await eventually(() => expect(work).toEqual(['one starts', 'one ends', 'two starts']), { timeout: 20_000 })
  expect(await first.ended).toBeInstanceOf(Error)
})

test('a server that is away for less than the deadline changes nothing', async () => {
  const work: string[] = []
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  replica('one', work, proxy.connection)
  await eventually(() => expect(work).toEqual(['one starts']))
  await proxy.pause()
  await new Promise((resolve) => setTimeout(resolve, 500))
  await proxy.resume()
  await consistently(() => expect(work).toEqual(['one starts']), 2_500)
})
