import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { blockableClock } from '../fake/blockable-clock.ts'
import { fakeClient } from '../fake/fake-client.ts'
import { FakeServer, refused } from '../fake/fake-server.ts'
import { Event, Lease, type Program, type ProgramOptions, startProgram, Website, website } from '../fake/program.ts'
import { isNotLeader } from '../leader-election/errors.ts'
import type { Manager } from './manager.ts'
import type { Runnable } from './runnable.ts'

const leaderElection = { leaseName: 'op', leaseNamespace: 'sys' }
const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})
async function start(runnables: readonly Runnable[], options: ProgramOptions) {
  const program = await startProgram(runnables, { leaderElection, ...options })
  programs.push(program)
  return program
}
const untilStopped = (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** A replica, and the manager as what it leads sees it. */
async function replica(identity: string, options: ProgramOptions) {
  const given = Promise.withResolvers<Manager>()
  const worker: Runnable = {
    name: 'worker',
    async run(signal, manager) {
      given.resolve(manager)
      await untilStopped(signal)
    },
  }
  const program = await start([worker], { ...options, identity })
  return {
    program,
    led: given.promise,
    write: async (name: string) => (await (await given.promise).client.resource(Website)).create(website(name)),
  }
}

describe('a leader whose event loop was blocked for half a minute', () => {
  const scene = async () => {
    const clock = virtualClock()
    const blockable = blockableClock(clock)
    const first = await replica('first', { clock: blockable })
    const { server } = first.program
    const second = await replica('second', { clock, server })
    return { clock, blockable, server, first, second }
  }

  test('P13: of two replicas one works at a time, and a blocked one writes nothing when it comes to: two writers, never', async () => {
    const { clock, blockable, server, first, second } = await scene()
    await first.write('before')
    blockable.block()
    await clock.advance(30_000)
    expect(second.program.manager.isLeader()).toBe(true)
    await second.write('by-the-second')
    // The first thing that it does, before any timer could tell it what time it is.
    const error = await errorOf(first.write('by-the-first'))
    expect(isNotLeader(error)).toBe(true)
    expect(first.program.manager.isLeader()).toBe(false)
    expect(() => first.program.manager.assertLeader()).toThrow('does not lead')
    expect(server.objects('Website.example.dev/v1').map(({ metadata }) => metadata.name)).toEqual(['before', 'by-the-second'])
    blockable.unblock()
    await settle()
    expect((await first.led).abandon.aborted).toBe(true)
    await clock.advance(10_000)
    expect(first.program.outcome).toMatchObject({ ended: true, error: { name: 'LeadershipLostError' } })
    expect(server.find('Lease.coordination.k8s.io/v1', 'sys/op')).toMatchObject({ spec: { holderIdentity: 'second' } })
  })

  test('writes in its other clusters no more than in its own', async () => {
    const { clock, blockable, first } = await scene()
    const far = new FakeServer().serve(Website, Event)
    const joined = (await first.led).clusters.join('far', fakeClient(far))
    await (await joined.client.resource(Website)).create(website('before'))
    blockable.block()
    await clock.advance(30_000)
    const known = (await first.led).clusters.get('far')
    expect(known).toBe(joined)
    for (const { client } of [joined, known!])
      expect(isNotLeader(await errorOf((await client.resource(Website)).create(website('late'))))).toBe(true)
    expect(far.objects('Website.example.dev/v1')).toHaveLength(1)
    blockable.unblock()
  })

  test('what needs no leadership writes on', async () => {
    const { clock, blockable, server, first } = await scene()
    blockable.block()
    await clock.advance(30_000)
    await (await first.program.manager.client.resource(Website)).create(website('report'))
    expect(server.find('Website.example.dev/v1', 'shop/report')).toBeDefined()
    blockable.unblock()
  })
})

describe('the fence of a leader', () => {
  test('lets every write pass while it renews', async () => {
    const clock = virtualClock()
    const { write } = await replica('only', { clock })
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000)
      await write(`site-${second}`)
    }
  })

  test('a write that waits to be sent when the lease nears its end is not sent', async () => {
    const clock = virtualClock()
    const blockable = blockableClock(clock)
    const sent: string[] = []
    const server = new FakeServer().serve(Website, Lease, Event)
    const gate = Promise.withResolvers<void>()
    const plain = fakeClient(server)
    const client = {
      ...plain,
      async request<R>(method: string, path: string, options: { beforeSend?: (() => void) | undefined } = {}): Promise<R> {
        if (method === 'GET') return await plain.request<R>(method, path)
        await gate.promise
        options.beforeSend?.()
        sent.push(path)
        return undefined as R
      },
    }
    const { led } = await replica('only', { clock: blockable, client, server })
    const writing = errorOf((await led).client.request('PUT', '/apis/example.dev/v1/namespaces/shop/websites/a', { body: {} }))
    blockable.block()
    await clock.advance(10_600)
    gate.resolve()
    expect(isNotLeader(await writing)).toBe(true)
    expect(sent).toEqual([])
    blockable.unblock()
  })

  test('a lost lease ends the writes that are under way', async () => {
    const clock = virtualClock()
    const server = new FakeServer().serve(Website, Lease, Event)
    const plain = fakeClient(server)
    const client = {
      ...plain,
      request: <R>(method: string, path: string, { signal }: { signal?: AbortSignal | undefined } = {}) =>
        method === 'GET'
          ? plain.request<R>(method, path)
          : new Promise<R>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    }
    const { led } = await replica('only', { clock, client, server })
    let end: unknown
    const writing = errorOf((await led).client.request('PUT', '/x')).then((error) => {
      end = error
    })
    server.failWith(refused)
    await clock.advance(9_000)
    expect(end).toBeUndefined()
    await clock.advance(1_100)
    await writing
    expect(end).toMatchObject({ name: 'LeadershipLostError' })
  })
})

describe('giving the lease back', () => {
  test('is tried again when somebody else has touched it', async () => {
    const clock = virtualClock()
    const { program } = await replica('only', { clock })
    const { server } = program
    let conflicts = 0
    server.failWith(({ verb, kind, options }) => {
      if (verb !== 'update' || !kind.startsWith('Lease') || !JSON.stringify(options).includes('"holderIdentity":""') || conflicts++ > 0)
        return undefined
      const lease = server.find('Lease.coordination.k8s.io/v1', 'sys/op')!
      server.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations: { by: 'somebody' } } })
      return undefined
    })
    await program.stop()
    expect(conflicts).toBe(2)
    expect(server.find('Lease.coordination.k8s.io/v1', 'sys/op')).toMatchObject({ spec: { holderIdentity: '' } })
  })
})
