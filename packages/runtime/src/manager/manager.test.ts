import { sleep } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { controller } from '../controller/definition.ts'
import { FakeServer, refused } from '../fake/fake-server.ts'
import { Event, Lease, type Program, type ProgramOptions, startProgram, Website, website } from '../fake/program.ts'
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
const runnable = (name: string, run: Runnable['run'] = untilStopped, needsLeaderElection = true): Runnable => ({
  name,
  needsLeaderElection,
  run,
})
const get = async (address: string | undefined, path: string) => {
  const response = await fetch(`http://${address}${path}`)
  return { status: response.status, text: await response.text() }
}

describe('a manager', () => {
  test('ends well when it is told to, and nothing is left behind', async () => {
    const program = await start([runnable('a'), controller(Website, { reconcile: () => {} })])
    await program.stop()
    expect(program.outcome).toEqual({ ended: true, error: undefined })
    expect(program.server.watching).toBe(0)
    expect(program.clock.pending).toBe(0)
  })

  test('hands out its controllers, whoever may run them, and its overview says which are held', async () => {
    const led = controller(Website, { name: 'led', reconcile: () => {} })
    const everywhere = controller(Website, { name: 'everywhere', needsLeaderElection: false, reconcile: () => {} })
    const { manager } = await start([runnable('a'), led, everywhere])
    expect(new Set(manager.controllers())).toEqual(new Set([led, everywhere]))
    const held = () => manager.overview().runnables.flatMap(({ name, paused }) => (paused ? [name] : []))
    expect(held()).toEqual([])
    manager
      .controllers()
      .find(({ name }) => name === 'led')!
      .control.pause()
    expect(held()).toEqual(['led'])
  })

  test('ends with the first error that a runnable ends with, and stops the others', async () => {
    let stopped = false
    const other = runnable('other', async (signal) => {
      await untilStopped(signal)
      stopped = true
    })
    const program = await start([other, runnable('bad', () => Promise.reject(new Error('the disk is full')))])
    await settle()
    expect(program.outcome).toMatchObject({ ended: true, error: { message: 'the disk is full' } })
    expect(stopped).toBe(true)
  })

  test('finishes the reconcile that is under way and takes up no other', async () => {
    const done: string[] = []
    const program = await start([
      controller<Website>(Website, {
        async reconcile({ request, clock }) {
          await sleep(10_000, { clock })
          done.push(request.name)
        },
      }),
    ])
    for (const name of ['one', 'two', 'three']) program.server.put(Website, website(name))
    await settle()
    await program.stop()
    expect(done).toEqual(['one'])
    expect(program.outcome).toEqual({ ended: true, error: undefined })
  })

  test('aborts the work under way shortly before the time to stop is over', async () => {
    let abortedAt: number | undefined
    const program = await start([
      controller<Website>(Website, {
        reconcile: ({ signal, clock }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              abortedAt = clock.monotonic()
              resolve()
            })
          }),
      }),
    ])
    program.server.put(Website, website('slow'))
    await settle()
    await program.stop()
    expect(abortedAt).toBe(25_000)
    expect(program.outcome.error).toBeUndefined()
  })

  test('names what did not stop in time', async () => {
    const program = await start([runnable('deaf', () => new Promise(() => {})), runnable('well')], { gracefulShutdownTimeout: '10s' })
    await program.stop()
    expect(String(program.outcome.error)).toBe(
      'Error: manager: after 10 s these had not stopped: deaf; they must listen to the signal they are given',
    )
  })

  test('runs what is added while it runs, and refuses it while it stops, and refuses a name twice', async () => {
    const { manager, stop } = await start([runnable('a')])
    let ran = false
    manager.add(
      runnable('b', async () => {
        ran = true
      }),
    )
    expect(ran).toBe(true)
    expect(() => manager.add(runnable('a'))).toThrow('there is a "a" already')
    await stop()
    expect(() => manager.add(runnable('c'))).toThrow('after the manager had begun to stop')
  })

  test('writes nothing and asks nothing in an idle hour, but for the watches', async () => {
    const { server, clock } = await start([controller(Website, { reconcile: () => {} })], {
      prepare: (before) => void before.put(Website, website('shop')),
    })
    const before = server.requests.length
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(60_000)
      server.tell({ type: 'BOOKMARK', object: { metadata: { resourceVersion: server.revision } } })
      await settle()
    }
    expect(server.writes).toEqual([])
    expect(new Set(server.requests.slice(before).map(({ verb }) => verb))).toEqual(new Set(['watch']))
  })
})

