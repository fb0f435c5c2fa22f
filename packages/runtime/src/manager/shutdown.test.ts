import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { FakeServer } from '../fake/fake-server.ts'
import { Event, Lease, type Program, type ProgramOptions, startProgram, Website } from '../fake/program.ts'
import { createLogger } from '../log/logger.ts'
import { createManager } from './manager.ts'
import type { Runnable } from './runnable.ts'

const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})
async function start(runnables: readonly Runnable[], options: Partial<ProgramOptions> = {}) {
  const program = await startProgram(runnables, { clock: virtualClock(), ...options })
  programs.push(program)
  return program
}
const untilStopped = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
const deaf: Runnable = { name: 'deaf', run: () => new Promise(() => {}) }

function telling(log: string[], name: string, more: Partial<Runnable> = {}): Runnable {
  return {
    name,
    async run(signal) {
      log.push(`${name} starts`)
      await untilStopped(signal)
      log.push(`${name} stops`)
    },
    ...more,
  }
}

describe('the order', () => {
  test('of the start: webhooks answer before anything is listed or works', async () => {
    const log: string[] = []
    const answers = Promise.withResolvers<void>()
    const hook = telling(log, 'hook', { servesWebhooks: true, whenServing: () => answers.promise })
    const lists: Runnable = {
      name: 'lists',
      needsLeaderElection: false,
      run: async (signal, { cache }) => {
        log.push('lists starts')
        await using _ = await cache.informer(Website)
        await untilStopped(signal)
      },
    }
    const { server } = await start([lists, telling(log, 'work'), hook])
    expect([log, server.requests]).toEqual([['hook starts'], []])
    answers.resolve()
    await settle()
    expect(log).toEqual(['hook starts', 'lists starts', 'work starts'])
  })

  test('of the stop: work, then the lease, then the caches, and webhooks when every load balancer has heard of it', async () => {
    const log: string[] = []
    const clock = virtualClock()
    const server = new FakeServer().serve(Website, Lease, Event)
    const at = () => clock.monotonic() / 1000
    const cached: Runnable = {
      name: 'cached',
      async run(signal, { cache }) {
        const lease = await cache.informer(Website)
        await untilStopped(signal)
        log.push(`work at ${at()}`)
        void lease
      },
    }
    const hook: Runnable = {
      name: 'hook',
      servesWebhooks: true,
      async run(signal) {
        await untilStopped(signal)
        log.push(`webhooks at ${at()}, watches ${server.watching}`)
      },
    }
    const { stop } = await start([cached, hook], { clock, server, leaderElection: { leaseName: 'op', leaseNamespace: 'sys' } })
    server.failWith(({ verb, options }) => {
      if (verb === 'update' && JSON.stringify(options).includes('"holderIdentity":""'))
        log.push(`lease at ${at()}, watches ${server.watching}`)
      return undefined
    })
    await stop()
    expect(log).toEqual(['work at 0', 'lease at 0, watches 1', 'webhooks at 5, watches 0'])
  })

  test.each([
    ['preStopDelay sets how long', { preStopDelay: '12s' }, 12_000],
    ['the grace period bounds it', { preStopDelay: '12s', gracefulShutdownTimeout: '3s' }, 3_000],
    ['none', { preStopDelay: 0 }, 0],
  ])('of the stop: %s webhooks go on', async (_, options, expected) => {
    let stoppedAt: number | undefined
    const hook: Runnable = {
      name: 'hook',
      servesWebhooks: true,
      async run(signal, { clock }) {
        await untilStopped(signal)
        stoppedAt = clock.monotonic()
      },
    }
    const { stop } = await start([hook], options)
    await stop()
    expect(stoppedAt).toBe(expected)
  })

  test('readiness fails first, while webhooks still answer', async () => {
    const { manager, clock, stop } = await start([telling([], 'hook', { servesWebhooks: true })], { healthProbeBindAddress: '127.0.0.1:0' })
    await expect.poll(() => manager.addresses().health).toBeDefined()
    const stopping = stop()
    const ready = await fetch(`http://${manager.addresses().health}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([500, '[-]running failed: stopping\nreadyz check failed\n'])
    await clock.advance(60_000)
    await stopping
  })
})

describe('the time to stop', () => {
  test('0: work under way is abandoned at once, and nothing is waited for', async () => {
    const program = await start([deaf], { gracefulShutdownTimeout: 0 })
    await program.stop()
    expect(program.manager.abandon.aborted).toBe(true)
    expect(String(program.outcome.error)).toContain('after 0 s these had not stopped: deaf')
  })

  test("'forever': work is never abandoned", async () => {
    const end = Promise.withResolvers<void>()
    const slow: Runnable = { name: 'slow', run: () => end.promise }
    const program = await startProgram([slow], { clock: virtualClock(), gracefulShutdownTimeout: 'forever' })
    const stopping = program.stop()
    await program.clock.advance(3_600_000)
    expect([program.outcome.ended, program.manager.abandon.aborted]).toEqual([false, false])
    end.resolve()
    await stopping
    expect(program.outcome).toEqual({ ended: true, error: undefined })
  })

  test.each([
    ['gracefulShutdownTimeout', -1],
    ['preStopDelay', -5],
    ['warmUpTimeout', -3],
  ])('%s below 0 is refused', async (option, value) => {
    await expect(start([], { [option]: value })).rejects.toThrow(`${option} is ${value} ms: it must be 0 or more`)
  })

  test('what has not ended is known by name at any moment, for the second signal', async () => {
    const program = await start([deaf, telling([], 'well'), telling([], 'other', { needsLeaderElection: false })])
    expect(program.manager.unfinished()).toEqual(['reachability', 'events', 'caches', 'other', 'deaf', 'well'])
    const stopping = program.stop()
    await settle()
    expect(program.manager.unfinished()).toEqual(['reachability', 'events', 'caches', 'deaf'])
    await stopping
    expect(program.manager.unfinished()).toEqual(['deaf'])
  })

  test('an error after the stop has begun is told in the log, and the stop goes on', async () => {
    const bad: Runnable = {
      name: 'bad',
      async run(signal) {
        await untilStopped(signal)
        throw new Error('no disk to say goodbye to')
      },
    }
    const program = await start([bad])
    await program.stop()
    expect(program.outcome).toEqual({ ended: true, error: undefined })
    expect(program.log.find(({ level }) => level === 'error')).toMatchObject({ message: 'failed while stopping', runnable: 'bad' })
  })
})

test('await using stops what still runs', async () => {
  const log: string[] = []
  const ended: unknown[] = []
  {
    await using manager = createManager({
      client: fakeClient(new FakeServer().serve(Website, Event)),
      log: createLogger({ destination: { write: () => {} } }),
    })
    manager.add(telling(log, 'work'))
    manager.run(new AbortController().signal).then(
      () => ended.push('well'),
      (error: unknown) => ended.push(error),
    )
    await settle()
  }
  expect([log, ended]).toEqual([['work starts', 'work stops'], ['well']])
})

test('a manager that never ran has nothing to dispose of, and runs once', async () => {
  const client = fakeClient(new FakeServer())
  const manager = createManager({ client, log: createLogger({ destination: { write: () => {} } }) })
  await manager[Symbol.asyncDispose]()
  await manager.run(AbortSignal.abort(new Error('over')))
  await expect(manager.run(new AbortController().signal)).rejects.toThrow('it runs once')
})

test('a stop that comes while the probes are being opened leaves no server behind', async () => {
  const manager = createManager({
    client: fakeClient(new FakeServer().serve(Event)),
    clock: virtualClock(),
    log: createLogger({ level: 'silent' }),
    healthProbeBindAddress: '127.0.0.1:0',
  })
  await manager.run(AbortSignal.abort(new Error('stopped at once')))
  // What was opening has opened by now.
  await expect.poll(() => manager.addresses().health).toBeDefined()
  await expect(fetch(`http://${manager.addresses().health}/healthz`)).rejects.toThrow('fetch failed')
})
