import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { fakeClient } from '../fake/fake-client.ts'
import { apiError, FakeServer, refused } from '../fake/fake-server.ts'
import { Event } from '../fake/program.ts'
import { createLogger, silentLogger } from '../log/logger.ts'
import { ServerReachability } from '../reachability/reachability.ts'
import { EventWriter } from './writer.ts'

const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'ns' } })

function start() {
  const clock = virtualClock()
  const server = new FakeServer().serve(Event)
  const dropped: string[] = []
  const said: string[] = []
  const client = fakeClient(server)
  const reachability = new ServerReachability({ client, clock, log: silentLogger, random: () => 0.5 })
  const log = createLogger({ destination: { write: (line) => said.push(JSON.parse(line).message) } })
  const writer = new EventWriter({
    client,
    clock,
    reachability,
    identity: 'host',
    random: () => 0.5,
    log,
    dropped: (reason) => dropped.push(reason),
  })
  const stop = new AbortController()
  const run = Promise.all([writer.run(stop.signal), reachability.run(stop.signal)])
  const finish = async () => {
    stop.abort()
    for (let i = 0; i < 5; i++) await clock.advance(1000)
    await run
    expect(clock.pending).toBe(0)
  }
  return {
    clock,
    server,
    dropped,
    said,
    recorder: writer.recorder('website'),
    secrets: log.secrets,
    finish,
    written: () => server.objects('Event.events.k8s.io/v1'),
  }
}

describe('a recorder', () => {
  test('writes in the background, and a repetition as the count of a series', async () => {
    const { recorder, written, finish, server, clock } = start()
    for (let i = 0; i < 5; i++) {
      recorder.event(pod('a'), { reason: 'Failed', note: 'oops', type: 'Warning' })
      await settle()
    }
    expect(written()).toMatchObject([{ reason: 'Failed', type: 'Warning', series: { count: 2 } }])
    await clock.advance(360_000)
    expect(written()).toMatchObject([{ series: { count: 5 } }])
    expect(server.writes).toHaveLength(3)
    await clock.advance(3_600_000)
    expect([server.writes.length, clock.pending], 'and then it is idle').toEqual([3, 0])
    await finish()
  })

  test('never throws, and drops what the server does not take', async () => {
    const { recorder, server, dropped, said, finish } = start()
    server.failWith(() => apiError(403, 'Forbidden', 'the namespace is going'))
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    recorder.event(undefined as never, undefined as never)
    await settle()
    expect(dropped).toEqual(['refused'])
    expect(said).toEqual(['an event could not be made', 'an event was not written'])
    await finish()
  })

  test('tries again while the server is away', async () => {
    const { recorder, server, written, clock, finish } = start()
    server.failWith(refused)
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await clock.advance(30_000)
    expect(written()).toEqual([])
    server.heal()
    await clock.advance(15_000)
    expect(written()).toHaveLength(1)
    await finish()
  })

  test('writes what an outage of an hour held up, within seconds of its end', async () => {
    const { recorder, server, written, dropped, clock, finish } = start()
    server.failWith(refused)
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await clock.advance(3_600_000)
    server.heal()
    await clock.advance(3_500)
    expect([written().length, dropped]).toEqual([1, []])
    await finish()
  })

  test('gives up after two minutes what a server that is well does not take', async () => {
    const { recorder, server, dropped, clock, finish } = start()
    server.failWith(({ verb }) => (verb === 'create' ? apiError(500, 'InternalError') : undefined))
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await clock.advance(180_000)
    expect(dropped).toEqual(['refused'])
    await finish()
  })

  test('keeps a thousand and drops the rest, while nothing can be written', async () => {
    const { recorder, server, dropped, finish } = start()
    server.failWith(refused)
    for (let i = 0; i < 1100; i++) recorder.event(pod(`p${i}`), { reason: 'Failed', note: 'oops' })
    await settle()
    expect(dropped.filter((reason) => reason === 'queue').length).toBeGreaterThanOrEqual(96)
    await finish()
  })

  test('writes what is left when it is told to stop', async () => {
    const { recorder, written, finish } = start()
    for (let i = 0; i < 20; i++) recorder.event(pod(`p${i}`), { reason: 'Stopping', note: 'bye' })
    await finish()
    expect(written()).toHaveLength(20)
  })

  test('writes a series anew that the server has forgotten', async () => {
    const { recorder, server, written, finish } = start()
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await settle()
    server.remove(Event, `ns/${written()[0]!.metadata.name}`)
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await settle()
    expect(written()).toMatchObject([{ series: { count: 2 } }])
    await finish()
  })

  test('tries again when the event was not there for the patch, but there for the create', async () => {
    const { recorder, server, written, clock, dropped, finish } = start()
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await settle()
    const answers = [apiError(404, 'NotFound'), apiError(409, 'AlreadyExists')]
    server.failWith(({ verb }) => (verb === 'patch' || verb === 'create' ? answers.shift() : undefined))
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await settle()
    expect(written()).not.toMatchObject([{ series: { count: 2 } }])
    await clock.advance(15_000)
    expect([written(), dropped]).toMatchObject([[{ series: { count: 2 } }], []])
    await finish()
  })

  test('does not say twice what arrived although its answer did not', async () => {
    const { recorder, server, written, clock, dropped, finish } = start()
    server.failWith(({ verb }) => (verb === 'create' ? apiError(409, 'AlreadyExists') : undefined))
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await clock.advance(60_000)
    expect([server.count('create'), written().length, dropped]).toEqual([1, 0, []])
    await finish()
  })

  test('waits about ten seconds between two tries, longer by chance', async () => {
    const { recorder, server, clock, finish } = start()
    server.failWith(({ verb }) => (verb === 'create' ? apiError(500, 'InternalError') : undefined))
    recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
    await clock.advance(11_000)
    expect(server.count('create')).toBe(1)
    await clock.advance(500)
    expect(server.count('create')).toBe(2)
    await finish()
    expect(server.count('create')).toBeLessThanOrEqual(12)
  })

  test('writes the last count of what was only counted when it is told to stop', async () => {
    const { recorder, written, finish } = start()
    for (let i = 0; i < 5; i++) {
      recorder.event(pod('a'), { reason: 'Failed', note: 'oops' })
      await settle()
    }
    await finish()
    expect(written()).toMatchObject([{ series: { count: 5 } }])
  })

  test('never writes a count before the event that it counts, though several are written at once', async () => {
    const { recorder, server, written, finish } = start()
    for (let round = 0; round < 2; round++) for (let i = 0; i < 40; i++) recorder.event(pod(`p${i}`), { reason: 'Failed', note: 'oops' })
    await finish()
    expect(written().every((event) => (event['series'] as { count: number }).count === 2)).toBe(true)
    expect([server.count('create'), server.count('patch')]).toEqual([40, 40])
  })

  test('shows no value that was registered as a secret', async () => {
    const { recorder, written, secrets, finish } = start()
    secrets.add('correct-horse')
    recorder.event(pod('a'), { reason: 'Failed', note: 'login with correct-horse failed, Bearer abcdefghijkl too' })
    await finish()
    expect(written()).toMatchObject([{ note: 'login with [redacted] failed, Bearer [redacted] too' }])
  })
})
