import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { type Program, type ProgramOptions, startProgram } from '../fake/program.ts'
import type { Runnable } from './runnable.ts'

const leaderElection = { leaseName: 'op', leaseNamespace: 'sys' }
const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})
async function start(runnables: readonly Runnable[], options: Partial<ProgramOptions> = {}) {
  const program = await startProgram(runnables, { clock: virtualClock(), leaderElection, ...options })
  programs.push(program)
  return program
}
const untilStopped = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

/** A runnable that says what happens to it. */
function warming(log: string[], name: string, warm: (signal: AbortSignal) => Promise<void>): Runnable {
  return {
    name,
    async warmUp(signal) {
      log.push(`${name} warms up`)
      await warm(signal)
      log.push(`${name} is warm`)
    },
    async run(signal) {
      log.push(`${name} runs`)
      await untilStopped(signal)
    },
  }
}

describe('warm standby', () => {
  test('every replica warms up, and the one that takes over has nothing left to do but to work', async () => {
    const log: string[] = []
    const clock = virtualClock()
    const first = await start([warming(log, 'first', async () => {})], { identity: 'first', clock })
    await start([warming(log, 'second', async () => {})], { identity: 'second', clock, server: first.server })
    expect(log).toEqual(['first warms up', 'first is warm', 'first runs', 'second warms up', 'second is warm'])
    log.length = 0
    await first.stop()
    await clock.advance(4_400)
    expect(log).toEqual(['second runs'])
  })

  test('a replica campaigns when it is warm and not before', async () => {
    const log: string[] = []
    const warm = Promise.withResolvers<void>()
    const { manager, server, clock } = await start([warming(log, 'a', () => warm.promise)])
    expect([manager.isLeader(), server.writes]).toEqual([false, []])
    expect(manager.overview().runnables).toEqual([{ name: 'a', group: 'led', state: 'warming' }])
    warm.resolve()
    await clock.advance(0)
    await clock.advance(0)
    expect(manager.isLeader()).toBe(true)
    expect(log.at(-1)).toBe('a runs')
  })

  test('one that does not get warm does not leave the program without a leader: after two minutes it campaigns, and says which', async () => {
    const log: string[] = []
    const {
      manager,
      clock,
      said,
      log: lines,
    } = await start([warming(log, 'slow', (signal) => untilStopped(signal)), warming(log, 'quick', async () => {})])
    await clock.advance(119_000)
    expect(manager.isLeader()).toBe(false)
    await clock.advance(1_100)
    expect(manager.isLeader()).toBe(true)
    expect(log.filter((line) => line.endsWith('runs'))).toEqual(['quick runs'])
    expect(said('warn')).toEqual(['not everything has warmed up; campaigning nevertheless'])
    expect(lines.find(({ level }) => level === 'warn')).toMatchObject({ cold: ['slow'] })
  })

  test('the time can be set', async () => {
    const { manager, clock } = await start([warming([], 'slow', untilStopped)], { warmUpTimeout: '10s' })
    await clock.advance(10_100)
    expect(manager.isLeader()).toBe(true)
  })

  test('what is late runs as soon as it is warm', async () => {
    const log: string[] = []
    const warm = Promise.withResolvers<void>()
    const { clock } = await start([warming(log, 'late', () => warm.promise)], { warmUpTimeout: '1s' })
    await clock.advance(2_000)
    expect(log).toEqual(['late warms up'])
    warm.resolve()
    await settle()
    expect(log).toEqual(['late warms up', 'late is warm', 'late runs'])
  })

  test('a warm-up that fails ends the program, as the work itself would', async () => {
    const { outcome } = await start([warming([], 'bad', () => Promise.reject(new Error('may not list pods')))])
    await settle()
    expect(outcome).toMatchObject({ ended: true, error: { message: 'may not list pods' } })
  })

  test('what is added while this replica stands by warms up at once', async () => {
    const log: string[] = []
    const clock = virtualClock()
    const { server } = await start([], { identity: 'first', clock })
    const { manager } = await start([], { identity: 'second', clock, server })
    manager.add(warming(log, 'new', async () => {}))
    await settle()
    expect(log).toEqual(['new warms up', 'new is warm'])
  })

  test('is left out when it is off, and where there is no election', async () => {
    const log: string[] = []
    await start([warming(log, 'off', async () => {})], { warmStandby: false })
    await start([warming(log, 'alone', async () => {})], { leaderElection: false })
    expect(log).toEqual(['off runs', 'alone runs'])
  })

  test('stops in the middle of a warm-up, with nothing left behind', async () => {
    const program = await start([warming([], 'slow', untilStopped)])
    await program.stop()
    expect(program.outcome).toEqual({ ended: true, error: undefined })
    expect(program.clock.pending).toBe(0)
  })
})