describe('the endpoints', () => {
  const listening = { metricsBindAddress: '127.0.0.1:0', healthProbeBindAddress: '127.0.0.1:0' }

  test('answer probes and metrics on the ports that they were given', async () => {
    const { manager } = await start([controller(Website, { reconcile: () => {} })], listening)
    await expect.poll(() => manager.addresses().metrics).toBeDefined()
    const { health, metrics } = manager.addresses()
    expect(await get(health, '/healthz')).toEqual({ status: 200, text: 'ok' })
    await expect.poll(() => get(health, '/readyz')).toEqual({ status: 200, text: 'ok' })
    expect((await get(health, '/readyz?verbose')).text).toBe('[+]running ok\n[+]controller-website ok\nreadyz check passed\n')
    expect((await get(health, '/readyz/running')).status).toBe(200)
    expect((await get(health, '/readyz/nonsense')).status).toBe(404)
    expect((await get(metrics, '/metrics')).text).toContain('controller_runtime_max_concurrent_reconciles{controller="website"} 1')
  })

  test('readiness tells what is missing, while liveness depends on nothing outside', async () => {
    const { manager } = await start([controller(Website, { reconcile: () => {} })], {
      ...listening,
      prepare: (server) => server.failWith(refused),
    })
    await expect.poll(() => manager.addresses().health).toBeDefined()
    const { health } = manager.addresses()
    await expect
      .poll(() => get(health, '/readyz'))
      .toEqual({
        status: 500,
        text: '[+]running ok\n[-]controller-website failed: its caches are not in sync yet\nreadyz check failed\n',
      })
    expect((await get(health, '/healthz')).status).toBe(200)
    manager.addHealthCheck('mine', () => Promise.reject(new Error('jammed')))
    expect(await get(health, '/healthz')).toEqual({ status: 500, text: '[+]ping ok\n[-]mine failed: jammed\nhealthz check failed\n' })
    expect((await get(health, '/healthz?exclude=mine')).status).toBe(200)
  })

  test('a port in use is one sentence with the flag and the mend', async () => {
    const first = await start([], listening)
    await expect.poll(() => first.manager.addresses().metrics).toBeDefined()
    const taken = first.manager.addresses().metrics!
    const second = await start([], { metricsBindAddress: taken })
    await expect.poll(() => second.outcome.ended).toBe(true)
    expect(String(second.outcome.error)).toBe(
      `ConfigurationError: --metrics-bind-address "${taken}": the port is in use by another program: choose another one, or "0" to switch it off`,
    )
  })

  test('an address that is none is refused when the manager is made', async () => {
    await expect(startProgram([], { clock: virtualClock(), metricsBindAddress: 'eighty' })).rejects.toThrow(
      '--metrics-bind-address "eighty" is no address: write ":8080"',
    )
  })
})

