import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { startProgram } from '../fake/program.ts'
import type { Shards } from '../sharding/shards.ts'
import type { Runnable } from './runnable.ts'

const shards: Shards = { owns: () => true, subscribe: () => () => {}, joined: Promise.resolve(), leaseDuration: 15_000 }
const untilStopped = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

function telling(log: string[], name: string, more: Partial<Runnable> = {}): Runnable {
  return {
    name,
    async run(signal, manager) {
      log.push(`${name} runs${manager.shards === shards ? ' on its shards' : ''}`)
      await untilStopped(signal)
      log.push(`${name} stops`)
    },
    ...more,
  }
}

test('what is sharded works on every replica, what is not still needs leadership; shards are given back when no work is left', async () => {
  const log: string[] = []
  const clock = virtualClock()
  const options = {
    clock,
    leaderElection: { leaseName: 'op', leaseNamespace: 'sys' },
    sharding: ({ identity }: { readonly identity: string }) => ({
      shards,
      run: async (signal: AbortSignal) => {
        log.push(`${identity} joins`)
        await untilStopped(signal)
        log.push(`${identity} leaves`)
      },
      release: async () => void log.push(`${identity} gives back`),
    }),
  }
  const work = (identity: string) => [telling(log, `${identity} shared`, { sharded: true }), telling(log, `${identity} single`)]
  const first = await startProgram(work('one'), { ...options, identity: 'one' })
  const second = await startProgram(work('two'), { ...options, identity: 'two', server: first.server })
  expect(log.sort()).toEqual([
    'one joins',
    'one shared runs on its shards',
    'one single runs on its shards',
    'two joins',
    'two shared runs on its shards',
  ])
  log.length = 0
  await second.stop()
  expect(log).toEqual(['two shared stops', 'two leaves', 'two gives back'])
  await first.stop()
})

test('a runnable that waits for leadership, and does not get warm, keeps nobody from joining the ring', async () => {
  const log: string[] = []
  const cold: Runnable = { name: 'cold', warmUp: untilStopped, run: untilStopped }
  const program = await startProgram([cold, telling(log, 'shared', { sharded: true })], {
    clock: virtualClock(),
    leaderElection: { leaseName: 'op', leaseNamespace: 'sys' },
    sharding: () => ({
      shards,
      run: async (signal) => {
        log.push('joins')
        await untilStopped(signal)
      },
      release: async () => {},
    }),
  })
  expect(program.manager.isLeader()).toBe(false)
  expect(log).toEqual(['shared runs on its shards', 'joins'])
  await program.stop()
})

test('without shards what is sharded counts for nothing', async () => {
  const log: string[] = []
  const clock = virtualClock()
  const options = { clock, leaderElection: { leaseName: 'op', leaseNamespace: 'sys' } }
  const first = await startProgram([telling(log, 'one', { sharded: true })], { ...options, identity: 'one' })
  const second = await startProgram([telling(log, 'two', { sharded: true })], { ...options, identity: 'two', server: first.server })
  expect(log).toEqual(['one runs'])
  await second.stop()
  await first.stop()
})
