import { ApiError, ConnectionError } from '@kubewright/core'
import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { afterEach, describe, expect, test } from 'vitest'
import { createLogger } from '../log/logger.ts'
import { ServerReachability } from './reachability.ts'
import { isServerTrouble, verdictOf } from './trouble.ts'

const refused = new ConnectionError('connection refused', { code: 'ECONNREFUSED' })
const status = (code: number) => new ApiError({ status: 'Failure', code, message: `HTTP ${code}` })

const running: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of running.splice(0)) await stop()
})

function start({ random = 0.5 } = {}) {
  const clock = virtualClock()
  const said: string[] = []
  const changes: string[] = []
  const server = { answer: (): Promise<unknown> => Promise.resolve('ok'), asked: [] as string[] }
  const reachability = new ServerReachability({
    client: {
      server: 'https://api',
      async request<R>(method: string, path: string, { signal, retry }: { signal?: AbortSignal; retry?: boolean } = {}): Promise<R> {
        server.asked.push(`${method} ${path} retry ${retry} at ${clock.monotonic()}`)
        const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
        return (await Promise.race([server.answer(), aborted])) as R
      },
    },
    clock,
    random: () => random,
    log: createLogger({
      destination: {
        write: (line) => {
          const { message, error, after } = JSON.parse(line)
          said.push([message, error ?? `after ${after}`].join(': '))
        },
      },
    }),
  })
  reachability.subscribe((state, before) => changes.push(`${before} > ${state}`))
  const stop = new AbortController()
  const run = reachability.run(stop.signal)
  running.push(async () => {
    stop.abort()
    await run
    expect(clock.pending, 'a timer was left behind').toBe(0)
  })
  const down = () => {
    server.answer = () => Promise.reject(refused)
  }
  const up = () => {
    server.answer = () => Promise.resolve('ok')
  }
  return { clock, said, changes, server, reachability, down, up }
}

describe('a server', () => {
  test('that is well is never asked, whatever its answers to single requests', async () => {
    const { clock, server, reachability } = start()
    for (const code of [400, 403, 404, 409, 410, 422, 429]) reachability.failed(status(code))
    reachability.failed(new TypeError('a mistake of ours'))
    reachability.succeeded()
    await clock.advance(3_600_000)
    expect(server.asked).toEqual([])
  })

  test('that broke one connection is asked once, and nothing is said', async () => {
    const { clock, server, said, changes, reachability } = start()
    for (let i = 0; i < 5; i++) reachability.failed(new ConnectionError('reset', { code: 'ECONNRESET' }))
    await clock.advance(60_000)
    expect(server.asked).toEqual(['GET /readyz retry false at 0'])
    expect([changes, said]).toEqual([['reachable > in doubt', 'in doubt > reachable'], []])
  })

  test('that goes away is said once, asked every second, and said once when it is back, after how long', async () => {
    const { clock, server, said, reachability, down, up } = start()
    down()
    for (let i = 0; i < 5; i++) {
      reachability.failed(refused)
      await clock.advance(12_000)
    }
    expect(reachability.state).toBe('unreachable')
    expect(server.asked.length).toBeLessThan(65)
    up()
    await clock.advance(2_000)
    expect([reachability.state, said]).toEqual([
      'reachable',
      ['waiting for the API server to answer: connection refused', expect.stringMatching(/^the API server answers again: after 1m[0-2]s$/)],
    ])
  })

  test('that starts is not ready before it says so, whatever it answers before', async () => {
    const { clock, server, changes, reachability, down, up } = start()
    down()
    reachability.failed(refused)
    await clock.advance(10_000)
    for (const code of [403, 500, 503]) {
      server.answer = () => Promise.reject(status(code))
      reachability.failed(status(code))
      await clock.advance(5_000)
    }
    expect(changes).toEqual(['reachable > in doubt', 'in doubt > unreachable'])
    up()
    await clock.advance(2_000)
    expect(changes.at(-1)).toBe('unreachable > reachable')
  })

  test('that hangs is as good as away', async () => {
    const { clock, server, reachability, up } = start()
    server.answer = () => new Promise(() => {})
    reachability.failed(new ConnectionError('no answer within 30 s', { code: 'ETIMEDOUT' }))
    await clock.advance(3_000)
    expect(reachability.state).toBe('unreachable')
    up()
    await clock.advance(3_000)
    expect(reachability.state).toBe('reachable')
  })
})