describe('leader election', () => {
  const leaderElection = { leaseName: 'op', leaseNamespace: 'sys' }
  const holder = (server: FakeServer) =>
    server.find('Lease.coordination.k8s.io/v1', 'sys/op')?.['spec'] as { holderIdentity: string } | undefined
  const replicas = async (work: (name: string) => readonly Runnable[]) => {
    const first = await start(work('first'), { leaderElection, identity: 'first' })
    const { server, clock } = first
    const second = await start(work('second'), { leaderElection, identity: 'second', server, clock })
    return { first, second, server, clock }
  }

  test('one of two replicas works; when it stops it gives the lease back, and the other works within seconds', async () => {
    const log: string[] = []
    const { first, second, clock, server } = await replicas((name) => [
      runnable('work', async (signal) => {
        log.push(`${name} starts`)
        await untilStopped(signal)
        log.push(`${name} stops`)
      }),
      runnable('standby', async () => void log.push(`${name} stands by`), false),
    ])
    expect(log.sort()).toEqual(['first stands by', 'first starts', 'second stands by'])
    expect([first.manager.isLeader(), second.manager.isLeader()]).toEqual([true, false])
    log.length = 0
    await first.stop()
    expect(holder(server)?.holderIdentity).not.toBe('first')
    await clock.advance(4400)
    expect(log).toEqual(['first stops', 'second starts'])
    expect(second.manager.isLeader()).toBe(true)
  })

  test('when the leader dies the other waits until the lease has run out, and not twenty seconds', async () => {
    const { first, second, clock, server } = await replicas(() => [])
    const leases = server.requests.length
    server.failWith(({ kind, options }) =>
      kind.startsWith('Lease') && JSON.stringify(options ?? '').includes('"first"') ? refused() : undefined,
    )
    await clock.advance(9_900)
    expect([first.manager.isLeader(), second.manager.isLeader()]).toEqual([true, false])
    await clock.advance(10_100)
    expect([first.manager.isLeader(), second.manager.isLeader()]).toEqual([false, true])
    expect(server.requests.length).toBeGreaterThan(leases)
  })

  test('a leader that cannot renew aborts its work before the lease runs out, and ends with a clear error', async () => {
    let aborted: number | undefined
    const program = await start(
      [
        controller<Website>(Website, {
          reconcile: ({ signal, clock }) =>
            new Promise((_, reject) =>
              signal.addEventListener('abort', () => {
                aborted = clock.monotonic()
                reject(signal.reason as Error)
              }),
            ),
        }),
      ],
      { leaderElection, prepare: (server) => void server.put(Website, website('shop')) },
    )
    program.server.failWith(refused)
    await program.clock.advance(16_000)
    expect(aborted).toBe(10_000)
    expect(program.outcome).toMatchObject({
      ended: true,
      error: { name: 'LeadershipLostError', message: 'leadership lost: the lease could not be renewed for 10 s' },
    })
    expect(program.log.filter((line) => line['level'] === 'error').map((line) => line['message'])).toEqual([])
  })

  test('while it leads it writes the lease and nothing else; the metric says that it leads', async () => {
    const { server, clock, manager } = await start([controller(Website, { reconcile: () => {} })], { leaderElection })
    await clock.advance(60_000)
    expect(new Set(server.writes.map(({ kind }) => kind))).toEqual(new Set(['Lease.coordination.k8s.io/v1']))
    expect(server.writes.length).toBeLessThanOrEqual(31)
    expect(await manager.metrics.metrics()).toContain('leader_election_master_status{name="op"} 1')
  })

  test('a right that is missing is said once', async () => {
    const { clock, said } = await start([], { leaderElection, server: new FakeServer().serve(Event) })
    await clock.advance(60_000)
    expect(said('warn')).toHaveLength(1)
    expect(said('warn')[0]).toContain('leases.coordination.k8s.io')
  })

  test('somebody who annotates the lease does no harm', async () => {
    const { server, clock, manager, outcome } = await start([], { leaderElection })
    const lease = server.find('Lease.coordination.k8s.io/v1', 'sys/op')!
    server.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations: { by: 'somebody' } } })
    await clock.advance(30_000)
    expect([manager.isLeader(), outcome.ended]).toEqual([true, false])
    expect(await manager.metrics.metrics()).toContain('leader_election_slowpath_total{name="op"} 1')
  })

  test.each([
    [{ leaseDuration: '10s' }, '"leaseDuration" (10000 ms) must be longer than "renewDeadline"'],
    [{ retryPeriod: '9s' }, '"renewDeadline" (10000 ms) must be longer than 1.2 times "retryPeriod"'],
    [{ leaseName: '' }, '"leaseName" is empty'],
  ])('%j is refused', async (change, sentence) => {
    await expect(startProgram([], { clock: virtualClock(), leaderElection: { ...leaderElection, ...change } })).rejects.toThrow(sentence)
  })
})
