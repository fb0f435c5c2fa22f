import { describe, expect, test } from 'vitest'
import { type Decision, decide, type History, type Outcome, parseRetryAfter } from './retry-policy.ts'

const first: History = { attempts: 1, renewed: false }
const answer = (code: number, retryAfterSeconds?: number, tooLargeResourceVersion = false): Outcome => ({
  is: 'answer',
  code,
  retryAfterSeconds,
  tooLargeResourceVersion,
})
const failure = (code: string, sent: boolean): Outcome => ({ is: 'failure', code, sent })
const noJitter = () => 0
const read = true
const write = false

describe('what happens after one attempt', () => {
  test.each<[string, boolean, Outcome, Decision['do']]>([
    ['a good answer ends it', read, answer(200), 'finish'],
    ['not found is an answer', read, answer(404), 'finish'],
    ['a conflict is for the caller', write, answer(409), 'finish'],
    ['a 401 asks for better credentials', write, answer(401), 'renew'],
    ['429 did nothing: a write comes again', write, answer(429), 'retry'],
    ['503 with Retry-After: the server put a write off', write, answer(503, 1), 'retry'],
    ['503 without: a write may have been done', write, answer(503), 'finish'],
    ['503 without: a read comes again', read, answer(503), 'retry'],
    ['504: the fate of a write is unknown', write, answer(504, 1), 'finish'],
    ['504: a read comes again', read, answer(504), 'retry'],
    ['504 for a resource version that the server has not seen: the reflector decides', read, answer(504, 1, true), 'finish'],
    ['500 with Retry-After (ServerTimeout): a read comes again', read, answer(500, 1), 'retry'],
    ['500: a bug stays a bug', read, answer(500), 'finish'],
    ['refused: nothing was sent, so a POST comes again', write, failure('ECONNREFUSED', false), 'retry'],
    ['reset before it was sent: a POST comes again', write, failure('ECONNRESET', false), 'retry'],
    ['reset after it was sent: a POST of unknown fate never comes again', write, failure('ECONNRESET', true), 'finish'],
    ['reset after it was sent: a read comes again', read, failure('UND_ERR_SOCKET', true), 'retry'],
    ['a time-out is not repeated: it would take as long again', read, failure('ETIMEDOUT', true), 'finish'],
    ['a connection that was not made in time: a POST comes again', write, failure('ETIMEDOUT', false), 'retry'],
    ['a proxy that refuses goes on refusing', read, failure('PROXY_REFUSED', false), 'finish'],
    ['an unknown host stays unknown', read, failure('ENOTFOUND', false), 'finish'],
    ['a wrong certificate stays wrong', read, failure('DEPTH_ZERO_SELF_SIGNED_CERT', false), 'finish'],
  ])('%s', (_name, repeatable, outcome, wanted) => {
    expect(decide(repeatable, outcome, first, noJitter).do).toBe(wanted)
  })

  test('credentials are renewed once: the second 401 is the answer', () => {
    expect(decide(read, answer(401), { attempts: 2, renewed: true }, noJitter)).toEqual({ do: 'finish' })
  })

  test('a server that says 429 for ever is asked ten times', () => {
    expect(decide(read, answer(429), { attempts: 9, renewed: false }, noJitter).do).toBe('retry')
    expect(decide(read, answer(429), { attempts: 10, renewed: false }, noJitter).do).toBe('finish')
  })

  test('a server that is not there is asked four times, within a second', () => {
    const waits = [1, 2, 3, 4].map((attempts) => decide(read, failure('ECONNREFUSED', false), { attempts, renewed: false }, () => 1))
    expect(waits.map(({ do: what }) => what)).toEqual(['retry', 'retry', 'retry', 'finish'])
    expect(waits.reduce((sum, wait) => sum + (wait.do === 'retry' ? wait.afterMs : 0), 0)).toBeLessThan(1000)
  })
})

describe('how long it waits', () => {
  test('as long as the server says, and up to a tenth more, so that not all come back in the same moment', () => {
    expect(decide(read, answer(429, 3), first, () => 0)).toEqual({ do: 'retry', afterMs: 3000 })
    expect(decide(read, answer(429, 3), first, () => 1)).toEqual({ do: 'retry', afterMs: 3300 })
  })

  test('not longer than 30 s inside one call: then the caller gets the answer with the wish', () => {
    expect(decide(read, answer(429, 30), first, noJitter).do).toBe('retry')
    expect(decide(read, answer(429, 31), first, noJitter).do).toBe('finish')
  })

  test('without a wish twice as long each time, up to 5 s', () => {
    const waits = [1, 2, 3, 9].map((attempts) => decide(read, answer(429), { attempts, renewed: false }, () => 1))
    expect(waits).toEqual([100, 200, 400, 5000].map((afterMs) => ({ do: 'retry', afterMs })))
  })
})

test.each([
  ['3', 3],
  [' 10 ', 10],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %j is %j seconds', (header, seconds) => {
  expect(parseRetryAfter(header, Date.UTC(2026, 0, 1))).toBe(seconds)
})