describe('who waits', () => {
  test('for the server goes on as soon as it is back, and at once when it is there', async () => {
    const { clock, reachability, down, up } = start()
    const order: string[] = []
    await reachability.whenReachable()
    down()
    reachability.failed(refused)
    void reachability.whenReachable(new AbortController().signal).then(() => order.push(`on at ${clock.monotonic()}`))
    await clock.advance(60_000)
    expect(order).toEqual([])
    up()
    await clock.advance(2_000)
    expect(order).toEqual([expect.stringMatching(/^on at 6[01]\d{3}/)])
  })

  test('for a decision has it with the answer of the server', async () => {
    const { clock, reachability, down } = start()
    expect(await reachability.whenDecided()).toBe('reachable')
    reachability.failed(refused)
    const dispelled = reachability.whenDecided()
    await clock.advance(0)
    expect(await dispelled).toBe('reachable')
    down()
    reachability.failed(refused)
    const confirmed = reachability.whenDecided()
    await clock.advance(0)
    expect(await confirmed).toBe('unreachable')
  })

  test('between two tries waits the time, or until shortly after the end of the outage, by chance', async () => {
    for (const [random, spread] of [
      [0, 0],
      [0.9, 450],
    ] as const) {
      const { clock, reachability, down, up, changes } = start({ random })
      down()
      reachability.failed(refused)
      const ends: string[] = []
      void reachability.pause(5_000).then((end) => ends.push(`${end} at ${clock.monotonic()}`))
      void reachability.pause(600_000).then((end) => ends.push(`${end} at ${clock.monotonic()}`))
      await clock.advance(60_000)
      expect(ends).toEqual(['time at 5000'])
      up()
      while (changes.at(-1) !== 'unreachable > reachable') await clock.advance(10)
      const back = clock.monotonic()
      await clock.advance(spread)
      expect(ends[1]).toMatch(/^recovery/)
      expect(Number(ends[1]?.split(' ').at(-1)) - back).toBeGreaterThanOrEqual(spread - 10)
    }
  })

  test('is not woken by a doubt that was dispelled', async () => {
    const { clock, reachability } = start()
    const ends: string[] = []
    void reachability.pause(30_000).then((end) => ends.push(end))
    reachability.failed(refused)
    await clock.advance(29_000)
    expect(ends).toEqual([])
    await clock.advance(1_000)
    expect(ends).toEqual(['time'])
  })

  test('and is told to stop gets the reason, and leaves nothing behind', async () => {
    const { reachability, down } = start()
    down()
    reachability.failed(refused)
    const stop = new AbortController()
    const waits = [reachability.whenReachable(stop.signal), reachability.whenDecided(stop.signal), reachability.pause(60_000, stop.signal)]
    stop.abort(new Error('over'))
    for (const wait of [...waits, reachability.whenReachable(stop.signal), reachability.pause(1, stop.signal)])
      await expect(wait).rejects.toThrow('over')
  })

  test('a listener that throws does not keep the others from hearing', async () => {
    const { reachability, changes, said } = start()
    reachability.subscribe(() => {
      throw new Error('oops')
    })
    const heard: string[] = []
    const unsubscribe = reachability.subscribe((state) => heard.push(state))
    reachability.failed(refused)
    unsubscribe()
    await settle()
    expect([heard, changes.length, said]).toEqual([
      ['in doubt'],
      2,
      [expect.stringContaining('a listener'), expect.stringContaining('a listener')],
    ])
  })
})

test.each<[string, unknown, boolean, string]>([
  ['refused', refused, true, 'silent'],
  ['a name that is unknown', new ConnectionError('x', { code: 'ENOTFOUND' }), true, 'silent'],
  ['500', status(500), true, 'unready'],
  ['503', status(503), true, 'unready'],
  [
    '504 for a resource version from the future',
    new ApiError({ status: 'Failure', code: 504, message: 'Too large resource version: 9' }),
    false,
    'unknown',
  ],
  ['429', status(429), false, 'ready'],
  ['401', status(401), false, 'unknown'],
  ['404', status(404), false, 'unknown'],
  ['a login page', new ConnectionError('x', { code: 'NOT_JSON' }), false, 'unknown'],
  ['a frame that is no JSON', new ConnectionError('x', { code: 'MALFORMED_FRAME' }), false, 'unknown'],
  ['a mistake of ours', new TypeError('x'), false, 'unknown'],
])('%s: the server’s own trouble = %#', (_, error, trouble, verdict) => {
  expect([isServerTrouble(error), verdictOf(error)]).toEqual([trouble, verdict])
})
