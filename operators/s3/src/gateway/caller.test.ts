// What is tried again, when, and when nothing is sent at all.
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Call, Caller, type CallerOptions } from './caller.ts'
import { type FailureClass, RemoteFailure } from './failure.ts'
import { Pace } from './pace.ts'

const never = new AbortController().signal
const MINUTE = 60_000

let clock: ReturnType<typeof virtualClock>
let sentAt: number[]
let outcomes: string[]

beforeEach(() => {
  clock = virtualClock()
  sentAt = []
  outcomes = []
})

const caller = (over: Partial<CallerOptions> = {}) =>
  new Caller({
    ...{ clock, random: () => 1, pace: new Pace({ clock, perSecond: 1_000, burst: 1_000 }), maxAttempts: 4, timeout: 10_000 },
    ...{ backoffStrategy: 'exponential', assertLeader: () => {}, hide: (text) => text, hold: () => () => {} },
    observe: (_operation, outcome) => void outcomes.push(outcome),
    ...over,
  })

const READ: Call = { operation: 'HeadBucket', writes: false }
const CREATE: Call = { operation: 'CreateAccessKey', writes: true, repeatable: false }

const failing = (is: FailureClass) => async (): Promise<never> => {
  sentAt.push(clock.monotonic())
  throw new RemoteFailure('HeadBucket', { is, code: is, status: 500, message: '' })
}

/** Everything that happens until the call is over. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const settled = call.then(
    (value) => value,
    (error: unknown) => error,
  )
  await clock.advance(10 * MINUTE)
  return settled
}

const gaps = () => sentAt.slice(1).map((at, index) => at - sentAt[index]!)

describe('4.6-14 retry of a Provider', () => {
  test('maxAttempts is how often it is sent', async () => {
    expect(await outcome(caller({ maxAttempts: 2 }).call(READ, never, failing('Transient')))).toMatchObject({ is: 'Transient' })
    expect(sentAt).toHaveLength(2)
  })

  test.each([
    ['exponential', [500, 1_000, 2_000]],
    ['linear', [500, 1_000, 1_500]],
  ] as const)('backoffStrategy %s: %s ms between', async (backoffStrategy, expected) => {
    await outcome(caller({ backoffStrategy }).call(READ, never, failing('Transient')))
    expect(gaps()).toEqual(expected)
  })

  test('what the server has refused is not tried again', async () => {
    for (const is of ['Denied', 'Refused', 'NotFound', 'Conflict', 'Unsupported'] as const)
      await outcome(caller().call(READ, never, failing(is)))
    expect(sentAt).toHaveLength(5)
  })
})

describe('0-9 what makes something new', () => {
  test('is sent once when no answer came: there may be one already', async () => {
    expect(await outcome(caller().call(CREATE, never, failing('Transient')))).toMatchObject({ is: 'Transient' })
    expect(sentAt).toHaveLength(1)
  })

  test('is sent again when the server says that it was too much: nothing was made', async () => {
    await outcome(caller().call(CREATE, never, failing('Throttled')))
    expect(sentAt).toHaveLength(4)
  })

  test('4.6-17 is not sent by a replica that has lost the lead', async () => {
    const lost = () => {
      throw new Error('not the leader')
    }
    const sending = caller({ assertLeader: lost, maxAttempts: 1 })
    expect(await outcome(sending.call(CREATE, never, failing('Transient')))).toMatchObject({ message: expect.stringContaining('leader') })
    expect(sentAt).toEqual([])
  })
})

describe('4.1 a server that must not be asked', () => {
  test.each(['Unauthenticated', 'LockedOut'] as const)('after %s nothing is sent for five minutes, and then again', async (is) => {
    const calls = caller()
    await calls.call(READ, never, failing(is)).catch(() => undefined)
    for (const wait of [1, 4 * MINUTE]) {
      await clock.advance(wait)
      await expect(calls.call(READ, never, failing(is))).rejects.toMatchObject({ is })
    }
    expect(sentAt).toHaveLength(1)
    await clock.advance(MINUTE)
    await expect(calls.call(READ, never, async () => 'well')).resolves.toBe('well')
  })
})

test('4.5 a server that does not answer is given up after its time, and the request with it', async () => {
  let aborted = false
  const silent = (_guarded: unknown, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted = true
        reject(signal.reason as Error)
      })
    })
  expect(await outcome(caller({ maxAttempts: 1 }).call(READ, never, silent))).toMatchObject({
    is: 'Transient',
    message: expect.stringContaining('no answer within 10000 ms'),
  })
  expect(aborted).toBe(true)
})

test('who is told to stop stops, between attempts too', async () => {
  const stopping = new AbortController()
  const call = outcome(caller().call(READ, stopping.signal, failing('Transient')))
  stopping.abort(new Error('stopped'))
  expect(await call).toMatchObject({ message: 'stopped' })
  expect(sentAt.length).toBeLessThanOrEqual(1)
})

test('every attempt is counted with what has come of it', async () => {
  await outcome(caller({ maxAttempts: 2 }).call(READ, never, failing('Throttled')))
  await caller().call(READ, never, async () => 'well')
  expect(outcomes).toEqual(['Throttled', 'Throttled', 'success'])
})
